import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { script, scriptFolder } from "../../shellScripts";

describe("the check before a restored registry starts", () => {
    const { at, write } = scriptFolder();

    const check = (storage: string, files: string[]) => {
        for (const file of files) write(path.join("registry/private-registry/restore", file), "");
        const { status, stderr } = spawnSync("/bin/sh", ["-c", script("restore/restored.sh")], {
            env: { PATH: `${at("bin")}:${process.env.PATH}`, STORAGE: storage, JOB: "registry-restore" },
            encoding: "utf8",
        });
        return { status, reason: stderr.trim() };
    };
    const volume = () => at("registry");

    it("passes with the mark of a complete restore, on a volume and in a bucket", () => {
        assert.deepEqual(check(volume(), ["begun", "done"]), { status: 0, reason: "" });
        write("bin/rclone", "#!/bin/sh\necho begun\necho done\n", 0o755);
        assert.deepEqual(check("registry:images", []), { status: 0, reason: "" });
    });

    it("says that a restore is not complete", () => {
        const { status, reason } = check(volume(), ["begun"]);
        assert.equal(status, 1);
        assert.equal(
            reason,
            "the registry does not start, because the restore of its storage is not complete; run `pulumi up` again",
        );
    });

    it("says how to restore storage that is empty or another one", () => {
        const sentence =
            "the registry does not start, because its storage is not the one that was restored: it has no mark of a restore; restore it with `pulumi up --replace '**::registry-restore'`, or if this storage has the right images, remove the argument restore";
        assert.deepEqual(check(volume(), []), { status: 1, reason: sentence });
        write("bin/rclone", "#!/bin/sh\necho 'error listing: directory not found' >&2\nexit 3\n", 0o755);
        assert.deepEqual(check("registry:images", []), { status: 1, reason: sentence });
    });

    it("names the error of a bucket that cannot be read", () => {
        write("bin/rclone", "#!/bin/sh\necho 'AccessDenied' >&2\nexit 1\n", 0o755);
        assert.deepEqual(check("registry:images", []), {
            status: 1,
            reason: "the storage cannot be read: AccessDenied",
        });
    });
});
