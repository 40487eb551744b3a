import * as assert from "node:assert/strict";
import { attempt, run } from "../../../sandbox/command";
import {
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    stepwise,
    theSandbox,
} from "../harness";
import { type SshServer, startSshServer } from "../sshServer";

describe("nodes that are configured over SSH", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("over-ssh-team");
    const registry = new RegistryStack("over-ssh", {});
    let server: SshServer;
    let hostsBefore: string;
    let filesBefore: string;

    const onNode = (script: string) => run([...theSandbox().enter(1, { all: true }), "sh", "-c", script]);
    const runtimeFiles = () => onNode("find /etc/containerd /etc/docker -type f 2>/dev/null | sort");
    const hosts = () => onNode("cat /etc/hosts");
    const node = (hostKey: string) => ({ name: "node-1", host: server.host, port: server.port, hostKey });
    const withNode = (hostKey: string, more: object = {}) => ({
        namespace: "over-ssh",
        storage: { memory: {} },
        hostAliases: ["images.example.com"],
        ...more,
        // The key is set by the secret configuration value.
        nodes: { daemonSet: false, authenticate: true, ssh: [node(hostKey) as never] },
    });

    before(async () => {
        server = await startSshServer();
        registry.secrets = { "ssh-key": server.privateKey };
        hostsBefore = await hosts();
        filesBefore = await runtimeFiles();
    });
    after(async () => {
        await registry.remove();
        await server?.stop();
    });

    it("are rejected with another host key, and the error says why", async () => {
        registry.args = withNode(server.otherHostKey);
        const result = await registry.pulumi("up", "--yes", "--skip-preview");
        assert.notEqual(result.code, 0);
        assert.match(result.stdout + result.stderr, /host key/i);
        assert.equal(await hosts(), hostsBefore);
        assert.equal(await runtimeFiles(), filesBefore);
    });

    it("have the files of containerd and Docker, and a line in /etc/hosts", async () => {
        registry.args = withNode(server.hostKey);
        await registry.up();
        const { host, clusterIp, caCertPem } = registry.outputs;
        const entry = /# begin (\S+)\n(.+)\n# end \1\n$/.exec(await hosts());
        assert.equal(entry?.[2], `${clusterIp} ${host} images.example.com`);
        assert.equal((await hosts()).slice(0, entry?.index), hostsBefore);
        for (const folder of ["/etc/docker/certs.d", "/etc/containerd/certs.d"]) {
            assert.equal(await onNode(`cat ${folder}/${host}/ca.crt`), caCertPem);
            assert.equal(await onNode(`cat ${folder}/images.example.com/ca.crt`), caCertPem);
        }
        const toml = `/etc/containerd/certs.d/${host}/hosts.toml`;
        assert.ok((await onNode(`cat ${toml}`)).includes(`[host."https://${clusterIp}:443"]`));
        assert.equal((await onNode(`stat -c %a ${toml}`)).trim(), "600");
        assert.equal(await kubectl("get daemonsets --namespace over-ssh --output name"), "");
        await assert.rejects(kubectl("get namespace over-ssh-node"), /NotFound/);
    });

    it("do not change or drift", () => registry.expectNoChange());

    it("pull for a pod, and resolve and trust the registry", async () => {
        const image = await pushImage(registry);
        await pullByKubelet(`${registry.outputs.host}/${image}`, "over-ssh-team", undefined);
        for (const host of [registry.outputs.host, "images.example.com"]) {
            const ca = `/etc/docker/certs.d/${host}/ca.crt`;
            const status = await onNode(`curl -s -o /dev/null -w '%{http_code}' --cacert ${ca} https://${host}/v2/`);
            assert.equal(status, "401", "as Docker would find it");
        }
    });

    it("have a rotated CA certificate, and a line without a removed alias", async () => {
        const before = registry.outputs.caCertPem;
        const selfSigned = { authorityGeneration: 2 };
        registry.args = withNode(server.hostKey, { tls: { selfSigned }, hostAliases: [] });
        await registry.up();
        const { host, clusterIp, caCertPem } = registry.outputs;
        assert.notEqual(caCertPem, before);
        assert.equal(await onNode(`cat /etc/docker/certs.d/${host}/ca.crt`), caCertPem);
        assert.ok((await hosts()).includes(`\n${clusterIp} ${host}\n`));
        assert.equal((await onNode("ls -d /etc/*/certs.d/images.example.com 2>/dev/null || true")).trim(), "");
        await registry.expectNoChange();
    });

    it("keep the key and the login encrypted in the state", async () => {
        const exported = await run(["pulumi", "stack", "export", "--stack", "over-ssh"], {
            env: theSandbox().environment,
            cwd: registry.stack.program,
        });
        assert.ok(exported.includes("command:remote:Command"));
        assert.equal(exported.includes(server.privateKey.split("\n")[1]), false);
        assert.doesNotMatch(exported, /Basic [A-Za-z0-9+/]{20}/);
    });

    it("have only the files of others when the registry is destroyed", async () => {
        await onNode("echo '10.0.0.9 theirs' >>/etc/hosts; echo theirs >/etc/docker/certs.d/theirs.crt");
        try {
            await registry.remove();
            assert.equal(await hosts(), `${hostsBefore}10.0.0.9 theirs\n`);
            assert.equal(
                await runtimeFiles(),
                [...filesBefore.split("\n").filter(Boolean), "/etc/docker/certs.d/theirs.crt"]
                    .sort()
                    .join("\n")
                    .concat("\n"),
            );
        } finally {
            await attempt([...theSandbox().enter(1, { all: true }), "rm", "-f", "/etc/docker/certs.d/theirs.crt"]);
            await onNode("grep -v ' theirs$' /etc/hosts >/tmp/hosts; cat /tmp/hosts >/etc/hosts; rm /tmp/hosts");
        }
    });
});
