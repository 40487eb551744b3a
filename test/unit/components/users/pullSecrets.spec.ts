import * as assert from "node:assert/strict";
import { PrivateRegistry, type PrivateRegistryArgs } from "../../../../components";
import { declare, resolved } from "../../mocks";
import { refuses, refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

const withPullSecrets = (pullSecrets?: PrivateRegistryArgs["pullSecrets"], more: PrivateRegistryArgs = {}) =>
    registry({ pullSecrets, ...more });

describe("pullSecrets.namespaces", () => {
    it("creates no pull secret by default", async () => {
        const r = await withPullSecrets();
        assert.equal(r.every("Secret").filter((s) => s.inputs.type === "kubernetes.io/dockerconfigjson").length, 0);
    });

    it("creates a Secret in each, with a login for all hosts", async () => {
        const r = await withPullSecrets(
            { namespaces: ["default", "apps"] },
            { host: "registry.example.com:8443", hostAliases: ["images.example.com"] },
        );
        for (const namespace of ["default", "apps"]) {
            const { inputs } = r.one("Secret", `registry-access-pull-secret-${namespace}`);
            assert.equal(inputs.type, "kubernetes.io/dockerconfigjson");
            assert.equal(inputs.metadata.namespace, namespace);
            assert.equal(inputs.metadata.name, "registry-pull");
            const { auths } = JSON.parse(inputs.stringData[".dockerconfigjson"]);
            assert.deepEqual(Object.keys(auths), ["registry.example.com:8443", "images.example.com"]);
            assert.equal(auths["images.example.com"].username, "puller-1");
        }
    });

    it("keeps the names of the others when one is removed", async () => {
        const names = async (namespaces: string[]) =>
            (await withPullSecrets({ namespaces })).all
                .map((r) => r.name)
                .filter((name) => name.includes("pull-secret"));
        assert.deepEqual(await names(["a", "b", "c"]), [
            "registry-access-pull-secret-a",
            "registry-access-pull-secret-b",
            "registry-access-pull-secret-c",
        ]);
        assert.deepEqual(await names(["c", "a"]), ["registry-access-pull-secret-c", "registry-access-pull-secret-a"]);
    });

    it("are in the output pullSecretNames", async () => {
        let component: PrivateRegistry | undefined;
        await declare(() => {
            component = new PrivateRegistry("registry", { pullSecrets: { namespaces: ["default", "apps"] } });
        });
        assert.deepEqual(await resolved((component as PrivateRegistry).pullSecretNames), {
            default: "registry-pull",
            apps: "registry-pull",
        });
    });
});

describe("pullSecrets.name", () => {
    it("names the Secret in each namespace", async () => {
        const r = await withPullSecrets({ namespaces: ["default"], name: "images" });
        assert.equal(r.one("Secret", "registry-access-pull-secret-default").inputs.metadata.name, "images");
    });
});

describe("pullSecrets.serviceAccounts", () => {
    it("are patched in each namespace", async () => {
        const r = await withPullSecrets({ namespaces: ["a", "b"], serviceAccounts: ["default", "builder"] });
        assert.deepEqual(
            r
                .every("ServiceAccountPatch")
                .map(({ inputs: { metadata, imagePullSecrets } }) => [
                    { name: metadata.name, namespace: metadata.namespace },
                    imagePullSecrets,
                ]),
            [
                [{ name: "default", namespace: "a" }, [{ name: "registry-pull" }]],
                [{ name: "builder", namespace: "a" }, [{ name: "registry-pull" }]],
                [{ name: "default", namespace: "b" }, [{ name: "registry-pull" }]],
                [{ name: "builder", namespace: "b" }, [{ name: "registry-pull" }]],
            ],
        );
    });

    it("are not changed unless they are listed", async () => {
        assert.deepEqual((await withPullSecrets({ namespaces: ["default"] })).every("ServiceAccountPatch"), []);
    });

    it("have a unique name in Pulumi for each pair of namespace and account", async () => {
        const r = await withPullSecrets({ namespaces: ["a", "a-b"], serviceAccounts: ["c", "b-c"] });
        const names = r.every("ServiceAccountPatch").map((patch) => patch.name);
        assert.equal(names.length, 4);
        assert.equal(new Set(names).size, 4);
    });
});

refusesValues("pullSecrets and pullGeneration", [
    ["pullSecrets.namespaces[0]", "Default", must.label(63)],
    ["pullSecrets.name", "my secret", must.dnsName],
    ["pullSecrets.serviceAccounts[0]", "My Account", must.dnsName],
    ["pullGeneration", 0, must.oneOrMore],
]);

refuses("pullSecrets and pullGeneration", {
    "a namespace or account that is listed twice": {
        of: { pullSecrets: { namespaces: ["a", "b", "a"], serviceAccounts: ["default", "default"] } },
        says: [
            'pullSecrets.namespaces[2]: repeats "a"; name each once',
            'pullSecrets.serviceAccounts[1]: repeats "default"; name each once',
        ],
    },
});
