import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { issue } from "../../sandbox/cluster/pki";
import { run } from "../../sandbox/command";
import { kubectl, writeStatus } from "./harness";

const version = "v1.20.3";

interface Resource {
    readonly metadata: { readonly name: string; readonly generation: number };
    // biome-ignore lint/suspicious/noExplicitAny: manifests of two kinds
    readonly spec: any;
    readonly status?: { readonly conditions?: { readonly type: string; readonly observedGeneration: number }[] };
}

/**
 * cert-manager's own custom resources, and a player of its part in one namespace, for its controllers cannot be built from
 * published modules: CA Issuers become ready, and Certificates get what their Issuer's key signs.
 */
export function withCertManager(namespace: string): void {
    let playing: NodeJS.Timeout | undefined;
    let round: Promise<void> = Promise.resolve();
    before(async () => {
        const cwd = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-test-"));
        const module = `github.com/cert-manager/cert-manager@${version}`;
        const { Dir } = JSON.parse(await run(["go", "mod", "download", "-json", module], { env: process.env, cwd }));
        fs.rmSync(cwd, { recursive: true });
        for (const kind of ["certificates", "issuers"]) {
            const file = path.join(Dir, "deploy", "crds", `cert-manager.io_${kind}.yaml`);
            await kubectl(`apply --server-side --filename ${file}`);
        }
        playing = setInterval(() => {
            round = round
                .then(() => play(namespace))
                .catch((error) => console.log(`      cert-manager's part: ${error}`));
        }, 1000);
    });
    after(async () => {
        clearInterval(playing);
        await round;
        await kubectl("delete crd certificates.cert-manager.io issuers.cert-manager.io --wait=false");
    });
}

async function play(namespace: string): Promise<void> {
    const list = async (kind: string): Promise<Resource[]> =>
        JSON.parse(await kubectl(`get ${kind} --namespace ${namespace} --output json`)).items;
    const isDone = ({ metadata, status }: Resource) =>
        status?.conditions?.some((one) => one.type === "Ready" && one.observedGeneration === metadata.generation);
    const issuers = await list("issuers.cert-manager.io");
    for (const issuer of issuers.filter((one) => !isDone(one))) await setReady("issuer", issuer, namespace);
    for (const certificate of (await list("certificates.cert-manager.io")).filter((one) => !isDone(one))) {
        const { secretName, dnsNames, ipAddresses, issuerRef } = certificate.spec;
        const issuer = issuers.find((one) => one.metadata.name === issuerRef.name);
        if (!issuer) continue;
        const key = await kubectl(`get secret ${issuer.spec.ca.secretName} --namespace ${namespace} --output json`);
        const text = (name: string) => Buffer.from(JSON.parse(key).data[name], "base64").toString();
        const authority = { certificate: text("tls.crt"), key: text("tls.key") };
        const names = { dns: dnsNames, ip: ipAddresses };
        const pair = await issue(authority, { commonName: dnsNames[0], serverNames: names });
        const secret = {
            apiVersion: "v1",
            kind: "Secret",
            type: "kubernetes.io/tls",
            metadata: { name: secretName, namespace },
            stringData: { "tls.crt": pair.certificate, "tls.key": pair.key, "ca.crt": authority.certificate },
        };
        await kubectl("apply --filename -", JSON.stringify(secret));
        await setReady("certificate", certificate, namespace);
    }
}

async function setReady(kind: string, { metadata }: Resource, namespace: string): Promise<void> {
    const condition = {
        type: "Ready",
        status: "True",
        reason: "Played",
        message: "by the test",
        observedGeneration: metadata.generation,
        lastTransitionTime: new Date().toISOString(),
    };
    await writeStatus(namespace, `${kind}s.cert-manager.io/${metadata.name}`, { conditions: [condition] });
}
