import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
    IngressController,
    PrivateRegistry,
    type PrivateRegistryArgs,
    type RegistryResources,
} from "../../../../components";
import { resourcesOver } from "../../../../components/kubernetes/resources";
import { failure, type Resources } from "../../mocks";
import { problems, refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

const defaults = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } };

/** The given resources, and the result of merging them over the defaults. */
const merged: [what: string, given: Parameters<typeof resourcesOver>[1], expected: ReturnType<typeof resourcesOver>][] =
    [
        ["takes the defaults", {}, defaults],
        [
            "replaces each amount separately",
            { requests: { cpu: "250m" }, limits: { memory: "1Gi" } },
            { requests: { cpu: "250m", memory: "128Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
        ],
        [
            "raises a default limit to a request above it",
            { requests: { memory: "1G", cpu: "0.501" } },
            { requests: { cpu: "0.501", memory: "1G" }, limits: { cpu: "0.501", memory: "1G" } },
        ],
        [
            "keeps a default limit that equals the request",
            { requests: { memory: "0.5Gi" } },
            { requests: { cpu: "100m", memory: "0.5Gi" }, limits: { cpu: "500m", memory: "512Mi" } },
        ],
        [
            "lowers a default request to a limit below it",
            { limits: { memory: "64Mi" } },
            { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
        ],
        [
            "omits a limit that is none, whatever the request is",
            { requests: { cpu: "64" }, limits: { cpu: "none" } },
            { requests: { cpu: "64", memory: "128Mi" }, limits: { memory: "512Mi" } },
        ],
        [
            "omits all limits",
            { limits: { cpu: "none", memory: "none" } },
            { requests: defaults.requests, limits: undefined },
        ],
    ];

describe("resourcesOver", () => {
    for (const [what, given, expected] of merged) {
        it(what, () => assert.deepEqual(resourcesOver(defaults, given), expected));
    }

    it("changes no defaults", () => {
        const before = structuredClone(defaults);
        resourcesOver(defaults, { requests: { cpu: "4" }, limits: { memory: "none" } });
        assert.deepEqual(defaults, before);
    });
});

/** Each argument with resources: arguments that have it, and the container to which it applies. */
const parts: Record<string, { with: (resources: RegistryResources) => PrivateRegistryArgs; pod: string }> = {
    resources: { with: (resources) => ({ resources }), pod: "registry-deployment" },
    "ui.resources": {
        with: (resources) => ({
            host: "registry.example.com",
            ui: { resources },
            expose: { ingress: { controller: IngressController.Other } },
        }),
        pod: "registry-ui",
    },
    "storage.minio.resources": {
        with: (resources) => ({ storage: { minio: { resources } } }),
        pod: "registry-minio",
    },
    "descriptorCache.redis.resources": {
        with: (resources) => ({ descriptorCache: { redis: { resources } } }),
        pod: "registry-redis",
    },
};

const resourcesIn = (resources: Resources, name: string) =>
    resources.pods.find((pod) => pod.name === name)?.spec.containers[0].resources;

for (const [path, part] of Object.entries(parts)) {
    describe(path, () => {
        const isBelow = (kind: string) =>
            `${path}.limits.${kind}: is below requests.${kind}; raise it, or lower requests.${kind}`;
        const contradiction = { requests: { cpu: "2", memory: "1Gi" }, limits: { cpu: "1999m", memory: "1023Mi" } };

        it("rejects a limit below the request", async () => {
            assert.deepEqual(await problems(part.with(contradiction)), [isBelow("cpu"), isBelow("memory")]);
        });

        it("rejects it when secret amounts are known, without repeating them", async () => {
            const later = {
                requests: { memory: pulumi.secret("1Gi") },
                limits: { memory: pulumi.output(Promise.resolve("1023Mi")) },
            };
            const { message } = await failure(() => new PrivateRegistry("registry", part.with(later)));
            assert.match(message, /the PrivateRegistry "registry" cannot be created:\n/);
            assert.ok(message.endsWith(`\n  ${isBelow("memory")}`), message);
        });

        it("sets the pod's resources, also from an Output", async () => {
            const given = {
                requests: { memory: pulumi.output("9Gi") },
                limits: { cpu: pulumi.output("none") },
            };
            const { requests, limits } = resourcesIn(await registry(part.with(given)), part.pod);
            assert.equal(requests.memory, "9Gi");
            assert.deepEqual(limits, { memory: "9Gi" });
            const none = { limits: { cpu: "none", memory: "none" } };
            assert.equal("limits" in resourcesIn(await registry(part.with(none)), part.pod), false);
        });
    });
}

refusesValues("resources", [
    ["resources.requests.cpu", "fast", must.cpuRequest],
    ["resources.requests.cpu", "512Mi", must.cpuRequest, "did you mean `512m`?"],
    ["resources.requests.cpu", 1, must.cpuRequest, 'write it in quotes, `"1"`'],
    ["resources.requests.memory", "128 Mi", must.memoryRequest, "did you mean `128Mi`?"],
    ["resources.requests.memory", "none", must.memoryRequest],
    ["resources.requests.memory", 536870912, must.memoryRequest, 'write it in quotes, `"536870912"`'],
    ["resources.limits.cpu", -1, must.cpuLimit],
    ["resources.limits.cpu", "0", must.cpuLimit],
    ["resources.limits.cpu", 0.5, must.cpuLimit, 'write it in quotes, `"0.5"`'],
    ["resources.limits.memory", "512m", must.memoryLimit, "did you mean `512Mi`?"],
    ["resources.limits.memory", "512MB", must.memoryLimit, "did you mean `512Mi`?"],
    ["resources.limits.memory", "0", must.memoryLimit],
]);
