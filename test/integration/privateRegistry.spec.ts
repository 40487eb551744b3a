import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ContainerRuntime } from "../../components";
import { attempt } from "../../sandbox/command";
import {
    ask,
    inSandbox,
    kubectl,
    loginOf,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    restartSandbox,
    stepwise,
    theSandbox,
} from "./harness";

describe("a registry with no arguments except a pull secret", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("life-team");
    const registry = new RegistryStack("life", {
        namespace: "life",
        pullSecrets: { namespaces: ["life-team"], serviceAccounts: ["default"] },
    });
    let image: string;
    const pull = (pullSecret = registry.outputs.pullSecretNames["life-team"] as string | undefined) =>
        pullByKubelet(`${registry.outputs.host}/${image}`, "life-team", pullSecret);

    after(() => registry.remove());

    it("can be previewed before it exists", async () => {
        const { code, stdout, stderr } = await registry.pulumi("preview", "--diff");
        assert.equal(code, 0, stdout + stderr);
        assert.doesNotMatch(stdout, /undefined/);
    });

    it("is deployed, with plugins from Pulumi's cache and none from PATH", async () => {
        assert.doesNotMatch(await registry.up(), /from \$PATH/);
    });

    it("does not change or drift", async () => {
        await registry.expectNoChange();
        const { code, stdout, stderr } = await registry.pulumi("preview", "--expect-no-changes", "--diff");
        assert.equal(code, 0, stdout + stderr);
    });

    it("accepts an image from crane, which the kubelet pulls", async () => {
        image = await pushImage(registry);
        await pull();
    });

    it("lets pods of a patched service account pull without imagePullSecrets", async () => {
        const other = await pushImage(registry);
        await pullByKubelet(`${registry.outputs.host}/${other}`, "life-team", undefined);
    });

    it("rejects wrong passwords and anonymous clients", async () => {
        const login = { username: registry.outputs.username, password: registry.outputs.password };
        assert.equal(await ask(registry.outputs, "/v2/", login), 200);
        assert.equal(await ask(registry.outputs, "/v2/", { ...login, password: "wrong-password" }), 401);
        assert.equal(await ask(registry.outputs, "/v2/"), 401);
        assert.equal(await ask(registry.outputs, "/v2/_catalog"), 401);
    });

    it("runs in a namespace at Pod Security level restricted", async () => {
        const privileged = {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "x", namespace: "life" },
            spec: { containers: [{ name: "x", image: "x", securityContext: { privileged: true } }] },
        };
        await assert.rejects(
            kubectl("apply --filename -", JSON.stringify(privileged)),
            /violates PodSecurity "restricted/,
        );
    });

    it("keeps every secret out of the state, the history, and the engine's output and events", async () => {
        // With -v, Pulumi's engine and SDK log every value that they exchange; see the README.
        const events = path.join(theSandbox().folder, "events.json");
        theSandbox().environment.PULUMI_DEBUG_COMMANDS = "true"; // required for --event-log
        const result = await registry.pulumi("up", "--yes", "--skip-preview", "--diff", "--event-log", events);
        assert.equal(result.code, 0, result.stdout + result.stderr);
        const { credentials, dockerConfigJson } = registry.outputs;
        const secretsOfCluster = JSON.parse(await kubectl("get secrets --namespace life --output json"));
        const contents = secretsOfCluster.items.flatMap((item: { data?: Record<string, string> }) =>
            Object.entries(item.data ?? {}),
        );
        const decoded = contents.map(([, value]: [string, string]) => Buffer.from(value, "base64").toString());
        const configYaml: string = decoded.find((text: string) => text.includes("relativeurls"));
        const htpasswd: string = decoded.find((text: string) => text.includes("admin:$2"));
        const key: string = decoded.find((text: string) => text.includes("PRIVATE KEY"));
        const secrets = [
            ...Object.values(credentials),
            loginOf(dockerConfigJson).password,
            Buffer.from(dockerConfigJson).toString("base64"),
            Buffer.from(`${loginOf(dockerConfigJson).username}:${loginOf(dockerConfigJson).password}`).toString(
                "base64",
            ),
            ...htpasswd
                .trim()
                .split("\n")
                .map((line) => line.slice(line.indexOf("$"))),
            /secret: (\w{64})/.exec(configYaml)?.[1] as string,
            key.split("\n")[1],
        ];
        const state = stateFiles().map((file) => fs.readFileSync(file, "utf8"));
        assert.ok(
            state.some((text) => text.includes("registry-deployment")),
            "the state file was found",
        );
        assert.ok(secrets.length >= 8 && secrets.every((secret) => secret.length > 16), "the secrets were found");
        const texts = {
            "the state": state.join("\n"),
            "standard output": result.stdout,
            "the engine's log": result.stderr,
        };
        for (const [where, text] of Object.entries(texts)) {
            for (const secret of secrets) {
                const line = text.split("\n").find((each) => each.includes(secret)) ?? "";
                const around = line.slice(Math.max(0, line.indexOf(secret) - 200), line.indexOf(secret));
                assert.equal(line, "", `a secret is unencrypted in ${where}, after: ${around}`);
            }
        }
    });

    it("serves the image after its pod is killed", async () => {
        await kubectl(
            "delete pods --namespace life --selector app.kubernetes.io/component=server --grace-period=0 --force",
        );
        await kubectl("rollout status deployment --namespace life --timeout=90s");
        await pull();
    });

    it("serves the image after a restart of the node", async () => {
        await restartSandbox();
        await kubectl("rollout status deployment --namespace life --timeout=90s");
        await pull();
        await registry.expectNoChange();
    });

    it("writes its files to the node, and keeps them when the agent's pod restarts", async () => {
        assert.deepEqual(await filesOnNode(registry.outputs.host), ["ca.crt", "hosts.toml"]);
        await kubectl("delete pods --namespace life-node --all");
        assert.deepEqual(await filesOnNode(registry.outputs.host), ["ca.crt", "hosts.toml"]);
        await kubectl("rollout status daemonset --namespace life-node --timeout=60s");
    });

    it("removes a runtime's files from the node when it is no longer listed", async () => {
        const { args } = registry;
        registry.args = { ...args, nodes: { runtimes: [ContainerRuntime.Containerd, ContainerRuntime.Docker] } };
        await registry.up();
        assert.deepEqual(await filesOnNode(registry.outputs.host, "docker"), ["ca.crt"]);
        registry.args = args;
        await registry.up();
        assert.deepEqual(await filesOnNode(registry.outputs.host, "docker"), []);
        assert.deepEqual(await filesOnNode(registry.outputs.host), ["ca.crt", "hosts.toml"]);
    });

    it("rejects a destroy while it contains images", async () => {
        // The preview of a plain `pulumi destroy` rejects it. Without the preview, other resources would already be deleted.
        const result = await registry.pulumi("destroy", "--yes");
        assert.notEqual(result.code, 0);
        assert.match(result.stdout + result.stderr, /protected|--exclude-protected/);
        await pull();
    });

    it("rejects a replacement of the claim", async () => {
        const { args } = registry;
        registry.args = { ...args, storage: { volume: { storageClassName: "other" } } };
        const result = await registry.pulumi("up", "--yes");
        registry.args = args;
        assert.notEqual(result.code, 0);
        assert.match(result.stdout + result.stderr, /the claim `registry` has the storage class `local-path`/);
        await pull();
    });

    it("keeps the claim and its namespace when the rest is destroyed, and removes its files from the node", async () => {
        const result = await registry.pulumi("destroy", "--yes", "--skip-preview", "--exclude-protected");
        assert.equal(result.code, 0, result.stdout + result.stderr);
        const left = await kubectl("get all,secrets,configmaps,serviceaccounts,pvc --namespace life --output name");
        const own = left.split("\n").filter((line) => line && !/kube-root-ca.crt|serviceaccount\/default/.test(line));
        assert.deepEqual(own, ["persistentvolumeclaim/registry"]);
        await assert.rejects(kubectl("get namespace life-node"), /NotFound/);
        assert.deepEqual(await filesOnNode(registry.outputs.host), []);
        const accounts = await kubectl(
            "get serviceaccount default --namespace life-team --output jsonpath={.imagePullSecrets}",
        );
        assert.equal(accounts, "");
    });

    it("serves the old image after the next up", async () => {
        await registry.up();
        await pull();
        await registry.expectNoChange();
    });
});

/** The files in a host's directory, in the node's configuration of a runtime. */
async function filesOnNode(host: string, runtime = "containerd"): Promise<string[]> {
    const folder = `/etc/${runtime}/certs.d/${host}`;
    const listing = await attempt([...theSandbox().enter(1, { all: true }), "ls", "-A", folder]);
    return listing.stdout.split("\n").filter(Boolean);
}

function stateFiles(): string[] {
    const folder = path.join(theSandbox().folder, "pulumi-state");
    return fs
        .readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name));
}
