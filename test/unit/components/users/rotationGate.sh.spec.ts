import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { scriptFolder, until } from "../../shellScripts";

describe("users/rotationGate.sh", () => {
    const { at, write, inFolder, run, sleeps } = scriptFolder();

    /** Runs the gate with two logins. The registry's n-th response is the n-th digit, and later ones the last digit: 1 accepts. */
    async function gate(answers: string, times: string) {
        write("logins/login-0", 'user = "ci:a"\n');
        write("logins/login-1", 'user = "anna:b"\n');
        write("certificate/ca.crt", "an authority");
        write("bin/sleep", `#!/bin/sh\necho "$1" >>"${at("sleeps")}"\n`, 0o755);
        write(
            "bin/curl",
            `#!/bin/sh
echo "$@" >>"${at("asked")}"
n=$(wc -l <"${at("asked")}")
answers=${answers}
[ "$n" -le "\${#answers}" ] || n=\${#answers}
[ "$(echo "$answers" | cut -c"$n")" = 1 ]
`,
            0o755,
        );
        const { ended, output } = run(inFolder("users/rotationGate.sh", "/logins/", "/certificate/"), {
            URL: "https://registry.example.com/v2/",
            SERVICE: "registry.registry.svc:443",
            TIMES: times,
        });
        const code = await ended;
        await until(() => output().includes("login-1"), "the last line");
        const asked = readFileSync(at("asked"), "utf8").trimEnd().split("\n");
        return { code, output: output(), asked, logins: asked.map((line) => /login-(\d)/.exec(line)?.[1]).join("") };
    }

    it("exits when every login is accepted", async () => {
        const { code, output, logins } = await gate("1", "1");
        assert.equal(code, 0);
        assert.equal(output, "accepted: login-0\naccepted: login-1\n");
        assert.equal(logins, "01");
    });

    it("retries until every login is accepted", async () => {
        const { code, logins } = await gate("001011", "1");
        assert.equal(code, 0);
        assert.equal(logins, "00011");
        assert.deepEqual(sleeps(), ["2", "2", "2"]);
    });

    it("requires several successes in a row with several replicas", async () => {
        const { code, logins } = await gate("1101110111", "3");
        assert.equal(code, 0);
        assert.equal(logins, "0000001111");
    });

    it("trusts only the registry's CA, and shows no password in the process list", async () => {
        const { asked } = await gate("1", "1");
        assert.equal(
            asked[0],
            `-sf --max-time 10 --cacert ${at("certificate/ca.crt")} --connect-to ::registry.registry.svc:443 -K ${at("logins/login-0")} -o /dev/null https://registry.example.com/v2/`,
        );
    });
});
