import * as pulumi from "@pulumi/pulumi";
import { badRegistry } from "../../../policy/badRegistry";

/** A resource of any type, without its package. */
class Resource extends pulumi.CustomResource {}

const declared = new Map<string, Resource>();
for (const { type, name, props, uses = [] } of badRegistry(new pulumi.Config().require("planted"))) {
    const dependsOn = uses.flatMap((used) => declared.get(used) ?? []);
    declared.set(name, new Resource(type, name, props, { dependsOn }));
}
