import { X509Certificate } from "node:crypto";
import { longestGap } from "../../components/arguments/formats/cron";
import { command } from "../command";
import { clusterHelp, clusterOptions, instanceOf, Kubectl, type KubernetesObject } from "../kubectl";
import { container } from "../maintenanceJob";
import { describeStatus, type MaintenanceFacts, type RegistryFacts, statusOf } from "../status";

const help = `npx private-registry status [--json] [--namespace <name>] [--registry <name>] [--context <name>]
Shows the pods, the certificate, space and maintenance of registries, and says whether it is safe to delete images and to upgrade now, and
with a backup, whether the images can be restored. The exit code is 0 if all of that is true, and 1 if not. It needs kubectl, and reads the Secret with the certificate.

  --json                print JSON
${clusterHelp}`;

const options = { json: { type: "boolean" }, ...clusterOptions } as const;

export const statusCommand = command("status", help, options, [], async ({ json, ...cluster }) => {
    const kubectl = new Kubectl(cluster);
    const deployments = await kubectl.list("deployments", "server");
    if (deployments.length === 0) throw new Error("There is no registry in the cluster, or in that namespace.");
    const cronJobs = await kubectl.list("cronjobs", "maintenance");
    const now = Date.now();
    const registries = await Promise.all(
        deployments.map(async (deployment) => statusOf(await factsOf(kubectl, deployment, cronJobs), now)),
    );
    const lines = registries.flatMap((registry) => describeStatus(registry, now));
    console.log(json ? JSON.stringify(registries, undefined, 2) : lines.join("\n"));
    const isSafe = registries.every(
        ({ againstDeleting, againstRestoring = [], againstUpgrading }) =>
            [...againstDeleting, ...againstRestoring, ...againstUpgrading].length === 0,
    );
    return isSafe ? 0 : 1;
});

async function factsOf(
    kubectl: Kubectl,
    deployment: KubernetesObject,
    cronJobs: readonly KubernetesObject[],
): Promise<RegistryFacts> {
    const { metadata, spec, status } = deployment;
    const { namespace } = metadata;
    const name = instanceOf(metadata.labels);
    const cronJob = cronJobs.find(
        (one) => one.metadata.namespace === namespace && instanceOf(one.metadata.labels) === name,
    );
    const volumes: { name: string; secret?: { secretName: string } }[] = spec.template.spec.volumes ?? [];
    const tls = volumes.find((volume) => volume.name === "tls")?.secret?.secretName;
    return {
        name,
        namespace,
        pods: { ready: status.readyReplicas ?? 0, wanted: spec.replicas ?? 1, updated: status.updatedReplicas ?? 0 },
        certificateExpiry: tls === undefined ? undefined : await expiryOf(kubectl, namespace, tls),
        maintenance: cronJob && (await maintenanceOf(kubectl, cronJob)),
    };
}

async function expiryOf(kubectl: Kubectl, namespace: string, secret: string): Promise<number> {
    const { data } = await kubectl.get(namespace, "secret", secret);
    return new Date(new X509Certificate(Buffer.from(data["tls.crt"], "base64")).validTo).getTime();
}

async function maintenanceOf(
    kubectl: Kubectl,
    { metadata, spec, status }: KubernetesObject,
): Promise<MaintenanceFacts> {
    const inNamespace = (kind: string, name: string) => kubectl.get(metadata.namespace, kind, name);
    const lease = (await inNamespace("lease", metadata.name)).spec ?? {};
    const expires = new Date(lease.renewTime ?? 0).getTime() + (lease.leaseDurationSeconds ?? 0) * 1000;
    const { data } = await inNamespace("configmap", `${metadata.name}-report`);
    return {
        schedule: spec.schedule,
        interval: (longestGap(spec.schedule) ?? 0) * 60_000,
        isSuspended: spec.suspend === true,
        created: new Date(metadata.creationTimestamp).getTime(),
        lastSuccess: status.lastSuccessfulTime && new Date(status.lastSuccessfulTime).getTime(),
        holder: lease.holderIdentity && expires > Date.now() ? lease.holderIdentity : undefined,
        report: data?.["report.json"] && JSON.parse(data["report.json"]),
        backup: backsUp(spec) ? { report: data?.["backup.json"] && JSON.parse(data["backup.json"]) } : undefined,
    };
}

/** Whether the CronJob also backs up. */
function backsUp(spec: KubernetesObject): boolean {
    const { containers } = spec.jobTemplate.spec.template.spec;
    return containers.some(
        ({ name, args }: { name: string; args?: string[] }) => name === container && args?.[0] === "scheduled",
    );
}
