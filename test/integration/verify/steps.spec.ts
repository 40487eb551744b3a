import * as assert from "node:assert/strict";
import { verifyImage, verifyRepository } from "../../../components/verify/image";
import { attempt, run } from "../../../sandbox/command";
import { inSandbox, kubectl, RegistryStack, stepwise, theSandbox, until } from "../harness";

const namespace = "verify";
const readOnly = { storage: { maintenance: { readonly: { enabled: true } } } };

// biome-ignore lint/suspicious/noExplicitAny: Kubernetes objects
type Any = any;

/** On one node. What a Job says about several nodes is tested in test/unit/components/verify/everyNode.sh.spec.ts. */
describe("verify", () => {
    stepwise();
    inSandbox();
    const registry = new RegistryStack(namespace, {
        namespace,
        storage: { volume: { size: "1Gi", deleteWithStack: true } },
        networkPolicy: {},
        verify: { everyNode: true, persistence: true },
    });
    after(() => registry.remove());

    async function list(kind: string): Promise<Any[]> {
        return JSON.parse(await kubectl(`get ${kind} --namespace ${namespace} --output json`)).items;
    }

    const time = (text: string) => new Date(text).getTime() / 1000;

    /** The newest Job of a step. Those that it replaces exist until a `pulumi up` succeeds. */
    async function jobOf(step: string): Promise<Any> {
        const jobs = (await list("jobs")).filter(({ metadata }) =>
            metadata.name.startsWith(`registry-verify-${step}-`),
        );
        assert.ok(jobs.length > 0, `${step} has no Job`);
        return jobs.sort((a, b) => time(b.metadata.creationTimestamp) - time(a.metadata.creationTimestamp))[0];
    }

    it("proves a push, the death of a pod and pulls, in seconds, and runs nothing without a change", async () => {
        await registry.up();
        const image = `${registry.outputs.host}/${verifyRepository}@${verifyImage.index.digest}`;
        assert.equal(registry.outputs.verified, `${image}: login, push, persistence, pull on every node`);
        const jobs = await Promise.all(["push", "persistence", "pull", "nodes-ready"].map(jobOf));
        for (const { metadata, status } of jobs) assert.equal(status.succeeded, 1, metadata.name);
        const seconds = ({ metadata, status }: Any) => time(status.completionTime) - time(metadata.creationTimestamp);
        const [push, persistence, pull, everyNode] = jobs.map(seconds);
        console.log(`      push ${push} s, death of a pod ${persistence} s, pull ${pull} s, every node ${everyNode} s`);
        // At most 12 on an idle machine; other tests run at the same time.
        assert.ok(push + pull <= 24, `push and pull took ${push + pull} s`);
        await registry.expectNoChange();
    });

    it("fails `pulumi up` with a sentence if the registry is read-only, at each run, and passes when it is not", async () => {
        const { args } = registry;
        registry.args = { ...args, config: readOnly };
        const uids: string[] = [];
        for (let i = 0; i < 2; i++) {
            const { code, stdout, stderr } = await registry.pulumi("up", "--yes", "--skip-preview");
            assert.notEqual(code, 0);
            assert.match(
                stdout + stderr,
                // The pod that is being replaced may answer the first request.
                /\[Error\] verify, step "push": .*: the registry answered with HTTP status 405; the registry is read-only/,
            );
            uids.push((await jobOf("push")).metadata.uid);
        }
        assert.notEqual(uids[0], uids[1], "the second run did not repeat the first one's failure, but tried again");
        registry.args = args;
        await registry.up();
        assert.match(registry.outputs.verified, /: login, push, persistence, pull on every node$/);
    });

    /** Runs a changed Job of a step, and returns it with its only pod when `isDone`. */
    async function again(step: string, change: (pod: Any) => void, isDone: (pod: Any) => boolean): Promise<Any> {
        const { spec } = await jobOf(step);
        const name = `again-${step}`;
        const { metadata, ...template } = spec.template;
        const labels = Object.fromEntries(
            Object.entries(metadata.labels).filter(([key]) => key.startsWith("app.kubernetes.io/")),
        );
        change(template.spec);
        const job = {
            apiVersion: "batch/v1",
            kind: "Job",
            metadata: { name, namespace },
            spec: { backoffLimit: 0, activeDeadlineSeconds: 60, template: { ...template, metadata: { labels } } },
        };
        await kubectl("create --filename -", JSON.stringify(job));
        try {
            let pod: Any;
            await until(`the end of ${name}`, 60, async () => {
                pod = (await list("pods")).find((one) => one.metadata.labels["job-name"] === name);
                return pod?.status.containerStatuses !== undefined && isDone(pod.status.containerStatuses[0].state);
            });
            return pod.status.containerStatuses[0].state;
        } finally {
            await kubectl(`delete job ${name} --namespace ${namespace} --wait=false`);
        }
    }

    const isRefused = ({ waiting, terminated }: Any) => terminated || waiting?.reason === "ErrImagePull";

    it("does not pull with a pull secret that has expired", async () => {
        const { imagePullSecrets } = (await jobOf("pull")).spec.template.spec;
        const secret = (await list("secrets")).find(({ metadata }) => metadata.name === imagePullSecrets[0].name);
        const config = JSON.parse(Buffer.from(secret.data[".dockerconfigjson"], "base64").toString());
        for (const login of Object.values<Any>(config.auths)) {
            login.auth = Buffer.from(`${login.username}:expired`).toString("base64");
            delete login.password;
        }
        const expired = {
            ...secret,
            metadata: { name: "expired", namespace },
            data: { ".dockerconfigjson": Buffer.from(JSON.stringify(config)).toString("base64") },
        };
        await kubectl("create --filename -", JSON.stringify(expired));
        const { waiting } = await again("pull", (pod) => (pod.imagePullSecrets = [{ name: "expired" }]), isRefused);
        await kubectl(`delete secret expired --namespace ${namespace}`);
        assert.match(waiting.message, /private-registry\/verify.*401 Unauthorized/);
    });

    it("does not pull onto a node that does not trust the registry's CA", async () => {
        const file = `/etc/containerd/certs.d/${registry.outputs.host}/ca.crt`;
        const onNode = (script: string) => run([...theSandbox().enter(1, { all: true }), "sh", "-c", script]);
        const trusted = await onNode(`cat ${file}`);
        // The agent on the node writes the file again every 30 seconds.
        const broken = onNode(`for i in $(seq 50); do cat /etc/ssl/certs/ISRG_Root_X1.pem >${file}; sleep 0.2; done`);
        const { waiting } = await again("pull", () => {}, isRefused);
        assert.match(waiting?.message ?? "it has pulled", /x509: certificate signed by unknown authority/);
        await broken;
        await onNode(`cat >${file} <<'PEM'\n${trusted}PEM\n`);
    });

    it("does not pull by a name that the node does not know", async () => {
        const unknown = (pod: Any) => {
            const [container] = pod.containers;
            container.image = container.image.replace(registry.outputs.host, "missing.registry.invalid");
        };
        const { waiting } = await again("pull", unknown, isRefused);
        assert.match(waiting.message, /missing\.registry\.invalid.*(no such host|lookup)/);
    });

    it("leaves nothing when it is destroyed", async () => {
        await registry.remove();
        const left = await attempt(["kubectl", "get", "namespace", namespace], { env: theSandbox().environment });
        assert.match(left.stderr, /NotFound/);
    });
});
