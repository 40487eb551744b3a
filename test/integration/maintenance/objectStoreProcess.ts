import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { freePort, type StorageOfTest } from "./registryProcess";

const keys = { AWS_ACCESS_KEY_ID: "test-access-key", AWS_SECRET_ACCESS_KEY: "test-secret-key" };
const bucket = "images";
const rootDirectory = "registry";

/** An S3-compatible server on loopback, with an empty bucket. */
export interface ObjectStoreProcess {
    readonly storage: StorageOfTest;
    stop(): Promise<void>;
}

export async function startMinio(): Promise<ObjectStoreProcess> {
    const { minio } = await ensureTools(["minio"], printProgress);
    const env = { MINIO_ROOT_USER: keys.AWS_ACCESS_KEY_ID, MINIO_ROOT_PASSWORD: keys.AWS_SECRET_ACCESS_KEY };
    return start((data, address) => [minio, "server", "--quiet", "--address", address, data], env, "Minio");
}

export async function startVersitygw(): Promise<ObjectStoreProcess> {
    const { versitygw } = await ensureTools(["versitygw"], printProgress);
    const env = { ROOT_ACCESS_KEY_ID: keys.AWS_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY: keys.AWS_SECRET_ACCESS_KEY };
    return start((data, address) => [versitygw, "--port", address, "--quiet", "posix", data], env, "Other");
}

async function start(
    command: (data: string, address: string) => string[],
    env: Record<string, string>,
    provider: string,
): Promise<ObjectStoreProcess> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-objects-"));
    // Both servers take a directory for a bucket.
    fs.mkdirSync(path.join(folder, bucket));
    const address = `127.0.0.1:${await freePort()}`;
    const [program, ...args] = command(folder, address);
    const child: ChildProcess = spawn(program, args, {
        env: { ...process.env, ...env, HOME: folder },
        stdio: ["ignore", "ignore", "inherit"],
    });
    const endpoint = `http://${address}`;
    for (
        let tries = 0;
        !(await fetch(endpoint).then(
            () => true,
            () => false,
        ));
        tries++
    ) {
        if (tries > 200 || child.exitCode !== null) throw new Error(`${program} does not answer`);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const storage: StorageOfTest = {
        section: {
            s3: {
                bucket,
                region: "us-east-1",
                regionendpoint: endpoint,
                secure: false,
                forcepathstyle: true,
                rootdirectory: rootDirectory,
                storageclass: "NONE",
            },
            redirect: { disable: true },
        },
        path: `registry:${bucket}/${rootDirectory}`,
        env: {
            ...keys,
            RCLONE_CONFIG_REGISTRY_TYPE: "s3",
            RCLONE_CONFIG_REGISTRY_PROVIDER: provider,
            RCLONE_CONFIG_REGISTRY_ENV_AUTH: "true",
            RCLONE_CONFIG_REGISTRY_REGION: "us-east-1",
            RCLONE_CONFIG_REGISTRY_ENDPOINT: endpoint,
            RCLONE_CONFIG_REGISTRY_FORCE_PATH_STYLE: "true",
            RCLONE_CONFIG_REGISTRY_NO_CHECK_BUCKET: "true",
        },
    };
    return {
        storage,
        async stop() {
            child.kill("SIGKILL");
            await once(child, "exit");
            fs.rmSync(folder, { recursive: true, force: true });
        },
    };
}
