import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { ContainerRuntime } from "../../components";
import { registriesYaml } from "../../components/nodes/registriesYaml";
import { repositoryRoot } from "../../sandbox/paths";
import { k3s, keepsFilesSince, registriesYamlKeys as known } from "./k3s";
import { describeNodeFiles } from "./rancherNodes";

describeNodeFiles("k3s", ContainerRuntime.K3s, k3s);

describe("registriesYaml, compared with the file that k3s reads", () => {
    const host = "registry.example.com:8443";
    const endpoint = "203.0.113.7:443";
    const login = Buffer.from("yes:0777").toString("base64");
    // As k3s does.
    const read = (text: string) => parse(text, { version: "1.1" });
    const written = read(registriesYaml({ hosts: [host], endpoint, caCertPem: "the CA", logins: { [host]: login } }));

    it("has the keys that k3s reads, and no others", () => {
        assert.deepEqual(Object.keys(written), known.file);
        const [mirror] = Object.values<object>(written.mirrors);
        const [config] = Object.values<Record<string, object>>(written.configs);
        assert.deepEqual(Object.keys(mirror), known.mirror);
        assert.deepEqual(Object.keys(config), known.config);
        assert.deepEqual(Object.keys(config.auth), known.auth);
        assert.deepEqual(Object.keys(config.tls), known.tls);
        assert.deepEqual(config.auth, { username: "yes", password: "0777" });
    });

    it("has the certificate and login of the endpoint's host and port", () => {
        const [address] = written.mirrors[host].endpoint;
        assert.deepEqual(Object.keys(written.configs), [address.replace("https://", "")]);
    });
});

describe("docs/nodes.md, compared with k3s", () => {
    const text = fs.readFileSync(path.join(repositoryRoot, "docs/nodes.md"), "utf8").replace(/\s+/g, " ");

    it("names the file and the directory that k3s reads, and the versions that keep the component's files", () => {
        assert.ok(text.includes(k3s.registriesYaml));
        assert.ok(text.includes(`<data-dir>${k3s.hostsDirectory.replace(k3s.data, "")}`));
        assert.ok(text.includes(`works in the versions ${keepsFilesSince.join(", ")} and later`));
    });
});
