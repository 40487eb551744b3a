import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { rcloneRoot, rcloneVariables } from "../../../components/maintenance/rclone";
import type { Section } from "../../../components/server/configYml";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { freePort } from "./freePort";
import type { StorageOfTest } from "./registryProcess";

export const keys = { AWS_ACCESS_KEY_ID: "test-access-key", AWS_SECRET_ACCESS_KEY: "test-secret-key" };
const bucket = "images";
const rootDirectory = "registry";

/** An S3-compatible server on loopback, with an empty bucket. */
export interface ObjectStoreProcess {
    readonly storage: StorageOfTest;
    stop(): Promise<void>;
}

export async function startMinio(): Promise<ObjectStoreProcess> {
    return asStorage(await startObjectStore(), true);
}

/** A MinIO with an empty bucket, which the section `storage.s3` describes. `host` is the address at which it listens. */
export async function startObjectStore(): Promise<ObjectStore> {
    const { minio } = await ensureTools(["minio"], printProgress);
    const env = { MINIO_ROOT_USER: keys.AWS_ACCESS_KEY_ID, MINIO_ROOT_PASSWORD: keys.AWS_SECRET_ACCESS_KEY };
    return start((data, address) => [minio, "server", "--quiet", "--address", address, data], env);
}

export async function startVersitygw(): Promise<ObjectStoreProcess> {
    const { versitygw } = await ensureTools(["versitygw"], printProgress);
    const env = { ROOT_ACCESS_KEY_ID: keys.AWS_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY: keys.AWS_SECRET_ACCESS_KEY };
    return asStorage(
        await start((data, address) => [versitygw, "--port", address, "--quiet", "posix", data], env),
        false,
    );
}

interface ObjectStore {
    readonly s3: Section & { readonly bucket: string; readonly regionendpoint: string };
    stop(): Promise<void>;
}

function asStorage({ s3, stop }: ObjectStore, isMinio: boolean): ObjectStoreProcess {
    const section = { s3, redirect: { disable: true } };
    return { storage: { section, path: rcloneRoot({ s3 }), env: { ...keys, ...rcloneVariables(s3, isMinio) } }, stop };
}

async function start(
    command: (data: string, address: string) => string[],
    env: Record<string, string>,
): Promise<ObjectStore> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-objects-"));
    // Both servers take a directory for a bucket.
    fs.mkdirSync(path.join(folder, bucket));
    const port = await freePort();
    const [program, ...args] = command(folder, `127.0.0.1:${port}`);
    const child: ChildProcess = spawn(program, args, {
        env: { ...process.env, ...env, HOME: folder },
        stdio: ["ignore", "ignore", "inherit"],
    });
    const endpoint = `http://127.0.0.1:${port}`;
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
    const s3 = {
        bucket,
        region: "us-east-1",
        regionendpoint: endpoint,
        secure: false,
        forcepathstyle: true,
        rootdirectory: rootDirectory,
        storageclass: "NONE",
    };
    return {
        s3,
        async stop() {
            child.kill("SIGKILL");
            await once(child, "exit");
            fs.rmSync(folder, { recursive: true, force: true });
        },
    };
}
