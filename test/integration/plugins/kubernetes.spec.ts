import * as assert from "node:assert/strict";
import { inSandbox } from "../harness";
import { assertAbsent, Workbench } from "./workbench";

const plainText = "the-plain-text-of-a-secret";

describe("the stand-in for kubernetes", () => {
    let bench: Workbench;

    inSandbox();

    before(async () => {
        bench = await Workbench.start();
    });
    after(() => bench?.end());

    const program = ({
        label = "one",
        data = "one",
        port = 80,
        image = "registry.invalid/none:1",
        clusterIP = "",
    } = {}) => `
        const metadata = { namespace };
        const map = new k8s.core.v1.ConfigMap("map", { metadata, data: { "a.b": "${data}" } });
        const named = new k8s.core.v1.ConfigMap("named", { metadata: { namespace, name: "named" }, data: { a: "${data}" } });
        const secret = new k8s.core.v1.Secret("secret", {
            metadata, stringData: { word: pulumi.secret("${plainText}") },
        });
        const service = new k8s.core.v1.Service("service", {
            metadata: {
                namespace, name: "service", labels: { label: "${label}" },
                annotations: { "pulumi.com/skipAwait": "true" },
            },
            spec: {
                selector: { app: "x" }, ports: [{ port: ${port}, targetPort: "http" }],
                ${clusterIP && `clusterIP: "${clusterIP}",`}
            },
        });
        const deployment = new k8s.apps.v1.Deployment("deployment", {
            metadata: { namespace, annotations: { "pulumi.com/skipAwait": "true" } },
            spec: {
                replicas: 1,
                selector: { matchLabels: { app: "x" } },
                template: {
                    metadata: { labels: { app: "x" } },
                    spec: {
                        hostNetwork: false, enableServiceLinks: false,
                        containers: [{
                            name: "c", image: "${image}", env: [{ name: "EMPTY", value: "" }],
                            resources: { limits: { cpu: "1000m", memory: "1024Mi" }, requests: { cpu: "0.05" } },
                        }],
                    },
                },
            },
        });
        const found = k8s.core.v1.ServiceAccount.get("found", namespace + "/default");
        Object.assign(exports, {
            map: map.metadata.name, secret: secret.metadata.name, address: service.spec.clusterIP,
            uid: service.metadata.uid, found: found.metadata.uid, deployment: deployment.metadata.name,
        });`;

    it("writes nothing in a preview", async () => {
        assert.deepEqual(await bench.preview(program()), { create: 6 });
        assert.equal(await bench.here("get", "service,secret,deployment", "-o", "name"), "");
    });

    it("creates objects, with names of its own for what has none", async () => {
        assert.deepEqual((await bench.up(program())).changes, { create: 6 });
        const { map, address, uid } = await bench.outputs();
        assert.match(String(map), /^map-[0-9a-f]{8}$/);
        assert.equal(await bench.here("get", "configmap", String(map), "-o", "jsonpath={.data.a\\.b}"), "one");
        assert.equal(await bench.here("get", "service", "service", "-o", "jsonpath={.spec.clusterIP}"), address);
        assert.equal(await bench.here("get", "service", "service", "-o", "jsonpath={.metadata.uid}"), uid);
    });

    it("changes nothing twice, and finds no drift where there is none", async () => {
        assert.deepEqual((await bench.up()).changes, {});
        assert.deepEqual((await bench.refresh()).changes, {});
    });

    it("keeps a Secret out of the state and of the logs", async () => {
        const { secret } = await bench.outputs();
        const inCluster = await bench.here("get", "secret", String(secret), "-o", "jsonpath={.data.word}");
        const encoded = Buffer.from(plainText).toString("base64");
        assert.equal(inCluster, encoded);
        const { display, log } = await bench.verbosePreview();
        for (const [where, text] of Object.entries({ state: bench.stored(), display, log })) {
            assertAbsent(plainText, text, where);
            assertAbsent(encoded, text, where);
        }
    });

    it("updates in place what can be, and replaces what cannot", async () => {
        const before = await bench.outputs();
        const next = program({ label: "two", data: "two", port: 81 });
        assert.deepEqual(await bench.preview(next), { update: 1, replace: 2 });
        assert.equal(await bench.here("get", "configmap", "named", "-o", "jsonpath={.data.a}"), "one");
        assert.deepEqual((await bench.up(next)).changes, { update: 1, replace: 2 });
        const after = await bench.outputs();
        assert.equal(after.uid, before.uid);
        assert.notEqual(after.map, before.map);
        assert.equal(await bench.here("get", "configmap", "named", "-o", "jsonpath={.data.a}"), "two");
        assert.equal(await bench.here("get", "service", "service", "-o", "jsonpath={.spec.ports[0].port}"), "81");
        const maps = await bench.here("get", "configmap", "-o", "name");
        assert.ok(!maps.includes(String(before.map)), "the replaced one is still there");
    });

    it("finds what kubectl has changed, removed and added, and puts it right", async () => {
        const { map } = await bench.outputs();
        await bench.here("label", "service", "service", "label=drifted", "--overwrite");
        await bench.here("label", "service", "service", "other=theirs");
        await bench.here("delete", "configmap", String(map));
        const { changes, stdout } = await bench.refresh();
        assert.deepEqual(changes, { update: 1, delete: 1 });
        assert.match(stdout, /Service/);
        const message = await bench.failingUp(program({ label: "two", data: "two", port: 81 }));
        assert.match(message, /conflict with "kubectl-label".*\.metadata\.labels\.label/s);
        await bench.here("label", "service", "service", "label=two", "--overwrite");
        await bench.refresh();
        // The update that met the conflict may have made the map again before it ended.
        await bench.up(program({ label: "two", data: "two", port: 81 }));
        await bench.here("get", "configmap", String((await bench.outputs()).map));
        assert.deepEqual((await bench.up()).changes, {});
    });

    it("shows the API server's own words, and keeps what was made", async () => {
        const wrong = program({ label: "two", data: "two", port: 81, clusterIP: "1.2.3.4" });
        assert.match(await bench.failingUp(wrong), /service.*failed to allocate IP 1\.2\.3\.4/s);
        const invalid = `new k8s.core.v1.Service("bad", { metadata: { namespace }, spec: { ports: [{ port: 99999 }] } });`;
        assert.match(await bench.failingPreview(invalid), /spec\.ports\[0\]\.port: Invalid value: 99999/);
        const unknown = `new k8s.core.v1.Service("bad", { metadata: { namespace }, spec: { prts: [] } });`;
        assert.match(await bench.failingPreview(unknown), /\.spec\.prts: field not declared in schema/);
    });

    it("refuses to take over an object that is already there", async () => {
        await bench.here("create", "configmap", "theirs", "--from-literal=a=1");
        const message = await bench.failingUp(`
            new k8s.core.v1.ConfigMap("mine", { metadata: { namespace, name: "theirs" }, data: { a: "2" } });`);
        assert.match(message, /configmaps "theirs" already exists/);
        assert.equal(await bench.here("get", "configmap", "theirs", "-o", "jsonpath={.data.a}"), "1");
    });

    it("deletes everything it has made, and nothing else", async () => {
        await bench.up(program());
        await bench.destroy();
        // What is not waited for when it is created is, as with the official provider, not waited for when it is deleted.
        await bench.here("wait", "--for=delete", "deployment", "--all", "--timeout=60s");
        const left = await bench.here("get", "configmap,service,secret,deployment,serviceaccount", "-o", "name");
        assert.deepEqual(left.split("\n").sort(), [
            "configmap/kube-root-ca.crt",
            "configmap/theirs",
            "serviceaccount/default",
        ]);
    });
});

