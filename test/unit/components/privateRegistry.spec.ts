import * as assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PrivateRegistry, type PrivateRegistryArgs, RegistryAccess } from "../../../components";
import { namedCertificate } from "../authority";
import { type Declared, declare, type Resources, refusal, resolved } from "../mocks";
import { clientKey, sshNode } from "../sshNode";

const userPassword = "correct horse battery staple";
const everything: PrivateRegistryArgs = {
    users: [{ name: "ci", generation: 2 }, { name: "anna", password: userPassword, generation: 3 }, { name: "ops" }],
    storage: { hostPath: { path: "/srv/registry" } },
    pullSecrets: { namespaces: ["default"], serviceAccounts: ["default"] },
    pullGeneration: 2,
    config: { redis: { password: "of-redis-only" } },
    nodes: { authenticate: true, ssh: [sshNode("a")] },
};

async function withComponent(args?: PrivateRegistryArgs, opts?: pulumi.ComponentResourceOptions, clusterIp?: string) {
    let component: PrivateRegistry | undefined;
    const resources = await declare(() => {
        component = new PrivateRegistry("registry", args, opts);
    }, clusterIp);
    return { component: component as PrivateRegistry, resources };
}

describe("the outputs", () => {
    it("are correct without any argument", async () => {
        const { component } = await withComponent();
        const values = {
            host: "registry.registry.svc.cluster.local",
            url: "https://registry.registry.svc.cluster.local",
            uiUrl: "",
            namespaceName: "registry",
            serviceName: "registry",
            deploymentName: "registry-deployment",
            clusterIp: "10.96.1.2",
            username: "admin",
            password: "registry-password-admin-1-abcdefghijklmn",
            credentials: { admin: "registry-password-admin-1-abcdefghijklmn" },
            pullSecretNames: {},
            caCertPem: ["registry-ca-1", "registry-ca-2"].map(namedCertificate).join(""),
            certificateExpiry: "2030-01-01T00:00:00Z",
            verified: "",
        };
        for (const [name, value] of Object.entries(values)) {
            assert.deepEqual(
                await resolved(component[name as keyof typeof values] as pulumi.Output<unknown>),
                value,
                name,
            );
        }
        const { auths } = JSON.parse(await resolved(component.dockerConfigJson));
        assert.equal(auths["registry.registry.svc.cluster.local"].username, "puller-1");
    });

    it("contain the given host, as a plain value or an Output", async () => {
        for (const host of ["registry.example.com:8443", pulumi.output("registry.example.com:8443")]) {
            const { component } = await withComponent({ host });
            assert.equal(await resolved(component.host), "registry.example.com:8443");
            assert.equal(await resolved(component.url), "https://registry.example.com:8443");
        }
    });
});

describe("secrets", () => {
    const mayHoldSecrets = (resource: Declared) =>
        resource.type === "kubernetes:core/v1:Secret" || /^(tls|random|command):/.test(resource.type);

    /** Every encoding in which the secrets of a run can appear. */
    const forms = (resources: Resources) =>
        [
            ...resources.secrets,
            ...resources.htpasswd.map((line) => line.slice(line.indexOf(":") + 1)),
            userPassword,
            "of-redis-only",
            clientKey,
        ].flatMap((secret) => [
            secret,
            secret.trimEnd(),
            Buffer.from(secret).toString("base64"),
            JSON.stringify(secret).slice(1, -1),
        ]);

    /** The secret in a string, if any; a user name before a password shifts its base64 encoding. */
    const leak = (text: string, resources: Resources) =>
        forms(resources).find((form) => text.includes(form)) ??
        (/[A-Za-z0-9+/]{24,}={0,2}/g.exec(text) ?? []).find((encoded) =>
            forms(resources).some((form) => Buffer.from(encoded, "base64").toString().includes(form)),
        );

    it("are only in Secrets, certificates and random values", async () => {
        const { resources } = await withComponent(everything);
        assert.ok(resources.secrets.length >= 20);
        const others = resources.all.filter((resource) => !mayHoldSecrets(resource));
        assert.ok(others.length >= 15);
        for (const resource of others) {
            const found = leak(JSON.stringify(resource.inputs), resources);
            assert.equal(found, undefined, `${resource.type} ${resource.name}`);
        }
    });

    it("are marked as secret everywhere, so that the state encrypts them", async () => {
        const { resources } = await withComponent(everything);
        for (const resource of resources.all) {
            for (const text of resource.clearTexts) {
                assert.equal(leak(text, resources), undefined, `${resource.type} ${resource.name}: ${text}`);
            }
        }
    });

    it("are only in outputs that are marked as secret", async () => {
        const { resources } = await withComponent(everything);
        assert.ok(resources.clearOutputs.includes("registry.registry.svc.cluster.local"));
        for (const text of resources.clearOutputs) assert.equal(leak(text, resources), undefined, text);
    });

    it("are not in the arguments that are registered with the engine", async () => {
        const { resources } = await withComponent(everything);
        for (const name of ["registry", "registry-access"]) assert.deepEqual(resources.named(name)[0].inputs, {});
    });

    it("(control) are found in Secrets by this leak detector", async () => {
        const { resources } = await withComponent(everything);
        const holding = resources
            .every("Secret")
            .filter((s) => leak(JSON.stringify(s.inputs), resources) !== undefined);
        assert.deepEqual(holding.map((secret) => secret.name).sort(), [
            "registry-access-node-trust-logins",
            "registry-access-pull-secret-default",
            "registry-config",
            "registry-credentials",
            "registry-htpasswd",
            "registry-tls",
        ]);
    });
});

