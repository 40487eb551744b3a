import * as assert from "node:assert/strict";
import type { PrivateRegistryArgs } from "../../../../components";
import { refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

// Everything that runs pods: the registry, the node agents and the rotation gate.
const everyPod: PrivateRegistryArgs = {
    storage: { hostPath: { path: "/srv/registry" } },
    users: [{ name: "ci", generation: 2 }],
};
const everyImage = (args?: PrivateRegistryArgs) => registry({ ...everyPod, ...args });
const images = async (args?: PrivateRegistryArgs) =>
    Object.fromEntries((await everyImage(args)).pods.map((pod) => [pod.name, pod.spec.containers[0].image]));

describe("image", () => {
    it("is the pinned registry image, and one pinned image for all tools", async () => {
        const tools = "docker.io/curlimages/curl:8.16.0";
        assert.deepEqual(await images(), {
            "registry-deployment": "docker.io/library/registry:3.1.2",
            "registry-access-node-trust": tools,
            "registry-folder-owner": tools,
            "registry-credentials-accepted": tools,
        });
    });

    it("can be distribution 2, with the same command", async () => {
        const [two, three] = [await everyImage({ image: "registry:2" }), await everyImage()];
        assert.equal(two.pod.spec.containers[0].image, "registry:2");
        assert.deepEqual({ ...two.pod.spec.containers[0], image: "" }, { ...three.pod.spec.containers[0], image: "" });
    });
});

refusesValues("image, imageMirror and imagePullSecrets", [
    ["image", "registry 3", must.image],
    ["image", "docker.io/library/registry:", must.image],
    ["imageMirror", "https://mirror.example.com", must.prefix, "did you mean `mirror.example.com`?"],
    ["imageMirror", "mirror/hub", must.prefix, must.dockerHub("mirror")],
    ["imagePullSecrets[0]", "my secret", must.dnsName],
]);
