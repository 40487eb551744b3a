import * as assert from "node:assert/strict";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { resourceMethods } from "../../../../sandbox/plugins/provider";
import type { ResourceType } from "../../../../sandbox/plugins/resourceType";
import { engineArgument } from "../../../../sandbox/plugins/server";
import { type Properties, UNKNOWN } from "../../../../sandbox/plugins/values";
import { fromStruct, toStruct } from "../../../../sandbox/plugins/wire";

const sample: ResourceType = {
    inputs: ["size", "label", "note"],
    defaults: { size: 1 },
    inPlace: ["label", "note"],
    computed: ["word"],
    changedByUpdate: ["count"],
    secretOutputs: ["word"],
    create: ({ name }) => ({ id: "the-id", state: { word: `of ${name}`, count: 1 } }),
    update: ({ state }) => ({ count: (state.count as number) + 1 }),
};
const { check, diff, create, read, update } = resourceMethods({
    name: "sample",
    version: "1.0.0",
    types: { "sample:index:Sample": sample },
});
const urn = "urn:pulumi:dev::project::parent:index:Parent$sample:index:Sample::first";
const isSecret = (value: unknown) => (value as Properties)["4dabf18193072939515e22adb298388d"] !== undefined;

async function differ(olds: Properties, news: Properties) {
    const request = new messages.DiffRequest();
    request.setUrn(urn);
    request.setOldInputs(toStruct(olds));
    request.setNews(toStruct(news));
    const response = await diff(request);
    return { diffs: response.getDiffsList(), replaces: response.getReplacesList() };
}

async function updated(news: Properties, preview: boolean) {
    const request = new messages.UpdateRequest();
    request.setUrn(urn);
    request.setOlds(toStruct({ size: 1, note: "old", word: "of first", count: 1 }));
    request.setNews(toStruct(news));
    request.setPreview(preview);
    const { word, ...rest } = fromStruct((await update(request)).getProperties());
    assert.ok(isSecret(word));
    return rest;
}

describe("a stand-in provider", () => {
    it("rejects unknown inputs", async () => {
        const request = new messages.CheckRequest();
        request.setUrn(urn);
        request.setNews(toStruct({ size: 2, colour: "red" }));
        const failures = (await check(request)).getFailuresList();
        assert.deepEqual(
            failures.map((failure) => `${failure.getProperty()}: ${failure.getReason()}`),
            ["colour: colour is not available in the stand-in provider"],
        );
    });

    it("reports an unknown type", async () => {
        const request = new messages.CheckRequest();
        request.setUrn(urn.replace("Sample", "Other"));
        await assert.rejects(
            check(request),
            /sample:index:Other is not available in the stand-in for the sample provider/,
        );
    });

    it("replaces the resource unless the input can change in place", async () => {
        assert.deepEqual(await differ({ size: 1 }, { size: 2 }), { diffs: ["size"], replaces: ["size"] });
        assert.deepEqual(await differ({ label: "a" }, { label: "b" }), { diffs: ["label"], replaces: [] });
    });

    it("finds no difference between an omitted input and its default", async () => {
        assert.deepEqual(await differ({}, { size: 1 }), { diffs: [], replaces: [] });
    });

    it("previews a creation with unknown values, without creating anything and without an id", async () => {
        const request = new messages.CreateRequest();
        request.setUrn(urn);
        request.setProperties(toStruct({ label: "a" }));
        request.setPreview(true);
        const response = await create(request);
        const { word, ...rest } = fromStruct(response.getProperties());
        assert.deepEqual(rest, { size: 1, label: "a" });
        assert.ok(isSecret(word));
        assert.equal((word as Properties).value, UNKNOWN);
        assert.equal(response.getId(), "");
    });

    it("creates with defaults, inputs and outputs, and marks secrets", async () => {
        const request = new messages.CreateRequest();
        request.setUrn(urn);
        request.setProperties(toStruct({ label: "a" }));
        const response = await create(request);
        const { word, ...rest } = fromStruct(response.getProperties());
        assert.deepEqual(rest, { size: 1, label: "a", count: 1 });
        assert.equal((word as Properties).value, "of first");
        assert.equal(response.getId(), "the-id");
    });

    it("updates with the new inputs only, and keeps the other outputs", async () => {
        assert.deepEqual(await updated({ label: "b" }, false), { size: 1, label: "b", count: 2 });
    });

    it("runs no update in a preview, and shows what it could change", async () => {
        assert.deepEqual(await updated({ label: "b" }, true), { size: 1, label: "b", count: UNKNOWN });
    });

    it("reads a resource from the state, and rejects a lookup by id", async () => {
        const request = new messages.ReadRequest();
        request.setUrn(urn);
        request.setId("the-id");
        await assert.rejects(read(request), /cannot look up resources by their id/);
        request.setInputs(toStruct({ label: "a" }));
        request.setProperties(toStruct({ label: "a", count: 1 }));
        const response = await read(request);
        assert.equal(response.getId(), "the-id");
        assert.deepEqual(fromStruct(response.getInputs()), { label: "a" });
        assert.deepEqual(fromStruct(response.getProperties()), { label: "a", count: 1 });
    });
});

describe("the engine's address", () => {
    it("is found among the options for logs and traces", () => {
        assert.equal(engineArgument(["-v=3", "--tracing", "tcp://10.0.0.1:99", "127.0.0.1:4567"]), "127.0.0.1:4567");
        assert.equal(engineArgument(["--logtostderr"]), undefined);
    });
});
