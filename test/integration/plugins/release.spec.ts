import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { firstStartLimit, inSandbox, theSandbox } from "../harness";
import { assertAbsent, Workbench } from "./workbench";

const secretText = "the-plain-text-of-a-secret";

/** A chart of an object for each value, and of a pod that starts only with an image that is there. */
const templates = {
    "map.yaml":
        '{apiVersion: v1, kind: ConfigMap, metadata: {name: map}, data: {word: {{ required "word is missing" .Values.word | quote }}}}',
    "secret.yaml":
        "{apiVersion: v1, kind: Secret, metadata: {name: secret}, stringData: {hidden: {{ .Values.hidden | quote }}}}",
    "deployment.yaml": `{{ with .Values.image }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: pods}
spec:
    selector: {matchLabels: {app: pods}}
    template:
        metadata: {labels: {app: pods}}
        spec: {terminationGracePeriodSeconds: 0, containers: [{name: c, image: {{ . }}}]}
{{ end }}`,
};

describe("the stand-in for kubernetes, with Helm", () => {
    let bench: Workbench;
    let helmFile: string;

    inSandbox();

    before(async function () {
        this.timeout(firstStartLimit);
        helmFile = (await ensureTools(["helm"], printProgress)).helm;
        bench = await Workbench.start();
        const folder = path.join(bench.program, "chart");
        fs.mkdirSync(path.join(folder, "templates"), { recursive: true });
        fs.writeFileSync(path.join(folder, "Chart.yaml"), "{apiVersion: v2, name: words, version: 1.2.3}");
        for (const [name, text] of Object.entries(templates)) {
            fs.writeFileSync(path.join(folder, "templates", name), text);
        }
    });
    after(() => bench?.end());

    const program = (values = "", further = "") => `
        const release = new k8s.helm.v3.Release("r", {
            name: "words", namespace, chart: "./chart", timeout: 15, ${further}
            values: { hidden: pulumi.secret("${secretText}"), ${values} },
        });
        exports.status = release.status;`;

    /** helm itself, in the namespace of these tests. */
    const helm = async (...args: string[]) => {
        const command = ["--namespace", bench.namespace, ...args];
        return (await promisify(execFile)(helmFile, command, { env: theSandbox().environment })).stdout;
    };
    const word = () => bench.here("get", "configmap", "map", "-o", "jsonpath={.data.word}");

    it("writes nothing in a preview, which says when the chart is not there or does not render", async () => {
        // Beside the release, the stack itself.
        assert.deepEqual(await bench.preview(program('word: "one"')), { create: 2 });
        assert.deepEqual(JSON.parse(await helm("list", "--all", "--output", "json")), []);
        assert.match(await bench.failingPreview(program()), /word is missing/);
        const nowhere = program('word: "one"').replace("./chart", "./nowhere");
        assert.match(await bench.failingPreview(nowhere), /path "\.\/nowhere" not found/);
    });

    it("refuses inputs that it does not know, rather than doing something else", async () => {
        const lint = program('word: "one"', "lint: true,");
        assert.match(await bench.failingPreview(lint), /lint of a Release is not available in the stand-in/);
    });

    it("installs the chart and tells what became of it", async () => {
        assert.deepEqual((await bench.up(program('word: "one"'))).changes, { create: 2 });
        assert.equal(await word(), "one");
        const { namespace } = bench;
        assert.deepEqual((await bench.outputs()).status, {
            ...{ name: "words", namespace, revision: 1, status: "deployed", chart: "words", version: "1.2.3" },
            appVersion: "",
        });
    });

    it("changes nothing twice, and finds no drift where there is none", async () => {
        assert.deepEqual((await bench.up()).changes, {});
        assert.deepEqual((await bench.refresh()).changes, {});
    });

    it("keeps a secret value out of the state and of the logs", async () => {
        assert.match(await helm("get", "values", "words"), new RegExp(secretText));
        const { display, log } = await bench.verbosePreview();
        for (const [where, text] of Object.entries({ state: bench.stored(), display, log })) {
            assertAbsent(secretText, text, where);
        }
    });

    it("upgrades the release when a value changes, and does not in a preview", async () => {
        const next = program('word: "two"');
        assert.deepEqual(await bench.preview(next), { update: 1 });
        assert.equal(await word(), "one");
        assert.deepEqual((await bench.up(next)).changes, { update: 1 });
        assert.equal(await word(), "two");
        assertAbsent(secretText, bench.stored(), "state");
    });

    it("finds what helm has changed and removed, and puts it right", async () => {
        await helm("upgrade", "words", path.join(bench.program, "chart"), "--reuse-values", "--set", "word=theirs");
        assert.deepEqual((await bench.refresh()).changes, { update: 1 });
        assert.deepEqual((await bench.up()).changes, { update: 1 });
        assert.equal(await word(), "two");
        await helm("uninstall", "words");
        assert.deepEqual((await bench.refresh()).changes, { delete: 1 });
        assert.deepEqual((await bench.up()).changes, { create: 1 });
        assert.equal(await word(), "two");
    });

    it("says why the pods are not ready, and goes on with the release at the next update", async () => {
        const message = await bench.failingUp(program('word: "two", image: "registry.invalid/none:1"'));
        assert.match(message, /helm release "plugins-\w+\/words" was not updated: .*deadline exceeded/s);
        assert.match(message, /\[Pod .*\/pods-.*\] container c: (ErrImagePull|ImagePullBackOff)/);
        assert.match(bench.stored(), /initErrors/);
        assertAbsent(secretText, bench.stored(), "state");
        const right = program('word: "two", image: "registry.k8s.io/pause:3.10"');
        assert.deepEqual((await bench.up(right)).changes, { update: 1 });
        const ready = await bench.here("get", "deployment", "pods", "-o", "jsonpath={.status.readyReplicas}");
        assert.equal(ready, "1");
        assert.deepEqual((await bench.up()).changes, {});
    });

    it("makes another release for another name, and uninstalls the first", async () => {
        const other = program('word: "three"').replace('name: "words"', 'name: "others"');
        await bench.up(program('word: "three"'));
        await helm("get", "values", "words");
        // Both would own the same objects, so the old one has to go first.
        assert.match(await bench.failingUp(other), /exists and cannot be imported into the current release/);
        await bench.destroy();
        assert.deepEqual((await bench.up(other)).changes, { create: 2 });
        assert.deepEqual(
            JSON.parse(await helm("list", "--all", "--output", "json")).map((one: { name: string }) => one.name),
            ["others"],
        );
    });

    it("uninstalls everything, with nothing left behind", async () => {
        await bench.destroy();
        const left = await bench.here("get", "configmap,secret,deployment,pod", "-o", "name");
        assert.equal(left, "configmap/kube-root-ca.crt");
    });
});
