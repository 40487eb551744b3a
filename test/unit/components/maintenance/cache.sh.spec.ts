import * as assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { scriptFolder, until } from "../../shellScripts";

describe("maintenance/cache.sh", () => {
    const { at, write, lines, inFolder, run } = scriptFolder();

    /** Runs the script with a fake Redis. The file `redis` in the test's directory has its keys. */
    function serve(env: Record<string, string> = {}) {
        mkdirSync(at("tmp"), { recursive: true });
        write("work/program", "");
        write(
            "bin/redis-cli",
            `#!/bin/sh
echo "\${REDISCLI_AUTH:-} $*" >>"${at("calls")}"
case "$*" in
    *--scan*) [ ! -e "${at("away")}" ] || exit 1; for last; do :; done; grep "^\${last%\\*}" "${at("redis")}" ;;
    *UNLINK*) if [ -e "${at("denied")}" ]; then echo "NOPERM"; else echo 1; fi ;;
esac
exit 0
`,
            0o755,
        );
        return run(inFolder("maintenance/cache.sh", "/tmp/", "/work/"), {
            REDIS_HOST: "redis",
            REDIS_PORT: "6379",
            REDIS_DATABASE: "0",
            ...env,
        });
    }

    const removed = () => {
        const calls = lines("calls").filter((call) => call.includes("UNLINK"));
        return calls.flatMap((call) => call.split("UNLINK ")[1].split(" "));
    };
    async function purge(): Promise<string> {
        write("work/purge-cache", "");
        await until(() => !existsSync(at("work/purge-cache")), "the result");
        return ["purged", "failed"].filter((result) => existsSync(at(`work/${result}-cache`))).join();
    }

    it("removes the registry's entries, and no others", async () => {
        const digest = `sha256:${"a".repeat(64)}`;
        const own = [`blobs::${digest}`, "repository::team/app::blobs", `repository::team/app::blobs::${digest}`];
        write("redis", [...own, "blobs::with space", "sessions::1", "blobs:1", "my-blobs::1"].join("\n"));
        serve();
        assert.equal(await purge(), "purged");
        assert.deepEqual(removed().sort(), own.sort());
        assert.ok(!lines("calls").some((call) => /FLUSH/i.test(call)));
    });

    it("removes many entries in batches", async () => {
        write("redis", Array.from({ length: 1200 }, (_, i) => `blobs::sha256:${i}`).join("\n"));
        serve();
        assert.equal(await purge(), "purged");
        assert.equal(removed().length, 1200);
        assert.equal(lines("calls").filter((call) => call.includes("UNLINK")).length, 3);
    });

    it("succeeds without entries, and again", async () => {
        write("redis", "");
        serve();
        assert.equal(await purge(), "purged");
        assert.equal(await purge(), "purged");
    });

    for (const [what, file] of [
        ["does not answer", "away"],
        ["refuses", "denied"],
    ]) {
        it(`reports that Redis ${what}, and succeeds later`, async () => {
            write("redis", "blobs::sha256:1\n");
            write(file, "");
            const { output } = serve();
            assert.equal(await purge(), "failed");
            await until(() => output().includes("the entries in Redis were not removed"), "the message");
            write("redis", "");
            write("bin/redis-cli", "#!/bin/sh\nexit 0\n", 0o755);
            assert.equal(await purge(), "purged");
        });
    }

    it("connects with a password that is in no command line, and with TLS", async () => {
        write("redis", "");
        serve({
            REDIS_USER: "registry",
            REGISTRY_REDIS_PASSWORD: "hidden",
            REDIS_CA: "/ca.crt",
            REDIS_CERTIFICATE: "/tls.crt",
            REDIS_KEY: "/tls.key",
        });
        assert.equal(await purge(), "purged");
        assert.equal(
            readFileSync(at("calls"), "utf8").split("\n")[0],
            "hidden -h redis -p 6379 -n 0 --user registry --tls --sni redis --cacert /ca.crt --cert /tls.crt --key /tls.key --scan --pattern blobs::*",
        );
    });

    it("ends at once", async () => {
        write("redis", "");
        write("bin/timeout", "#!/bin/sh\nexec /bin/sleep 5\n", 0o755);
        const running = serve();
        write("work/purge-cache", "");
        await new Promise((resolve) => setTimeout(resolve, 300));
        const asked = Date.now();
        running.process.kill("SIGTERM");
        assert.equal(await running.ended, 0);
        assert.ok(Date.now() - asked < 2000);
    });
});
