import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { ContainerRuntime, PrivateRegistry, type PrivateRegistryArgs } from "../../../components";
import { nodeFiles } from "../../../components/nodeFiles";
import { agentFiles } from "../../../components/nodes";
import { declare, type Resources } from "../mocks";

const registry = (args?: PrivateRegistryArgs, clusterIp?: string) =>
    declare(() => new PrivateRegistry("registry", args), clusterIp);
const agent = (resources: Resources) => resources.one("DaemonSet").inputs.spec.template.spec;
const files = (resources: Resources) => resources.one("ConfigMap").inputs.data;
const folders = (resources: Resources) =>
    agent(resources)
        .volumes.filter((volume: { hostPath?: object }) => volume.hostPath)
        .map((volume: { hostPath: { path: string } }) => volume.hostPath.path);

describe("nodes", () => {
    it("are told by a DaemonSet to send pulls of the host to the Service's IP", async () => {
        const r = await registry();
        const host = "registry.registry.svc.cluster.local";
        const root = "/node/etc/containerd/certs.d";
        assert.equal(files(r).list, `${root} ${host}/ca.crt file-0\n${root} ${host}/hosts.toml file-1\n`);
        assert.match(files(r)["file-1"], /\[host\."https:\/\/10\.96\.1\.2:443"\]/);
        assert.deepEqual(agent(r).nodeSelector, { "kubernetes.io/os": "linux" });
        assert.deepEqual(agent(r).tolerations, [{ operator: "Exists" }]);
    });

    it("are told of host and hostAliases", async () => {
        const r = await registry({ host: "registry.example.com:8443", hostAliases: ["images.example.com"] });
        assert.deepEqual(
            files(r)
                .list.trimEnd()
                .split("\n")
                .map((line: string) => line.split(" ")[1]),
            [
                "registry.example.com:8443/ca.crt",
                "registry.example.com:8443/hosts.toml",
                "images.example.com/ca.crt",
                "images.example.com/hosts.toml",
            ],
        );
    });

    it("dial an IPv6 address in brackets", async () => {
        const r = await registry({}, "fd00::12");
        assert.match(files(r)["file-1"], /\[host\."https:\/\/\[fd00::12\]:443"\]/);
        assert.ok(r.one("CertRequest").inputs.ipAddresses.includes("fd00::12"));
    });

    it("have their folders, and no others, in the agent's pod", async () => {
        const all = Object.values(ContainerRuntime);
        const r = await registry({ nodes: { runtimes: all } });
        assert.deepEqual(folders(r), [
            "/etc/containerd/certs.d",
            "/var/lib/rancher/k3s/agent/etc/containerd/certs.d",
            "/var/lib/rancher/rke2/agent/etc/containerd/certs.d",
            "/etc/containers/certs.d",
            "/etc/containers/registries.conf.d",
            "/etc/docker/certs.d",
        ]);
        assert.deepEqual(folders(await registry()), ["/etc/containerd/certs.d"]);
    });

    it("have every root of the list mounted where the list says", async () => {
        for (const runtime of Object.values(ContainerRuntime)) {
            const r = await registry({ nodes: { runtimes: [runtime] } });
            const mounted = agent(r).containers[0].volumeMounts.map((mount: { mountPath: string }) => mount.mountPath);
            for (const line of files(r).list.trimEnd().split("\n")) {
                assert.ok(mounted.includes(line.split(" ")[0]), `${line} is not below ${mounted}`);
            }
        }
    });

    it("are told nothing when enabled is false", async () => {
        const r = await registry({ nodes: { enabled: false } });
        assert.deepEqual(r.every("DaemonSet"), []);
        assert.deepEqual(r.every("ConfigMap"), []);
    });

    it("are told where nodeSelector and tolerations say", async () => {
        const r = await registry({
            nodes: {
                nodeSelector: { pool: "apps" },
                tolerations: [{ key: "dedicated", operator: "Exists", effect: "NoSchedule" }],
            },
        });
        assert.deepEqual(agent(r).nodeSelector, { "kubernetes.io/os": "linux", pool: "apps" });
        assert.deepEqual(agent(r).tolerations, [{ key: "dedicated", operator: "Exists", effect: "NoSchedule" }]);
    });
});

describe("the nodes' agent", () => {
    it("may read its own DaemonSet and nothing else", async () => {
        const r = await registry();
        const { name, namespace } = r.one("DaemonSet").inputs.metadata;
        assert.deepEqual(r.one("Role").inputs.rules, [
            { apiGroups: ["apps"], resources: ["daemonsets"], resourceNames: [name], verbs: ["get"] },
        ]);
        assert.equal(r.one("Role").inputs.metadata.namespace, namespace);
        assert.deepEqual(r.one("RoleBinding").inputs.subjects, [
            { kind: "ServiceAccount", name: "registry-access-node-trust-account-1a2b3c4d", namespace },
        ]);
        assert.equal(agent(r).serviceAccountName, "registry-access-node-trust-account-1a2b3c4d");
        assert.ok(r.one("DaemonSet").dependencies.some((urn) => urn.endsWith("-role-binding")));
    });

    it("asks for that DaemonSet, and keeps a record of its own", async () => {
        const r = await registry({ namespace: "images" });
        assert.deepEqual(agent(r).containers[0].env, [
            { name: "RECORD", value: ".private-registry-images-node-registry-access-node-trust" },
            {
                name: "DAEMON_SET",
                value: "/apis/apps/v1/namespaces/images-node/daemonsets/registry-access-node-trust",
            },
        ]);
    });

    it("is root without capabilities", async () => {
        const spec = agent(await registry());
        assert.equal(spec.automountServiceAccountToken, false);
        assert.deepEqual(spec.containers[0].securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
    });
});

describe("agentFiles", () => {
    const kinds = fc.uniqueArray(fc.constantFrom(...Object.values(ContainerRuntime)), { minLength: 1 });
    const host = fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,4}){0,2}(:[1-9][0-9]{0,3})?$/);

    it("list each file once, with root, path and the key of its content", () => {
        fc.assert(
            fc.property(kinds, fc.uniqueArray(host, { minLength: 1 }), (runtimes, hosts) => {
                const wanted = nodeFiles(runtimes, hosts, "10.96.1.2:443", "-----BEGIN CERTIFICATE-----\n");
                const data = agentFiles(wanted);
                const lines = data.list.split("\n");
                assert.equal(lines.pop(), "");
                assert.equal(lines.length, wanted.length);
                lines.forEach((line, i) => {
                    const [root, path, key, ...rest] = line.split(" ");
                    assert.deepEqual(rest, []);
                    assert.equal(root, `/node${wanted[i].root}`);
                    assert.equal(path, wanted[i].path);
                    assert.equal(data[key], wanted[i].content);
                });
                // Kubernetes' rule for the keys of a ConfigMap.
                for (const key of Object.keys(data)) assert.match(key, /^[-._a-zA-Z0-9]+$/);
            }),
        );
    });
});
