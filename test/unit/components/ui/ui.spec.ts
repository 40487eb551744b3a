import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PrivateRegistry, type PrivateRegistryArgs } from "../../../../components";
import { serverConfiguration } from "../../../../components/ui/ui";
import { declare, refusal, resolved } from "../../mocks";
import { refusesValues } from "../../refusals";
import * as must from "../../sentences";
import { host, parentRefs, uiRegistry } from "../../ui";

/** The spec of the web UI's Deployment. */
const podOf = async (args?: PrivateRegistryArgs) =>
    (await uiRegistry(args)).one("Deployment", "registry-ui").inputs.spec;

/** The environment variables of the web UI's container. */
async function settingsOf(args?: PrivateRegistryArgs): Promise<Record<string, string>> {
    const { env } = (await podOf(args)).template.spec.containers[0];
    return Object.fromEntries(env.map((variable: { name: string; value: string }) => [variable.name, variable.value]));
}

describe("ui", () => {
    it("is not deployed by default", async () => {
        const r = await uiRegistry({ ui: undefined });
        assert.deepEqual(
            r.all.filter(({ name }) => name.includes("-ui")),
            [],
        );
    });

    it("shows the registry at its own origin, no other registries, and no hint at newer versions", async () => {
        assert.deepEqual(await settingsOf(), {
            SINGLE_REGISTRY: "true",
            REGISTRY_URL: `https://${host}:8443`,
            REGISTRY_TITLE: `${host}:8443`,
            REGISTRY_SECURED: "true",
            DELETE_IMAGES: "false",
            SHOW_CONTENT_DIGEST: "true",
            ENABLE_VERSION_NOTIFICATION: "false",
        });
        assert.equal((await settingsOf({ ui: { title: "Our images" } })).REGISTRY_TITLE, "Our images");
    });

    it("contains no password and no key of the registry", async () => {
        const r = await uiRegistry();
        const spec = JSON.stringify(r.one("Deployment", "registry-ui").inputs);
        for (const secret of r.secrets) assert.equal(spec.includes(secret), false);
        const volumes: { secret?: { secretName: string } }[] = r.one("Deployment", "registry-ui").inputs.spec.template
            .spec.volumes;
        const secrets = volumes.flatMap((volume) => (volume.secret ? [volume.secret.secretName] : []));
        assert.deepEqual(secrets, [r.objectName("Secret", "registry-ui-tls")]);
        assert.notEqual(
            r.one("Secret", "registry-ui-tls").inputs.stringData["tls.key"],
            r.one("Secret", "registry-tls").inputs.stringData["tls.key"],
        );
    });

    it("offers deletion on request, unless the registry disables it", async () => {
        const ui = { deleteImages: true };
        assert.equal((await settingsOf({ ui })).DELETE_IMAGES, "true");
        const asLateAs = (enabled: boolean) => pulumi.output({ storage: { delete: { enabled } } });
        assert.equal((await settingsOf({ ui, config: asLateAs(true) })).DELETE_IMAGES, "true");
        assert.equal((await settingsOf({ ui, config: asLateAs(false) })).DELETE_IMAGES, "false");
        for (const storage of [{ delete: { enabled: false } }, { delete: null }]) {
            const { message } = await refusal(
                () =>
                    new PrivateRegistry("registry", {
                        host,
                        expose: { gateway: { parentRefs } },
                        ui,
                        config: { storage },
                    }),
            );
            assert.match(
                message,
                /ui\.deleteImages: offers deletion, which config\.storage\.delete disables; remove one/,
            );
        }
    });

    it("is not secret because of secrets in the overrides", async () => {
        const r = await uiRegistry({ config: pulumi.secret({ redis: { password: "hidden" } }) });
        const { clearTexts } = r.one("Deployment", "registry-ui");
        assert.ok(clearTexts.includes("DELETE_IMAGES") && clearTexts.includes("false"));
    });

    it("needs an HTTP route", async () => {
        for (const expose of [undefined, { loadBalancer: {} }, { nodePort: {} }]) {
            const { message } = await refusal(() => new PrivateRegistry("registry", { host, expose, ui: {} }));
            assert.match(
                message,
                / {2}ui: is a path on the registry's host, which only an HTTP route can serve; add one of expose\.ingress, expose\.ingressRoute, expose\.gateway$/,
            );
        }
    });

    it("runs the pinned image, or another one, from the mirror with imagePullSecrets", async () => {
        const images = async (args?: PrivateRegistryArgs) => {
            const { spec } = (await podOf(args)).template;
            return [...spec.initContainers, ...spec.containers].map(({ image }) => image);
        };
        const image = "docker.io/joxit/docker-registry-ui:2.6.0";
        assert.deepEqual(await images(), [image, image]);
        const other = "quay.io/team/ui:1.2.3";
        assert.deepEqual(await images({ ui: { image: other } }), [other, other]);
        assert.deepEqual(
            await images({ imageMirror: "mirror.example.com" }),
            Array(2).fill(`mirror.example.com/${image}`),
        );
        const { spec } = (await podOf({ imagePullSecrets: ["mirror"] })).template;
        assert.deepEqual(spec.imagePullSecrets, [{ name: "mirror" }]);
    });

    it("has the given resources in all containers", async () => {
        const { spec } = (await podOf({ ui: { resources: { limits: { memory: "1Gi" } } } })).template;
        for (const container of [...spec.initContainers, ...spec.containers]) {
            assert.deepEqual(container.resources, {
                requests: { cpu: "10m", memory: "16Mi" },
                limits: { cpu: "200m", memory: "1Gi" },
            });
        }
    });

    it("has each directory that nginx writes to on a volume", async () => {
        const { spec } = (await podOf()).template;
        const [files] = spec.initContainers;
        const env = Object.fromEntries(files.env.map((e: { name: string; value: string }) => [e.name, e.value]));
        const mounts = spec.containers[0].volumeMounts.filter(({ name }: { name: string }) => name === "files");
        const made = /^mkdir -p (.*)$/m.exec(files.command[2])?.[1].split(" ") ?? [];
        assert.deepEqual(mounts.map(({ subPath }: { subPath: string }) => subPath).sort(), made.sort());
        assert.deepEqual(
            mounts.map(({ mountPath }: { mountPath: string }) => mountPath),
            ["/etc/nginx", "/usr/share/nginx/html", "/var/cache/nginx", "/run", "/tmp"],
        );
        assert.equal(env.CONFIGURATION, "/etc/nginx");
        assert.equal(env.PAGES, "/usr/share/nginx/html");
        assert.equal(files.volumeMounts[0].mountPath, env.FOLDER);
        assert.ok(env.SERVER.startsWith(`${files.volumeMounts[1].mountPath}/`));
    });

    it("serves its pages over TLS, with a dedicated certificate", async () => {
        const r = await uiRegistry();
        const text = r.one("ConfigMap", "registry-ui-server").inputs.data["default.conf"];
        assert.equal(text, serverConfiguration("0.0.0.0", false));
        assert.match(text, /^ {4}listen 0\.0\.0\.0:8080 ssl;$/m);
        assert.match(text, /^ {4}ssl_certificate_key \/etc\/private-registry\/tls\/tls\.key;$/m);
        assert.deepEqual(r.one("CertRequest", "registry-ui-server-request").inputs.dnsNames, [
            "registry-ui.registry.svc",
        ]);
        const { spec } = r.one("Service", "registry-ui-service").inputs;
        assert.deepEqual(spec.ports, [{ name: "https", port: 443, targetPort: 8080 }]);
        const { readinessProbe } = r.one("Deployment", "registry-ui").inputs.spec.template.spec.containers[0];
        assert.deepEqual(readinessProbe.httpGet, { path: "/ui/", port: 8080, scheme: "HTTPS" });
    });

    it("listens on IPv6 if the cluster uses it", async () => {
        const r = await uiRegistry({}, "fd00::7");
        assert.match(r.one("ConfigMap", "registry-ui-server").inputs.data["default.conf"], /listen \[::\]:8080 ssl;/);
    });

    it("serves plain HTTP with plainBackend", async () => {
        const r = await uiRegistry({ tls: { plainBackend: true } });
        const text = r.one("ConfigMap", "registry-ui-server").inputs.data["default.conf"];
        assert.match(text, /^ {4}listen 0\.0\.0\.0:8080;$/m);
        assert.doesNotMatch(text, /ssl/);
        assert.deepEqual(r.one("Service", "registry-ui-service").inputs.spec.ports, [
            { name: "http", port: 80, targetPort: 8080 },
        ]);
        assert.deepEqual(r.named("registry-ui-tls"), []);
        assert.equal(r.one("HTTPRoute", "registry-ui-http-route").inputs.spec.rules[0].backendRefs[0].port, 80);
    });

    it("rolls when its server or certificate changes", async () => {
        const mounted = async (args?: PrivateRegistryArgs) => {
            const r = await uiRegistry(args);
            const { volumes } = r.one("Deployment", "registry-ui").inputs.spec.template.spec;
            // biome-ignore lint/suspicious/noExplicitAny: volumes of any kind
            return volumes.flatMap(({ configMap, secret }: any) => configMap?.name ?? secret?.secretName ?? []);
        };
        const names = await mounted();
        assert.match(names.join(" "), /^registry-ui-server-[0-9a-f]{8} registry-ui-tls-[0-9a-f]{8}$/);
        const [server] = await mounted({ tls: { plainBackend: true } });
        assert.notEqual(server, names[0]);
        assert.deepEqual(await mounted({ namespace: "other" }), names);
    });

    it("outputs its URL", async () => {
        const url = async (ui?: PrivateRegistryArgs["ui"]) => {
            let output: pulumi.Output<string> | undefined;
            await declare(() => {
                output = new PrivateRegistry("registry", { host, expose: { gateway: { parentRefs } }, ui }).uiUrl;
            });
            return resolved(output as pulumi.Output<string>);
        };
        assert.equal(await url({}), `https://${host}/ui/`);
        assert.equal(await url(), "");
    });
});

refusesValues("ui", [
    ["ui.title", 'a "b"', "must be letters, digits, spaces and the characters . , : ( ) _ -"],
    ["ui.title", "a~b", "must be letters, digits, spaces and the characters . , : ( ) _ -"],
    ["ui.deleteImages", "yes", must.boolean],
    ["ui.image", "ui latest", must.image],
    ["ui.resources.limits.memory", "64MB", must.memoryLimit, "did you mean `64Mi`?"],
]);
