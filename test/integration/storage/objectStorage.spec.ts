import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { attempt } from "../../../sandbox/command";
import {
    ask,
    craneOf,
    inSandbox,
    kubectl,
    loginOf,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    theSandbox,
} from "../harness";
import { everyBlobIsWhole, takesGivesAndDeletes } from "../images";
import { fromNode, inMinio, inPart, kill, killMinio, pushThrough } from "../objectStore";
import { describePulls, pullDuring } from "../pullLoop";

describe("object storage", () => {
    inSandbox("minio", "redis");
    namespaceOfPods("objects-team");

    const registry = new RegistryStack("objects", {
        namespace: "objects",
        replicas: 2,
        storage: { minio: { size: "2Gi" } },
        descriptorCache: { redis: {} },
        pullSecrets: { namespaces: ["objects-team"], name: "objects" },
    });
    const login = () => ({ username: registry.outputs.username, password: registry.outputs.password });
    const pull = (of: RegistryStack, image: string) =>
        pullByKubelet(`${of.outputs.host}/${image}`, "objects-team", of.args.pullSecrets?.name as string);
    let image: string;

    after(() => registry.remove());

    describe("storage.minio", () => {
        it("is deployed with MinIO, Redis and two replicas, and then does not change or drift", async () => {
            await registry.up();
            await registry.expectNoChange();
            assert.equal((await registry.pods()).length, 2);
        });

        it("accepts, serves and deletes images", async () => {
            image = await takesGivesAndDeletes(registry, "objects-team", "objects");
        });

        it("has no MinIO console", async () => {
            const services = JSON.parse(await kubectl("get services --namespace objects --output json"));
            const ofMinio = services.items.find((s: { metadata: { name: string } }) => /-minio$/.test(s.metadata.name));
            assert.deepEqual(
                ofMinio.spec.ports.map((p: { port: number }) => p.port),
                [9000],
            );
            const answer = await fromNode(
                `https://${ofMinio.spec.clusterIP}:9000/`,
                "--insecure",
                "--user-agent",
                "Mozilla/5.0",
            );
            assert.match(answer, /AccessDenied/);
        });

        it("limits the registry's user to its bucket", async () => {
            const secrets = JSON.parse(await kubectl("get secrets --namespace objects --output json")).items;
            const { data } = secrets.find((s: { data?: Record<string, string> }) => s.data?.["policy.json"]);
            const decoded = (key: string) => Buffer.from(data[key], "base64").toString();
            const user = `https://${decoded("accessKeyId")}:${decoded("secretAccessKey")}@127.0.0.1:9000`;
            const root = `https://$MINIO_ROOT_USER:$MINIO_ROOT_PASSWORD@127.0.0.1:9000`;
            const mc = (address: string, command: string) =>
                inMinio("objects", `MC_HOST_s=${address} mc --insecure --config-dir /tmp/mc ${command}`);
            assert.equal((await mc(root, "mb s/of-others")).code, 0);
            assert.equal((await mc(user, "ls s/registry/docker")).code, 0, "its own bucket is open to it");
            for (const forbidden of [
                "ls s/of-others",
                "mb s/mine",
                "admin user ls s",
                "anonymous set public s/registry",
            ]) {
                const result = await mc(user, forbidden);
                assert.notEqual(result.code, 0, `it may ${forbidden}: ${result.stdout}`);
                assert.match(result.stdout + result.stderr, /Access Denied/i, forbidden);
            }
            assert.equal((await mc(root, "rb s/of-others")).code, 0);
        });

        it("keeps MinIO's keys in Secrets only", async () => {
            const secrets = JSON.parse(await kubectl("get secrets --namespace objects --output json")).items;
            const key = Buffer.from(
                secrets.find((s: { data?: Record<string, string> }) => s.data?.secretAccessKey).data.secretAccessKey,
                "base64",
            ).toString();
            assert.equal(key.length, 40);
            const rest = await kubectl(
                "get pods,configmaps,statefulsets,jobs,deployments --namespace objects --output yaml",
            );
            assert.equal(rest.includes(key), false);
        });

        it("loses nothing when MinIO is killed during a push: the client's retry succeeds", async () => {
            const pushed = await pushThrough(registry, killMinio);
            await everyBlobIsWhole(registry, pushed);
            await pull(registry, pushed);
            await everyBlobIsWhole(registry, image);
        });
    });

    describe("two replicas", () => {
        it("serve a new certificate without a failed pull", async () => {
            const before = await registry.pods();
            registry.args.tls = { selfSigned: { generation: 2 } };
            const seen = await pullDuring(registry.outputs, image, loginOf(registry.outputs.dockerConfigJson), () =>
                registry.up(),
            );
            console.log(describePulls("certificate of two replicas", seen));
            assert.ok(seen.pulls > 10, "the loop ran");
            assert.deepEqual(seen.failures, []);
            const after = await registry.pods();
            assert.equal(after.length, 2);
            assert.deepEqual(
                after.filter((pod) => before.includes(pod)),
                [],
            );
        });
    });

    describe("descriptorCache.redis", () => {
        const options = "-h 127.0.0.1 --tls --insecure";

        it("contains the blob descriptors, and requires the registry's client certificate", async () => {
            const secrets = JSON.parse(await kubectl("get secrets --namespace objects --output json")).items;
            const { data } = secrets.find((s: { metadata: { name: string } }) =>
                /-redis-client-/.test(s.metadata.name),
            );
            const pem = ["tls.crt", "tls.key"].map((key) => Buffer.from(data[key], "base64").toString()).join("");
            // The only writable directory of the pod.
            const login = "cat >/dev/shm/client.pem; trap 'rm /dev/shm/client.pem' EXIT; redis-cli";
            const certificate = "--cert /dev/shm/client.pem --key /dev/shm/client.pem";
            const known = await inPart("objects", "redis", `${login} ${options} ${certificate} dbsize`, pem);
            assert.ok(Number(known.stdout) > 0, known.stdout + known.stderr);
            const stranger = await inPart("objects", "redis", `redis-cli ${options} dbsize`);
            assert.doesNotMatch(stranger.stdout, /\d/, "a client without certificate was served");
        });

        it("exposes the registry's configuration, which contains secrets, on localhost only", async () => {
            for (const pod of await registry.pods()) {
                const exec = ["kubectl", "exec", "--namespace", "objects", pod, "--", "wget", "-qO-"];
                const inside = await attempt([...exec, "http://127.0.0.1:5001/debug/vars"], {
                    env: theSandbox().environment,
                });
                assert.match(inside.stdout, /"redis"/, inside.stderr);
                const ip = await kubectl(`get pod ${pod} --namespace objects --output jsonpath={.status.podIP}`);
                assert.match(await fromNode(`http://${ip}:5001/debug/vars`), /Failed to connect/);
            }
        });

        it("removes a deleted blob and manifest for all replicas", async () => {
            const gone = await pushImage(registry);
            const [repository] = gone.split(":");
            const manifest = JSON.parse(await craneOf(registry, (host) => ["manifest", `${host}/${gone}`]));
            const digest = (await craneOf(registry, (host) => ["digest", `${host}/${gone}`])).trim();
            const blob = `/v2/${repository}/blobs/${manifest.layers[0].digest}`;
            const times = Array.from({ length: 12 });
            const answers = async (urlPath: string) =>
                new Set(await Promise.all(times.map(() => ask(registry.outputs, urlPath, login(), "HEAD"))));
            assert.deepEqual(await answers(blob), new Set([200]));
            assert.equal(await ask(registry.outputs, blob, login(), "DELETE"), 202);
            assert.deepEqual(await answers(blob), new Set([404]));
            await craneOf(registry, (host) => ["delete", `${host}/${repository}@${digest}`]);
            assert.deepEqual(await answers(`/v2/${repository}/manifests/${digest}`), new Set([404]));
        });

        it("is not required: pulls continue while Redis is down, and it is used again afterwards", async () => {
            await kill("objects", "redis");
            await pull(registry, image);
            await kubectl("rollout status deployment --namespace objects --timeout=90s");
        });
    });

    describe("storage.s3", () => {
        const bucket = "elsewhere";
        const secretAccessKey = randomBytes(20).toString("hex");
        const s3 = new RegistryStack("s3", {}, { "s3-secret-access-key": secretAccessKey });
        const user = "someone";
        const asRoot = async (command: string) => {
            const root = "MC_HOST_s=https://$MINIO_ROOT_USER:$MINIO_ROOT_PASSWORD@127.0.0.1:9000";
            const result = await inMinio("objects", `${root} mc --insecure --config-dir /tmp/mc ${command}`);
            assert.equal(result.code, 0, result.stdout + result.stderr);
        };
        let pushed: string;

        before(async () => {
            await asRoot(`mb s/${bucket}`);
            await asRoot(`admin user add s ${user} ${secretAccessKey}`);
            await asRoot(`admin policy attach s readwrite --user ${user}`);
            const secrets = JSON.parse(await kubectl("get secrets --namespace objects --output json")).items;
            const { data } = secrets.find((s: { data?: Record<string, string> }) => s.data?.["policy.json"]);
            s3.args = {
                namespace: "s3",
                replicas: 2,
                storage: {
                    s3: {
                        bucket,
                        endpoint: "https://registry-minio.objects.svc:9000",
                        caCertPem: Buffer.from(data["ca.crt"], "base64").toString(),
                        rootDirectory: "team/images",
                        credentials: { keys: { accessKeyId: user } as never },
                    },
                },
                pullSecrets: { namespaces: ["objects-team"], name: "s3" },
            };
        });
        after(() => s3.remove());

        it("uses the bucket of a MinIO with a private CA", async () => {
            await s3.up();
            await s3.expectNoChange();
            pushed = await takesGivesAndDeletes(s3, "objects-team", "s3");
            const listing = `MC_HOST_s=https://${user}:${secretAccessKey}@127.0.0.1:9000 mc --insecure --config-dir /tmp/mc ls --recursive s/${bucket}/team/images/docker/registry/v2/repositories`;
            assert.match((await inMinio("objects", listing)).stdout, /current\/link/);
        });

        it("rolls the pods when the access key changes, and keeps serving", async () => {
            const before = await s3.pods();
            const next = randomBytes(20).toString("hex");
            await asRoot(`admin user add s ${user} ${next}`);
            s3.secrets = { "s3-secret-access-key": next };
            await s3.up();
            const after = await s3.pods();
            assert.equal(after.length, 2);
            assert.deepEqual(
                after.filter((pod) => before.includes(pod)),
                [],
            );
            await pull(s3, pushed);
            const state = await s3.pulumi("stack", "export");
            assert.equal(state.stdout.includes(next), false, "the state contains the key unencrypted");
        });

        it("reads the access key from an existing Secret, and redirects clients to the endpoint", async () => {
            const secret = {
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: "mine", namespace: "s3" },
                stringData: { id: user, key: s3.secrets["s3-secret-access-key"] },
            };
            await kubectl("apply --filename -", JSON.stringify(secret));
            s3.secrets = {};
            const storage = s3.args.storage?.s3;
            const existingSecret = { name: "mine", accessKeyIdKey: "id", secretAccessKeyKey: "key" };
            s3.args.storage = { s3: { ...storage, redirect: true, credentials: { existingSecret } } as never };
            await s3.up();
            const [repository] = pushed.split(":");
            const manifest = JSON.parse(await craneOf(s3, (host) => ["manifest", `${host}/${pushed}`]));
            const blob = `/v2/${repository}/blobs/${manifest.layers[0].digest}`;
            const login = { username: s3.outputs.username, password: s3.outputs.password };
            assert.equal(await ask(s3.outputs, blob, login), 307);
        });
    });

    describe("storage.minio after a destroy", () => {
        it("keeps its claim and namespace, and serves the old images after the next up", async () => {
            const result = await registry.pulumi("destroy", "--yes", "--skip-preview", "--exclude-protected");
            assert.equal(result.code, 0, result.stdout + result.stderr);
            assert.equal(
                (await kubectl("get pvc --namespace objects --output name")).trim(),
                "persistentvolumeclaim/registry-minio",
            );
            await registry.up();
            await pull(registry, image);
            await everyBlobIsWhole(registry, image);
        });
    });
});
