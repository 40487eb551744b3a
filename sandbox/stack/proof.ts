import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../command";
import { unpackDebianPackage } from "../debian";
import { packImage } from "../images/archive";
import type { Progress } from "../progress";
import { forwardPort } from "./portForward";

/** The outputs of a stack that a client needs to reach its registry and log in. */
export interface ReachableRegistry {
    readonly namespaceName: string;
    readonly serviceName: string;
    readonly username: string;
    /** Empty if the first user has a `passwordHash`. */
    readonly password: string;
    readonly dockerConfigJson: string;
    readonly caCertPem: string;
}

/** The outputs of a stack that pods need, too. */
export interface ProvableRegistry extends ReachableRegistry {
    readonly host: string;
    readonly pullSecretNames: Readonly<Record<string, string>>;
}

/** The result of the proof. */
export interface Proof {
    readonly image: string;
    readonly pushSeconds: number;
    readonly pullSeconds: number;
    /** The kubelet's event about the pull. */
    readonly kubelet: string;
}

/**
 * Pushes a new image with crane, through a port-forward and with the stack's outputs, and starts a pod in another namespace
 * that pulls it by the registry's host with the pull secret.
 */
export async function prove(
    outputs: ProvableRegistry,
    namespace: string,
    env: NodeJS.ProcessEnv,
    progress: Progress,
): Promise<Proof> {
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-proof-"));
    const pod = `proof-${randomBytes(4).toString("hex")}`;
    try {
        const repository = `proof/${pod}`;
        const archive = path.join(work, "proof.tar");
        await packProgram(archive, pod, progress);
        const started = Date.now();
        await push(outputs, archive, `${repository}:1`, work, env);
        const pushed = Date.now();
        const image = `${outputs.host}/${repository}:1`;
        const manifest = podManifest(pod, namespace, image, outputs.pullSecretNames[namespace]);
        await run(["kubectl", "apply", "--filename", "-"], { env, input: JSON.stringify(manifest) });
        await run(
            ["kubectl", "--namespace", namespace, "wait", `pod/${pod}`, "--for=condition=Ready", "--timeout=120s"],
            { env },
        );
        const running = Date.now();
        const kubelet = await run(
            [
                ..."kubectl get events --output jsonpath={.items[*].message} --namespace".split(" "),
                namespace,
                "--field-selector",
                `involvedObject.name=${pod},reason=Pulled`,
            ],
            { env },
        );
        return { image, pushSeconds: (pushed - started) / 1000, pullSeconds: (running - pushed) / 1000, kubelet };
    } finally {
        await run(["kubectl", "--namespace", namespace, "delete", "pod", pod, "--ignore-not-found", "--wait=false"], {
            env,
        });
        fs.rmSync(work, { recursive: true, force: true });
    }
}

/** Pushes an archive to the registry through a port-forward, with a login from the outputs. */
export async function push(
    outputs: ReachableRegistry,
    archive: string,
    tag: string,
    work: string,
    env: NodeJS.ProcessEnv,
): Promise<void> {
    await crane(outputs, (host) => ["push", archive, `${host}/${tag}`], work, env);
}

/** Runs crane through a port-forward, with a login from the outputs. `args` receives the registry's address. */
export async function crane(
    outputs: ReachableRegistry,
    args: (host: string) => string[],
    work: string,
    env: NodeJS.ProcessEnv,
): Promise<string> {
    const forward = await forwardPort(outputs.namespaceName, outputs.serviceName, 443, env);
    try {
        const host = `localhost:${forward.port}`;
        const { username, password } = loginOf(outputs);
        const auth = Buffer.from(`${username}:${password}`).toString("base64");
        fs.writeFileSync(path.join(work, "config.json"), JSON.stringify({ auths: { [host]: { auth } } }), {
            mode: 0o600,
        });
        fs.writeFileSync(path.join(work, "ca.pem"), outputs.caCertPem);
        const client = { ...env, DOCKER_CONFIG: work, SSL_CERT_FILE: path.join(work, "ca.pem") };
        return await run(["crane", ...args(host)], { env: client });
    } finally {
        forward.close();
    }
}

/** The login of the first user or, if only its hash is known, of the pull secrets' user. */
export function loginOf(outputs: ReachableRegistry): { username: string; password: string } {
    if (outputs.password !== "") return { username: outputs.username, password: outputs.password };
    const [login] = Object.values<{ username: string; password: string }>(JSON.parse(outputs.dockerConfigJson).auths);
    return { username: login.username, password: login.password };
}

/** An image with a program that waits, and `content`, so that different contents are different images. */
export async function packProgram(archive: string, content: string | Uint8Array, progress: Progress): Promise<void> {
    const busybox = await unpackDebianPackage("busybox-static", progress);
    packImage(
        {
            reference: "example.com/proof:1",
            files: [
                { path: "bin/busybox", source: path.join(busybox, "bin", "busybox"), mode: 0o755 },
                { path: "content", content },
            ],
            entrypoint: ["/bin/busybox", "sleep", "86400"],
            user: "65532:65532",
        },
        archive,
    );
}

/** A pod that meets Pod Security level `restricted`. */
export function podManifest(name: string, namespace: string, image: string, pullSecret: string | undefined): object {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace },
        spec: {
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 0,
            ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
            securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
                {
                    name: "program",
                    image,
                    imagePullPolicy: "Always",
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                },
            ],
        },
    };
}
