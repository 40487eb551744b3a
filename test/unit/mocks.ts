import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as bcrypt from "bcryptjs";
import { namedCertificate } from "./authority";

/** A resource, as it is registered with the engine. */
export interface Declared {
    readonly type: string;
    readonly name: string;
    /** As in Pulumi's state, with the types of all parents. */
    readonly urn: string;
    /** With secrets unwrapped. */
    // biome-ignore lint/suspicious/noExplicitAny: tests reach deep into manifests of every kind
    readonly inputs: any;
    /** The strings in the inputs that are not marked as secret, so that the state contains them unencrypted. */
    readonly clearTexts: readonly string[];
    readonly protect: boolean;
    /** Whether the request says so; otherwise the engine uses the parent's. */
    readonly saysProtect: boolean;
    /** URN, or empty. */
    readonly parent: string;
    /** `<urn>::<id>` of an explicit provider, or empty. */
    readonly provider: string;
    /** URNs. */
    readonly dependencies: readonly string[];
    /** Properties whose changes the engine ignores. */
    readonly ignoreChanges: readonly string[];
    /** Former names and URNs of the resource. */
    readonly aliases: readonly string[];
}

const secretMark = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

function unwrap(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(unwrap);
    if (typeof value !== "object" || value === null) return value;
    if (secretMark in value) return unwrap((value as { value?: unknown }).value);
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, unwrap(v)]));
}

function clearTexts(value: unknown): string[] {
    if (typeof value === "string") return [value];
    if (typeof value !== "object" || value === null) return [];
    if ((value as Record<string, unknown>)[secretMark] === secretSignature) return [];
    return Object.entries(value).flatMap(([key, v]) => [key, ...clearTexts(v)]);
}

/** What the provider adds to the inputs. */
function outputs(args: pulumi.runtime.MockResourceArgs, inputs: Record<string, unknown>): Record<string, unknown> {
    switch (args.type) {
        case "random:index/randomPassword:RandomPassword": {
            const { generation } = (inputs.keepers ?? { generation: 1 }) as { generation: string };
            return { result: secret(`${args.name}-${generation}-`.padEnd(40, "abcdefghijklmnopqrstuvwxyz0123456789")) };
        }
        case "random:index/randomId:RandomId": {
            const kept = createHash("sha256").update(JSON.stringify([args.name, inputs.keepers]));
            return { hex: kept.digest("hex").slice(0, 2 * Number(inputs.byteLength)) };
        }
        case "random:index/randomBytes:RandomBytes": {
            const bytes = Buffer.alloc(Number(inputs.length), args.name);
            return { base64: secret(bytes.toString("base64")), hex: secret(bytes.toString("hex")) };
        }
        case "tls:index/privateKey:PrivateKey":
            return { privateKeyPem: secret(`-----BEGIN KEY ${args.name}-----\n`) };
        case "tls:index/selfSignedCert:SelfSignedCert":
            return { certPem: namedCertificate(args.name) };
        case "tls:index/certRequest:CertRequest":
            return { certRequestPem: `request of ${args.name}` };
        case "tls:index/locallySignedCert:LocallySignedCert":
            return {
                certPem: namedCertificate(args.name),
                validityEndTime: "2030-01-01T00:00:00Z",
            };
        case "kubernetes:core/v1:Service":
            return { spec: { ...(inputs.spec as object), clusterIP: cluster.ip } };
        default:
            return {};
    }
}

