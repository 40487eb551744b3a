import * as assert from "node:assert/strict";
import type { PrivateRegistryArgs } from "../../../../components";
import { release } from "../../chart";
import { refusesValues } from "../../refusals";

describe("the source of the chart", () => {
    it("is a repository, a path or an OCI registry", async () => {
        const source = async (helm: PrivateRegistryArgs["helm"]) => {
            const { chart, version, repositoryOpts } = await release({ helm });
            return { chart, version, repositoryOpts };
        };
        assert.deepEqual(await source({ chart: "registry", version: "1.2.3", repo: "https://charts.example.com" }), {
            chart: "registry",
            version: "1.2.3",
            repositoryOpts: { repo: "https://charts.example.com" },
        });
        const none = { version: undefined, repositoryOpts: undefined };
        assert.deepEqual(await source({ chart: "./charts/docker-registry" }), {
            ...none,
            chart: "./charts/docker-registry",
        });
        const oci = "oci://mirror.example.com/charts/docker-registry";
        assert.deepEqual(await source({ chart: oci }), { ...none, chart: oci, version: "3.0.0" });
    });
});

refusesValues("helm.chart, helm.version and helm.repo", [
    [
        "helm.chart",
        "",
        "must be a name, a path or a URL without a login, e.g. `oci://charts.example.com/docker-registry`",
    ],
    ["helm.version", "^3.0.0", "must be an exact version and not a range, e.g. `3.0.0`"],
    ["helm.repo", "charts.example.com", "must be a URL without a login, e.g. `https://helm.example.com/charts`"],
]);
