import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as fc from "fast-check";
import { parse } from "yaml";
import { PrivateRegistry, type PrivateRegistryArgs, RegistryAccess } from "../../../../components";
import { rancherCaFile, registriesYaml } from "../../../../components/nodes/registriesYaml";
import { caCertificate } from "../../authority";
import { declare, resolved } from "../../mocks";

const caCertPem = "-----BEGIN CERTIFICATE-----\n";

/** Parsed like k3s does, as YAML 1.1, into mirrors and configs. */
const read = (text: string) => parse(text, { version: "1.1" });

describe("registriesYaml", () => {
    it("sends pulls from each host to the endpoint, and refers to its CA file", () => {
        const hosts = ["registry.example.com:8443", "images.example.com"];
        const mirror = { endpoint: ["https://10.96.1.2:443"] };
        assert.deepEqual(read(registriesYaml({ hosts, endpoint: "10.96.1.2:443", caCertPem })), {
            mirrors: { "registry.example.com:8443": mirror, "images.example.com": mirror },
            configs: {
                "10.96.1.2:443": { tls: { ca_file: "/etc/rancher/certs.d/registry.example.com:8443/ca.crt" } },
            },
        });
    });

    it("keeps the hosts as addresses without an endpoint", () => {
        const hosts = ["registry.example.com", "images.example.com"];
        const tls = { ca_file: rancherCaFile("registry.example.com") };
        assert.deepEqual(read(registriesYaml({ hosts, caCertPem })), {
            mirrors: {
                "registry.example.com": { endpoint: ["https://registry.example.com"] },
                "images.example.com": { endpoint: ["https://images.example.com"] },
            },
            configs: { "registry.example.com": { tls }, "images.example.com": { tls } },
        });
    });

    it("contains a login with any characters, and no CA file for a publicly trusted certificate", () => {
        const word = fc.oneof(
            fc.constantFrom("yes", "0123", "1e5", "null", "~", "a b"),
            fc.stringMatching(/^[!-9;-~]+$/),
        );
        fc.assert(
            fc.property(word, fc.string({ unit: "grapheme-ascii", minLength: 1 }), (username, password) => {
                const login = Buffer.from(`${username}:${password}`).toString("base64");
                const text = registriesYaml({
                    hosts: ["a.example"],
                    endpoint: "[fd00::1]:443",
                    logins: { "a.example": login },
                });
                assert.deepEqual(read(text).configs, { "[fd00::1]:443": { auth: { username, password } } });
            }),
        );
    });
});

describe("the output registriesYaml", () => {
    async function outputOf(args: PrivateRegistryArgs) {
        let component: PrivateRegistry | undefined;
        await declare(() => {
            component = new PrivateRegistry("registry", args);
        });
        const { registriesYaml: output } = component as PrivateRegistry;
        return { text: read(await resolved(output)), isSecret: await pulumi.isSecret(output) };
    }

    it("matches the DaemonSet's configuration, and is not secret", async () => {
        const { text, isSecret } = await outputOf({});
        const host = "registry.registry.svc.cluster.local";
        assert.deepEqual(text.mirrors, { [host]: { endpoint: ["https://10.96.1.2:443"] } });
        assert.deepEqual(text.configs, { "10.96.1.2:443": { tls: { ca_file: rancherCaFile(host) } } });
        assert.equal(isSecret, false);
    });

    it("is secret when it contains the nodes' login", async () => {
        const { text, isSecret } = await outputOf({ nodes: { authenticate: true } });
        assert.equal(text.configs["10.96.1.2:443"].auth.username, "puller-1");
        assert.equal(isSecret, true);
    });

    it("is set in other clusters, also when no node is configured", async () => {
        let component: RegistryAccess | undefined;
        await declare(() => {
            const registry = {
                host: "registry.example.com",
                dockerConfigJson: '{"auths":{}}',
                caCertPem: caCertificate,
            };
            component = new RegistryAccess("access", { ...registry, nodes: { enabled: false } });
        });
        const text = read(await resolved((component as RegistryAccess).registriesYaml));
        assert.deepEqual(Object.keys(text.configs), ["registry.example.com"]);
    });
});
