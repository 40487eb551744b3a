import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { RegistryAccess } from "../../components";
import { isBelow } from "../../components/arguments/quantity";
import { repositoryRoot } from "../../sandbox/paths";
import { accesses, registries } from "../upgrade/registries";
import { declare, type Resources } from "./mocks";
import { registry } from "./registry";

// biome-ignore lint/suspicious/noExplicitAny: a pod as the cluster gets it
type Any = any;

/** Arguments of both components that apply to every pod. */
const common = {
    imageMirror: "mirror.example.com/hub",
    imagePullSecrets: ["mirror", "other"],
    labels: { "example.com/cost-center": "42" },
};

/** The argument of a PrivateRegistry that applies to every pod except node agents. */
const scheduling = {
    nodeSelector: { "example.com/pool": "registry" },
    tolerations: [{ key: "dedicated", operator: "Equal", value: "registry", effect: "NoSchedule" }],
    priorityClassName: "registry",
};

/** Pods that run as the owner of their image's files, instead of the registry's user. */
const otherUsers: Readonly<Record<string, number>> = { "registry-ui": 101 };

/** Pods that pull from the registry, with its pull secret only: they prove that this works. */
const pulling = ["registry-verify-pull", "registry-verify-every-node"];

/** The one of them that runs on the nodes that `nodes` selects, and not on those for the registry's pods. */
const onConfiguredNodes = "registry-verify-every-node";

/** Capabilities that a pod in the node namespace may add. */
const nodeCapabilities = ["CHOWN", "FOWNER"];

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

interface Pod {
    readonly name: string;
    readonly metadata: Any;
    readonly spec: Any;
    /** Whether it runs in the node namespace, which admits root and hostPath volumes. */
    readonly isOnNodes: boolean;
}

/** The pods that a fixture's component declares, without those of its Helm release, which the chart creates. */
interface Fixture {
    readonly name: string;
    readonly isAccess: boolean;
    /** The namespace in which every pod meets Pod Security level `restricted`. */
    readonly namespace: string | undefined;
    readonly declare: (settings: Any) => Promise<Resources>;
}

const fixtures: Fixture[] = [
    ...Object.entries(registries).map(([name, args]) => ({
        name,
        isAccess: false,
        namespace: (args.namespace as string | undefined) ?? "registry",
        declare: (settings: Any) => registry({ ...args, ...settings }),
    })),
    ...Object.entries(accesses).map(([name, args]) => ({
        name,
        isAccess: true,
        namespace: undefined,
        declare: (settings: Any) => declare(() => new RegistryAccess("access", { ...args, ...settings })),
    })),
];

async function podsOf(fixture: Fixture, settings: Any): Promise<Pod[]> {
    const { pods } = await fixture.declare(settings);
    return pods.map((pod) => {
        const isOnNodes = pod.namespace !== fixture.namespace;
        if (isOnNodes) assert.match(pod.namespace, /^(.+-)?node$/, `${pod.name} is in another namespace`);
        return { ...pod, isOnNodes };
    });
}

const containersOf = ({ spec }: Pod): Any[] => [...(spec.initContainers ?? []), ...spec.containers];

function checkSecurity({ name, spec, isOnNodes }: Pod): void {
    const user = otherUsers[name] ?? 1000;
    const restricted = {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
    };
    const ofNodes = { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } };
    assert.deepEqual(spec.securityContext, isOnNodes ? ofNodes : restricted, name);
    assert.equal(spec.automountServiceAccountToken, false, name);
    assert.equal(spec.enableServiceLinks, false, name);
    for (const field of ["hostNetwork", "hostPID", "hostIPC"]) assert.equal(spec[field], undefined, `${name} ${field}`);
    const kinds = isOnNodes ? [...volumeKinds, "hostPath"] : volumeKinds;
    for (const { name: volume, ...source } of spec.volumes ?? []) {
        assert.ok(kinds.includes(Object.keys(source)[0]), `${name} has a forbidden volume ${volume}`);
    }
}

