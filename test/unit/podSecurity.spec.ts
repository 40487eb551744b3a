import * as assert from "node:assert/strict";
import { RegistryAccess } from "../../components";
import { accesses, registries } from "../upgrade/registries";
import { declare, type Resources } from "./mocks";
import { registry } from "./registry";

/** The user and group of each pod that Pod Security `restricted` admits. */
const users: Readonly<Record<string, number>> = {
    "registry-deployment": 1000,
    "registry-certificate-watch": 1000,
    "registry-credentials-accepted": 1000,
    "registry-minio": 1000,
    "registry-minio-set-up": 1000,
    "registry-redis": 1000,
    "registry-ui": 101,
};

/** The pods that work on the nodes, which needs root, and the capabilities that each adds. */
const nodeAgents: Readonly<Record<string, readonly string[] | undefined>> = {
    "registry-access-node-trust": undefined,
    "access-node-trust": undefined,
    "registry-folder-owner": ["CHOWN", "FOWNER"],
};

/** The kinds of volumes that Pod Security `restricted` admits. */
const volumeKinds = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

// biome-ignore lint/suspicious/noExplicitAny: a pod as the cluster gets it
type Any = any;

const containersOf = (spec: Any): Any[] => [...(spec.initContainers ?? []), ...spec.containers];

/** What every pod must fulfil, on nodes or not. */
function checkEveryPod(name: string, spec: Any, addedCapabilities?: readonly string[]): void {
    assert.equal(spec.automountServiceAccountToken, false, name);
    assert.equal(spec.enableServiceLinks, false, name);
    for (const field of ["hostNetwork", "hostPID", "hostIPC"]) assert.equal(spec[field], undefined, `${name} ${field}`);
    for (const container of containersOf(spec)) {
        assert.deepEqual(
            container.securityContext,
            {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"], ...(addedCapabilities && { add: addedCapabilities }) },
            },
            `${name} ${container.name}`,
        );
        const ports: Any[] = container.ports ?? [];
        assert.ok(!ports.some((port) => "hostPort" in port), `${name} ${container.name} has a port of the node`);
    }
}

function checkRestricted(name: string, spec: Any): void {
    const user = users[name];
    assert.ok(user, `no user is known for the pod ${name}`);
    checkEveryPod(name, spec);
    assert.deepEqual(
        spec.securityContext,
        {
            runAsNonRoot: true,
            runAsUser: user,
            runAsGroup: user,
            fsGroup: user,
            fsGroupChangePolicy: "OnRootMismatch",
            seccompProfile: { type: "RuntimeDefault" },
        },
        name,
    );
    for (const { name: volume, ...source } of spec.volumes ?? []) {
        assert.ok(volumeKinds.includes(Object.keys(source)[0]), `${name} has a forbidden volume ${volume}`);
    }
}

function checkNodeAgent(name: string, spec: Any): void {
    checkEveryPod(name, spec, nodeAgents[name]);
    assert.deepEqual(
        spec.securityContext,
        { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } },
        name,
    );
}

describe("Pod Security", () => {
    /** The pods of every fixture. */
    const pods = new Map<string, Resources["pods"]>();

    before(async function () {
        this.timeout(120_000);
        for (const [fixture, args] of Object.entries(registries)) pods.set(fixture, (await registry(args)).pods);
        for (const [fixture, args] of Object.entries(accesses)) {
            pods.set(fixture, (await declare(() => new RegistryAccess("access", args))).pods);
        }
    });

    for (const fixture of [...Object.keys(registries), ...Object.keys(accesses)]) {
        it(`restricts all pods but node agents of the fixture "${fixture}"`, () => {
            for (const { name, spec } of pods.get(fixture) ?? assert.fail()) {
                if (name in nodeAgents) checkNodeAgent(name, spec);
                else checkRestricted(name, spec);
            }
        });
    }

    it("is checked for every kind of pod", () => {
        const found = new Set([...pods.values()].flat().map(({ name }) => name));
        assert.deepEqual([...found].sort(), [...Object.keys(users), ...Object.keys(nodeAgents)].sort());
    });
});
