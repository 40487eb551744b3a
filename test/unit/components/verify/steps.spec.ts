import * as assert from "node:assert/strict";
import { AccessMode, PrivateRegistry, type PrivateRegistryArgs } from "../../../../components";
import { verifyImage } from "../../../../components/verify/image";
import { declare, type Resources, resolved } from "../../mocks";
import { registry } from "../../registry";

// biome-ignore lint/suspicious/noExplicitAny: manifests
type Any = any;

const all = { enabled: true, everyNode: true, persistence: true };
const podOf = (resources: Resources, kind: string, name: string): Any =>
    resources.one(kind, name).inputs.spec.template.spec;
const envOf = (pod: Any) =>
    Object.fromEntries(pod.containers[0].env.map(({ name, value }: { name: string; value: string }) => [name, value]));
const verifyParts = (resources: Resources) =>
    resources.all.filter(({ name }) => name.startsWith("registry-verify")).map(({ name }) => name);

describe("verify", () => {
    it("declares nothing by default, and nothing if it is disabled", async () => {
        assert.deepEqual(verifyParts(await registry()), []);
        assert.deepEqual(verifyParts(await registry({ verify: { ...all, enabled: false } })), []);
    });

    it("pushes and pulls by default", async () => {
        const r = await registry({ verify: {} });
        const jobs = r.every("Job").map(({ name }) => name);
        assert.deepEqual(jobs, ["registry-verify-push", "registry-verify-pull"]);
        assert.equal(r.every("DaemonSet").length, 1);
    });

    it("runs one step after the other, after the registry, the nodes, the policies and the edge", async () => {
        const r = await registry({
            verify: all,
            host: "registry.example.com",
            networkPolicy: {},
            expose: { gateway: { parentRefs: [{ name: "team" }] } },
            users: [{ name: "ci", generation: 2 }],
        });
        const dependencies = (kind: string, name: string) =>
            r.one(kind, name).dependencies.map((urn) => urn.split("::").at(-1));
        const pushed = dependencies("Job", "registry-verify-push");
        for (const name of [
            "registry-deployment",
            "registry-access-node-trust",
            "registry-network-default",
            "registry-network-verify",
            "registry-http-route",
        ]) {
            assert.ok(pushed.includes(name), `${name} is not among ${pushed}`);
        }
        const login = r.one("Secret", "registry-verify-login").dependencies.map((urn) => urn.split("::").at(-1));
        assert.ok(login.includes("registry-credentials-accepted"), "the password works before it is used");
        assert.ok(dependencies("Job", "registry-verify-persistence").includes("registry-verify-push"));
        for (const [kind, name] of [
            ["Job", "registry-verify-pull"],
            ["DaemonSet", "registry-verify-every-node"],
        ]) {
            assert.ok(dependencies(kind, name).includes("registry-verify-persistence"), name);
        }
        assert.ok(dependencies("Job", "registry-verify-nodes-ready").includes("registry-verify-every-node"));
    });

    it("has Jobs that fail once, stay, and run again at the next `pulumi up` if they have failed", async () => {
        const jobs = (await registry({ verify: all })).every("Job");
        assert.equal(jobs.length, 4);
        for (const { inputs } of jobs) {
            assert.equal(inputs.spec.backoffLimit, 0);
            assert.ok(inputs.spec.activeDeadlineSeconds <= 180);
            assert.equal(inputs.spec.ttlSecondsAfterFinished, undefined);
            assert.equal(inputs.metadata.annotations["pulumi.com/replaceUnready"], "true");
        }
    });

    it("pulls by digest and host, not from the mirror, even if the node has the image", async () => {
        const r = await registry({ verify: all, host: "registry.example.com:8443", imageMirror: "mirror.example.com" });
        for (const [kind, name] of [
            ["Job", "registry-verify-pull"],
            ["DaemonSet", "registry-verify-every-node"],
        ]) {
            const [container] = podOf(r, kind, name).containers;
            assert.equal(
                container.image,
                `registry.example.com:8443/private-registry/verify@${verifyImage.index.digest}`,
            );
            assert.equal(container.imagePullPolicy, "Always");
            assert.equal(container.command, undefined);
        }
        assert.deepEqual(podOf(r, "DaemonSet", "registry-verify-every-node").containers[0].args, ["wait"]);
        assert.match(podOf(r, "Job", "registry-verify-push").containers[0].image, /^mirror\.example\.com\/.*curl/);
    });

    it("pulls with the registry's pull secret only", async () => {
        const args: PrivateRegistryArgs = {
            verify: all,
            imagePullSecrets: ["mirror"],
            pullSecrets: { namespaces: ["team"] },
        };
        const r = await registry(args);
        const secret = r.one("Secret", "registry-verify-pull-secret");
        const ofTeam = r.one("Secret", "registry-access-pull-secret-team");
        assert.equal(secret.inputs.type, "kubernetes.io/dockerconfigjson");
        assert.deepEqual(secret.inputs.stringData, ofTeam.inputs.stringData);
        const expected = [{ name: secret.inputs.metadata.name }];
        assert.deepEqual(podOf(r, "Job", "registry-verify-pull").imagePullSecrets, expected);
        assert.deepEqual(podOf(r, "DaemonSet", "registry-verify-every-node").imagePullSecrets, expected);
        assert.deepEqual(podOf(r, "Job", "registry-verify-push").imagePullSecrets, [{ name: "mirror" }]);
    });

    it("pulls without a pull secret if the nodes log in", async () => {
        const r = await registry({ verify: all, nodes: { authenticate: true }, imagePullSecrets: ["mirror"] });
        assert.deepEqual(r.named("registry-verify-pull-secret"), []);
        assert.equal(podOf(r, "Job", "registry-verify-pull").imagePullSecrets, undefined);
    });

    it("pulls on the nodes that `nodes` selects, and else where the registry's pods can run", async () => {
        const scheduling = { nodeSelector: { pool: "infra" }, tolerations: [{ key: "infra", operator: "Exists" }] };
        const pods = async (nodes?: PrivateRegistryArgs["nodes"]) => {
            const r = await registry({ verify: all, scheduling, nodes });
            const [one, every] = [
                podOf(r, "Job", "registry-verify-pull"),
                podOf(r, "DaemonSet", "registry-verify-every-node"),
            ];
            return [one, every].map(({ nodeSelector, tolerations }) => ({ nodeSelector, tolerations }));
        };
        const anyTaint = [{ operator: "Exists" }];
        assert.deepEqual(await pods(), [scheduling, { nodeSelector: undefined, tolerations: anyTaint }]);
        const nodeSelector = { pool: "apps" };
        assert.deepEqual(await pods({ nodeSelector }), [
            { nodeSelector, tolerations: undefined },
            { nodeSelector, tolerations: anyTaint },
        ]);
    });

    it("logs in as the first user whose password is known, or as that of the pull secrets", async () => {
        const login = async (users: PrivateRegistryArgs["users"]) =>
            (await registry({ verify: {}, users })).one("Secret", "registry-verify-login").inputs.stringData;
        const passwordHash = "$2y$05$aMBlAFTv3V.7RXtg9i.yveBef9ydBn.rMPHp4diJHsmLo7LatmU3e";
        const password = "correct horse battery staple";
        const known = await login([
            { name: "anna", passwordHash },
            { name: "ci", password },
        ]);
        assert.equal(known.login, `user = "ci:${password}"\n`);
        assert.equal(known["wrong-login"], `user = "ci:wrong-${password}"\n`);
        assert.match(known["ca.crt"], /BEGIN CERTIFICATE/);
        assert.match((await login([{ name: "anna", passwordHash }])).login, /^user = "puller-1:/);
    });

    it("requires several successes in a row with several replicas", async () => {
        const times = async (args: PrivateRegistryArgs) =>
            envOf(podOf(await registry({ verify: {}, ...args }), "Job", "registry-verify-push")).TIMES;
        assert.equal(await times({}), "1");
        assert.equal(await times({ replicas: 3, storage: { volume: { accessMode: AccessMode.ReadWriteMany } } }), "15");
    });

    it("shows no password outside of Secrets", async () => {
        const r = await registry({ verify: all });
        const passwords = r.secrets.filter((secret) => /^registry-(password|puller)/.test(secret));
        assert.ok(passwords.length > 0);
        for (const { clearTexts, name } of r.all) {
            for (const password of passwords) {
                assert.ok(!clearTexts.some((text) => text.includes(password)), name);
            }
        }
    });

    it("permits the steps that need the API server what they do, and the others nothing", async () => {
        const r = await registry({ verify: all });
        assert.deepEqual(r.one("Role", "registry-verify-persistence-role").inputs.rules, [
            { apiGroups: [""], resources: ["pods"], verbs: ["list", "delete"] },
        ]);
        assert.deepEqual(r.one("Role", "registry-verify-nodes-ready-role").inputs.rules, [
            {
                apiGroups: ["apps"],
                resources: ["daemonsets"],
                resourceNames: [r.objectName("DaemonSet", "registry-verify-every-node")],
                verbs: ["get"],
            },
            { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
        ]);
        const tokens = r.every("Job").filter(({ inputs }) => JSON.stringify(inputs).includes("serviceAccountToken"));
        assert.deepEqual(
            tokens.map(({ name }) => name),
            ["registry-verify-persistence", "registry-verify-nodes-ready"],
        );
    });

    it("lets only these steps connect to the API server", async () => {
        const selected = async (verify: PrivateRegistryArgs["verify"]) =>
            (await registry({ verify, networkPolicy: {} }))
                .named("registry-network-verify")
                .map(({ inputs }) => inputs.spec.podSelector.matchExpressions[0].values);
        assert.deepEqual(await selected({}), []);
        assert.deepEqual(await selected({ persistence: true }), [["verify-persistence"]]);
        assert.deepEqual(await selected(all), [["verify-persistence", "verify-nodes-ready"]]);
    });

    it("does not wait for the DaemonSet, because Pulumi does not say why it is not ready", async () => {
        const { metadata, spec } = (await registry({ verify: all })).one(
            "DaemonSet",
            "registry-verify-every-node",
        ).inputs;
        assert.equal(metadata.annotations["pulumi.com/skipAwait"], "true");
        assert.equal(spec.template.spec.terminationGracePeriodSeconds, 1);
    });

    describe("runs again", () => {
        const base: PrivateRegistryArgs = { verify: all, users: [{ name: "ci" }, { name: "anna" }] };
        const names = async (args: PrivateRegistryArgs = {}) => {
            const r = await registry({ ...base, ...args });
            const pods = r.one("DaemonSet", "registry-verify-every-node").inputs.spec.template.metadata.labels;
            const jobs = r.every("Job").filter(({ name }) => name.startsWith("registry-verify"));
            return [...jobs.map(({ inputs }) => inputs.metadata.name), pods["private-registry/verification"]];
        };
        const changes: Record<string, PrivateRegistryArgs> = {
            "the image changes": { image: "docker.io/library/registry:3.0.0" },
            "the configuration changes": { config: { http: { headers: { "X-Changed": ["yes"] } } } },
            "the certificate changes": { tls: { selfSigned: { generation: 2 } } },
            "the storage changes": { storage: { hostPath: { path: "/srv/registry", nodeName: "node-1" } } },
            "a user's generation changes": { users: [{ name: "ci" }, { name: "anna", generation: 2 }] },
            "the pull secret changes": { pullGeneration: 2 },
            "the nodes change": { nodes: { nodeSelector: { pool: "apps" } } },
            "the host changes": { host: "images.example.com" },
            "the network policies change": { networkPolicy: {} },
        };
        for (const [what, args] of Object.entries(changes)) {
            it(`if ${what}`, async () => {
                const [before, after] = [await names(), await names(args)];
                assert.equal(after.length, 5);
                for (const [i, name] of after.entries()) assert.notEqual(name, before[i]);
            });
        }

        it("not if nothing changes, and not if something changes that it does not prove", async () => {
            const before = await names();
            assert.deepEqual(await names(), before);
            assert.deepEqual(
                await names({ labels: { team: "platform" }, resources: { limits: { cpu: "1" } } }),
                before,
            );
            assert.deepEqual((await names({ verify: { everyNode: true } })).slice(0, 1), before.slice(0, 1));
        });
    });

    it("has an output with the image and the steps, which is empty without it", async () => {
        const verified = async (args: PrivateRegistryArgs) => {
            let output: PrivateRegistry["verified"] | undefined;
            await declare(() => {
                output = new PrivateRegistry("registry", args).verified;
            });
            return resolved(output as PrivateRegistry["verified"]);
        };
        const image = `registry.registry.svc.cluster.local/private-registry/verify@${verifyImage.index.digest}`;
        assert.equal(await verified({}), "");
        assert.equal(await verified({ verify: {} }), `${image}: login, push, pull`);
        assert.equal(await verified({ verify: all }), `${image}: login, push, persistence, pull on every node`);
    });
});
