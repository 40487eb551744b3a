import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ensureDebianPackages } from "../../../sandbox/debian";

/** Fakes of the machine's commands: one package is installed, another was removed, and no other is known. */
const fakeQuery = `#!/bin/sh
echo "runc install ok installed"
echo "iptables deinstall ok config-files"
exit 1
`;
const fakeAptGet = `#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
`;

describe("ensureDebianPackages", () => {
    const { PATH: searchPath } = process.env;
    const { getuid } = process;
    const lines: string[] = [];
    let folder: string;

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "debian-"));
        lines.length = 0;
        fs.writeFileSync(path.join(folder, "dpkg-query"), fakeQuery, { mode: 0o755 });
        for (const name of ["apt-get", "dpkg"]) {
            fs.writeFileSync(path.join(folder, name), fakeAptGet, { mode: 0o755 });
        }
        process.env.PATH = `${folder}:${searchPath}`;
        process.env.CALLS = path.join(folder, "calls");
        process.getuid = () => 0;
    });

    afterEach(() => {
        process.env.PATH = searchPath;
        delete process.env.CALLS;
        process.getuid = getuid;
        fs.rmSync(folder, { recursive: true });
    });

    const ensure = (...packages: string[]) => ensureDebianPackages(packages, (line) => lines.push(line));

    it("does nothing if all packages are installed", async () => {
        await ensure("runc");
        assert.deepEqual(lines, []);
        assert.ok(!fs.existsSync(path.join(folder, "calls")));
    });

    it("installs missing packages, after repairing an interrupted installation and one update", async () => {
        await ensure("runc", "iptables", "conntrack");
        assert.deepEqual(lines, ["Installing Debian packages: iptables, conntrack"]);
        const [configure, update, install, ...more] = fs
            .readFileSync(path.join(folder, "calls"), "utf8")
            .trim()
            .split("\n");
        assert.equal(configure, "dpkg --configure -a");
        assert.match(update, /^apt-get .* update$/);
        assert.match(install, / install --yes --no-install-recommends iptables conntrack$/);
        assert.deepEqual(more, []);
    });

    it("reports missing packages if it may not install them", async () => {
        process.getuid = () => 1000;
        await assert.rejects(ensure("conntrack"), /These Debian packages are missing: conntrack; install them/);
    });

    it("reports that it needs Debian if apt-get is missing", async () => {
        fs.rmSync(path.join(folder, "apt-get"));
        for (const tool of ["flock", "sh", "cat", "basename"])
            fs.symlinkSync(`/usr/bin/${tool}`, path.join(folder, tool));
        process.env.PATH = folder;
        await assert.rejects(ensure("conntrack"), /apt-get was not found; the sandbox needs Debian/);
    });
});
