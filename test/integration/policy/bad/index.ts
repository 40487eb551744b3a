import * as pulumi from "@pulumi/pulumi";
import { badRegistry } from "../../../policy/badRegistry";

/** A resource of any type, without its package. */
class Resource extends pulumi.CustomResource {}

for (const { type, name, props } of badRegistry(new pulumi.Config().require("planted"))) {
    new Resource(type, name, props);
}
