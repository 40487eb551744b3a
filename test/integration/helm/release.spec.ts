import * as assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import {
    ask,
    craneOf,
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    stepwise,
} from "../harness";
import { versitygw } from "../versitygw";

/**
 * A chart with the same values as the twuni chart, which is not reachable from here. With TWUNI_CHART, the directory of the unpacked
 * chart, the same tests run with the real one.
 */
const helm = { chart: process.env.TWUNI_CHART ?? "./test/charts/docker-registry" };

describe("a registry in a Helm release", () => {
    stepwise();
    inSandbox("versitygw", "redis");
    namespaceOfPods("helm-team");
    const registry = new RegistryStack("helm", {
        namespace: "helm",
        helm,
        users: [{ name: "admin" }, { name: "ci" }],
        pullSecrets: { namespaces: ["helm-team"], name: "helm" },
    });
    let image: string;
    const pull = () => pullByKubelet(`${registry.outputs.host}/${image}`, "helm-team", "helm");
    const inNamespace = async (kind: string) =>
        JSON.parse(await kubectl(`get ${kind} --namespace helm --output json`)).items;

    /** Helm waits for the new pods only. This waits until the old ones are deleted, too. */
    const upAndRolled = async () => {
        await registry.up();
        await kubectl(`rollout status deployment ${registry.outputs.deploymentName} --namespace helm --timeout=90s`);
    };

    after(() => registry.remove());

    it("can be previewed before it exists", async () => {
        const { code, stdout, stderr } = await registry.pulumi("preview", "--diff");
        assert.equal(code, 0, stdout + stderr);
    });

    it("is deployed, and then does not change or drift", async () => {
        await registry.up();
        await registry.expectNoChange();
    });

    it("runs in the chart's pods, behind the component's Service", async () => {
        const [deployment, ...others] = await inNamespace("deployments");
        assert.deepEqual(others, []);
        assert.equal(deployment.metadata.name, registry.outputs.deploymentName);
        assert.equal(deployment.metadata.labels["app.kubernetes.io/managed-by"], "Helm");
        const login = { username: registry.outputs.username, password: registry.outputs.password };
        assert.equal(await ask(registry.outputs, "/v2/", login), 200);
        assert.equal(await ask(registry.outputs, "/v2/"), 401);
    });

    it("accepts a layer of 50 MB, which the kubelet pulls", async () => {
        image = await pushImage(registry, 50);
        await pull();
    });

    it("deletes an image", async () => {
        const gone = await pushImage(registry);
        const digest = (await craneOf(registry, (host) => ["digest", `${host}/${gone}`])).trim();
        await craneOf(registry, (host) => ["delete", `${host}/${gone.split(":")[0]}@${digest}`]);
        await assert.rejects(
            craneOf(registry, (host) => ["manifest", `${host}/${gone}`]),
            /MANIFEST_UNKNOWN/,
        );
    });

    it("keeps its secrets out of the chart's ConfigMap and Pulumi's state, and only the shared key in the release", async () => {
        const secrets = await inNamespace("secrets");
        const decoded = (name: RegExp, key: string): string => {
            const { data } = secrets.find((one: { metadata: { name: string } }) => name.test(one.metadata.name));
            return Buffer.from(data[key], "base64").toString();
        };
        const hash = decoded(/-htpasswd$/, "htpasswd")
            .split("\n")[0]
            .split(":")[1];
        const key = decoded(/-secret$/, "haSharedSecret");
        assert.ok(hash.startsWith("$2") && key.length === 64, "the secrets were found");
        // Helm's encoding of a release: compressed JSON in base64.
        const record = gunzipSync(Buffer.from(decoded(/^sh\.helm\.release\./, "release"), "base64"));
        const values = JSON.stringify(JSON.parse(record.toString()).config);
        assert.ok(values.includes(key));
        const state = (await registry.pulumi("stack", "export")).stdout;
        const configMaps = JSON.stringify(await inNamespace("configmaps"));
        for (const secret of [hash, key, ...Object.values(registry.outputs.credentials)]) {
            if (secret !== key) assert.equal(values.includes(secret), false, "the values hold a secret");
            assert.equal(state.includes(secret), false, "the state holds a secret in the clear");
            assert.equal(configMaps.includes(secret), false, "a ConfigMap holds a secret");
        }
    });

    it("rotates a user's password without a rollout", async () => {
        const pods = await registry.pods();
        const before = registry.outputs.credentials.ci;
        registry.args = { ...registry.args, users: [{ name: "admin" }, { name: "ci", generation: 2 }] };
        await registry.up();
        assert.deepEqual(await registry.pods(), pods);
        const { ci } = registry.outputs.credentials;
        assert.notEqual(ci, before);
        assert.equal(await ask(registry.outputs, "/v2/", { username: "ci", password: ci }), 200);
        assert.equal(await ask(registry.outputs, "/v2/", { username: "ci", password: before }), 401);
    });

    it("rolls the pods when the configuration or the certificate changes, and serves the images", async () => {
        for (const change of [{ log: { accessLog: false } }, { tls: { selfSigned: { generation: 2 } } }]) {
            const before = await registry.pods();
            registry.args = { ...registry.args, ...change };
            await upAndRolled();
            const after = await registry.pods();
            assert.equal(after.length, 1);
            assert.notDeepEqual(after, before, JSON.stringify(change));
            await pull();
        }
        await registry.expectNoChange();
    });

    it("merges chart values over the component's", async () => {
        const { args } = registry;
        registry.args = { ...args, helm: { ...helm, values: { podAnnotations: { "example.com/mine": "yes" } } } };
        await upAndRolled();
        const [pod] = await registry.pods();
        const annotations = await kubectl(`get pod ${pod} --namespace helm --output jsonpath={.metadata.annotations}`);
        assert.equal(JSON.parse(annotations)["example.com/mine"], "yes");
    });

    it("rejects a destroy while it contains images", async () => {
        const result = await registry.pulumi("destroy", "--yes");
        assert.notEqual(result.code, 0);
        assert.match(result.stdout + result.stderr, /protected|--exclude-protected/);
        await pull();
    });

    it("is uninstalled without its claim, and serves the old images after the next up", async () => {
        const result = await registry.pulumi("destroy", "--yes", "--skip-preview", "--exclude-protected");
        assert.equal(result.code, 0, result.stdout + result.stderr);
        const left = await kubectl("get all,secrets,configmaps,pvc --namespace helm --output name");
        const own = left.split("\n").filter((line) => line && !line.includes("kube-root-ca.crt"));
        assert.deepEqual(own, ["persistentvolumeclaim/registry"]);
        await registry.up();
        await pull();
    });

    it("becomes a Deployment with the same claim, and a release again", async () => {
        const { helm: release, ...args } = registry.args;
        registry.args = args;
        await registry.up();
        assert.equal((await inNamespace("deployments"))[0].metadata.labels["app.kubernetes.io/managed-by"], "pulumi");
        await pull();
        registry.args = { ...args, helm: release };
        await registry.up();
        assert.equal((await inNamespace("deployments"))[0].metadata.labels["app.kubernetes.io/managed-by"], "Helm");
        await pull();
        await registry.expectNoChange();
    });

    describe("with storage.s3", () => {
        const onS3 = new RegistryStack(
            "helm-s3",
            {
                namespace: "helm-s3",
                helm,
                replicas: 2,
                storage: {
                    s3: {
                        bucket: "images",
                        endpoint: "http://versitygw.helm-team.svc:7070",
                        credentials: { keys: { accessKeyId: "root" } as never },
                    },
                },
                descriptorCache: { redis: {} },
                pullSecrets: { namespaces: ["helm-team"], name: "helm-s3" },
            },
            { "s3-secret-access-key": "of-versitygw" },
        );
        before(() => kubectl("apply --filename -", JSON.stringify(versitygw("helm-team"))));
        after(() => onS3.remove());

        it("has two replicas that share uploads, and stores images in the bucket", async () => {
            await kubectl("wait pod/versitygw --namespace helm-team --for=condition=Ready --timeout=60s");
            await onS3.up();
            await onS3.expectNoChange();
            assert.equal((await onS3.pods()).length, 2);
            const pushed = await pushImage(onS3, 50);
            await pullByKubelet(`${onS3.outputs.host}/${pushed}`, "helm-team", "helm-s3");
            await craneOf(onS3, (host) => ["validate", "--remote", `${host}/${pushed}`]);
        });
    });
});
