import { entries, items, known, type Tree, text, unless } from "./resource";
import { containers } from "./workload";

/**
 * The checks of the Pod Security Standard `restricted`, in the order of https://kubernetes.io/docs/concepts/security/pod-security-standards/.
 * They follow k8s.io/pod-security-admission v0.35.8 (Kubernetes 1.35): what it refuses is refused here, and nothing else.
 */
const sysctls = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
];

const seLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/** Volumes that have none of these sources become emptyDirs. */
const refusedVolumes = [
    ...["hostPath", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd"],
    ...["flexVolume", "cinder", "cephfs", "flocker", "fc", "azureFile", "vsphereVolume", "quobyte", "azureDisk"],
    ...["portworxVolume", "photonPersistentDisk", "scaleIO", "storageos"],
];

const appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

/** A sentence for each violation in a pod. */
export function podSecurityProblems(template: Tree): string[] {
    const pod = known(() => template?.spec);
    if (typeof pod !== "object" || pod === null) return [];
    return [
        ...podProblems(template, pod),
        ...containers(pod).flatMap((container) => containerProblems(container, pod)),
    ];
}

function podProblems(template: Tree, pod: Tree): string[] {
    const context = () => pod.securityContext;
    const hostNamespaces = ["hostNetwork", "hostPID", "hostIPC"].flatMap((field) =>
        unless(() => pod[field] !== true, `The pod has ${field}`),
    );
    const volumes = items(() => pod.volumes).flatMap((volume) =>
        refusedVolumes.flatMap((source) =>
            unless(
                () => !isGiven(volume[source]),
                source === "hostPath"
                    ? `The volume ${text(() => volume.name)} is a directory of the node (hostPath)`
                    : `The volume ${text(() => volume.name)} is of the type ${source}`,
            ),
        ),
    );
    const annotations = entries(() => template.metadata?.annotations)
        .filter(
            ([key, value]) => key.startsWith(appArmorAnnotation) && !/^(|runtime\/default|localhost\/.*)$/s.test(value),
        )
        .map(([key]) => `The annotation ${key} turns AppArmor off, or has no profile`);
    return [
        ...hostNamespaces,
        ...volumes,
        ...annotations,
        ...items(() => context()?.sysctls).flatMap((sysctl) =>
            unless(() => sysctls.includes(sysctl.name), `The pod sets the sysctl ${text(() => sysctl.name)}`),
        ),
        ...contextProblems("The pod", context),
        // A value for the pod is refused even if each container has another one.
        ...unless(() => usesOwnUsers(pod) || context()?.runAsNonRoot !== false, "The pod allows root (runAsNonRoot)"),
        ...unless(() => usesOwnUsers(pod) || context()?.runAsUser !== 0, "The pod runs as user 0 (runAsUser)"),
        ...unless(
            () => isWindows(pod) || !isGiven(context()?.seccompProfile) || isProfile(context().seccompProfile),
            "The pod has no seccomp profile (seccompProfile.type)",
        ),
    ];
}

function containerProblems(container: Tree, pod: Tree): string[] {
    const name = `The container ${text(() => container.name)}`;
    const context = () => container.securityContext;
    const ports = items(() => container.ports).flatMap((port) =>
        unless(() => !port.hostPort, `${name} publishes a port of its node (hostPort ${known(() => port.hostPort)})`),
    );
    return [
        ...ports,
        ...hostProblems(container, name),
        ...contextProblems(name, context),
        ...unless(() => context()?.privileged !== true, `${name} is privileged`),
        ...unless(() => (context()?.procMount ?? "Default") === "Default", `${name} unmasks /proc (procMount)`),
        ...unless(() => usesOwnUsers(pod) || isNonRoot(container, pod), `${name} may run as root (runAsNonRoot)`),
        ...unless(() => usesOwnUsers(pod) || context()?.runAsUser !== 0, `${name} runs as user 0`),
        ...unless(
            () => isWindows(pod) || context()?.allowPrivilegeEscalation === false,
            `${name} may gain privileges (allowPrivilegeEscalation)`,
        ),
        ...unless(
            () => isWindows(pod) || list(context()?.capabilities?.drop).includes("ALL"),
            `${name} keeps Linux capabilities (capabilities.drop)`,
        ),
        ...unless(
            () => isWindows(pod) || list(context()?.capabilities?.add).every((added) => added === "NET_BIND_SERVICE"),
            `${name} adds Linux capabilities (capabilities.add)`,
        ),
        ...unless(
            () => isWindows(pod) || isProfile(context()?.seccompProfile ?? pod.securityContext?.seccompProfile),
            `${name} has no seccomp profile (seccompProfile.type)`,
        ),
    ];
}

/** What both a pod's and a container's security context may hold. */
function contextProblems(name: string, context: () => Tree): string[] {
    return [
        ...unless(() => {
            const profile = context()?.appArmorProfile;
            return !isGiven(profile) || isProfile(profile);
        }, `${name} has no AppArmor profile (appArmorProfile.type)`),
        ...unless(() => {
            const options = context()?.seLinuxOptions;
            return seLinuxTypes.includes(options?.type ?? "") && !options?.user && !options?.role;
        }, `${name} changes its SELinux label (seLinuxOptions)`),
        ...unless(
            () => context()?.windowsOptions?.hostProcess !== true,
            `${name} is a process of its Windows node (windowsOptions.hostProcess)`,
        ),
    ];
}

/** Probes and lifecycle handlers connect to the pod only. */
function hostProblems(container: Tree, name: string): string[] {
    const handlers: [string, () => Tree][] = [
        ["livenessProbe", () => container.livenessProbe],
        ["readinessProbe", () => container.readinessProbe],
        ["startupProbe", () => container.startupProbe],
        ["lifecycle.postStart", () => container.lifecycle?.postStart],
        ["lifecycle.preStop", () => container.lifecycle?.preStop],
    ];
    return handlers.flatMap(([field, read]) =>
        ["httpGet", "tcpSocket"].flatMap((action) =>
            unless(() => !read()?.[action]?.host, `${name} connects to another host (${field}.${action}.host)`),
        ),
    );
}

/** In a user namespace, root in the pod is not root on the node. */
function usesOwnUsers(pod: Tree): boolean {
    return pod.hostUsers === false;
}

/** Windows has neither capabilities nor seccomp. */
function isWindows(pod: Tree): boolean {
    return pod.os?.name === "windows";
}

function isNonRoot(container: Tree, pod: Tree): boolean {
    return (container.securityContext?.runAsNonRoot ?? pod.securityContext?.runAsNonRoot) === true;
}

/** A profile of AppArmor or seccomp that confines a container. */
function isProfile(profile: Tree): boolean {
    return ["RuntimeDefault", "Localhost"].includes(profile?.type);
}

function isGiven(value: Tree): boolean {
    return value !== undefined && value !== null;
}

function list(value: Tree): unknown[] {
    return Array.isArray(value) ? value : [];
}
