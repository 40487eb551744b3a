import { CommandLineError, runProgram } from "./command";

/** Options of all commands that use the cluster. */
export const clusterOptions = {
    namespace: { type: "string" },
    registry: { type: "string" },
    context: { type: "string" },
} as const;

export const clusterHelp = `  --namespace <name>    the registry's namespace; defaults to all namespaces
  --registry <name>     the component's name, if there are several registries
  --context <name>      the context of kubectl; defaults to the current one`;

export interface ClusterOptions {
    readonly namespace?: string;
    readonly registry?: string;
    readonly context?: string;
}

/** A Kubernetes object, as far as the commands read it. */
export interface KubernetesObject {
    readonly metadata: {
        readonly name: string;
        readonly namespace: string;
        readonly uid: string;
        readonly creationTimestamp: string;
        readonly labels?: Readonly<Record<string, string>>;
    };
    // biome-ignore lint/suspicious/noExplicitAny: JSON of the API server
    readonly [field: string]: any;
}

/** kubectl, in the cluster that the options choose. */
export class Kubectl {
    constructor(private readonly options: ClusterOptions) {}

    async run(args: readonly string[], input?: string, output: "return" | "show" = "return"): Promise<string> {
        const { code, output: text } = await this.attempt(args, input, output);
        if (code !== 0) throw new Error(`kubectl ${args[0]} failed`);
        return text;
    }

    attempt(args: readonly string[], input?: string, output: "return" | "show" = "return") {
        const context = this.options.context === undefined ? [] : ["--context", this.options.context];
        return runProgram("kubectl", [...context, ...args], { input, output });
    }

    async get(namespace: string, kind: string, name: string): Promise<KubernetesObject> {
        return JSON.parse(await this.run(["get", kind, name, "--namespace", namespace, "--output", "json"]));
    }

    /** The objects of a part of the chosen registries. */
    async list(kind: string, part: string): Promise<KubernetesObject[]> {
        const { namespace, registry } = this.options;
        const labels = [
            "app.kubernetes.io/name=private-registry",
            `app.kubernetes.io/component=${part}`,
            ...(registry === undefined ? [] : [`app.kubernetes.io/instance=${registry}`]),
        ];
        const where = namespace === undefined ? ["--all-namespaces"] : ["--namespace", namespace];
        const args = ["get", kind, ...where, "--selector", labels.join(","), "--output", "json"];
        return JSON.parse(await this.run(args)).items;
    }

    /** The CronJob of the chosen registry. */
    async cronJob(): Promise<KubernetesObject> {
        const found = await this.list("cronjobs", "maintenance");
        const [only] = found;
        if (found.length === 1) return only;
        if (found.length === 0) {
            throw new Error(
                "There is no registry with the argument `maintenance` in the cluster, or in that namespace.",
            );
        }
        const names = found.map(({ metadata }) => `${instanceOf(metadata.labels)} in ${metadata.namespace}`);
        throw new CommandLineError(
            `there are several registries: ${names.join(", ")}; choose one with --namespace or --registry`,
        );
    }
}

export function instanceOf(labels: Readonly<Record<string, string>> = {}): string {
    return labels["app.kubernetes.io/instance"] ?? "";
}
