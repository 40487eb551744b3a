import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { ContainerRuntime } from "../../../../components";
import { agentFiles } from "../../../../components/nodes/daemonSet";
import { nodeFiles } from "../../../../components/nodes/nodeFiles";
import { isIdle, nodeSettings } from "../../../../components/nodes/nodes";
import { caCertificate } from "../../authority";
import type { Resources } from "../../mocks";
import { registry } from "../../registry";
import { sshNode } from "../../sshNode";

const agent = (resources: Resources) => resources.one("DaemonSet").inputs.spec.template.spec;
const files = (resources: Resources) => resources.one("ConfigMap").inputs.data;
const folders = (resources: Resources) =>
    agent(resources)
        .volumes.filter((volume: { hostPath?: object }) => volume.hostPath)
        .map((volume: { hostPath: { path: string } }) => volume.hostPath.path);

describe("nodes", () => {
    it("are configured by a DaemonSet to send pulls from the host to the Service's IP", async () => {
        const r = await registry();
        const host = "registry.registry.svc.cluster.local";
        const root = "/node/etc/containerd/certs.d";
        assert.equal(
            files(r).list,
            `${root} ${host}/ca.crt files/file-0 0644\n${root} ${host}/hosts.toml files/file-1 0644\n`,
        );
        assert.equal(files(r).roots, `${root}\n`);
        assert.match(files(r)["file-1"], /\[host\."https:\/\/10\.96\.1\.2:443"\]/);
        assert.deepEqual(agent(r).nodeSelector, { "kubernetes.io/os": "linux" });
        assert.deepEqual(agent(r).tolerations, [{ operator: "Exists" }]);
    });

    it("are configured for host and hostAliases", async () => {
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

    it("connect to an IPv6 address in brackets", async () => {
        const r = await registry({}, "fd00::12");
        assert.match(files(r)["file-1"], /\[host\."https:\/\/\[fd00::12\]:443"\]/);
        assert.ok(r.one("CertRequest").inputs.ipAddresses.includes("fd00::12"));
    });

    it("have their directories, and no others, mounted in the agent's pod", async () => {
        const all = Object.values(ContainerRuntime);
        const r = await registry({ nodes: { runtimes: all } });
        assert.deepEqual(folders(r), [
            "/etc/containerd/certs.d",
            "/var/lib/rancher/k3s/agent/etc/containerd/certs.d",
            "/var/lib/rancher/rke2/agent/etc/containerd/certs.d",
            "/etc/containers/certs.d",
            "/etc/containers/registries.conf.d",
            "/etc/docker/certs.d",
            "/etc/containerd",
        ]);
        assert.deepEqual(folders(await registry()), ["/etc/containerd/certs.d", "/etc/containerd"]);
        assert.deepEqual(folders(await registry({ nodes: { runtimes: [ContainerRuntime.Docker] } })), [
            "/etc/docker/certs.d",
        ]);
    });

    it("have every root in the list mounted at its path", async () => {
        for (const runtime of Object.values(ContainerRuntime)) {
            const r = await registry({ nodes: { runtimes: [runtime] } });
            const mounted = agent(r).containers[0].volumeMounts.map((mount: { mountPath: string }) => mount.mountPath);
            for (const line of files(r).list.trimEnd().split("\n")) {
                assert.ok(mounted.includes(line.split(" ")[0]), `${line} is not below ${mounted}`);
            }
        }
    });

    it("are not configured when enabled is false", async () => {
        const r = await registry({ nodes: { enabled: false } });
        assert.deepEqual(r.every("DaemonSet"), []);
        assert.deepEqual(r.every("ConfigMap"), []);
    });

    it("are selected by nodeSelector and tolerations", async () => {
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

describe("nodes.directories", () => {
    const directories = ["/etc/containerd/hosts.d", "/var/snap/microk8s/current/args/certs.d"];

    it("are mounted and written, and then no runtime's by default", async () => {
        const r = await registry({ nodes: { directories } });
        assert.deepEqual(folders(r), [...directories, "/etc/containerd"]);
        assert.equal(files(r).roots, directories.map((directory) => `/node${directory}\n`).join(""));
        assert.equal(files(r).directories, directories.map((directory) => `${directory}\n`).join(""));
        assert.equal(files(r).list.trimEnd().split("\n").length, 4);
        assert.match(files(r)["file-3"], /ca = "\/var\/snap\/microk8s\/current\/args\/certs\.d\//);
    });

    it("are in addition to the given runtimes, and each is written once", async () => {
        const r = await registry({
            nodes: {
                runtimes: [ContainerRuntime.Containerd, ContainerRuntime.Docker],
                directories: ["/etc/containerd/certs.d", "/etc/containerd/hosts.d"],
            },
        });
        assert.deepEqual(folders(r), [
            "/etc/containerd/certs.d",
            "/etc/docker/certs.d",
            "/etc/containerd/hosts.d",
            "/etc/containerd",
        ]);
    });
});

describe("nodes.authenticate", () => {
    it("writes the login of the pull secrets to the nodes, from a Secret and nothing else", async () => {
        const r = await registry({ nodes: { authenticate: true }, hostAliases: ["images.example.com"] });
        const secret = r.one("Secret", "registry-access-node-trust-logins");
        const { list, ...data } = files(r);
        const lines = list.trimEnd().split("\n");
        const tomls = lines.filter((line: string) => line.includes("hosts.toml "));
        assert.equal(tomls.length, 2);
        for (const line of tomls) {
            const [, path, content, mode] = line.split(" ");
            assert.equal(mode, "0600");
            const toml = secret.inputs.stringData[content.replace(/^secrets\//, "")];
            assert.ok(toml.startsWith(`server = "https://${path.split("/")[0]}"`), toml);
            const sent = Buffer.from(/"Basic (.+)"/.exec(toml)?.[1] ?? "", "base64").toString();
            assert.equal(sent, `puller-1:${r.secrets.find((known) => known.startsWith("registry-password-puller-1"))}`);
        }
        assert.equal(JSON.stringify(data).includes("Authorization ="), false);
        assert.equal(JSON.stringify(r.one("DaemonSet").inputs).includes("Basic"), false);
        for (const resource of r.all) {
            const clear = resource.clearTexts.filter((text) => /"Basic /.test(text));
            assert.deepEqual(clear, [], resource.name);
        }
    });

    it("mounts the Secret in the agent's pod, readable by root only", async () => {
        const r = await registry({ nodes: { authenticate: true } });
        const { volumes, containers } = agent(r);
        assert.deepEqual(
            volumes.find((volume: { name: string }) => volume.name === "secrets"),
            {
                name: "secrets",
                secret: { secretName: r.objectName("Secret", "registry-access-node-trust-logins"), defaultMode: 0o400 },
            },
        );
        assert.ok(
            containers[0].volumeMounts.some(
                (mount: { name: string; mountPath: string }) =>
                    mount.name === "secrets" && mount.mountPath === "/agent/secrets",
            ),
        );
        const without = await registry();
        assert.equal(JSON.stringify(agent(without)).includes("/agent/secrets"), false);
    });

    it("follows the rotation of the pull secrets", async () => {
        const r = await registry({ nodes: { authenticate: true }, pullGeneration: 2 });
        const [toml] = Object.values<string>(r.one("Secret", "registry-access-node-trust-logins").inputs.stringData);
        const sent = Buffer.from(/"Basic (.+)"/.exec(toml)?.[1] ?? "", "base64").toString();
        assert.match(sent, /^puller-2:registry-password-puller-2/);
    });

    it("makes nodes log in without a CA certificate if the registry's is publicly trusted", async () => {
        const r = await registry({
            host: "registry.example.com",
            tls: { existingSecret: { name: "public" } },
            nodes: { authenticate: true },
        });
        assert.equal(files(r).list.split("\n").length, 2);
        const [toml] = Object.values<string>(r.one("Secret", "registry-access-node-trust-logins").inputs.stringData);
        assert.match(toml, /Authorization = "Basic /);
        assert.doesNotMatch(toml, /ca =/);
    });
});

describe("nodes.daemonSet", () => {
    const ssh = [sshNode("a")];

    it("is deployed in addition to machines over SSH, unless it is false", async () => {
        assert.equal((await registry({ nodes: { ssh } })).every("DaemonSet").length, 1);
        const r = await registry({ nodes: { ssh, daemonSet: false } });
        assert.deepEqual(r.every("DaemonSet"), []);
        assert.deepEqual(
            r.every("Namespace").map(({ inputs }) => inputs.metadata.name),
            ["registry"],
        );
        assert.equal(r.every("Command").length, 1);
    });
});

describe("the nodes' agent", () => {
    it("can read its own DaemonSet and nothing else", async () => {
        const r = await registry();
        const { name, namespace } = r.one("DaemonSet").inputs.metadata;
        assert.deepEqual(r.one("Role").inputs.rules, [
            { apiGroups: ["apps"], resources: ["daemonsets"], resourceNames: [name], verbs: ["get"] },
        ]);
        assert.equal(r.one("Role").inputs.metadata.namespace, namespace);
        assert.deepEqual(r.one("RoleBinding").inputs.subjects, [
            { kind: "ServiceAccount", name: "registry-access-node-trust-account", namespace },
        ]);
        assert.equal(agent(r).serviceAccountName, "registry-access-node-trust-account");
        assert.ok(r.one("DaemonSet").dependencies.some((urn) => urn.endsWith("-role-binding")));
    });

    it("requests that DaemonSet, and keeps a separate record", async () => {
        const r = await registry({ namespace: "images" });
        assert.deepEqual(agent(r).containers[0].env, [
            { name: "RECORD", value: ".private-registry-images-node-registry-access-node-trust" },
            {
                name: "DAEMON_SET",
                value: "/apis/apps/v1/namespaces/images-node/daemonsets/registry-access-node-trust",
            },
        ]);
    });
});

describe("the status of the nodes' agent", () => {
    it("is a readiness probe that prints what it found", async () => {
        const { readinessProbe, startupProbe } = agent(await registry()).containers[0];
        assert.deepEqual(readinessProbe.exec.command, ["/bin/sh", "-c", "cat /tmp/status; test -e /tmp/read"]);
        assert.deepEqual(startupProbe.exec.command, ["test", "-e", "/tmp/ready"]);
    });

    it("needs nothing of the node but containerd's configuration, which it cannot change", async () => {
        const { volumes, containers } = agent(await registry());
        const mount = containers[0].volumeMounts.find(({ name }: { name: string }) => name === "containerd");
        assert.deepEqual(mount, { name: "containerd", mountPath: "/agent/containerd", readOnly: true });
        assert.deepEqual(volumes.find(({ name }: { name: string }) => name === "containerd").hostPath, {
            path: "/etc/containerd",
            type: "DirectoryOrCreate",
        });
    });
});

describe("agentFiles", () => {
    const kinds = fc.uniqueArray(fc.constantFrom(...Object.values(ContainerRuntime)), { minLength: 1 });
    const host = fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,4}){0,2}(:[1-9][0-9]{0,3})?$/);

    it("list each file once, with root, path, content and mode, and each root once", () => {
        fc.assert(
            fc.property(kinds, fc.uniqueArray(host, { minLength: 1 }), fc.boolean(), (runtimes, hosts, logsIn) => {
                const logins = Object.fromEntries(hosts.map((name) => [name, "YTpi"]));
                const wanted = nodeFiles(
                    { runtimes },
                    {
                        hosts,
                        endpoint: "10.96.1.2:443",
                        caCertPem: caCertificate,
                        logins: logsIn ? logins : undefined,
                    },
                );
                const { open, secret } = agentFiles(wanted);
                const lines = open.list.split("\n");
                assert.equal(lines.pop(), "");
                assert.equal(lines.length, wanted.length);
                lines.forEach((line, i) => {
                    const [root, path, content, mode, ...rest] = line.split(" ");
                    assert.deepEqual(rest, []);
                    assert.equal(root, `/node${wanted[i].root}`);
                    assert.equal(path, wanted[i].path);
                    assert.equal(mode, wanted[i].isSecret ? "0600" : "0644");
                    const [folder, key] = content.split("/");
                    const kept: Record<string, string> = folder === "secrets" ? secret : open;
                    assert.equal(kept[key], wanted[i].content);
                });
                const roots = lines.map((line) => line.split(" ")[0]);
                assert.deepEqual(open.roots.trimEnd().split("\n"), [...new Set(roots)]);
                assert.equal(JSON.stringify(open).includes("YTpi"), false);
                // Kubernetes' rule for the keys of a ConfigMap or Secret.
                for (const key of Object.keys({ ...open, ...secret })) assert.match(key, /^[-._a-zA-Z0-9]+$/);
            }),
        );
    });
});

describe("the settings of nodes", () => {
    const cases: [
        string,
        Parameters<typeof nodeSettings>,
        { isConfigured: boolean; daemonSet: boolean; idle: boolean },
    ][] = [
        ["no arguments but a CA", [undefined, true], { isConfigured: true, daemonSet: true, idle: false }],
        ["no arguments and no CA", [undefined, false], { isConfigured: false, daemonSet: false, idle: false }],
        ["arguments without a CA", [{}, false], { isConfigured: false, daemonSet: false, idle: true }],
        ["a login without a CA", [{ authenticate: true }, false], { isConfigured: true, daemonSet: true, idle: false }],
        ["disabled nodes", [{ enabled: false }, true], { isConfigured: false, daemonSet: false, idle: false }],
        ["SSH alone", [{ daemonSet: false }, true], { isConfigured: true, daemonSet: false, idle: false }],
    ];
    for (const [what, args, { idle, ...expected }] of cases) {
        it(`decide for ${what} whether nodes are configured, and by a DaemonSet`, () => {
            const { isConfigured, daemonSet } = nodeSettings(...args);
            assert.deepEqual({ isConfigured, daemonSet }, expected);
            assert.equal(isIdle(...args), idle);
        });
    }
});
