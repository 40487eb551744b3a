import * as assert from "node:assert/strict";
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { IngressController, type RegistryExpose } from "../../../components";
import { createAuthority, issue } from "../../../sandbox/cluster/pki";
import { attempt, run } from "../../../sandbox/command";
import { printProgress } from "../../../sandbox/progress";
import { packProgram } from "../../../sandbox/stack/proof";
import { inBrowser } from "../browser";
import {
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    RegistryStack,
    request,
    resolvedByNodes,
    secondsOf,
    servedCertificate,
    stepwise,
    theSandbox,
    until,
} from "../harness";
import { entryPointPort, withTraefik } from "../traefik";

const megabyte = 1024 * 1024;

interface Kind {
    readonly name: string;
    readonly what: string;
    readonly expose: RegistryExpose;
}

const ingress = { controller: IngressController.Traefik, className: "traefik" };
const kinds: Kind[] = [
    { name: "edge-ingress", what: "an Ingress", expose: { ingress } },
    { name: "edge-route", what: "an IngressRoute", expose: { ingressRoute: {} } },
    {
        name: "edge-gateway",
        what: "a Gateway",
        expose: { gateway: { parentRefs: [{ name: "team", namespace: "traefik" }] } },
    },
];
const hostOf = ({ name }: Kind) => `${name}.example.com`;

