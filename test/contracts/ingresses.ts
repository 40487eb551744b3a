import * as assert from "node:assert/strict";
import type { IngressController } from "../../components";
import { registry } from "../unit/registry";
import { host } from "../unit/ui";

// biome-ignore lint/suspicious/noExplicitAny: an Ingress as the cluster gets it
export type Ingress = any;

/** The Ingress of a registry with two hosts and a web UI. */
export async function ingressOf(controller: IngressController, plainBackend = false): Promise<Ingress> {
    const resources = await registry({
        host,
        hostAliases: ["images.example.com"],
        ui: {},
        ...(plainBackend && { tls: { plainBackend } }),
        expose: { ingress: { controller } },
    });
    return resources.one("Ingress").inputs;
}

/** Checks that the annotations, except Pulumi's and the owner, have a prefix and are the given ones, with values that the controller accepts. */
export function assertAccepted(
    annotations: Readonly<Record<string, string>>,
    prefix: string,
    accepted: Readonly<Record<string, RegExp>>,
): void {
    const own = Object.entries(annotations)
        .filter(([name]) => !/^(pulumi\.com|private-registry)\//.test(name))
        .map(([name, value]) => [name.replace(`${prefix}/`, ""), value]);
    assert.deepEqual(own.map(([name]) => name).sort(), Object.keys(accepted).sort());
    for (const [name, value] of own) assert.match(value, accepted[name], name);
}
