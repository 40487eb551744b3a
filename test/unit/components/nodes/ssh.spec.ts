import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as nodeModule from "node:module";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { ContainerRuntime, PrivateRegistry, RegistryAccess, type RegistryNodes } from "../../../../components";
import type { RegistryOnNodes } from "../../../../components/nodes/nodeFiles";
import { hostsLine, recordName } from "../../../../components/nodes/ssh";
import { caCertificate } from "../../authority";
import { declare, refusal } from "../../mocks";
import { registry } from "../../registry";
import { clientKey, hostKey, sshNode } from "../../sshNode";

const withNodes = (nodes: RegistryNodes) => registry({ nodes });

describe("nodes.ssh", () => {
    it("runs one command for each machine, with its pinned host key", async () => {
        const r = await withNodes({ ssh: [sshNode("a", { port: 2222, user: "ops" }), sshNode("b")] });
        assert.deepEqual(
            r.every("Command").map(({ name }) => name),
            ["registry-access-node-a", "registry-access-node-b"],
        );
        const { connection, addPreviousOutputInEnv, environment } = r.every("Command")[0].inputs;
        assert.deepEqual(connection, {
            host: "a.example.com",
            port: 2222,
            user: "ops",
            privateKey: clientKey,
            hostKey,
            // Defaults of the SDK.
            dialErrorLimit: 10,
            perDialTimeout: 15,
        });
        assert.equal(addPreviousOutputInEnv, false);
        assert.equal(environment, undefined);
    });

    it("keeps the private key encrypted", async () => {
        const [command] = (await withNodes({ ssh: [sshNode("a")] })).every("Command");
        assert.ok(command.clearTexts.some((text) => text.includes("certs.d")));
        assert.equal(command.clearTexts.includes(clientKey), false);
    });

    it("passes logins encrypted, on standard input only", async () => {
        const [command] = (await withNodes({ ssh: [sshNode("a")], authenticate: true })).every("Command");
        const { stdin, ...others } = command.inputs;
        assert.match(stdin, /Authorization = "Basic [A-Za-z0-9+/]{40}/);
        assert.equal(JSON.stringify(others).includes("Basic"), false);
        assert.equal(
            command.clearTexts.some((text) => text.includes("Basic")),
            false,
        );
    });

    it("configures containerd and Docker, or the given runtimes", async () => {
        const r = await withNodes({ ssh: [sshNode("a"), sshNode("b", { runtimes: [ContainerRuntime.K3s] })] });
        const host = "registry.registry.svc.cluster.local";
        const lists = r
            .every("Command")
            .map(({ inputs }) =>
                [...inputs.stdin.matchAll(/^(\/\S+) (\S+) files\/file-\d+ 0644$/gm)].map(
                    ([, root, file]) => `${root}/${file}`,
                ),
            );
        assert.deepEqual(lists, [
            [
                `/etc/containerd/certs.d/${host}/ca.crt`,
                `/etc/containerd/certs.d/${host}/hosts.toml`,
                `/etc/docker/certs.d/${host}/ca.crt`,
            ],
            [
                `/var/lib/rancher/k3s/agent/etc/containerd/certs.d/${host}/ca.crt`,
                `/var/lib/rancher/k3s/agent/etc/containerd/certs.d/${host}/hosts.toml`,
            ],
        ]);
    });

    it("have a record whose file name is not too long, and unique", () => {
        assert.equal(recordName("project", "stack", "registry"), ".private-registry-project-stack-registry");
        const long = (length: number) => "x".repeat(length);
        assert.equal(recordName(long(100), long(100), long(31)).length, 251);
        const [one, other] = ["a", "b"].map((end) => recordName(long(100), long(100), `${long(60)}${end}`));
        assert.equal(one.length, 251);
        assert.notEqual(one, other);
        assert.match(one, /^\.private-registry-x+-x+-x*-[0-9a-f]{16}$/);
    });

    it("configures the given directories, and then no runtime by default", async () => {
        const directories = ["/var/snap/microk8s/current/args/certs.d"];
        const r = await withNodes({
            ssh: [sshNode("a", { directories }), sshNode("b", { directories, runtimes: [ContainerRuntime.Docker] })],
        });
        const roots = r
            .every("Command")
            .map(({ inputs }) =>
                [...inputs.stdin.matchAll(/^(\/\S+) \S+ files\/file-\d+ 0644$/gm)].map(([, root]) => root),
            );
        assert.deepEqual(roots, [
            [directories[0], directories[0]],
            ["/etc/docker/certs.d", directories[0], directories[0]],
        ]);
    });

    it("needs a package that other programs need not install", async () => {
        // biome-ignore lint/suspicious/noExplicitAny: the way to hide a package is no public one
        const loader = nodeModule.Module as any;
        const { _resolveFilename } = loader;
        delete require.cache[require.resolve("@pulumi/command/remote")];
        loader._resolveFilename = (name: string, ...rest: unknown[]) => {
            if (!name.startsWith("@pulumi/command")) return _resolveFilename(name, ...rest);
            throw Object.assign(new Error(`Cannot find module '${name}'`), { code: "MODULE_NOT_FOUND" });
        };
        try {
            const { message } = await refusal(
                () => new PrivateRegistry("registry", { nodes: { ssh: [sshNode("a")] } }),
            );
            assert.match(
                message,
                /nodes\.ssh: needs the npm package @pulumi\/command; run `npm install @pulumi\/command@/,
            );
            await withNodes({});
        } finally {
            loader._resolveFilename = _resolveFilename;
        }
    });

    it("runs as root, through sudo for another user", async () => {
        const { create, delete: remove } = (await withNodes({ ssh: [sshNode("a")] })).one("Command").inputs;
        const folder = fs.mkdtempSync(path.join(tmpdir(), "private-registry-unit-"));
        try {
            fs.writeFileSync(path.join(folder, "sudo"), '#!/bin/sh\necho sudo "$@"\nshift\nexec "$@"\n', {
                mode: 0o755,
            });
            const run = (command: string, user: number) => {
                fs.writeFileSync(path.join(folder, "id"), `#!/bin/sh\necho ${user}\n`, { mode: 0o755 });
                const env = { PATH: `${folder}:/usr/bin:/bin` };
                return execFileSync("sh", ["-c", command], { input: 'echo "$1"', env, encoding: "utf8" });
            };
            assert.equal(run(create, 0), "install\n");
            assert.equal(run(create, 1000), "sudo -n sh -s install\ninstall\n");
            assert.equal(run(remove, 1000), "sudo -n sh -s uninstall\nuninstall\n");
        } finally {
            fs.rmSync(folder, { recursive: true, force: true });
        }
    });

    it("works from another cluster or stack, too", async () => {
        const r = await declare(
            () =>
                new RegistryAccess("access", {
                    host: "registry.example.com",
                    dockerConfigJson: '{"auths":{}}',
                    caCertPem: caCertificate,
                    endpoint: "203.0.113.7:443",
                    nodes: { daemonSet: false, ssh: [sshNode("a")] },
                }),
        );
        assert.deepEqual(r.every("DaemonSet"), []);
        assert.deepEqual(r.every("Namespace"), []);
        assert.match(r.one("Command").inputs.stdin, /\n203\.0\.113\.7 registry\.example\.com\n/);
    });
});

describe("hostsLine", () => {
    const lines: [string, RegistryOnNodes, string | undefined][] = [
        [
            "all hosts at the endpoint's address",
            { hosts: ["a.example", "b.example:443"], endpoint: "10.96.1.2:443" },
            "10.96.1.2 a.example b.example",
        ],
        [
            "an IPv6 address without its brackets",
            { hosts: ["a.example"], endpoint: "[fd00::1]:443" },
            "fd00::1 a.example",
        ],
        ["an address without a port", { hosts: ["a.example"], endpoint: "10.96.1.2" }, "10.96.1.2 a.example"],
        [
            "only hosts at the endpoint's port",
            { hosts: ["a.example", "b.example:8443"], endpoint: "192.0.2.1:8443" },
            "192.0.2.1 b.example",
        ],
        ["no host at another port", { hosts: ["a.example"], endpoint: "192.0.2.1:8443" }, undefined],
        ["no address that is a name", { hosts: ["a.example"], endpoint: "b.example:443" }, undefined],
        ["nothing without an endpoint", { hosts: ["a.example"] }, undefined],
    ];
    for (const [what, onNode, line] of lines) {
        it(`has ${what}`, () => assert.equal(hostsLine(onNode), line));
    }
});
