import * as assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { scriptFolder } from "../../shellScripts";

describe("maintenance/inUse.sh", () => {
    const { at, write, inFolder, run } = scriptFolder();

    /** Runs the script with a fake API server: the answer to each URL, or a status. */
    async function list(answers: Record<string, object | number>, isIndented = false) {
        const cases = Object.entries(answers).map(([url, answer], i) => {
            if (typeof answer === "number") return `*"443${url}") printf ${answer} ;;`;
            write(`answers/${i}`, JSON.stringify(answer, undefined, isIndented ? 2 : undefined));
            return `*"443${url}") cat "${at(`answers/${i}`)}" >"${at("tmp/page")}"; printf 200 ;;`;
        });
        const script = ["#!/bin/sh", "for url; do :; done", 'case "$url" in', ...cases, "esac", ""].join("\n");
        write("bin/curl", script, 0o755);
        write("tmp/empty", "");
        write("work/empty", "");
        write("maintenance/credentials/token", "secret");
        const running = run(inFolder("maintenance/inUse.sh", "/tmp/", "/work/", "/maintenance/"), {
            KUBERNETES_SERVICE_HOST: "10.0.0.1",
            KUBERNETES_SERVICE_PORT: "443",
            LISTS: "/api/v1/pods image|imageID\n/apis/example.com/v1/apps picture",
        });
        const code = await running.ended;
        const file = at("work/in-use");
        const used = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : undefined;
        return { code, output: running.output(), used };
    }

    const pod = (image: string, imageID = "") => ({
        metadata: { annotations: { last: JSON.stringify({ image: "in-an-annotation:1" }) } },
        spec: { containers: [{ image, name: "app" }] },
        status: { containerStatuses: [{ image, imageID }] },
    });
    const pods = (items: object[], next?: string) => ({ kind: "PodList", metadata: { continue: next }, items });
    const apps = { items: [{ spec: { image: "not-named:1", picture: "team/app:3" } }], metadata: { continue: "" } };
    const [first, others] = ["/api/v1/pods?limit=500", "/apis/example.com/v1/apps?limit=500"];

    for (const isIndented of [false, true]) {
        it(`writes the images of all pages of all lists, ${isIndented ? "indented" : "compact"}`, async () => {
            const { code, used } = await list(
                {
                    [first]: pods([pod("team/app:1", "team/app@sha256:11"), pod("docker.io/library/nginx")], "abc"),
                    [`${first}&continue=abc`]: pods([pod("team/app:2")]),
                    [others]: apps,
                },
                isIndented,
            );
            assert.equal(code, 0);
            const expected = [
                "docker.io/library/nginx",
                "team/app:1",
                "team/app:2",
                "team/app:3",
                "team/app@sha256:11",
            ];
            assert.deepEqual(used?.sort(), expected);
        });
    }

    it("writes nothing, and names the list, if one cannot be read", async () => {
        const { code, used, output } = await list({ [first]: pods([pod("team/app:1")]), [others]: 403 });
        assert.equal(code, 1);
        assert.equal(used, undefined);
        assert.match(output, /the API server answered with 403 for \/apis\/example\.com\/v1\/apps/);
    });
});