describe("through Traefik", () => {
    stepwise();
    inSandbox("registry-ui");
    const traefik = withTraefik();
    namespaceOfPods("edge-team");
    const [first, , atGateway] = kinds;
    const stacks = new Map(
        kinds.map((kind) => [
            kind,
            new RegistryStack(kind.name, {
                namespace: kind.name,
                host: hostOf(kind),
                expose: kind.expose,
                ui: {},
                pullSecrets: { namespaces: ["edge-team"], name: kind.name },
                storage: { volume: { deleteWithStack: true } },
            }),
        ]),
    );
    const stackOf = (kind: Kind) => stacks.get(kind) as RegistryStack;
    const names = kinds.map((kind) => resolvedByNodes(hostOf(kind), traefik.address));
    let work: string;
    let gatewayAuthority = "";

    before(async () => {
        work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-edge-"));
        for (const name of names) await name.add();
        gatewayAuthority = await createGateway(hostOf(atGateway));
    });
    after(async () => {
        fs.rmSync(work, { recursive: true, force: true });
        await kubectl("delete gateway/team secret/gateway --namespace traefik --ignore-not-found");
        for (const stack of stacks.values()) await stack.remove();
    });

    /** Runs `pulumi up`, and waits until Traefik serves the registry. */
    async function expose(kind: Kind): Promise<void> {
        const registry = stackOf(kind);
        await registry.up();
        await registry.expectNoChange();
        let last: unknown;
        await until("the response through Traefik", 60, async () => {
            last = await viaTraefik(kind, "/v2/", registry.outputs);
            return (last as { status: number }).status === 200;
        }).catch((error) => {
            throw new Error(`${error.message}: ${JSON.stringify(last)}`);
        });
        assert.equal((await viaTraefik(kind, "/v2/")).status, 401);
    }

    function viaTraefik(kind: Kind, urlPath: string, login?: { username: string; password: string }) {
        const outputs = { ...stackOf(kind).outputs, clusterIp: traefik.address(), caCertPem: authority(kind) };
        return request(outputs, urlPath, login, hostOf(kind));
    }

    /** CA certificate of the edge, which the Gateway has and the registry does not know. */
    const authority = (kind: Kind) => (kind === atGateway ? gatewayAuthority : stackOf(kind).outputs.caCertPem);

    /** The prefix of a command that runs on the node, as a client that resolves the host to Traefik. */
    function client(kind: Kind): string[] {
        const { username, password } = stackOf(kind).outputs;
        const folder = path.join(work, kind.name);
        const auth = Buffer.from(`${username}:${password}`).toString("base64");
        fs.mkdirSync(folder, { recursive: true });
        fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify({ auths: { [hostOf(kind)]: { auth } } }), {
            mode: 0o600,
        });
        fs.writeFileSync(path.join(folder, "ca.pem"), authority(kind));
        fs.writeFileSync(path.join(folder, "curl"), `user = "${username}:${password}"\n`, { mode: 0o600 });
        const env = [`DOCKER_CONFIG=${folder}`, `SSL_CERT_FILE=${path.join(folder, "ca.pem")}`];
        return [...theSandbox().enter(1, { all: true }), "env", ...env];
    }

    /** curl on the node with the CA certificate and, with `login`, the registry's password. */
    function curl(kind: Kind, login: boolean, ...options: string[]): string[] {
        const folder = path.join(work, kind.name);
        const config = login ? ["--config", path.join(folder, "curl")] : [];
        const common = ["curl", "--silent", "--show-error", "--cacert", path.join(folder, "ca.pem")];
        return [...client(kind), ...common, ...config, ...options];
    }

    /** Pushes an image with a layer of 50 MB through Traefik, pulls it, and returns its name. */
    async function pushAndPull(kind: Kind): Promise<string> {
        const crane = path.join(theSandbox().folder, "bin", "crane");
        const archive = path.join(work, "image.tar");
        const image = `team/app-${randomBytes(4).toString("hex")}:1`;
        const reference = `${hostOf(kind)}/${image}`;
        await packProgram(archive, randomBytes(50 * megabyte), printProgress);
        const before = await requestsOfTraefik(image.split(":")[0]);
        const pushed = await secondsOf(() => run([...client(kind), crane, "push", archive, reference]));
        const pulled = await secondsOf(() =>
            run([...client(kind), crane, "pull", "--format=oci", reference, path.join(work, "pulled")]),
        );
        assert.ok((await requestsOfTraefik(image.split(":")[0])) > before, "Traefik saw the requests");
        console.log(`      50 MB pushed in ${pushed.toFixed(1)} s, pulled in ${pulled.toFixed(1)} s`);
        fs.rmSync(path.join(work, "pulled"), { recursive: true });
        return image;
    }

    async function requestsOfTraefik(repository: string): Promise<number> {
        const log = await kubectl("logs deployment/traefik --namespace traefik");
        return log.split("\n").filter((line) => line.includes(`/v2/${repository}/`)).length;
    }

    /** Uploads a blob so slowly that it takes more than a minute, after which Traefik's default limit aborts it. */
    async function uploadSlowly(kind: Kind, { file, digest }: Blob): Promise<void> {
        const url = `https://${hostOf(kind)}/v2/team/slow/blobs`;
        const start = ["--dump-header", "-", "--request", "POST", `${url}/uploads/`];
        const headers = await run(curl(kind, true, ...start));
        const location = new URL(/^location: (\S+)/im.exec(headers)?.[1] ?? "", `https://${hostOf(kind)}`);
        location.searchParams.set("digest", digest);
        const slowly = ["--limit-rate", "4400k", "--upload-file", file, "--write-out", "%{http_code}"];
        let status = "";
        const seconds = await secondsOf(async () => {
            const put = await attempt(curl(kind, true, ...slowly, location.href));
            status = put.stdout + put.stderr;
        });
        console.log(`      ${kind.name}: an upload of ${seconds.toFixed(0)} s: ${status}`);
        assert.equal(status, "201");
        assert.ok(seconds > 62, `it took ${seconds} s`);
        const { outputs } = stackOf(kind);
        assert.equal((await viaTraefik(kind, `/v2/team/slow/blobs/${digest}`, outputs)).status, 200);
    }

    for (const kind of kinds) {
        it(`${kind.what} serves pushes and pulls, with TLS to the pods`, async () => {
            await expose(kind);
            await pushAndPull(kind);
        });
    }

    it("uploads of 300 MB that take more than a minute succeed", async () => {
        const blob = writeBlob(path.join(work, "blob"), 300);
        await Promise.all(kinds.map((kind) => uploadSlowly(kind, blob)));
        fs.rmSync(blob.file);
    });

    /** The user names in the web UI's last log lines; `-` is none. */
    async function usersInLogOf(kind: Kind, requestPath: string): Promise<string[]> {
        const log = await kubectl(`logs --namespace ${kind.name} --selector ${uiSelector} --container ui --tail=100`);
        const lines = [...log.matchAll(/^\S+ - (\S+) \[[^\]]*\] "GET (\S+) /gm)];
        return lines.filter(([, , asked]) => asked === requestPath).map(([, user]) => user);
    }

    /** The sandbox has its own pages, because the public image is not available here. nginx, its files and the route are real. */
    for (const kind of kinds) {
        it(`${kind.what} routes to the web UI, and removes the password`, async () => {
            const { outputs } = stackOf(kind);
            assert.equal(outputs.uiUrl, `https://${hostOf(kind)}/ui/`);
            const marked = `${outputs.uiUrl}?${randomBytes(4).toString("hex")}`;
            const asked = marked.replace(/^https:\/\/[^/]+/, "");
            const page = await run(curl(kind, true, marked));
            assert.ok(page.includes(`registry-url="https://${hostOf(kind)}"`), page);
            assert.ok(page.includes('is-image-remove-activated="false"'), page);
            assert.deepEqual(await usersInLogOf(kind, asked), ["-"]);
            const short = ["--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}"];
            const moved = await run(curl(kind, false, ...short, outputs.uiUrl.replace(/\/$/, "")));
            assert.equal(moved, `301 ${outputs.uiUrl}`);
            assert.equal((await viaTraefik(kind, "/v2/_catalog")).status, 401, "the registry asks for a password");
        });
    }

    it("the web UI shows the repositories to a browser that logs in, and to no other", async () => {
        const { username, password, uiUrl } = stackOf(first).outputs;
        const certificate = new X509Certificate(await servedCertificate(traefik.address(), hostOf(first)));
        const key = certificate.publicKey.export({ type: "spki", format: "der" });
        const publicKeyHash = createHash("sha256").update(key).digest("base64");
        const listed = (login: { username: string; password: string }) =>
            inBrowser(uiUrl, login, publicKeyHash, (page) =>
                page.evaluate("[...document.querySelectorAll('li')].map((item) => item.textContent)"),
            );
        const { repositories } = JSON.parse(await run(curl(first, true, `https://${hostOf(first)}/v2/_catalog`)));
        assert.ok(repositories.length > 0);
        assert.deepEqual(await listed({ username, password }), repositories);
        assert.deepEqual(await listed({ username, password: "another" }), []);
    });

    it("(control) the web UI's log shows the user of a password that is not removed", async () => {
        const service = `get service ${stackOf(first).outputs.serviceName}-ui --namespace ${first.name}`;
        const address = await kubectl(`${service} --output jsonpath={.spec.clusterIP}`);
        const asked = `/ui/?${randomBytes(4).toString("hex")}`;
        await run(curl(first, true, "--insecure", "--output", "/dev/null", `https://${address}${asked}`));
        assert.deepEqual(await usersInLogOf(first, asked), [stackOf(first).outputs.username]);
    });

    it("an Ingress with plainBackend serves images to the kubelet, which resolves the host", async () => {
        const registry = stackOf(first);
        registry.args = { ...registry.args, tls: { plainBackend: true } };
        await expose(first);
        const image = await pushAndPull(first);
        const before = await requestsOfTraefik(image.split(":")[0]);
        await pullByKubelet(`${hostOf(first)}/${image}`, "edge-team", first.name);
        assert.ok((await requestsOfTraefik(image.split(":")[0])) > before, "the kubelet pulled through Traefik");
        assert.equal((await viaTraefik(first, "/ui/")).status, 200);
    });
});

