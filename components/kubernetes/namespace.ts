import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createImageCredentials } from "./images";
import { keptManager, Scope, type ScopeArgs } from "./scope";

/** Pod Security Standards levels that the component uses. */
export type PodSecurity = "restricted" | "privileged";

/** Creates a namespace in which the API server enforces a Pod Security Standard. */
export function createNamespace(
    scope: Scope,
    part: string,
    name: pulumi.Input<string>,
    level: PodSecurity,
    options = scope.objectOptions(),
): pulumi.Output<string> {
    const { labels, ...metadata } = scope.clusterMetadata(name, part);
    const enforced = { "pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/warn": level };
    const created = new k8s.core.v1.Namespace(
        scope.name(part),
        { metadata: { ...metadata, labels: { ...labels, ...enforced } } },
        options,
    );
    return created.metadata.name;
}

/** The settings of a registry that its namespaces depend on. */
export interface NamespaceSettings extends Omit<ScopeArgs, "namespace" | "parent" | "imageCredentials"> {
    readonly namespace: pulumi.Input<string>;
    /** Defaults to the namespace with the suffix `-node`. */
    readonly nodeNamespace: pulumi.Input<string> | undefined;
    readonly imageDockerConfigJson: pulumi.Input<string> | undefined;
    readonly createNamespace: boolean;
    readonly createNodeNamespace: boolean;
    readonly storage: { readonly isProtected: boolean };
}

/** The scope of a registry, with a second namespace for node agents. */
export class RegistryScope extends Scope {
    private nodeScope: Scope | undefined;

    constructor(
        args: ScopeArgs,
        readonly nodeNamespaceName: pulumi.Output<string>,
        private readonly settings: Pick<NamespaceSettings, "createNodeNamespace" | "imageDockerConfigJson">,
    ) {
        super(args);
    }

    /** The scope of the node agents' namespace, which is created on first use. */
    get onNodes(): Scope {
        this.nodeScope ??= this.createNodeScope();
        return this.nodeScope;
    }

    private createNodeScope(): Scope {
        const { createNodeNamespace, imageDockerConfigJson } = this.settings;
        const namespace = createNodeNamespace
            ? createNamespace(this, "node-namespace", this.nodeNamespaceName, "privileged")
            : this.nodeNamespaceName;
        const part = "node-image-credentials";
        return this.inNamespace(
            namespace,
            createImageCredentials(this.inNamespace(namespace), part, imageDockerConfigJson),
        );
    }
}

/** Creates the registry's namespace, unless the arguments say that it already exists. */
export function createScope(parent: pulumi.Resource, settings: NamespaceSettings): RegistryScope {
    const name = pulumi.output(settings.namespace);
    const clusterScope = new Scope({ ...settings, namespace: name, parent });
    // Deleting the namespace would delete the claim in it.
    const options = clusterScope.lastingOptions(settings.storage.isProtected, { ignoreChanges: [keptManager] });
    const namespace = settings.createNamespace
        ? createNamespace(clusterScope, "namespace", name, "restricted", options)
        : name;
    const scope = clusterScope.inNamespace(namespace);
    const imageCredentials = createImageCredentials(scope, "image-credentials", settings.imageDockerConfigJson);
    return new RegistryScope(
        { ...settings, namespace, parent, imageCredentials },
        pulumi.output(settings.nodeNamespace ?? pulumi.interpolate`${name}-node`),
        settings,
    );
}
