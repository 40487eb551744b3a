import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
    IngressController,
    PrivateRegistry,
    type PrivateRegistryArgs,
    type RegistryIngress,
} from "../../../../components";
import { requestingAnnotation } from "../../../../components/expose/certManagerShim";
import { createAuthority, issue } from "../../../../sandbox/cluster/pki";
import { failure } from "../../mocks";
import { refuses, type Wrong } from "../../refusals";
import { registry } from "../../registry";

const host = "registry.example.com";
const clusterIssuer = "cert-manager.io/cluster-issuer";
const acme = "kubernetes.io/tls-acme";

/** The Ingresses' TLS Secrets, by the Ingress's name. */
async function secretsOf(args: PrivateRegistryArgs, ingress?: Partial<RegistryIngress>) {
    const expose = { ingress: { controller: IngressController.Nginx, ...ingress } };
    const all = (await registry({ host, expose, ...args })).every("Ingress");
    const nameOf = (secretName: string) => secretName.replace(/-[0-9a-f]{8}$/, "-*");
    return Object.fromEntries(all.map(({ name, inputs }) => [name, nameOf(inputs.spec.tls[0].secretName)]));
}

const annotated = { annotations: { [clusterIssuer]: "letsencrypt" } };
const own = { "registry-ingress": "registry-tls-*" };
const ofEdge = { "registry-ingress": "registry-ingress-tls" };

describe("an Ingress with cert-manager's annotations", () => {
    const requests: [string, Record<string, pulumi.Input<string>>][] = [
        ["a cluster issuer", annotated.annotations],
        ["an issuer", { "cert-manager.io/issuer": "team" }],
        [
            "an external issuer",
            {
                "cert-manager.io/issuer": "team",
                "cert-manager.io/issuer-kind": "AWSPCAIssuer",
                "cert-manager.io/issuer-group": "awspca.cert-manager.io",
            },
        ],
        ["an issuer that is known later", { "cert-manager.io/issuer": pulumi.output("team") }],
        ["the default issuer", { [acme]: "true" }],
        ["the default issuer, if that is known later", { [acme]: pulumi.output("true") }],
    ];
    for (const [what, annotations] of requests) {
        it(`has a separate Secret for a certificate of ${what}`, async () => {
            assert.deepEqual(await secretsOf({}, { annotations }), ofEdge);
        });
        it(`has a separate Secret for a certificate of ${what}, with the annotation on every object`, async () => {
            assert.deepEqual(await secretsOf({ annotations }), ofEdge);
        });
    }

    for (const controller of Object.values(IngressController)) {
        it(`has a separate Secret with the controller ${controller}`, async () => {
            assert.deepEqual(await secretsOf({}, { controller, ...annotated }), ofEdge);
        });
    }

    const others: [string, Record<string, pulumi.Input<string>>][] = [
        ["no default issuer", { [acme]: "false" }],
        ["no default issuer, if that is known later", { [acme]: pulumi.output("no") }],
        ["only a kind and a group", { "cert-manager.io/issuer-kind": "Issuer", "cert-manager.io/issuer-group": "a" }],
        ["a duration", { "cert-manager.io/duration": "2160h" }],
    ];
    for (const [what, annotations] of others) {
        it(`serves the pods' certificate with ${what}, for which cert-manager requests nothing`, async () => {
            assert.deepEqual(await secretsOf({}, { annotations }), own);
        });
    }

    it("has a separate Secret regardless of the source of the pods' certificate", async () => {
        const pair = await issue(await createAuthority("a"), { commonName: host, serverNames: { dns: [host] } });
        for (const tls of [
            { certManager: {} },
            { pem: { certificate: pair.certificate, key: pair.key } },
            { existingSecret: { name: "registry-certificate" } },
            { plainBackend: true },
        ]) {
            assert.deepEqual(await secretsOf({ tls }, annotated), ofEdge, JSON.stringify(Object.keys(tls)));
        }
    });

    it("has the Secret in `tls`, if that describes the edge because the pods serve plain HTTP", async () => {
        const tls = { plainBackend: true, existingSecret: { name: "registry-edge" } };
        assert.deepEqual(await secretsOf({ tls }, annotated), { "registry-ingress": "registry-edge" });
    });

    it("has the Secret in `certificate`", async () => {
        const certificate = { existingSecret: { name: "registry-edge" } };
        assert.deepEqual(await secretsOf({}, { ...annotated, certificate }), { "registry-ingress": "registry-edge" });
    });

    it("shares a Secret that is managed elsewhere with the pods if both name it", async () => {
        const existingSecret = { name: "shared" };
        const args = { tls: { existingSecret } };
        assert.deepEqual(await secretsOf(args, { ...annotated, certificate: { existingSecret } }), {
            "registry-ingress": "shared",
        });
    });

    it("leaves the pods' certificate, the CA that Traefik verifies and the nodes' trust as they are", async () => {
        const expose = { ingress: { controller: IngressController.Traefik, ...annotated } };
        const [changed, before] = [
            await registry({ host, expose }),
            await registry({ host, expose: { ingress: { controller: IngressController.Traefik } } }),
        ];
        const others = (r: typeof changed) =>
            r.all.filter(({ type }) => !type.endsWith(":Ingress")).map(({ name, inputs }) => [name, inputs]);
        assert.deepEqual(others(changed), others(before));
    });

    it("requests one certificate for the registry and its web UI", async () => {
        const ingress = { controller: IngressController.Traefik };
        for (const args of [{ annotations: annotated.annotations }, {}]) {
            const expose = { ingress: { ...ingress, ...("annotations" in args ? {} : annotated) } };
            const all = (await registry({ host, ui: {}, ...args, expose })).every("Ingress");
            const [ui, main] = ["registry-ui-ingress", "registry-ingress"].map(
                (name) => all.find((one) => one.name === name)?.inputs,
            );
            assert.equal(requestingAnnotation(main.metadata.annotations), clusterIssuer);
            assert.equal(requestingAnnotation(ui.metadata.annotations), undefined);
            assert.equal(ui.spec.tls[0].secretName, "registry-ingress-tls");
        }
    });

    it("is unlike an IngressRoute and a Gateway, which cert-manager does not read", async () => {
        const annotations = annotated.annotations;
        const expose = { ingressRoute: { annotations }, gateway: { annotations, parentRefs: [{ name: "team" }] } };
        const r = await registry({ host, annotations, expose });
        assert.deepEqual(r.one("IngressRoute").inputs.spec.tls, { secretName: r.objectName("Secret", "registry-tls") });
        assert.equal("tls" in r.one("HTTPRoute").inputs.spec, false);
    });

    it("is rejected at deploy time if it names a Secret of the component", async () => {
        const ingress = { controller: IngressController.Nginx, ...annotated };
        const certificateOf = (name: string) => ({ existingSecret: { name: pulumi.output(name) } });
        const other = { ingress: { ...ingress, certificate: certificateOf("another") } };
        const name = (await registry({ host, expose: other })).objectName("Secret", "registry-tls");
        const expose = { ingress: { ...ingress, certificate: certificateOf(name) } };
        const { message } = await failure(() => new PrivateRegistry("registry", { host, expose }));
        assert.match(message, /expose\.ingress\.certificate\.existingSecret\.name: is a Secret of this component/);
    });
});