const uiSelector = "app.kubernetes.io/component=ui";

interface Blob {
    readonly file: string;
    readonly digest: string;
}

/** Writes a file of random bytes, a megabyte at a time. */
function writeBlob(file: string, megabytes: number): Blob {
    const hash = createHash("sha256");
    const output = fs.openSync(file, "w");
    for (let i = 0; i < megabytes; i++) {
        const part = randomBytes(megabyte);
        hash.update(part);
        fs.writeSync(output, part);
    }
    fs.closeSync(output);
    return { file, digest: `sha256:${hash.digest("hex")}` };
}

/** Creates a Gateway with a certificate for the host, and returns its CA certificate. */
async function createGateway(host: string): Promise<string> {
    const authority = await createAuthority("the Gateway's authority");
    const pair = await issue(authority, { commonName: host, serverNames: { dns: [host] } });
    const secret = {
        apiVersion: "v1",
        kind: "Secret",
        type: "kubernetes.io/tls",
        metadata: { name: "gateway", namespace: "traefik" },
        stringData: { "tls.crt": pair.certificate, "tls.key": pair.key },
    };
    const gateway = {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        metadata: { name: "team", namespace: "traefik" },
        spec: {
            gatewayClassName: "traefik",
            listeners: [
                {
                    name: "https",
                    port: entryPointPort,
                    protocol: "HTTPS",
                    tls: { certificateRefs: [{ name: "gateway" }] },
                    allowedRoutes: { namespaces: { from: "All" } },
                },
            ],
        },
    };
    await kubectl("apply --filename -", JSON.stringify({ apiVersion: "v1", kind: "List", items: [secret, gateway] }));
    return authority.certificate;
}
