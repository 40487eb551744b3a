import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { script, scriptFolder } from "../../shellScripts";

describe("storage/minioSetup.sh", () => {
    const { at, write, run } = scriptFolder();

    const env = { BUCKET: "images", ACCESS_KEY: "registry", SECRET_KEY: "of-minio", POLICY: "/setup/policy.json" };
    const calls = () => readFileSync(at("calls"), "utf8").trimEnd().split("\n");

    /** A fake `mc` that records its arguments and input, fails to attach a policy twice, and shows the user with `policy`. */
    const client = (policy: string) =>
        write(
            "bin/mc",
            `#!/bin/sh
echo "$*" >>"${at("calls")}"
case "$*" in
    *"user add"*) cat >"${at("input")}" ;;
    *"policy attach"*) exit 1 ;;
    *"user info"*) echo "PolicyName: ${policy}" ;;
esac
`,
            0o755,
        );

    it("creates bucket, user and policy, and is idempotent", async () => {
        client("images");
        assert.equal(await run(script("storage/minioSetup.sh"), env).ended, 0);
        assert.deepEqual(
            calls().map((call) => call.replace("--config-dir /tmp/mc ", "")),
            [
                "mb --ignore-existing minio/images",
                "admin user add minio",
                "admin policy create minio images /setup/policy.json",
                "admin policy attach minio images --user registry",
                "admin user info minio registry",
            ],
        );
    });

    it("passes the key on standard input, so that no process list shows it", async () => {
        client("images");
        await run(script("storage/minioSetup.sh"), env).ended;
        assert.equal(readFileSync(at("input"), "utf8"), "registry\nof-minio\n");
        assert.equal(calls().join().includes("of-minio"), false);
    });

    it("fails when the user does not have the policy", async () => {
        client("");
        assert.equal(await run(script("storage/minioSetup.sh"), env).ended, 1);
    });
});
