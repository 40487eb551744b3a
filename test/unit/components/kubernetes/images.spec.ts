import * as assert from "node:assert/strict";
import { IngressController, type PrivateRegistryArgs, RegistryAccess } from "../../../../components";
import { caCertificate } from "../../authority";
import { type Declared, declare, type Resources } from "../../mocks";
import { problems, refusesValues } from "../../refusals";
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

describe("imageDockerConfigJson", () => {
    const content = '{"auths":{"mirror.example.com":{"auth":"YTpodW50ZXIy"}}}';
    const everywhere = () => everyImage({ imageDockerConfigJson: content, imagePullSecrets: ["theirs"] });
    const secrets = (resources: Resources) =>
        resources.every("Secret").filter(({ inputs }) => inputs.metadata.name?.endsWith("-image-credentials"));

    it("is in a Secret in every namespace with pods, which all of them name and are created after", async () => {
        const r = await everywhere();
        assert.deepEqual(
            secrets(r).map(({ name, inputs }) => [name, inputs.metadata.namespace, inputs.metadata.name, inputs.type]),
            [
                [
                    "registry-image-credentials",
                    "registry",
                    "registry-image-credentials",
                    "kubernetes.io/dockerconfigjson",
                ],
                [
                    "registry-node-image-credentials",
                    "registry-node",
                    "registry-image-credentials",
                    "kubernetes.io/dockerconfigjson",
                ],
            ],
        );
        const part = { registry: "image-credentials", "registry-node": "node-image-credentials" };
        assert.equal(r.pods.length, 4);
        for (const { name, namespace, spec } of r.pods) {
            assert.deepEqual(spec.imagePullSecrets, [{ name: "theirs" }, { name: "registry-image-credentials" }], name);
            const { dependencies } = r.all.find((resource) => resource.name === name) as Declared;
            const secret = `::registry-${part[namespace as keyof typeof part]}`;
            assert.ok(
                dependencies.some((urn) => urn.endsWith(secret)),
                `${name} depends on ${dependencies}`,
            );
        }
    });

    it("is encrypted in the state", async () => {
        const r = await everywhere();
        for (const { inputs, clearTexts } of secrets(r)) {
            assert.equal(inputs.stringData[".dockerconfigjson"], content);
            assert.equal(JSON.stringify(clearTexts).includes("YTpodW50ZXIy"), false);
        }
    });

    it("is also for the chart's pods, MinIO, Redis and the web UI", async () => {
        const args: PrivateRegistryArgs[] = [
            { helm: {}, imageDockerConfigJson: content },
            {
                storage: { minio: {} },
                descriptorCache: { redis: {} },
                host: "registry.example.com",
                expose: { ingress: { controller: IngressController.Nginx } },
                ui: {},
                imageDockerConfigJson: content,
            },
        ];
        for (const given of args) {
            const r = await registry(given);
            for (const { name, spec } of r.pods) {
                assert.deepEqual(spec.imagePullSecrets, [{ name: "registry-image-credentials" }], name);
            }
            for (const { inputs } of r.every("Release")) {
                assert.deepEqual(inputs.values.imagePullSecrets, [{ name: "registry-image-credentials" }]);
            }
        }
    });

    for (const wrong of ["hunter2", '{"credsStore":"desktop"}', '{"auths":[]}']) {
        it(`is rejected without being repeated: ${wrong}`, async () => {
            assert.deepEqual(await problems({ imageDockerConfigJson: wrong }), [
                `imageDockerConfigJson: ${must.dockerConfig}`,
            ]);
        });
    }

    it("is nowhere without pods", async () => {
        const r = await registry({ nodes: { enabled: false }, imageDockerConfigJson: content });
        assert.deepEqual(
            secrets(r).map(({ name }) => name),
            ["registry-image-credentials"],
        );
    });

    it("is also an argument of RegistryAccess", async () => {
        const args = {
            host: "registry.example.com",
            dockerConfigJson: '{"auths":{"registry.example.com":{"auth":"YTpi"}}}',
            caCertPem: caCertificate,
            imageDockerConfigJson: content,
        };
        const r = await declare(() => new RegistryAccess("access", args));
        assert.deepEqual(
            secrets(r).map(({ name, inputs }) => [name, inputs.metadata.namespace]),
            [["access-image-credentials", "access-node"]],
        );
        assert.deepEqual(r.pods[0].spec.imagePullSecrets, [{ name: "access-image-credentials" }]);
        assert.ok(r.one("DaemonSet").dependencies.some((urn) => urn.endsWith("::access-image-credentials")));
        const without = await declare(() => new RegistryAccess("access", { ...args, nodes: { enabled: false } }));
        assert.deepEqual(secrets(without), []);
    });
});

refusesValues("image, imageMirror and imagePullSecrets", [
    ["image", "registry 3", must.image],
    ["image", "docker.io/library/registry:", must.image],
    ["imageMirror", "https://mirror.example.com", must.prefix, "did you mean `mirror.example.com`?"],
    ["imageMirror", "mirror/hub", must.prefix, must.dockerHub("mirror")],
    ["imagePullSecrets[0]", "my secret", must.dnsName],
]);
