import "reflect-metadata";
import * as assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createAuthority, issue, type KeyPair } from "../../../sandbox/cluster/pki";
import { run } from "../../../sandbox/command";
import { issueAuthority, issueCertificate } from "../../unit/issuedCertificates";
import {
    inSandbox,
    kubectl,
    loginOf,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    resolvedByNodes,
    secondsOf,
    servedCertificate,
    stepwise,
    theSandbox,
    until,
} from "../harness";
import { describePulls, pullDuring } from "../pullLoop";

const host = "own.example.com";
const serverNames = { dns: [host, "localhost"] };

/** Whether the registry of a stack serves this certificate. */
async function serves(registry: RegistryStack, { certificate }: KeyPair): Promise<boolean> {
    const served = await servedCertificate(registry.outputs.clusterIp);
    return (
        served !== "" && new X509Certificate(served).fingerprint256 === new X509Certificate(certificate).fingerprint256
    );
}

describe("supplied certificates", () => {
    stepwise();
    inSandbox();
    namespaceOfPods("certificates-team");
    let authority: KeyPair;

    before(async () => {
        authority = await createAuthority("the team's authority");
    });

    describe("tls.existingSecret", () => {
        namespaceOfPods("own-secret");
        const registry = new RegistryStack("own-secret", {
            namespace: "own-secret",
            createNamespace: false,
            host,
            pullSecrets: { namespaces: ["certificates-team"], name: "own-secret" },
            storage: { volume: { deleteWithStack: true } },
            // With a rule for the certificate watch, which connects to the API server.
            networkPolicy: {},
        });
        const name = resolvedByNodes(host, () => registry.outputs.clusterIp);
        let image: string;
        after(() => registry.remove());

        /** Renews the certificate outside Pulumi. */
        async function writeSecret(pair: KeyPair): Promise<void> {
            const secret = {
                apiVersion: "v1",
                kind: "Secret",
                type: "kubernetes.io/tls",
                metadata: { name: "team-certificate", namespace: "own-secret" },
                stringData: { "tls.crt": pair.certificate, "tls.key": pair.key },
            };
            await kubectl("apply --filename -", JSON.stringify(secret));
        }

        it("serves the certificate in the Secret, which nodes trust", async () => {
            const first = await issue(authority, { commonName: host, serverNames });
            await writeSecret(first);
            const caCertPem = authority.certificate;
            registry.args.tls = { existingSecret: { name: "team-certificate", caCertPem } };
            await registry.up();
            await registry.expectNoChange();
            assert.ok(await serves(registry, first));
            const policies = JSON.parse(
                await kubectl("get networkpolicies --namespace own-secret --output json"),
            ).items;
            const ports = policies.flatMap(({ spec }: { spec: { egress?: { to?: object; ports?: object[] }[] } }) =>
                (spec.egress ?? []).filter(({ to }) => to === undefined).flatMap((rule) => rule.ports),
            );
            const jsonpath = "jsonpath={.ports[0].port}";
            const port = Number(await kubectl(`get endpointslice kubernetes --namespace default --output ${jsonpath}`));
            assert.ok(
                ports.some((one: { port: number }) => one.port === port),
                JSON.stringify(ports),
            );
            image = await pushImage(registry);
            await name.add();
            await pullByKubelet(`${host}/${image}`, "certificates-team", "own-secret");
        });

        it("serves a renewed certificate automatically, and no pull fails", async () => {
            const renewed = await issue(authority, { commonName: host, serverNames });
            const login = loginOf(registry.outputs.dockerConfigJson);
            const before = await registry.pods();
            let seconds = 0;
            const seen = await pullDuring(registry.outputs, image, login, async () => {
                await writeSecret(renewed);
                seconds = await secondsOf(() => until("the new certificate", 240, () => serves(registry, renewed)));
                await kubectl(
                    `rollout status deployment/${registry.outputs.deploymentName} --namespace own-secret --timeout=120s`,
                );
            });
            console.log(
                `${describePulls("renewed certificate", seen)}; served ${seconds.toFixed(0)} s after the change`,
            );
            assert.ok(seen.pulls > 10, "the loop ran");
            assert.deepEqual(seen.failures, []);
            assert.notDeepEqual(await registry.pods(), before, "the pods rolled");
            // kube-proxy may send a request to the old pod until it has seen the new endpoints.
            await until("the new certificate alone", 30, () => serves(registry, renewed));
            await pullByKubelet(`${host}/${image}`, "certificates-team", "own-secret");
        });

        it("is not a change for Pulumi, and the pods do not roll again", async () => {
            const before = await registry.pods();
            await registry.expectNoChange();
            assert.deepEqual(await registry.pods(), before);
        });
    });

    describe("tls.pem", () => {
        const registry = new RegistryStack("own-pem", {
            namespace: "own-pem",
            host,
            pullSecrets: { namespaces: ["certificates-team"], name: "own-pem" },
            storage: { memory: {} },
        });
        const name = resolvedByNodes(host, () => registry.outputs.clusterIp);
        after(() => registry.remove());

        async function give(pair: KeyPair): Promise<void> {
            const { certificate } = pair;
            registry.args.tls = { pem: { certificate, caCertPem: authority.certificate } as never };
            registry.secrets = { "tls-key": pair.key };
            await registry.up();
        }

        it("serves the certificate and its replacement", async () => {
            const first = await issue(authority, { commonName: host, serverNames });
            await give(first);
            await registry.expectNoChange();
            assert.ok(await serves(registry, first));
            assert.equal(
                new Date(registry.outputs.certificateExpiry).getTime(),
                new Date(new X509Certificate(first.certificate).validTo).getTime(),
            );
            const second = await issue(authority, { commonName: host, serverNames });
            await give(second);
            // kube-proxy may send a request to the old pod until it has seen the new endpoints.
            await until("the new certificate", 30, () => serves(registry, second));
            const image = await pushImage(registry);
            await name.add();
            await pullByKubelet(`${host}/${image}`, "certificates-team", "own-pem");
        });

        it("rejects a key of another certificate", async () => {
            registry.secrets = { "tls-key": (await issue(authority, { commonName: host, serverNames })).key };
            const result = await registry.pulumi("up", "--yes", "--skip-preview");
            assert.notEqual(result.code, 0);
            assert.match(result.stdout + result.stderr, /tls\.pem\.key: does not match the certificate/);
            assert.doesNotMatch(result.stdout + result.stderr, /PRIVATE KEY/);
        });

        it("serves a chain with an intermediate certificate, whose root nodes trust", async () => {
            const root = await issueAuthority("root", { until: 48 });
            const intermediate = await issueAuthority("intermediate", { issuer: root, until: 48 });
            const leaf = await issueCertificate({ dns: [host, "localhost"], issuer: intermediate, until: 48 });
            const certificate = leaf.pem + intermediate.pem;
            registry.args.tls = { pem: { certificate, caCertPem: root.pem } as never };
            registry.secrets = { "tls-key": leaf.key };
            await registry.up();
            assert.equal(registry.outputs.caCertPem, root.pem);
            const pair = { certificate: leaf.pem, key: leaf.key };
            await until("the certificate with its chain", 30, () => serves(registry, pair));
            const image = await pushImage(registry);
            await pullByKubelet(`${host}/${image}`, "certificates-team", "own-pem");
        });
    });

    describe("a certificate in tls.pem that nodes would reject", () => {
        const registry = new RegistryStack("own-rejected", {
            namespace: "own-rejected",
            host,
            storage: { memory: {} },
        });

        it("is rejected with every problem, before anything is created", async () => {
            const root = await issueAuthority("root");
            const leaf = await issueCertificate({ name: host, issuer: root, from: -48, until: -24 });
            for (const [certificate, sentences] of [
                [
                    leaf.pem,
                    [/tls\.pem\.certificate: expired on 20/, /tls\.pem\.certificate: has no subject alternative names/],
                ],
                [leaf.pem + leaf.key, [/tls\.pem\.certificate: contains a private key/]],
            ] as const) {
                registry.args.tls = { pem: { certificate, caCertPem: root.pem } as never };
                registry.secrets = { "tls-key": leaf.key };
                const { code, stdout, stderr } = await registry.pulumi("up", "--yes", "--skip-preview");
                assert.notEqual(code, 0);
                for (const sentence of sentences) assert.match(stdout + stderr, sentence);
                assert.ok(!(stdout + stderr).includes(leaf.key.split("\n")[1]), "the key is not repeated");
            }
            const state = JSON.parse(
                await run(["pulumi", "stack", "export", "--stack", "own-rejected"], {
                    env: theSandbox().environment,
                    cwd: registry.stack.program,
                }),
            );
            const types = (state.deployment.resources ?? []).map(({ type }: { type: string }) => type);
            assert.deepEqual(
                types.filter((type: string) => type !== "pulumi:pulumi:Stack"),
                [],
            );
            assert.equal(await kubectl("get namespace own-rejected --ignore-not-found --output name"), "");
        });
    });
});
