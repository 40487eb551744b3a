import * as assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { IngressController, type PrivateRegistryArgs } from "../../../components";
import { createAuthority, issue } from "../../../sandbox/cluster/pki";
import { attempt, run } from "../../../sandbox/command";
import { printProgress } from "../../../sandbox/progress";
import { packProgram } from "../../../scripts/proof";
import {
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    RegistryStack,
    request,
    resolvedByNodes,
    secondsOf,
    theSandbox,
    until,
} from "../harness";
import { entryPointPort, withTraefik } from "../traefik";

const host = "edge.example.com";

describe("through Traefik", function () {
    this.bail(true); // each step goes on from the one before
    inSandbox();
    const traefik = withTraefik();
    namespaceOfPods("edge-team");
    const registry = new RegistryStack("edge", {
        namespace: "edge",
        host,
        pullSecrets: { namespaces: ["edge-team"], name: "edge" },
        storage: { memory: { sizeLimit: "2Gi" } },
    });
    const name = resolvedByNodes(host, traefik.address);
    let work: string;

    before(async () => {
        work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-edge-"));
        await name.add();
    });
    after(async () => {
        fs.rmSync(work, { recursive: true, force: true });
        await registry.remove();
    });

    /** Changes the stack, and waits until Traefik answers for the registry. */
    async function expose(args: PrivateRegistryArgs): Promise<void> {
        registry.args = { ...registry.args, ...args };
        await registry.up();
        await registry.expectNoChange();
        const { username, password } = registry.outputs;
        const viaTraefik = { ...registry.outputs, clusterIp: traefik.address(), caCertPem: authorities() };
        let last: unknown;
        await until("the answer through Traefik", 60, async () => {
            last = await request(viaTraefik, "/v2/", { username, password }, host);
            return (last as { status: number }).status === 200;
        }).catch((error) => {
            throw new Error(`${error.message}: ${JSON.stringify(last)}`);
        });
        assert.equal((await request(viaTraefik, "/v2/", undefined, host)).status, 401);
    }

    let gatewayAuthority = "";
    const authorities = () => registry.outputs.caCertPem + gatewayAuthority;

    /** The words before a command so that it runs on the node, as a client that resolves the host to Traefik. */
    function client(): string[] {
        const { username, password } = registry.outputs;
        const auth = Buffer.from(`${username}:${password}`).toString("base64");
        fs.writeFileSync(path.join(work, "config.json"), JSON.stringify({ auths: { [host]: { auth } } }), {
            mode: 0o600,
        });
        fs.writeFileSync(path.join(work, "ca.pem"), authorities());
        fs.writeFileSync(path.join(work, "curl"), `user = "${username}:${password}"\n`, { mode: 0o600 });
        const env = [`DOCKER_CONFIG=${work}`, `SSL_CERT_FILE=${path.join(work, "ca.pem")}`];
        return [...theSandbox().enter(1, { all: true }), "env", ...env];
    }

    /** Pushes an image with a layer of 50 MB through Traefik, pulls it again, and returns its name. */
    async function pushAndPull(): Promise<string> {
        const crane = path.join(theSandbox().folder, "bin", "crane");
        const archive = path.join(work, "image.tar");
        const image = `team/app-${randomBytes(4).toString("hex")}:1`;
        await packProgram(archive, randomBytes(50 * 1024 * 1024), printProgress);
        const before = await requestsOfTraefik(image.split(":")[0]);
        const pushed = await secondsOf(() => run([...client(), crane, "push", archive, `${host}/${image}`]));
        const pulled = await secondsOf(() =>
            run([...client(), crane, "pull", "--format=oci", `${host}/${image}`, path.join(work, "pulled")]),
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

    /** Uploads a blob so slowly that it takes more than a minute, which is when Traefik's own limit would end it. */
    async function uploadSlowly(): Promise<void> {
        const blob = path.join(work, "blob");
        const content = randomBytes(16 * 1024 * 1024);
        fs.writeFileSync(blob, content);
        const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
        const curl = ["curl", "--silent", "--show-error", "--cacert", path.join(work, "ca.pem")];
        const login = ["--config", path.join(work, "curl")];
        const url = `https://${host}/v2/team/slow/blobs`;
        const headers = await run([
            ...client(),
            ...curl,
            ...login,
            "--dump-header",
            "-",
            "--request",
            "POST",
            `${url}/uploads/`,
        ]);
        const location = new URL(/^location: (\S+)/im.exec(headers)?.[1] ?? "", `https://${host}`);
        location.searchParams.set("digest", digest);
        const slowly = ["--limit-rate", "240k", "--upload-file", blob, "--write-out", "%{http_code}"];
        let status = "";
        const seconds = await secondsOf(async () => {
            const put = await attempt([...client(), ...curl, ...login, ...slowly, location.href]);
            status = put.stdout + put.stderr;
        });
        console.log(`      an upload of ${seconds.toFixed(0)} s: ${status}`);
        assert.equal(status, "201");
        assert.ok(seconds > 62, `it took ${seconds} s`);
    }

    it("an Ingress takes and gives images, over TLS to the pods", async () => {
        await expose({ expose: { ingress: { controller: IngressController.Traefik, className: "traefik" } } });
        await pushAndPull();
    });

    it("an upload that takes more than a minute ends well", async () => {
        await uploadSlowly();
    });

    it("an IngressRoute takes and gives images, over TLS to the pods", async () => {
        await expose({ expose: { ingressRoute: {} } });
        await pushAndPull();
    });

    it("a Gateway takes and gives images, over TLS to the pods", async () => {
        const authority = await createAuthority("the Gateway's authority");
        gatewayAuthority = authority.certificate;
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
        await kubectl(
            "apply --filename -",
            JSON.stringify({ apiVersion: "v1", kind: "List", items: [secret, gateway] }),
        );
        await expose({ expose: { gateway: { parentRefs: [{ name: "team", namespace: "traefik" }] } } });
        await pushAndPull();
        // Traefik would go on showing the Gateway's certificate for the host.
        await kubectl("delete gateway/team secret/gateway --namespace traefik");
        gatewayAuthority = "";
    });

    it("an Ingress before pods that speak HTTP gives images to the kubelet, which resolves the host", async () => {
        await expose({
            expose: { ingress: { controller: IngressController.Traefik, className: "traefik" } },
            tls: { plainBackend: true },
        });
        const image = await pushAndPull();
        const before = await requestsOfTraefik(image.split(":")[0]);
        await pullByKubelet(`${host}/${image}`, "edge-team", "edge");
        assert.ok((await requestsOfTraefik(image.split(":")[0])) > before, "the kubelet pulled through Traefik");
    });
});