/** The engine's URN. The mocks' URN contains the type of one parent only. */
function urnOf({ type, name }: pulumi.runtime.MockResourceArgs, parent: string): string {
    const [, , parents] = parent.split("::");
    const types = parents === undefined ? type : `${parents}$${type}`;
    return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${types}::${name}`;
}

/** The cluster of the mocks. */
const cluster = { ip: "10.96.1.2", hasGeneratedNames: false };

// Most test programs have the same passwords and salts, and the hash is slow on purpose.
const { hashSync } = bcrypt;
const hashes = new Map<string, string>();
Object.assign(bcrypt, {
    hashSync(plain: string, salt: string): string {
        const key = JSON.stringify([plain, salt]);
        const hash = hashes.get(key) ?? hashSync(plain, salt);
        hashes.set(key, hash);
        return hash;
    },
});

/** The result of one program. */
class Run {
    readonly declared: Declared[] = [];
    readonly outputs = new Map<string, unknown>();
    readonly secrets: string[] = [];
}

let run = new Run();

function secret(value: string): pulumi.Output<string> {
    run.secrets.push(value);
    return pulumi.secret(value);
}

// biome-ignore lint/suspicious/noExplicitAny: the classes of the engine's protocol are not public
type Request = any;

/** Resets the runtime to one that responds immediately, like the engine, and records every request. */
async function connect(): Promise<void> {
    run = new Run();
    let request: Request;
    const newResource = (args: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult => {
        const inputs = unwrap(args.inputs) as Record<string, unknown>;
        run.declared.push({
            type: args.type,
            name: args.name,
            urn: urnOf(args, request.getParent()),
            inputs,
            clearTexts: clearTexts(args.inputs),
            protect: request.getProtect(),
            saysProtect: request.hasProtect(),
            parent: request.getParent(),
            provider: request.getProvider(),
            dependencies: request.getDependenciesList(),
            ignoreChanges: request.getIgnorechangesList(),
            aliases: request
                .getAliasesList()
                .map((alias: Request) => alias.getUrn() || alias.getSpec().getName() || alias.getSpec().getType()),
        });
        const isGenerated = cluster.hasGeneratedNames && request.getIgnorechangesList().includes("metadata.name");
        const kept = isGenerated && {
            metadata: { ...(inputs.metadata as object), name: `${args.name}-1a2b3c4d` },
        };
        return { id: `${args.name}-id`, state: { ...inputs, ...kept, ...outputs(args, inputs) } };
    };
    const mocks = { newResource, call: (args: pulumi.runtime.MockCallArgs) => args.inputs };
    await pulumi.runtime.setMocks(mocks, "private-registry", "test", false);
    const monitor = pulumi.runtime.getMonitor() as Request;
    const { registerResource, registerResourceOutputs } = monitor;
    monitor.registerResource = (req: Request, callback: unknown) => {
        request = req;
        return registerResource.call(monitor, req, callback);
    };
    monitor.registerResourceOutputs = (req: Request, callback: unknown) => {
        run.outputs.set(req.getUrn(), req.getOutputs().toJavaScript());
        return registerResourceOutputs.call(monitor, req, callback);
    };
}

/**
 * Runs a program against the mocks, and returns the resources that it declared when all of them are registered. Throws the errors of
 * the program and its Outputs.
 */
export async function declare(program: () => unknown, clusterIp = "10.96.1.2"): Promise<Resources> {
    cluster.ip = clusterIp;
    await connect();
    // mocha would attribute it to the running test; here a failed Output is the program's result.
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    // The runtime records a stack trace of every promise, and ts-node's source maps for them take 90 % of a test's time.
    const { prepareStackTrace, stackTraceLimit } = Error;
    Object.assign(Error, { prepareStackTrace: undefined, stackTraceLimit: 0 });
    try {
        await new Promise<void>((resolve, reject) => {
            process.on("unhandledRejection", reject);
            program();
            // How the runtime waits at the end of a program; its type is not public.
            (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> })
                .waitForRPCs()
                // A resource whose arguments are not resolved yet is registered later.
                .then(() => turns(20))
                .then(resolve, reject);
        });
        return new Resources(run);
    } finally {
        // The same failure can be reported several times.
        await turns(20);
        Object.assign(Error, { prepareStackTrace, stackTraceLimit });
        process.removeAllListeners("unhandledRejection");
        for (const listener of others) process.on("unhandledRejection", listener);
    }
}

/** Runs a program like `declare`, in a stack whose objects have generated names, as in release 0.1.0 and older. */
export async function declareInOldStack(program: () => unknown): Promise<Resources> {
    cluster.hasGeneratedNames = true;
    try {
        return await declare(program);
    } finally {
        cluster.hasGeneratedNames = false;
    }
}

/** Lets pending callbacks run. */
async function turns(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** The error with which a program ends. */
export async function failure(program: () => unknown): Promise<Error> {
    const error = await declare(program).then(
        () => undefined,
        (e) => e,
    );
    if (error === undefined) throw new Error("the program was expected to fail, and did not");
    return error;
}

/** The error with which a program ends before it declares anything. */
export async function refusal(program: () => unknown): Promise<Error> {
    const error = await failure(program);
    if (run.declared.length > 0) throw new Error(`${run.declared[0].type} was declared although: ${error.message}`);
    return error;
}

/** The pod templates in a manifest of any kind: a Deployment's, a Job's, a CronJob's, or the manifest itself. */
function podTemplates(manifest: unknown): Declared["inputs"][] {
    if (typeof manifest !== "object" || manifest === null) return [];
    const { spec } = manifest as { spec?: { containers?: unknown } };
    return Array.isArray(spec?.containers) ? [manifest] : Object.values(manifest).flatMap(podTemplates);
}

export class Resources {
    readonly all: readonly Declared[];
    /** Every secret that a provider generated. */
    readonly secrets: readonly string[];
    private readonly outputs: ReadonlyMap<string, unknown>;

    constructor(done: Run) {
        this.all = done.declared;
        this.secrets = done.secrets;
        this.outputs = done.outputs;
    }

    /** The only resource of a kind, e.g. `Deployment`, and with a name if there are several. */
    one(kind: string, name?: string): Declared {
        const found = this.every(kind).filter((resource) => name === undefined || resource.name === name);
        if (found.length !== 1) {
            const all = this.all.map((resource) => `${resource.type} ${resource.name}`).join(", ");
            throw new Error(`${found.length} resources ${kind} ${name ?? ""} among ${all}`);
        }
        return found[0];
    }

    every(kind: string): Declared[] {
        return this.all.filter((resource) => resource.type.endsWith(`:${kind}`));
    }

    named(name: string): Declared[] {
        return this.all.filter((resource) => resource.name === name);
    }

    /** The name in the cluster of the only resource of a kind with this name in Pulumi. */
    objectName(kind: string, name: string): string {
        return this.one(kind, name).inputs.metadata.name;
    }

    /** The pod of the registry's Deployment. */
    get pod() {
        const name = this.every("Deployment").find((deployment) => deployment.name.endsWith("-deployment"))?.name;
        return this.one("Deployment", name).inputs.spec.template;
    }

    /** Every pod template, with name and namespace of the resource that it is part of. */
    get pods() {
        return this.all
            .filter((resource) => resource.type.startsWith("kubernetes:"))
            .flatMap(({ name, inputs }) =>
                podTemplates(inputs).map((template) => ({ name, namespace: inputs.metadata?.namespace, ...template })),
            );
    }

    /** The content of config.yml. */
    get configYaml(): string {
        return this.one("Secret", "registry-config").inputs.stringData["config.yml"];
    }

    /** The lines of the htpasswd file. */
    get htpasswd(): string[] {
        return this.one("Secret", "registry-htpasswd").inputs.stringData.htpasswd.trimEnd().split("\n");
    }

    /** The strings in the components' outputs that are not marked as secret. */
    get clearOutputs(): string[] {
        return [...this.outputs.values()].flatMap(clearTexts);
    }
}

/** The value of an Output. */
export function resolved<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
    return new Promise((resolve) => pulumi.output(output).apply(resolve));
}

// Failed programs leave resources that are never registered, which the runtime would report at the end.
export const mochaHooks = { afterAll: connect };