function checkContainers(pod: Pod): void {
    for (const { name, securityContext, ports = [], resources, volumeMounts = [] } of containersOf(pod)) {
        const which = `${pod.name} ${name}`;
        const { add = [], ...capabilities } = securityContext.capabilities;
        assert.deepEqual(
            { ...securityContext, capabilities },
            { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
            which,
        );
        const allowed = pod.isOnNodes ? nodeCapabilities : [];
        assert.deepEqual(
            add.filter((capability: string) => !allowed.includes(capability)),
            [],
            which,
        );
        assert.ok(!ports.some((port: Any) => "hostPort" in port), `${which} has a hostPort`);
        for (const kind of ["cpu", "memory"]) {
            const [request, limit] = [resources.requests[kind], resources.limits[kind]];
            assert.ok(!isBelow(limit, request), `${which}: ${limit} of ${kind} is below ${request}`);
        }
        const volumes = (pod.spec.volumes ?? []).map((volume: Any) => volume.name);
        for (const mount of volumeMounts) assert.ok(volumes.includes(mount.name), `${which} has no ${mount.name}`);
    }
}

function checkLabels({ name, metadata }: Pod, labels: Record<string, string>): void {
    const { "app.kubernetes.io/component": component, ...others } = metadata.labels;
    assert.ok(component, `${name} has no component`);
    for (const [label, value] of Object.entries({ "app.kubernetes.io/name": "private-registry", ...labels })) {
        assert.equal(others[label], value, `${name} ${label}`);
    }
    assert.ok(name.startsWith(others["app.kubernetes.io/instance"]), name);
}

function checkSettings(pod: Pod): void {
    const { name, spec, isOnNodes } = pod;
    if (!pulling.includes(name)) {
        for (const { image } of containersOf(pod)) {
            assert.match(image, /^mirror\.example\.com\/hub\/(?!mirror\.)/, name);
        }
        assert.deepEqual(
            spec.imagePullSecrets,
            common.imagePullSecrets.map((secret) => ({ name: secret })),
            name,
        );
    }
    const { nodeSelector, tolerations, priorityClassName } = spec;
    if (name === onConfiguredNodes) {
        assert.deepEqual(
            { nodeSelector, tolerations },
            { nodeSelector: undefined, tolerations: [{ operator: "Exists" }] },
        );
        return;
    }
    if (!isOnNodes) {
        assert.deepEqual({ nodeSelector, tolerations, priorityClassName }, scheduling, name);
        return;
    }
    assert.equal(nodeSelector["example.com/pool"], undefined, name);
    assert.deepEqual(tolerations, [{ operator: "Exists" }], name);
    assert.equal(priorityClassName, undefined, name);
}

describe("every pod", () => {
    for (const fixture of fixtures) {
        it(`meets Pod Security, and has limits and labels, with the fixture "${fixture.name}"`, async () => {
            for (const pod of await podsOf(fixture, {})) {
                checkSecurity(pod);
                checkContainers(pod);
                checkLabels(pod, {});
                const unset = pulling.includes(pod.name) ? [] : ["imagePullSecrets"];
                for (const field of [...unset, "priorityClassName"]) {
                    assert.equal(field in pod.spec, false, `${pod.name} ${field}`);
                }
            }
        });

        it(`has the mirror, pull secrets, labels and scheduling with the fixture "${fixture.name}"`, async () => {
            for (const pod of await podsOf(fixture, fixture.isAccess ? common : { ...common, scheduling })) {
                checkSecurity(pod);
                checkContainers(pod);
                checkLabels(pod, common.labels);
                checkSettings(pod);
            }
        });
    }

    it("is in a fixture", async () => {
        const components = new Set<string>();
        for (const fixture of fixtures) {
            const pods = await podsOf(fixture, {});
            for (const { metadata } of pods) components.add(metadata.labels["app.kubernetes.io/component"]);
        }
        const folder = path.join(repositoryRoot, "components");
        const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
        const made = files
            .filter((file) => file.endsWith(".ts") && !file.startsWith("kubernetes/"))
            .map((file) => fs.readFileSync(path.join(folder, file), "utf8"))
            .flatMap((source) => source.match(/\b(podSpec|nodeAgent)\(/g) ?? []);
        assert.ok(made.length >= 9);
        assert.equal(components.size, made.length, [...components].sort().join(", "));
    });
});
