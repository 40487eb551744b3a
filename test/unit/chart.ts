import * as pulumi from "@pulumi/pulumi";
import type { PrivateRegistryArgs, RegistryStorage } from "../../components";
import type { Resources } from "./mocks";
import { registry } from "./registry";

// biome-ignore lint/suspicious/noExplicitAny: tests reach deep into values
export type Any = any;

/** The resources of a registry with `helm`. */
export const chartRegistry = (args: PrivateRegistryArgs = {}): Promise<Resources> => registry({ helm: {}, ...args });

/** The inputs of the Release. */
export const release = async (args?: PrivateRegistryArgs): Promise<Any> =>
    (await chartRegistry(args)).one("Release").inputs;

/** The values of the Release. */
export const values = async (args?: PrivateRegistryArgs): Promise<Any> => (await release(args)).values;

/** S3 storage with the secret access key `key-of-s3`. */
export const s3 = {
    s3: {
        bucket: "images",
        endpoint: "https://s3.example.com",
        rootDirectory: "team",
        credentials: { keys: { accessKeyId: "me", secretAccessKey: pulumi.secret("key-of-s3") } },
    },
} satisfies RegistryStorage;
