import * as assert from "node:assert/strict";
import { declaredInputs } from "../../../../../sandbox/plugins/kubernetes/declared";
import { sameQuantity } from "../../../../../sandbox/plugins/kubernetes/quantity";

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("sameQuantity", () => {
    for (const [one, other] of [
        ["1000m", "1"],
        ["0.5", "500m"],
        [1, "1"],
        ["1024Mi", "1Gi"],
        ["1.5Gi", "1536Mi"],
        ["1e3", "1k"],
        ["100n", "0.1u"],
    ]) {
        it(`${one} is ${other}`, () => assert.ok(sameQuantity(one, other)));
    }
    for (const [one, other] of [
        ["1M", "1Mi"],
        ["1", "2"],
        ["x", "x"],
        ["", ""],
        ["1m", "1M"],
    ]) {
        it(`${JSON.stringify(one)} is not ${JSON.stringify(other)}, as an amount`, () =>
            assert.ok(!sameQuantity(one, other)));
    }
});

describe("the declared part of a live object", () => {
    const container = (more: object) => ({ name: "c", image: "i:1", ...more });
    const pod = (...containers: object[]) => ({ spec: { containers } });

    it("leaves out what the server and others add", () => {
        const live = {
            ...pod(container({ imagePullPolicy: "Always" }), { name: "sidecar" }),
            status: { phase: "Running" },
        };
        assert.deepEqual(declaredInputs(pod(container({})), live), pod(container({})));
    });

    it("keeps the words in which amounts were declared, and shows when they changed", () => {
        const resources = (cpu: unknown) => pod(container({ resources: { limits: { cpu } } }));
        assert.deepEqual(declaredInputs(resources("0.5"), resources("500m")), resources("0.5"));
        assert.deepEqual(declaredInputs(resources("0.5"), resources("600m")), resources("600m"));
    });

    it("does not take text for an amount elsewhere", () => {
        assert.deepEqual(declaredInputs({ data: { a: "1000m" } }, { data: { a: "1" } }), { data: { a: "1" } });
    });

    it("does not miss empty values that the server does not store", () => {
        const inputs = { spec: { hostNetwork: false, list: [], text: "", env: [{ name: "E", value: "" }] } };
        assert.deepEqual(declaredInputs(inputs, { spec: { env: [{ name: "E" }] } }), inputs);
    });

    it("shows what was changed and what was removed", () => {
        const inputs = { metadata: { labels: { a: "1", b: "2" } }, spec: { replicas: 1 } };
        const live = { metadata: { labels: { a: "1" } }, spec: { replicas: 3 } };
        assert.deepEqual(declaredInputs(inputs, live), live);
    });

    it("tells ports of one number by their protocol", () => {
        const ports = (...list: object[]) => ({ spec: { ports: list } });
        const inputs = ports({ port: 53, protocol: "UDP", name: "u" }, { port: 53, name: "t" });
        const live = ports({ port: 53, protocol: "UDP", name: "u" }, { port: 53, protocol: "TCP", name: "t" });
        assert.deepEqual(declaredInputs(inputs, live), inputs);
    });

    it("shows the whole of a list that has one owner", () => {
        const secrets = (...names: string[]) => ({ imagePullSecrets: names.map((name) => ({ name })) });
        assert.deepEqual(declaredInputs(secrets("a"), secrets("a", "b")), secrets("a", "b"));
    });

    it("compares a Secret's stringData with its data", () => {
        const inputs = { kind: "Secret", stringData: { a: "1", b: "2", gone: "3" } };
        const live = { kind: "Secret", data: { a: base64("1"), b: base64("changed"), other: base64("x") } };
        assert.deepEqual(declaredInputs(inputs, live), { kind: "Secret", stringData: { a: "1", b: "changed" } });
    });
});
