import * as assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { ContainerRuntime } from "../../../../components";
import type { RegistryOnNodes } from "../../../../components/nodes/nodeFiles";
import { nodeScript } from "../../../../components/nodes/ssh";
import { namedCertificate } from "../../authority";

describe("nodes/ssh.sh: the configuration of a machine", () => {
    let folder: string;
    const record = ".private-registry-team-dev-registry";
    const at = (file: string) => path.join(folder, file);
    const onNode: RegistryOnNodes = {
        hosts: ["a.example"],
        endpoint: "10.96.1.2:443",
        caCertPem: namedCertificate("of a"),
        logins: { "a.example": "YTpi" },
    };
    const both = [ContainerRuntime.Containerd, ContainerRuntime.Docker];
    const theirs = "127.0.0.1 localhost\n# begin something else\n10.0.0.1 other\n";

    /** Runs the script for a machine's shell, on directories below the test's. */
    function send(verb: string, registry: RegistryOnNodes, runtimes = both, script = scriptOf(registry, runtimes)) {
        const below = script.replaceAll(/(?<![\w.$"])\/(etc|var\/lib)\//g, `${folder}/$1/`);
        const done = spawnSync("sh", ["-s", verb], { input: below, encoding: "utf8" });
        return { code: done.status, output: done.stdout.replaceAll(`${folder}/`, "/"), error: done.stderr };
    }

    const scriptOf = (registry: RegistryOnNodes, runtimes = both) => nodeScript(record, { runtimes }, registry);

    /** All files below the test's directory, without the initial ones. */
    function files(): string[] {
        const all = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
        const found = all.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
        return found.map((file) => path.relative(folder, file)).sort();
    }

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(tmpdir(), "private-registry-unit-"));
        fs.mkdirSync(at("etc"));
        fs.writeFileSync(at("etc/hosts"), theirs, { mode: 0o644 });
    });
    afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

    it("is written to files with their modes, and to /etc/hosts between markers", () => {
        const { code, output, error } = send("install", onNode);
        assert.deepEqual({ code, error }, { code: 0, error: "" });
        assert.deepEqual(output.trimEnd().split("\n"), [
            "wrote /etc/containerd/certs.d/a.example/ca.crt",
            "wrote /etc/containerd/certs.d/a.example/hosts.toml",
            "wrote /etc/docker/certs.d/a.example/ca.crt",
            "wrote /etc/hosts",
        ]);
        assert.equal(fs.readFileSync(at("etc/docker/certs.d/a.example/ca.crt"), "utf8"), onNode.caCertPem);
        assert.equal(fs.statSync(at("etc/docker/certs.d/a.example/ca.crt")).mode & 0o777, 0o644);
        const toml = at("etc/containerd/certs.d/a.example/hosts.toml");
        assert.match(fs.readFileSync(toml, "utf8"), /Authorization = "Basic YTpi"/);
        assert.equal(fs.statSync(toml).mode & 0o777, 0o600);
        assert.equal(
            fs.readFileSync(at("etc/hosts"), "utf8"),
            `${theirs}# begin ${record}\n10.96.1.2 a.example\n# end ${record}\n`,
        );
    });

    it("is idempotent", () => {
        send("install", onNode);
        assert.deepEqual(send("install", onNode), { code: 0, output: "", error: "" });
    });

    it("replaces an earlier configuration, and no other files", () => {
        send("install", onNode);
        fs.writeFileSync(at("etc/docker/certs.d/a.example/client.key"), "theirs");
        fs.appendFileSync(at("etc/hosts"), "10.0.0.9 later\n");
        const next = { ...onNode, hosts: ["b.example"], endpoint: "10.96.1.3:443", logins: undefined };
        assert.equal(send("install", next, [ContainerRuntime.Containerd]).code, 0);
        assert.deepEqual(files(), [
            `etc/containerd/certs.d/${record}`,
            "etc/containerd/certs.d/b.example/ca.crt",
            "etc/containerd/certs.d/b.example/hosts.toml",
            "etc/docker/certs.d/a.example/client.key",
            "etc/hosts",
        ]);
        assert.equal(fs.statSync(at("etc/containerd/certs.d/b.example/hosts.toml")).mode & 0o777, 0o644);
        assert.equal(
            fs.readFileSync(at("etc/hosts"), "utf8"),
            `${theirs}10.0.0.9 later\n# begin ${record}\n10.96.1.3 b.example\n# end ${record}\n`,
        );
    });

    it("is removed completely", () => {
        fs.chmodSync(at("etc/hosts"), 0o640);
        send("install", onNode);
        const { code, error } = send("uninstall", onNode);
        assert.deepEqual({ code, error }, { code: 0, error: "" });
        assert.deepEqual(files(), ["etc/hosts"]);
        assert.equal(fs.readFileSync(at("etc/hosts"), "utf8"), theirs);
        assert.equal(fs.statSync(at("etc/hosts")).mode & 0o777, 0o640);
    });

    it("is removed where other files existed before", () => {
        const { code, error } = send("uninstall", onNode);
        assert.deepEqual({ code, error }, { code: 0, error: "" });
        assert.deepEqual(files(), ["etc/hosts"]);
    });

    it("puts back the files that were there before", () => {
        const toml = at("etc/containerd/certs.d/a.example/hosts.toml");
        fs.mkdirSync(path.dirname(toml), { recursive: true });
        fs.writeFileSync(toml, "theirs\n", { mode: 0o640 });
        assert.match(send("install", onNode).output, /^kept \/etc\/containerd\/certs\.d\/a\.example\/hosts\.toml in /m);
        assert.match(fs.readFileSync(toml, "utf8"), /10\.96\.1\.2/);
        send("install", { ...onNode, endpoint: "10.96.1.3:443" });
        assert.equal(send("uninstall", onNode).code, 0);
        assert.deepEqual(files(), ["etc/containerd/certs.d/a.example/hosts.toml", "etc/hosts"]);
        assert.equal(fs.readFileSync(toml, "utf8"), "theirs\n");
        assert.equal(fs.statSync(toml).mode & 0o777, 0o640);
    });

    it("is refused, and nothing is written, if another component configures the host", () => {
        fs.mkdirSync(at("etc/docker/certs.d/a.example"), { recursive: true });
        fs.writeFileSync(at("etc/docker/certs.d/a.example/ca.crt"), "another authority\n");
        fs.writeFileSync(at("etc/docker/certs.d/.private-registry-other"), "a.example/ca.crt\n");
        const before = files();
        const { code, error } = send("install", onNode);
        assert.equal(code, 1);
        assert.match(
            error,
            /a\.example\/ca\.crt belongs to another component \(.*certs\.d\/\.private-registry-other\); remove the host/,
        );
        assert.deepEqual(files(), before);
        assert.equal(fs.readFileSync(at("etc/hosts"), "utf8"), theirs);
    });

    it("shares its files with the DaemonSet of the same registry, which updates them first", () => {
        send("install", onNode);
        const folder = at("etc/containerd/certs.d");
        fs.copyFileSync(path.join(folder, record), path.join(folder, ".private-registry-a"));
        assert.equal(send("install", { ...onNode, endpoint: "10.96.1.3:443" }).code, 0);
        const toml = path.join(folder, "a.example/hosts.toml");
        assert.match(fs.readFileSync(toml, "utf8"), /10\.96\.1\.2/);
        assert.equal(send("uninstall", onNode).code, 0);
        assert.equal(fs.existsSync(toml), true);
    });

    it("is written to further directories, and removed from those of an earlier configuration", () => {
        const directories = ["/var/lib/snap/certs.d", "/etc/containerd/hosts.d"];
        const of = (list: string[]) => nodeScript(record, { runtimes: [], directories: list }, onNode);
        const below = (list: string[]) =>
            list.flatMap((root) => [`${root}/a.example/ca.crt`, `${root}/a.example/hosts.toml`]);
        const state = `var/lib/private-registry/${record}`;
        const installed = () =>
            files()
                .filter((file) => !file.endsWith(record))
                .map((file) => `/${file}`);
        send("install", onNode, [], of(directories));
        assert.deepEqual(installed(), [
            ...below(["/etc/containerd/hosts.d"]),
            "/etc/hosts",
            ...below(["/var/lib/snap/certs.d"]),
        ]);
        assert.equal(fs.readFileSync(at(state), "utf8"), directories.map((dir) => `${folder}${dir}\n`).join(""));
        send("install", onNode, [], of([directories[1]]));
        assert.deepEqual(installed(), [...below(["/etc/containerd/hosts.d"]), "/etc/hosts"]);
        send("install", onNode, [ContainerRuntime.Docker]);
        assert.deepEqual(installed(), ["/etc/docker/certs.d/a.example/ca.crt", "/etc/hosts"]);
        assert.equal(fs.existsSync(path.dirname(at(state))), false);
        send("install", onNode, [], of(directories));
        send("uninstall", onNode, [], of(directories));
        assert.deepEqual(files(), ["etc/hosts"]);
        assert.equal(fs.existsSync(path.dirname(at(state))), false);
    });

    it("does not change /etc/hosts when a marker is missing, and reports it", () => {
        send("install", onNode);
        const broken = fs.readFileSync(at("etc/hosts"), "utf8").replace(`# end ${record}\n`, "10.0.0.9 later\n");
        fs.writeFileSync(at("etc/hosts"), broken);
        const { code, error } = send("uninstall", onNode);
        assert.equal(code, 1);
        assert.match(error, /hosts has the line '# begin .*' without '# end .*'; write that behind/);
        assert.equal(fs.readFileSync(at("etc/hosts"), "utf8"), broken);
    });

    it("does nothing when the connection breaks before the end of the script", () => {
        const whole = scriptOf(onNode);
        for (const share of [0.3, 0.6, 0.99]) {
            send("install", onNode, both, whole.slice(0, Math.floor(whole.length * share)));
            assert.deepEqual(files(), ["etc/hosts"]);
        }
    });

    it("does not execute the content of a certificate", () => {
        const caCertPem = "-----BEGIN CERTIFICATE-----\n'\nEND\nEOF\n$(touch /etc/evil) `touch /etc/evil`\n";
        assert.equal(send("install", { ...onNode, caCertPem }).code, 0);
        assert.equal(files().includes("etc/evil"), false);
        const written = fs.readFileSync(at("etc/docker/certs.d/a.example/ca.crt"), "utf8");
        assert.ok(written.includes("$(touch "), written);
    });

    it("leaves no temporary directory", () => {
        const scratch = at("tmp");
        fs.mkdirSync(scratch);
        execFileSync("sh", ["-s", "uninstall"], {
            input: scriptOf(onNode).replaceAll(/(?<![\w.$"])\/(etc|var\/lib)\//g, `${folder}/$1/`),
            env: { ...process.env, TMPDIR: scratch },
        });
        assert.deepEqual(fs.readdirSync(scratch), []);
    });
});
