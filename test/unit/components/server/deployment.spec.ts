import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { LogLevel, type PrivateRegistryArgs } from "../../../../components";
import { refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

const pod = async (args?: PrivateRegistryArgs) => (await registry(args)).pod.spec;
const container = async (args?: PrivateRegistryArgs) => (await pod(args)).containers[0];
/** The names of the Secrets with config.yml and the certificate. */
const mountedNames = async (args?: PrivateRegistryArgs) => {
    const { volumes } = await pod(args);
    const nameOf = (name: string) => volumes.find((volume: { name: string }) => volume.name === name).secret.secretName;
    return { config: nameOf("config"), certificate: nameOf("tls") };
};

describe("the registry's pod", () => {
    it("has no token, and no environment variables of other Services", async () => {
        const r = await registry();
        assert.equal(r.pod.spec.automountServiceAccountToken, false);
        assert.equal(r.pod.spec.enableServiceLinks, false);
        assert.equal(r.pod.spec.serviceAccountName, "registry-account");
        assert.equal(r.one("ServiceAccount", "registry-account").inputs.automountServiceAccountToken, false);
    });

    it("uses the mounted config.yml, and sends no traces", async () => {
        const { command, env, ports } = await container();
        assert.deepEqual(command, ["/bin/registry", "serve", "/etc/private-registry/config/config.yml"]);
        assert.deepEqual(env, [{ name: "OTEL_TRACES_EXPORTER", value: "none" }]);
        assert.deepEqual(ports, [
            { name: "https", containerPort: 5000 },
            { name: "metrics", containerPort: 5001 },
        ]);
    });

    it("mounts the users as a directory, because single files are never updated, and everything except the data read-only", async () => {
        const r = await registry();
        const { spec } = r.pod;
        const [{ volumeMounts }] = spec.containers;
        assert.deepEqual(volumeMounts, [
            { name: "config", mountPath: "/etc/private-registry/config", readOnly: true },
            { name: "tls", mountPath: "/etc/private-registry/tls", readOnly: true },
            { name: "auth", mountPath: "/etc/private-registry/auth", readOnly: true },
            { name: "data", mountPath: "/var/lib/registry" },
        ]);
        const secretOf = (name: string) => spec.volumes.find((volume: { name: string }) => volume.name === name).secret;
        assert.deepEqual(secretOf("auth"), { secretName: "registry-htpasswd", defaultMode: 0o440 });
        assert.deepEqual(secretOf("config"), {
            secretName: r.objectName("Secret", "registry-config"),
            defaultMode: 0o440,
        });
    });

    it("is ready when it responds over TLS, and is not restarted while its storage fails", async () => {
        const { readinessProbe, livenessProbe } = await container();
        assert.deepEqual(readinessProbe.httpGet, { path: "/", port: "https", scheme: "HTTPS" });
        assert.deepEqual(livenessProbe.tcpSocket, { port: "https" });
    });

    it("keeps serving while nodes still send requests to it", async () => {
        assert.deepEqual((await container()).lifecycle, { preStop: { sleep: { seconds: 5 } } });
    });
});

describe("the names of the Secrets that the pod reads when it starts", () => {
    it("are the same for the same arguments", async () => {
        const names = await mountedNames();
        assert.deepEqual(await mountedNames(), names);
        assert.match(names.config, /^registry-config-[0-9a-f]{8}$/);
        assert.match(names.certificate, /^registry-tls-[0-9a-f]{8}$/);
    });

    it("do not change with users, passwords or pull secrets", async () => {
        const before = await mountedNames();
        const changed = await mountedNames({
            users: [{ name: "ci", password: "correct horse battery staple 7", generation: 4 }],
            pullGeneration: 3,
            pullSecrets: { namespaces: ["default"] },
        });
        assert.deepEqual(changed, before);
    });

    it("do not change with labels, resources, nodes or replicas", async () => {
        const changed = await mountedNames({
            labels: { team: "a" },
            resources: { limits: { cpu: "1" } },
            nodes: { enabled: false },
            storage: { memory: {} },
        });
        assert.deepEqual(changed, await mountedNames());
    });

    it("change with config.yml", async () => {
        const before = await mountedNames();
        for (const args of [{ log: { level: LogLevel.Debug } }, { config: { redis: { addrs: ["redis:6379"] } } }]) {
            const after = await mountedNames(args);
            assert.notEqual(after.config, before.config);
            assert.equal(after.certificate, before.certificate);
        }
    });

    it("change with the certificate", async () => {
        const before = await mountedNames();
        const after = await mountedNames({ tls: { selfSigned: { generation: 2 } } });
        assert.notEqual(after.certificate, before.certificate);
        assert.equal(after.config, before.config);
    });
});

describe("replicas", () => {
    it("is 1 by default", async () => {
        assert.equal((await registry()).one("Deployment").inputs.spec.replicas, 1);
    });
});

describe("resources", () => {
    it("are small by default", async () => {
        assert.deepEqual((await container()).resources, {
            requests: { cpu: "100m", memory: "128Mi" },
            limits: { cpu: "500m", memory: "512Mi" },
        });
    });

    it("are replaced one by one", async () => {
        const resources = { requests: { cpu: "250m" }, limits: { memory: pulumi.output("1Gi") } };
        assert.deepEqual((await container({ resources })).resources, {
            requests: { cpu: "250m", memory: "128Mi" },
            limits: { cpu: "500m", memory: "1Gi" },
        });
        const others = { requests: { memory: "256Mi" }, limits: { cpu: "2" } };
        assert.deepEqual((await container({ resources: others })).resources, {
            requests: { cpu: "100m", memory: "256Mi" },
            limits: { cpu: "2", memory: "512Mi" },
        });
    });
});

describe("scheduling", () => {
    it("has no constraints by default", async () => {
        const spec = await pod();
        for (const field of ["nodeSelector", "tolerations", "topologySpreadConstraints", "priorityClassName"]) {
            assert.equal(field in spec, false, field);
        }
    });

    it("has the given node selector, tolerations and priority class", async () => {
        const spec = await pod({
            scheduling: {
                nodeSelector: { disk: "ssd" },
                tolerations: [{ key: "dedicated", operator: "Equal", value: "infra", effect: "NoSchedule" }],
                priorityClassName: "system-cluster-critical",
            },
        });
        assert.deepEqual(spec.nodeSelector, { disk: "ssd" });
        assert.deepEqual(spec.tolerations, [
            { key: "dedicated", operator: "Equal", value: "infra", effect: "NoSchedule" },
        ]);
        assert.equal(spec.priorityClassName, "system-cluster-critical");
    });

    it("spreads the registry's pods, by plain values or Outputs", async () => {
        const constraint = { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway" };
        const own = { ...constraint, labelSelector: { matchLabels: { a: "b" } } };
        const r = await registry({ scheduling: { topologySpread: [constraint, pulumi.output(constraint), own] } });
        const labelSelector = r.one("Deployment").inputs.spec.selector;
        assert.deepEqual(r.pod.spec.topologySpreadConstraints, [
            { ...constraint, labelSelector },
            { ...constraint, labelSelector },
            own,
        ]);
    });

    it("adds the affinity that the storage requires to the given one", async () => {
        const nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [] };
        const other = { labelSelector: { matchLabels: { app: "cache" } }, topologyKey: "zone" };
        const affinity = {
            nodeAffinity,
            podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [other] },
        };
        for (const given of [affinity, pulumi.output(affinity)]) {
            const spec = await pod({ scheduling: { affinity: given } });
            assert.deepEqual(spec.affinity.nodeAffinity, nodeAffinity);
            const required = spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution;
            assert.deepEqual(required[0], other);
            assert.equal(required[1].topologyKey, "kubernetes.io/hostname");
            assert.equal(required.length, 2);
        }
    });
});

refusesValues("replicas", [
    ["replicas", 0, must.oneOrMore],
    ["replicas", "2", must.oneOrMore],
    ["replicas", 1.5, must.oneOrMore],
]);
