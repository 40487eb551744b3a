import * as pulumi from "@pulumi/pulumi";

/** A resource as the program declared it; secrets are unwrapped, and `options` are what the constructor was given. */
export interface Declared {
    readonly type: string;
    readonly name: string;
    // biome-ignore lint/suspicious/noExplicitAny: tests reach deep into manifests of every kind
    readonly inputs: any;
    readonly options: pulumi.CustomResourceOptions;
}

const declared: Declared[] = [];
const options = new Map<string, pulumi.CustomResourceOptions>();
const secretMark = "4dabf18193072939515e22adb298388d";

function unwrap(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(unwrap);
    if (typeof value !== "object" || value === null) return value;
    if (secretMark in value) return unwrap((value as { value?: unknown }).value);
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, unwrap(v)]));
}

/** What the provider would add to the inputs. */
function outputs(args: pulumi.runtime.MockResourceArgs, inputs: Record<string, unknown>): Record<string, unknown> {
    switch (args.type) {
        case "random:index/randomPassword:RandomPassword":
            return { result: pulumi.secret(`${args.name}-`.padEnd(40, "abcdefghijklmnopqrstuvwxyz0123456789")) };
        case "random:index/randomBytes:RandomBytes": {
            const bytes = Buffer.alloc(Number(inputs.length), args.name);
            return { base64: pulumi.secret(bytes.toString("base64")), hex: pulumi.secret(bytes.toString("hex")) };
        }
        case "tls:index/privateKey:PrivateKey":
            return { privateKeyPem: pulumi.secret(`-----BEGIN KEY ${args.name}-----\n`) };
        case "tls:index/selfSignedCert:SelfSignedCert":
            return { certPem: `-----BEGIN CERTIFICATE-----\n${args.name}\n` };
        case "tls:index/certRequest:CertRequest":
            return { certRequestPem: `request of ${args.name}` };
        case "tls:index/locallySignedCert:LocallySignedCert":
            return { certPem: `-----BEGIN CERTIFICATE-----\n${args.name}\n`, validityEndTime: "2030-01-01T00:00:00Z" };
        case "kubernetes:core/v1:Service":
            return { spec: { ...(inputs.spec as object), clusterIP: "10.96.1.2" } };
        default:
            return {};
    }
}

function newResource(args: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
    const inputs = unwrap(args.inputs) as Record<string, unknown>;
    declared.push({ type: args.type, name: args.name, inputs, options: options.get(args.name) ?? {} });
    const metadata = (inputs.metadata ?? {}) as Record<string, unknown>;
    const named = args.type.startsWith("kubernetes:")
        ? { metadata: { ...metadata, name: metadata.name ?? `${args.name}-1a2b3c4d` } }
        : {};
    return { id: `${args.name}-id`, state: { ...inputs, ...named, ...outputs(args, inputs) } };
}

/** Runs a program against the mocks and returns all that it declared once every output is known. */
export async function declare(program: () => unknown): Promise<Resources> {
    declared.length = 0;
    options.clear();
    program();
    // The mocks answer at once, so nothing is pending when no resource was added for a few turns of the event loop.
    for (let quiet = 0, seen = -1; quiet < 5; quiet = declared.length === seen ? quiet + 1 : 0) {
        seen = declared.length;
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return new Resources([...declared]);
}

export class Resources {
    constructor(readonly all: readonly Declared[]) {}

    /** The only resource of a kind, e.g. `Deployment`, and of a name when there are several. */
    one(kind: string, name?: string): Declared {
        const found = this.every(kind).filter((resource) => name === undefined || resource.name === name);
        if (found.length !== 1) {
            throw new Error(
                `${found.length} resources ${kind} ${name ?? ""}: ${this.all.map((r) => `${r.type} ${r.name}`).join(", ")}`,
            );
        }
        return found[0];
    }

    every(kind: string): Declared[] {
        return this.all.filter((resource) => resource.type.endsWith(`:${kind}`));
    }

    /** The pod of the registry's Deployment. */
    get pod() {
        return this.one("Deployment").inputs.spec.template;
    }

    /** config.yml as text. */
    get configYaml(): string {
        return this.every("Secret").find((secret) => secret.inputs.stringData?.["config.yml"])?.inputs.stringData[
            "config.yml"
        ];
    }
}

/** The value of an output. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply(resolve));
}

/** Options of a component under test: they remember what each child was declared with, which the mocks do not show. */
export const recorded: pulumi.ComponentResourceOptions = {
    transformations: [
        ({ name, opts }) => {
            options.set(name, opts);
            return undefined;
        },
    ],
};

before(async () => {
    await pulumi.runtime.setMocks({ newResource, call: (args) => args.inputs }, "private-registry", "test", false);
});
