import * as assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { attempt, run } from "../../sandbox/command";
import {
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    stepwise,
    theSandbox,
    until,
} from "./harness";
import { randomNumbers } from "./randomNumbers";

/** Kinds of objects that the component creates in these registries. */
const kinds =
    "deployments,daemonsets,services,serviceaccounts,roles,rolebindings,secrets,configmaps,persistentvolumeclaims,jobs";

/** A finalizer, with which a deletion takes as long as a test needs. */
const finalizer = "private-registry.test/hold";

/** `KILLS=20` adds as many kills at random moments, and `KILL_SEED` repeats those of an earlier run. */
describe("a stack whose run is killed", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("killed-team");
    const registry = new RegistryStack("killed", {
        namespace: "killed",
        pullSecrets: { namespaces: ["killed-team"], serviceAccounts: ["default"] },
        users: [{ name: "admin" }],
        storage: { volume: { deleteWithStack: true } },
    });
    let image: string | undefined;
    after(() => registry.remove());

    /** Starts `pulumi`, and waits until a condition in the cluster is true. Returns the engine's process. */
    async function startUntil(command: string[], what: string, condition: () => Promise<boolean>) {
        await registry.prepare();
        const [file, ...args] = registry.stack.command([...command, "--yes", "--skip-preview"]);
        const engine = spawn(file, args, {
            env: theSandbox().environment,
            cwd: registry.stack.program,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let output = "";
        for (const stream of [engine.stdout, engine.stderr]) stream.on("data", (data) => (output += data));
        await until(what, 120, async () => {
            assert.equal(engine.exitCode, null, `pulumi ended before ${what}: ${output}`);
            return condition();
        });
        return engine;
    }

    const pulumi = (...command: string[]) =>
        run(["pulumi", ...command, "--stack", "killed"], {
            env: theSandbox().environment,
            cwd: path.dirname(registry.stack.configFile),
        });

    /** Kills the engine, and removes the lock that it leaves. */
    async function kill(engine: ChildProcess): Promise<void> {
        engine.kill("SIGKILL");
        await ended(engine);
        await pulumi("cancel", "--yes");
    }

    const exists = async (object: string, namespace: string) =>
        (await kubectl(`get ${object} --namespace ${namespace} --ignore-not-found --output name`)) !== "";
    const isBeingDeleted = async (object: string) =>
        (await kubectl(`get ${object} --namespace killed --output jsonpath={.metadata.deletionTimestamp}`)) !== "";
    const hold = (object: string, finalizers: string[]) =>
        kubectl(
            `patch ${object} --namespace killed --type=merge --patch ${JSON.stringify({ metadata: { finalizers } })}`,
        );

    function ended(engine: ChildProcess): Promise<number | null> {
        if (engine.exitCode !== null || engine.signalCode !== null) return Promise.resolve(engine.exitCode);
        return new Promise((resolve) => engine.on("close", resolve));
    }

    /** The component's objects in the cluster. */
    async function inCluster(): Promise<string[]> {
        const label = "--selector app.kubernetes.io/name=private-registry";
        const list = JSON.parse(await kubectl(`get ${kinds} --all-namespaces ${label} --output json`));
        type Item = { kind: string; metadata: { namespace: string; name: string } };
        const names = list.items.map(({ kind, metadata }: Item) => `${kind} ${metadata.namespace}/${metadata.name}`);
        return names.filter((name: string) => / killed(-node|-team)?\//.test(name)).sort();
    }

    /** The component's objects in the state. */
    async function inState(): Promise<string[]> {
        const { deployment } = JSON.parse(await pulumi("stack", "export"));
        type Resource = { type: string; id: string };
        const objects = deployment.resources.filter(
            ({ type, id }: Resource) => /^kubernetes:/.test(type) && /\//.test(id ?? ""),
        );
        const names = objects.map(({ type, id }: Resource) => `${type.split(":").at(-1)} ${id}`);
        return names.filter((name: string) => !name.startsWith("ServiceAccountPatch")).sort();
    }

    /** Checks that the next run repairs what the killed one left: one of each object, and nothing lost. */
    async function expectWhole(): Promise<void> {
        await registry.up();
        await registry.expectNoChange();
        assert.deepEqual(await inCluster(), await inState());
        assert.equal((await registry.pods()).length, 1);
    }

    it("has one Deployment after the engine was killed while it created that", async () => {
        const engine = await startUntil(["up"], "the Deployment", () =>
            exists("deployment/registry-deployment", "killed"),
        );
        await kill(engine);
        await expectWhole();
        image = await pushImage(registry);
    });

    it("keeps its users after the provider was killed between the deletion and the creation of htpasswd", async () => {
        const { password } = registry.outputs;
        await hold("secret/registry-htpasswd", [finalizer]);
        registry.args.users = [{ name: "admin" }, { name: "ci" }];
        const engine = await startUntil(["up"], "the deletion of htpasswd", () =>
            isBeingDeleted("secret/registry-htpasswd"),
        );
        await killProvider(engine);
        assert.notEqual(await ended(engine), 0);
        await hold("secret/registry-htpasswd", []);
        await expectWhole();
        assert.equal(registry.outputs.password, password);
        await pullByKubelet(`${registry.outputs.host}/${image}`, "killed-team", undefined);
    });

    it("is repaired by `repair`, which adopts what exists, and can be destroyed", async () => {
        await registry.remove();
        const engine = await startUntil(["up"], "the Deployment", () =>
            exists("deployment/registry-deployment", "killed"),
        );
        await kill(engine);
        const preview = await registry.repair("--dry-run");
        assert.match(preview.stdout, /^Deployment killed\/registry-deployment is taken into the state if it exists$/m);
        const { code, stdout, stderr } = await registry.repair();
        assert.equal(code, 0, stdout + stderr);
        const uid = await kubectl(
            "get deployment registry-deployment --namespace killed --output jsonpath={.metadata.uid}",
        );
        assert.ok((await inState()).includes("Deployment killed/registry-deployment"));
        await expectWhole();
        assert.equal(
            await kubectl("get deployment registry-deployment --namespace killed --output jsonpath={.metadata.uid}"),
            uid,
        );
    });

    it("is destroyed without remains after the API server was killed while the claim was deleted", async () => {
        await hold("persistentvolumeclaim/registry", [finalizer, "kubernetes.io/pvc-protection"]);
        const engine = await startUntil(["destroy"], "the deletion of the claim", () =>
            isBeingDeleted("persistentvolumeclaim/registry"),
        );
        await killApiServer();
        await kill(engine);
        await until("the API server", 60, isApiServerReady);
        await hold("persistentvolumeclaim/registry", []);
        await registry.remove();
        image = undefined;
        assert.deepEqual(await inCluster(), []);
        const account = await kubectl(
            "get serviceaccount default --namespace killed-team --output jsonpath={.imagePullSecrets}",
        );
        assert.equal(account, "");
    });

    describe("at random moments", () => {
        const kills = Number(process.env.KILLS ?? 0);
        const seed = Number(process.env.KILL_SEED ?? Date.now() % 100_000);
        const random = randomNumbers(seed);
        const victims: [string, (engine: ChildProcess) => Promise<void>][] = [
            ["the engine", async () => undefined],
            ["the provider", killProvider],
            ["the API server", killApiServer],
        ];
        for (let i = 1; i <= kills; i++) {
            const [name, killVictim] = victims[Math.floor(random() * victims.length)];
            const seconds = random() * 14;
            const isNew = random() < 0.5;
            const isRepaired = random() < 0.5;
            const what = `${isNew ? "a new" : "a changed"} registry, ${name} after ${seconds.toFixed(1)} s`;
            it(`is whole after kill ${i} of ${kills} (KILL_SEED=${seed}): ${what}${isRepaired ? ", with repair" : ""}`, async () => {
                if (isNew) {
                    await registry.remove();
                    image = undefined;
                } else registry.args = { ...registry.args, pullGeneration: (registry.args.pullGeneration ?? 1) + 1 };
                const start = Date.now();
                const engine = await startUntil(
                    ["up"],
                    "the moment",
                    async () => Date.now() - start > seconds * 1000,
                ).catch((error: Error) => {
                    // A short run may have ended before.
                    if (!/pulumi ended/.test(error.message)) throw error;
                });
                if (engine) {
                    await killVictim(engine);
                    if (name !== "the provider") engine.kill("SIGKILL");
                    await ended(engine);
                }
                await pulumi("cancel", "--yes");
                if (name === "the API server") await until("the API server", 60, isApiServerReady);
                if (isRepaired) {
                    const { code, stdout, stderr } = await registry.repair();
                    assert.equal(code, 0, stdout + stderr);
                }
                await expectWhole();
                image ??= await pushImage(registry);
                await pullByKubelet(`${registry.outputs.host}/${image}`, "killed-team", undefined);
            });
        }
    });
});

/** Kills the API server, which the sandbox starts again after a second. */
async function killApiServer(): Promise<void> {
    await run([...theSandbox().enter(1, { all: true }), "pkill", "-KILL", "-x", "kube-apiserver"]);
}

async function isApiServerReady(): Promise<boolean> {
    return (await attempt(["kubectl", "get", "--raw", "/readyz"], { env: theSandbox().environment })).code === 0;
}

/** Kills the Kubernetes provider of an engine. */
async function killProvider(engine: ChildProcess): Promise<void> {
    const read = (pid: string, file: string) => {
        try {
            return fs.readFileSync(path.join("/proc", pid, file), "utf8");
        } catch {
            return ""; // It has ended.
        }
    };
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        const isChild = new RegExp(`^PPid:\\s*${engine.pid}$`, "m").test(read(pid, "status"));
        if (isChild && read(pid, "cmdline").includes("pulumi-resource-kubernetes"))
            process.kill(Number(pid), "SIGKILL");
    }
}
