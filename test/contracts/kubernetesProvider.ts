/**
 * What the Kubernetes provider prints from 4.29 on when it creates an object that exists. Read from provider/pkg/await/await.go of
 * https://github.com/pulumi/pulumi-kubernetes at 94977969d64112b04e19945818a7d5d5f38f631d (after 4.32.0). That provider cannot run
 * here: its module is not published with a version. The first line is the API server's.
 */
export const alreadyExists = [
    'deployments.apps "registry-deployment" already exists',
    "",
    "The resource already exists in the cluster. This can happen when:",
    "",
    "  - Renaming a Pulumi resource: use an alias to preserve the identity,",
    "    or use deleteBeforeReplace if the resource needs replacement.",
    "  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)",
    "    to manage specific fields without owning the resource lifecycle.",
    "  - Adopting a resource into Pulumi: use `pulumi import`. Note that",
    "    protected resources (e.g. kube-system) cannot be deleted on destroy.",
    "  - Intentional upsert: set upsertExistingObjects on the provider to allow",
    "    server-side apply to update existing objects on create.",
].join("\n");