const exposed = (certificate: Wrong, annotations: Record<string, string>, args: Wrong = {}) => ({
    host,
    expose: { ingress: { controller: "other", annotations, certificate } },
    ...args,
});
const overwritten = (annotation: string) =>
    `would be overwritten, because the annotation \`${annotation}\` makes cert-manager write a certificate to the same Secret; remove one of the two`;
const ownSecret = (annotation: string) =>
    `expose.ingress.certificate.existingSecret.name: is a Secret of this component, which cert-manager would overwrite because of the annotation \`${annotation}\`; name another one, or omit \`certificate\` to get \`registry-ingress-tls\``;

refuses("expose.ingress with cert-manager's annotations", {
    "a second certificate of cert-manager": {
        of: exposed({ certManager: { issuer: { name: "team" } } }, annotated.annotations),
        says: [`expose.ingress.certificate.certManager: ${overwritten(clusterIssuer)}`],
    },
    "a certificate that the component requests, with the annotation on every object": {
        of: exposed({ certManager: { issuer: { name: "team" } } }, {}, { annotations: { [acme]: "true" } }),
        says: [`expose.ingress.certificate.certManager: ${overwritten(acme)}`],
    },
    "the Secret of the pods' certificate": {
        of: exposed({ existingSecret: { name: "registry-tls" } }, annotated.annotations, { tls: { certManager: {} } }),
        says: [ownSecret(clusterIssuer)],
    },
    "the Secret with the passwords": {
        of: exposed({ existingSecret: { name: "registry-htpasswd" } }, { "cert-manager.io/issuer": "team" }),
        says: [ownSecret("cert-manager.io/issuer")],
    },
});
