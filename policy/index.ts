import { PolicyPack } from "@pulumi/policy";
import { toPolicy } from "./rule";
import { rules } from "./rules";

new PolicyPack("private-registry", { policies: rules.map(toPolicy) });
