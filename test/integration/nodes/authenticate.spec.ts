import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { attempt, run } from "../../../sandbox/command";
import { printProgress } from "../../../sandbox/progress";
import { podManifest } from "../../../sandbox/stack/proof";
import { buildTools } from "../../../sandbox/toolchain/toolchain";
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
    stepwise,
    theSandbox,
    until,
} from "../harness";

describe("nodes with authenticate", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("authenticate-anybody");
    const registry = new RegistryStack("authenticate", {
        namespace: "authenticate",
        storage: { memory: {} },
        nodes: { authenticate: true },
    });
    let image: string;

    after(() => registry.remove());

    const onNode = (script: string) => run([...theSandbox().enter(1, { all: true }), "sh", "-c", script]);
    const hostsToml = () => `/etc/containerd/certs.d/${registry.outputs.host}/hosts.toml`;
    const basic = () => {
        const { username, password } = loginOf(registry.outputs.dockerConfigJson);
        return Buffer.from(`${username}:${password}`).toString("base64");
    };
    const pull = () => pullByKubelet(`${registry.outputs.host}/${image}`, "authenticate-anybody", undefined);

    it("pull for a pod in a namespace without a pull secret", async () => {
        await registry.up();
        image = await pushImage(registry);
        assert.equal(await kubectl("get secrets --namespace authenticate-anybody --output name"), "");
        await pull();
        assert.equal(await ask(registry.outputs, "/v2/"), 401, "the registry itself still asks for a password");
        await registry.expectNoChange();
    });

    it("have the login in a file that only root can read", async () => {
        assert.equal(await onNode(`stat -c '%a %U' ${hostsToml()}`), "600 root\n");
        assert.ok((await onNode(`cat ${hostsToml()}`)).includes(`Authorization = "Basic ${basic()}"`));
        assert.equal((await onNode(`stat -c '%a' $(dirname ${hostsToml()})/ca.crt`)).trim(), "644");
    });

    it("read it from a Secret, and no other object contains it", async () => {
        const others = await kubectl(
            "get configmaps,daemonsets,pods,controllerrevisions --all-namespaces --output json",
        );
        const login = loginOf(registry.outputs.dockerConfigJson);
        for (const secret of [basic(), login.password, Buffer.from(basic()).toString("base64").slice(4, -4)]) {
            assert.equal(others.includes(secret), false);
        }
        const secrets = JSON.parse(await kubectl("get secrets --namespace authenticate-node --output json")).items;
        const texts = secrets.flatMap((secret: { data: Record<string, string> }) =>
            Object.values(secret.data).map((data) => Buffer.from(data, "base64").toString()),
        );
        assert.equal(texts.filter((text: string) => text.includes(basic())).length, 1);
    });

    it("can use the output registriesYaml, as k3s and RKE2 do", async () => {
        const { wharfie } = await buildTools(["wharfie"], printProgress);
        const { registriesYaml, caCertPem, host } = registry.outputs;
        const folder = "/etc/rancher/authenticate";
        const ca = /ca_file: "(.+)"/.exec(registriesYaml)?.[1] ?? "";
        const node = theSandbox().enter(1, { all: true });
        const write = (file: string, content: string) =>
            run([...node, "sh", "-c", `mkdir -p "$(dirname ${file})" && cat >${file}`], { input: content });
        await write(ca, caCertPem);
        await write(`${folder}/registries.yaml`, registriesYaml);
        await write(`${folder}/anonymous.yaml`, registriesYaml.replace(/password: ".+"/, 'password: ""'));
        try {
            // Otherwise it tries the registry's host, which the node cannot resolve, with a long timeout.
            const read = (file: string) =>
                attempt([...node, "timeout", "10", wharfie, `${folder}/${file}`, `${host}/${image}`]);
            const { stdout, stderr } = await read("registries.yaml");
            const digest = await craneOf(registry, (address) => ["digest", `${address}/${image}`]);
            assert.equal(stdout, digest, stderr);
            assert.match((await read("anonymous.yaml")).stderr, /401 Unauthorized|UNAUTHORIZED/);
        } finally {
            await onNode(`rm -rf ${folder} ${ca}`);
        }
    });

    it("have the next user after a rotation, while the previous one still works", async () => {
        const before = loginOf(registry.outputs.dockerConfigJson);
        registry.args = { ...registry.args, pullGeneration: 2 };
        await registry.up();
        assert.notEqual(loginOf(registry.outputs.dockerConfigJson).username, before.username);
        assert.ok((await onNode(`cat ${hostsToml()}`)).includes(basic()));
        assert.equal(await ask(registry.outputs, "/v2/", before), 200);
        await pull();
        await registry.expectNoChange();
    });

    it("pull no image after authenticate is disabled", async () => {
        registry.args = { ...registry.args, nodes: {} };
        await registry.up();
        assert.doesNotMatch(await onNode(`cat ${hostsToml()}`), /Authorization/);
        assert.equal((await onNode(`stat -c '%a' ${hostsToml()}`)).trim(), "644");
        assert.equal(await kubectl("get secrets --namespace authenticate-node --output name"), "");
        await refusedAnonymously();
    });

    it("have no files when the registry is destroyed", async () => {
        registry.args = { ...registry.args, nodes: { authenticate: true } };
        await registry.up();
        const login = basic();
        await pull();
        await registry.remove();
        assert.equal(await onNode(`grep -rl '${login}' /etc/containerd || true`), "");
        assert.equal(await onNode(`ls $(dirname ${hostsToml()}) 2>/dev/null || true`), "");
    });

    /** Starts a pod without a pull secret, and waits until the kubelet reports a denied pull. */
    async function refusedAnonymously(): Promise<void> {
        const pod = `refused-${randomBytes(4).toString("hex")}`;
        const namespace = "authenticate-anybody";
        const manifest = podManifest(pod, namespace, `${registry.outputs.host}/${image}`, undefined);
        await kubectl("apply --filename -", JSON.stringify(manifest));
        const selector = `--field-selector involvedObject.name=${pod},reason=Failed --output jsonpath={.items[*].message}`;
        try {
            await until("a denied pull", 60, async () =>
                /401 Unauthorized|no basic auth/.test(await kubectl(`get events --namespace ${namespace} ${selector}`)),
            );
        } finally {
            await kubectl(`delete pod ${pod} --namespace ${namespace} --wait=false`);
        }
    }
});
