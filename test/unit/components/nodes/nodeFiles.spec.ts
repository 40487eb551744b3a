import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { ContainerRuntime } from "../../../../components";
import { authenticatingRuntimes, hostsToml, nodeFiles, nodeFolders } from "../../../../components/nodes/nodeFiles";

const ca = "-----BEGIN CERTIFICATE-----\n";
const host = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z0-9]{1,5}){0,3}(:[1-9][0-9]{0,4})?$/);
const endpoint = fc.option(fc.constantFrom("10.96.1.2:443", "[fd00::1]:443", "registry.example.com"), {
    nil: undefined,
});
const runtimes = fc.uniqueArray(fc.constantFrom(...Object.values(ContainerRuntime)), { minLength: 1 });

describe("hostsToml", () => {
    it("sends pulls from the host to the endpoint, and trusts the CA file", () => {
        assert.equal(
            hostsToml("registry.example.com:8443", "10.96.1.2:443", "/etc/containerd/certs.d/x/ca.crt", undefined),
            [
                'server = "https://registry.example.com:8443"',
                "",
                '[host."https://10.96.1.2:443"]',
                '  capabilities = ["pull", "resolve"]',
                '  ca = "/etc/containerd/certs.d/x/ca.crt"',
                "",
            ].join("\n"),
        );
    });

    it("contains the login, and no CA file for a publicly trusted certificate", () => {
        assert.equal(
            hostsToml("registry.example.com", "registry.example.com", undefined, "YTpi"),
            [
                'server = "https://registry.example.com"',
                "",
                '[host."https://registry.example.com"]',
                '  capabilities = ["pull", "resolve"]',
                "",
                '  [host."https://registry.example.com".header]',
                '    Authorization = "Basic YTpi"',
                "",
            ].join("\n"),
        );
    });
});

describe("nodeFiles", () => {
    it("of containerd have, for each host, a table for the endpoint and a CA file that is also written", () => {
        fc.assert(
            fc.property(fc.uniqueArray(host, { minLength: 1 }), endpoint, (hosts, target) => {
                const files = nodeFiles(
                    { runtimes: [ContainerRuntime.Containerd] },
                    { hosts, endpoint: target, caCertPem: ca },
                );
                assert.equal(files.length, 2 * hosts.length);
                for (const name of hosts) {
                    const toml = files.find((file) => file.path === `${name}/hosts.toml`)?.content ?? "";
                    assert.ok(toml.includes(`\n[host."https://${target ?? name}"]\n`), toml);
                    const caPath = /^ {2}ca = "(\/[^"]+)"$/m.exec(toml)?.[1];
                    const file = files.find((f) => `${f.root}/${f.path}` === caPath);
                    assert.equal(file?.content, ca);
                }
            }),
        );
    });

    it("have unique paths, in the mounted directories", () => {
        fc.assert(
            fc.property(runtimes, fc.uniqueArray(host, { minLength: 1 }), endpoint, (kinds, hosts, target) => {
                const files = nodeFiles({ runtimes: kinds }, { hosts, endpoint: target, caCertPem: ca });
                const paths = files.map((file) => `${file.root}/${file.path}`);
                assert.deepEqual(paths, [...new Set(paths)]);
                const folders = nodeFolders({ runtimes: kinds }, target !== undefined);
                for (const file of files) {
                    assert.ok(folders.includes(file.root), `${file.root} is not among ${folders}`);
                    assert.match(file.path, /^[^/\s][^\s]*$/);
                    assert.doesNotMatch(file.root, /\s|\/$/);
                }
            }),
        );
    });

    const folders: [ContainerRuntime, string[]][] = [
        [ContainerRuntime.Containerd, ["/etc/containerd/certs.d"]],
        [ContainerRuntime.K3s, ["/var/lib/rancher/k3s/agent/etc/containerd/certs.d"]],
        [ContainerRuntime.Rke2, ["/var/lib/rancher/rke2/agent/etc/containerd/certs.d"]],
        [ContainerRuntime.Docker, ["/etc/docker/certs.d"]],
    ];
    for (const [runtime, expected] of folders) {
        it(`of ${runtime} are in ${expected}`, () => {
            const registry = { hosts: ["a.example", "b.example"], endpoint: "10.0.0.1:443", caCertPem: ca };
            const roots = nodeFiles({ runtimes: [runtime] }, registry).map((file) => file.root);
            assert.deepEqual([...new Set(roots)], expected);
        });
    }

    it("of CRI-O map each host to the endpoint, and have the CA certificate for both addresses", () => {
        const registry = { hosts: ["a.example:8443"], endpoint: "10.0.0.1:443", caCertPem: ca };
        assert.deepEqual(nodeFiles({ runtimes: [ContainerRuntime.CriO] }, registry), [
            { root: "/etc/containers/certs.d", path: "a.example:8443/ca.crt", content: ca, isSecret: false },
            { root: "/etc/containers/certs.d", path: "10.0.0.1:443/ca.crt", content: ca, isSecret: false },
            {
                root: "/etc/containers/registries.conf.d",
                path: "private-registry-a.example-8443.conf",
                content:
                    '[[registry]]\nlocation = "a.example:8443"\n\n[[registry.mirror]]\nlocation = "10.0.0.1:443"\n',
                isSecret: false,
            },
        ]);
    });

    it("of CRI-O are only CA certificates without an endpoint", () => {
        assert.deepEqual(nodeFiles({ runtimes: [ContainerRuntime.CriO] }, { hosts: ["a.example"], caCertPem: ca }), [
            { root: "/etc/containers/certs.d", path: "a.example/ca.crt", content: ca, isSecret: false },
        ]);
    });

    it("of Docker are only CA certificates, because it cannot map names", () => {
        const registry = { hosts: ["a.example"], endpoint: "10.0.0.1:443", caCertPem: ca };
        assert.deepEqual(nodeFiles({ runtimes: [ContainerRuntime.Docker] }, registry), [
            { root: "/etc/docker/certs.d", path: "a.example/ca.crt", content: ca, isSecret: false },
        ]);
    });

    it("contain each host's login if the runtime supports it, and only then are secret", () => {
        fc.assert(
            fc.property(runtimes, fc.uniqueArray(host, { minLength: 1 }), endpoint, (kinds, hosts, target) => {
                const logins = Object.fromEntries(hosts.map((name) => [name, `login-of-${name}`]));
                for (const file of nodeFiles({ runtimes: kinds }, { hosts, endpoint: target, caCertPem: ca, logins })) {
                    const name = file.path.replace(/\/hosts\.toml$/, "");
                    assert.equal(file.isSecret, file.path.endsWith("/hosts.toml"));
                    assert.equal(file.content.includes("login-of-"), file.isSecret);
                    if (file.isSecret) assert.ok(file.content.includes(`"Basic login-of-${name}"`));
                }
                assert.deepEqual(
                    nodeFiles({ runtimes: kinds }, { hosts, endpoint: target, caCertPem: ca, logins }).some(
                        (file) => file.isSecret,
                    ),
                    kinds.some((kind) => authenticatingRuntimes.includes(kind)),
                );
            }),
        );
    });

    it("of containerd have no CA certificate if the registry's is publicly trusted", () => {
        const files = nodeFiles(
            { runtimes: [ContainerRuntime.Containerd] },
            { hosts: ["a.example"], logins: { "a.example": "x" } },
        );
        assert.deepEqual(
            files.map((file) => file.path),
            ["a.example/hosts.toml"],
        );
        assert.doesNotMatch(files[0].content, /ca =/);
    });
});
