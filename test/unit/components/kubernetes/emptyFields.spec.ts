import * as assert from "node:assert/strict";
import { PrivateRegistry, type PrivateRegistryArgs, RegistryAccess } from "../../../../components";
import { accesses, registries } from "../../../upgrade/registries";
import { declare } from "../../mocks";

/**
 * Fields in which the API server stores an empty object, because it has a meaning: they are pointers to a struct, or part of a custom
 * resource. It drops any other empty field, and the provider would report a change at every `pulumi up`.
 */
const keptWhenEmpty = new Set(["emptyDir", "podSelector", "namespaceSelector", "selfSigned"]);

function emptyFields(value: unknown, path: string): string[] {
    if (typeof value !== "object" || value === null) return [];
    const entries = Object.entries(value);
    if (entries.length === 0) return keptWhenEmpty.has(path.split(".").at(-1) as string) ? [] : [path];
    return entries.flatMap(([key, below]) => emptyFields(below, `${path}.${key}`));
}

describe("the component's objects", () => {
    const empty: PrivateRegistryArgs = {
        labels: {},
        annotations: {},
        imagePullSecrets: [],
        scheduling: { nodeSelector: {}, tolerations: [], topologySpread: [] },
        storage: { minio: {} },
        descriptorCache: { redis: {} },
        expose: { loadBalancer: { sourceRanges: [], annotations: {} } },
        nodes: { nodeSelector: {}, tolerations: [] },
        pullSecrets: { namespaces: ["team"], serviceAccounts: [] },
    };
    const programs = [
        ["empty arguments", () => new PrivateRegistry("registry", empty)] as const,
        ...Object.entries(registries).map(
            ([kind, args]) => [kind, () => new PrivateRegistry("registry", args)] as const,
        ),
        ...Object.entries(accesses).map(([kind, args]) => [kind, () => new RegistryAccess("access", args)] as const),
    ];
    for (const [kind, program] of programs) {
        it(`have no empty map or list that the API server would drop: ${kind}`, async () => {
            const { all } = await declare(program);
            const objects = all.filter(({ type }) => type.startsWith("kubernetes:") && !type.endsWith(":Release"));
            assert.deepEqual(
                objects.flatMap(({ name, inputs }) => emptyFields(inputs, name)),
                [],
            );
        });
    }
});
