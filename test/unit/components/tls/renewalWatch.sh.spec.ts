import * as assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { type Running, scriptFolder, until } from "../../shellScripts";

describe("tls/renewalWatch.sh", () => {
    const { at, write, lines, inFolder, run, sleeps } = scriptFolder();

    const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;

    /** Runs the watch with `wanted` in the Secret. The registry serves the content of the file `served`. */
    function watch(wanted: string | undefined, served: string) {
        if (wanted !== undefined) write("watch/certificate/tls.crt", wanted);
        write("watch/credentials/token", "a-token");
        write("served", served);
        write("bin/sleep", `#!/bin/sh\necho "$1" >>"${at("sleeps")}"\n/bin/sleep 0.02\n`, 0o755);
        write(
            "bin/curl",
            `#!/bin/sh
case "$*" in
    *certs*) echo "$@" >>"${at("looks")}"; cat "${at("served")}" ;;
    *) cat >>"${at("headers")}"; echo "$@" >>"${at("patches")}" ;;
esac
`,
            0o755,
        );
        return run(inFolder("tls/renewalWatch.sh", "/watch/", "/tmp/ready"), {
            SERVICE: "registry.registry.svc:443",
            DEPLOYMENT: "/apis/apps/v1/namespaces/registry/deployments/one",
            KUBERNETES_SERVICE_HOST: "10.96.0.1",
            KUBERNETES_SERVICE_PORT: "443",
        });
    }
    const patches = () => lines("patches");
    const looks = () => lines("looks");
    const looked = (times: number) => until(() => looks().length >= times, `${times} looks`);
    const end = async (running: Running) => {
        running.process.kill("SIGTERM");
        assert.equal(await running.ended, 0);
    };

    beforeEach(() => mkdirSync(at("tmp"), { recursive: true }));

    it("does nothing while the registry serves the Secret's certificate", async () => {
        const running = watch(`${pem("leaf")}${pem("intermediate")}`, `Subject:CN = a\n${pem("leaf")}`);
        await looked(3);
        assert.deepEqual(patches(), []);
        await end(running);
    });

    it("does nothing while the registry does not respond, or without a Secret", async () => {
        for (const [wanted, served] of [
            [pem("leaf"), ""],
            [undefined, pem("leaf")],
        ] as const) {
            const running = watch(wanted, served);
            await looked(3);
            assert.deepEqual(patches(), []);
            await end(running);
            rmSync(at("watch"), { recursive: true });
            rmSync(at("looks"));
        }
    });

    it("rolls the Deployment once, and waits until the new certificate is served", async () => {
        const running = watch(pem("new"), pem("old"));
        await until(() => patches().length > 0, "the patch");
        assert.match(patches()[0], /certificate-changed/);
        assert.ok(patches()[0].includes("https://10.96.0.1:443/apis/apps/v1/namespaces/registry/deployments/one?"));
        assert.equal(readFileSync(at("headers"), "utf8"), "Authorization: Bearer a-token\n");
        assert.ok(!patches()[0].includes("a-token"), "no token in the process list");
        write("served", pem("new"));
        await until(() => running.output().includes("is served"), "the end of the rollout");
        assert.equal(patches().length, 1);
        await end(running);
    });

    it("tries again when the new certificate is not served after ten minutes", async () => {
        const running = watch(pem("new"), pem("old"));
        await until(() => patches().length > 1, "the second patch");
        assert.deepEqual(sleeps().slice(0, 120), Array(120).fill("5"));
        await end(running);
    });
});