describe("the stand-in for kubernetes, waiting", () => {
    let bench: Workbench;

    inSandbox();

    before(async () => {
        bench = await Workbench.start();
    });
    after(() => bench?.end());

    const deployment = (image: string, timeout: number) => `
        const deployment = new k8s.apps.v1.Deployment("d", {
            metadata: { namespace, name: "d" },
            spec: {
                selector: { matchLabels: { app: "d" } },
                template: {
                    metadata: { labels: { app: "d" } },
                    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "c", image: "${image}" }] },
                },
            },
        }, { customTimeouts: { create: "${timeout}s", update: "${timeout}s" } });
        exports.available = deployment.status.availableReplicas;`;

    it("says what the pods wait for, and records the object", async () => {
        const message = await bench.failingUp(deployment("registry.invalid/none:1", 15));
        assert.match(
            message,
            /Deployment .*\/d timed out waiting to be ready after 15 s: Deployment has 0 of 1 replicas/,
        );
        assert.match(message, /\[Pod .*\/d-.*\] container c: (ErrImagePull|ImagePullBackOff)/);
        assert.match(bench.stored(), /initErrors/);
    });

    it("goes on with it at the next update", async () => {
        assert.deepEqual((await bench.up(deployment("registry.k8s.io/pause:3.10", 60))).changes, { update: 1 });
        assert.equal((await bench.outputs()).available, 1);
    });

    it("waits for endpoints, claims and jobs as their kinds ask for", async () => {
        const { changes } = await bench.up(`${deployment("registry.k8s.io/pause:3.10", 60)}
            new k8s.core.v1.Service("s", {
                metadata: { namespace }, spec: { selector: { app: "d" }, ports: [{ port: 80 }] },
            });
            new k8s.core.v1.PersistentVolumeClaim("first-consumer", {
                metadata: { namespace },
                spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } },
            });`);
        assert.deepEqual(changes, { create: 2 });
        assert.deepEqual((await bench.refresh()).changes, {});
    });

    it("stops waiting when the user does", async () => {
        bench.write(deployment("registry.invalid/none:2", 120));
        const update = bench.interruptedUp(8);
        const { message, seconds } = await update;
        assert.match(message, /was cancelled while waiting to be ready/);
        assert.ok(seconds < 60, `it went on for ${seconds} s`);
    });

    it("waits until a namespace is gone", async () => {
        const name = `${bench.namespace}-inner`;
        await bench.up(`
            const inner = new k8s.core.v1.Namespace("inner", { metadata: { name: "${name}" } });
            new k8s.core.v1.ConfigMap("in", { metadata: { namespace: inner.metadata.name }, data: {} });`);
        await bench.destroy();
        assert.equal(await bench.kubectl("get", "namespace", name, "--ignore-not-found"), "");
    });
});