describe("names", () => {
    it("of all children begin with the component's name", async () => {
        const { resources } = await withComponent(everything);
        for (const { name, type } of resources.all.slice(1)) {
            if (type !== "pulumi:providers:kubernetes") assert.match(name, /^registry-[a-z0-9]/, type);
        }
    });

    it("of all children of one kind are unique", async () => {
        const { resources } = await withComponent(everything);
        const urns = resources.all.map((resource) => `${resource.type}::${resource.name}`);
        assert.deepEqual(urns, [...new Set(urns)]);
    });

    it("that are in the cluster contain the component's, with a suffix if they change with the content", async () => {
        const { resources } = await withComponent(everything);
        const chosen = resources.all
            .filter((r) => r.inputs.metadata !== undefined)
            .map((r) => `${r.type.split(":").at(-1)} ${r.inputs.metadata.name.replace(/-[0-9a-f]{8}$/, "-*")}`);
        assert.deepEqual(chosen.sort(), [
            "ConfigMap registry-access-node-trust-files-*",
            "DaemonSet registry-access-node-trust",
            "DaemonSet registry-folder-owner",
            "Deployment registry-deployment",
            "Job registry-credentials-accepted-*",
            "Namespace registry",
            "Namespace registry-node",
            "PersistentVolume registry-registry-volume",
            "PersistentVolumeClaim registry",
            "Role registry-access-node-trust-role",
            "RoleBinding registry-access-node-trust-role-binding",
            "Secret registry-access-node-trust-logins-*",
            "Secret registry-config-*",
            "Secret registry-credentials-*",
            "Secret registry-htpasswd",
            "Secret registry-pull",
            "Secret registry-tls-*",
            "Service registry",
            "Service registry-metrics",
            "ServiceAccount registry-access-node-trust-account",
            "ServiceAccount registry-account",
            "ServiceAccountPatch default",
        ]);
    });
});

describe("options", () => {
    const children = (resources: Resources) => resources.all.filter((resource) => resource.name !== "registry");

    it("parent: all children are below the component or its RegistryAccess", async () => {
        const { resources } = await withComponent(everything);
        for (const resource of children(resources)) {
            const parent = resource.name.startsWith("registry-access-") ? "registry-access" : "registry";
            assert.ok(resource.parent.endsWith(`::${parent}`), `${resource.name} belongs to ${resource.parent}`);
        }
    });

    it("provider: every object in the cluster uses it", async () => {
        const resources = await declare(() => {
            const provider = new k8s.Provider("elsewhere", { kubeconfig: "{}" });
            new PrivateRegistry("registry", everything, { provider });
        });
        const inCluster = resources.all.filter((resource) => resource.type.startsWith("kubernetes:"));
        assert.ok(inCluster.length >= 15);
        for (const resource of inCluster) assert.match(resource.provider, /::elsewhere::/, resource.name);
    });

    it("aliases: are registered, as of a component that had another parent", async () => {
        const { resources } = await withComponent({}, { aliases: [{ parent: pulumi.rootStackResource }] });
        assert.equal(resources.named("registry")[0].aliases.length, 1);
    });

    const urn = "urn:pulumi:dev::project::private-registry:index:PrivateRegistry::images";
    for (const alias of [{ name: "images" }, urn]) {
        it(`aliases: are rejected with another name (${JSON.stringify(alias)}), because selectors contain it`, async () => {
            const { message } = await refusal(() => new PrivateRegistry("registry", {}, { aliases: [alias] }));
            assert.match(message, /name: the component cannot be renamed from "images", because the selectors/);
            const access = () =>
                new RegistryAccess(
                    "registry",
                    { host: "a.example.com", dockerConfigJson: "{}", nodes: { enabled: false } },
                    { aliases: [alias] },
                );
            assert.match((await refusal(access)).message, /cannot be renamed from "images"/);
        });
    }

    it("dependsOn: a resource that depends on the component waits for its Deployment", async () => {
        const resources = await declare(() => {
            const component = new PrivateRegistry("registry");
            new k8s.core.v1.ConfigMap("after", {}, { dependsOn: component });
        });
        const { dependencies } = resources.one("ConfigMap", "after");
        assert.ok(dependencies.some((urn) => urn.endsWith("::registry-deployment")));
        assert.ok(dependencies.some((urn) => urn.endsWith("::registry-access-node-trust")));
    });

    it("transformations: apply to every child", async () => {
        const seen: string[] = [];
        const { resources } = await withComponent(everything, {
            transformations: [({ name }) => void seen.push(name)],
        });
        assert.deepEqual(seen.sort(), resources.all.map((resource) => resource.name).sort());
    });
});

describe("two registries", () => {
    it("in one stack share no URN and no name in the cluster", async () => {
        const resources = await declare(() => {
            new PrivateRegistry("one", { pullSecrets: { namespaces: ["default"] } });
            new PrivateRegistry("two", { pullSecrets: { namespaces: ["default"] } });
        });
        const names = resources.all
            .filter((r) => r.inputs.metadata?.name !== undefined)
            .map((r) => `${r.type} ${r.inputs.metadata.namespace} ${r.inputs.metadata.name}`);
        assert.deepEqual(names, [...new Set(names)]);
    });
});