describe("the stand-in for kubernetes, in other ways", () => {
    let bench: Workbench;

    inSandbox();

    before(async () => {
        bench = await Workbench.start();
    });
    after(() => bench?.end());

    it("patches what is another's, and gives it up again", async () => {
        const pullSecrets = () =>
            bench.here("get", "serviceaccount", "default", "-o", "jsonpath={.imagePullSecrets[*].name}");
        const patch = (name: string, secret: string) => `
            new k8s.core.v1.ServiceAccountPatch("${name}", {
                metadata: { namespace, name: "default" }, imagePullSecrets: [{ name: "${secret}" }],
            });`;
        await bench.up(patch("one", "pull"));
        assert.equal(await pullSecrets(), "pull");
        assert.deepEqual((await bench.refresh()).changes, {});
        assert.match(
            await bench.failingUp(patch("one", "pull") + patch("two", "other")),
            /conflict.*\.imagePullSecrets/s,
        );
        await bench.up("");
        assert.equal(await pullSecrets(), "");
        assert.equal(await bench.here("get", "serviceaccount", "default", "-o", "name"), "serviceaccount/default");
    });

    it("changes content in place with the provider's mutable options, in the provider's namespace", async () => {
        const program = (value: string) => `
            const provider = new k8s.Provider("p", {
                enableSecretMutable: true, enableConfigMapMutable: true, namespace,
                kubeconfig: require("fs").readFileSync(process.env.KUBECONFIG, "utf8"),
            });
            new k8s.core.v1.Secret("s", { metadata: { name: "s" }, stringData: { a: "${value}", b: "b" } }, { provider });
            new k8s.core.v1.ConfigMap("m", { metadata: { name: "m" }, data: { a: "${value}" } }, { provider });`;
        await bench.up(program("one"));
        const uid = () => bench.here("get", "secret", "s", "-o", "jsonpath={.metadata.uid}");
        const before = await uid();
        assert.deepEqual((await bench.up(program("two"))).changes, { update: 2 });
        assert.equal(await uid(), before);
        assert.equal(
            await bench.here("get", "secret", "s", "-o", "jsonpath={.data.a}"),
            Buffer.from("two").toString("base64"),
        );
        assert.deepEqual((await bench.refresh()).changes, {});
    });

    it("makes kinds of their own, and objects of them", async () => {
        const group = `${bench.namespace}.example.com`;
        const program = (size: number) => `
            const schema = { type: "object", properties: { spec: { type: "object", properties: { size: { type: "integer" } } } } };
            const definition = new k8s.apiextensions.v1.CustomResourceDefinition("things", {
                metadata: { name: "things.${group}" },
                spec: {
                    group: "${group}", scope: "Namespaced", names: { kind: "Thing", plural: "things" },
                    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
                },
            });
            const thing = new k8s.apiextensions.CustomResource("thing", {
                apiVersion: "${group}/v1", kind: "Thing", metadata: { namespace }, spec: { size: ${size} },
            }, { dependsOn: definition });
            exports.size = thing.spec.size;`;
        await bench.preview(program(1));
        await bench.up(program(1));
        assert.equal(await bench.here("get", `things.${group}`, "-o", "jsonpath={.items[0].spec.size}"), "1");
        assert.deepEqual((await bench.up(program(2))).changes, { update: 1 });
        assert.deepEqual((await bench.refresh()).changes, {});
        await bench.destroy();
    });

    it("needs no cluster where nothing changes, and names the one that it cannot reach", async () => {
        const program = (data: string) => `
            new k8s.core.v1.ConfigMap("m", { metadata: { namespace, name: "unreachable" }, data: { a: "${data}" } });`;
        await bench.up(program("one"));
        await bench.withoutCluster(async () => {
            assert.deepEqual((await bench.up(program("one"))).changes, {});
            assert.match(await bench.failingUp(program("two")), /configured Kubernetes cluster is unreachable/);
        });
    });
});
