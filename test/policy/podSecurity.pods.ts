import * as fc from "fast-check";
import type { Tree } from "../../policy/resource";
import { deployment } from "./fixtures";

interface Judged {
    readonly template: Tree;
    /** Kubernetes' reasons to refuse the pod under `enforce=restricted` (k8s.io/pod-security-admission v0.35.8); none if it admits it. */
    readonly reasons: readonly string[];
}

/** A pod that meets the standard, with changes. */
function template(over: { container?: Tree; pod?: Tree; annotations?: Tree }): Tree {
    const { metadata, spec } = deployment({ container: over.container, pod: over.pod }).props.spec.template;
    return { metadata: { ...metadata, annotations: over.annotations ?? {} }, spec };
}

const of = (over: Parameters<typeof template>[0], ...reasons: string[]): Judged => ({
    template: template(over),
    reasons,
});
const context = (securityContext: Tree, ...reasons: string[]) => of({ container: { securityContext } }, ...reasons);
const podContext = (securityContext: Tree, ...reasons: string[]) => of({ pod: { securityContext } }, ...reasons);
const volume = (source: Tree, ...reasons: string[]) =>
    of({ pod: { volumes: [{ name: "data", ...source }] } }, ...reasons);

const bare = { name: "extra", image: "busybox:1.37.0" };
const unrestricted = ["allowPrivilegeEscalation != false", "unrestricted capabilities"];
const windows = {
    container: { securityContext: { capabilities: null, allowPrivilegeEscalation: null } },
    pod: { os: { name: "windows" }, securityContext: { seccompProfile: null } },
};

export const pods: Record<string, Judged> = {
    "a restricted pod": of({}),
    "the capability to bind a low port": context({ capabilities: { add: ["NET_BIND_SERVICE"] } }),
    "hostPort 0": of({ container: { ports: [{ containerPort: 5000, hostPort: 0 }] } }),
    "a host port": of({ container: { ports: [{ containerPort: 5000, hostPort: 5000 }] } }, "hostPort"),
    "a host port on the loopback address": of(
        { container: { ports: [{ containerPort: 5000, hostPort: 5000, hostIP: "127.0.0.1" }] } },
        "hostPort",
    ),
    "the host's network": of({ pod: { hostNetwork: true } }, "host namespaces"),
    "the host's processes": of({ pod: { hostPID: true } }, "host namespaces"),
    "the host's memory": of({ pod: { hostIPC: true } }, "host namespaces"),
    "a directory of the node": volume({ hostPath: { path: "/srv" } }, "restricted volume types"),
    "a volume over NFS": volume({ nfs: { server: "a", path: "/" } }, "restricted volume types"),
    "a disk of Azure": volume({ azureDisk: { diskName: "a", diskURI: "b" } }, "restricted volume types"),
    "a volume of a CSI driver": volume({ csi: { driver: "secrets-store.csi.k8s.io" } }),
    "a generic ephemeral volume": volume({ ephemeral: { volumeClaimTemplate: { spec: {} } } }),
    "a projected volume": volume({ projected: { sources: [] } }),
    "a volume from an image": volume({ image: { reference: "a:1" } }),
    privileges: context({ privileged: true }, "privileged"),
    "escalation by default": context({ allowPrivilegeEscalation: null }, unrestricted[0]),
    escalation: context({ allowPrivilegeEscalation: true }, unrestricted[0]),
    "kept capabilities": context({ capabilities: null }, unrestricted[1]),
    "some dropped capabilities": context({ capabilities: { drop: ["NET_RAW"] } }, unrestricted[1]),
    "added capabilities": context({ capabilities: { add: ["CHOWN"] } }, unrestricted[1]),
    "root by default": podContext({ runAsNonRoot: null }, "runAsNonRoot != true"),
    "root of one container": context({ runAsNonRoot: false }, "runAsNonRoot != true"),
    "root of the pod, though not of its container": of(
        { pod: { securityContext: { runAsNonRoot: false } }, container: { securityContext: { runAsNonRoot: true } } },
        "runAsNonRoot != true",
    ),
    "a container that alone is not root": of({
        pod: { securityContext: { runAsNonRoot: null } },
        container: { securityContext: { runAsNonRoot: true } },
    }),
    "user 0": context({ runAsUser: 0 }, "runAsUser=0"),
    "user 0 of the pod, though not of its container": of(
        { pod: { securityContext: { runAsUser: 0 } }, container: { securityContext: { runAsUser: 1000 } } },
        "runAsUser=0",
    ),
    "root in a user namespace": of({
        pod: { hostUsers: false, securityContext: { runAsNonRoot: false, runAsUser: 0 } },
    }),
    "an unmasked /proc in a user namespace": of(
        { pod: { hostUsers: false }, container: { securityContext: { procMount: "Unmasked" } } },
        "procMount",
    ),
    "a masked /proc": context({ procMount: "Default" }),
    "no seccomp": podContext({ seccompProfile: null }, "seccompProfile"),
    "seccomp turned off": podContext({ seccompProfile: { type: "Unconfined" } }, "seccompProfile"),
    "seccomp turned off for one container": context({ seccompProfile: { type: "Unconfined" } }, "seccompProfile"),
    "a local seccomp profile": podContext({ seccompProfile: { type: "Localhost", localhostProfile: "a.json" } }),
    "no AppArmor": context({ appArmorProfile: { type: "Unconfined" } }, "forbidden AppArmor profile"),
    "no AppArmor for the pod": podContext({ appArmorProfile: { type: "Unconfined" } }, "forbidden AppArmor profile"),
    "a local AppArmor profile": context({ appArmorProfile: { type: "Localhost", localhostProfile: "a" } }),
    "no AppArmor by annotation": of(
        { annotations: { "container.apparmor.security.beta.kubernetes.io/registry": "unconfined" } },
        "forbidden AppArmor profile",
    ),
    "a local AppArmor profile by annotation": of({
        annotations: { "container.apparmor.security.beta.kubernetes.io/registry": "localhost/a" },
    }),
    "a type of SELinux": context({ seLinuxOptions: { type: "spc_t" } }, "seLinuxOptions"),
    "a user of SELinux": podContext({ seLinuxOptions: { user: "system_u" } }, "seLinuxOptions"),
    "a role of SELinux": context({ seLinuxOptions: { role: "system_r" } }, "seLinuxOptions"),
    "a level of SELinux": podContext({ seLinuxOptions: { type: "container_t", level: "s0:c1" } }),
    "a container engine's type of SELinux": podContext({ seLinuxOptions: { type: "container_engine_t" } }),
    "a safe sysctl": podContext({ sysctls: [{ name: "net.ipv4.tcp_rmem", value: "4096" }] }),
    "an unsafe sysctl": podContext({ sysctls: [{ name: "kernel.msgmax", value: "1" }] }, "forbidden sysctls"),
    "a process of the Windows node": podContext({ windowsOptions: { hostProcess: true } }, "hostProcess"),
    "a container that is one": context({ windowsOptions: { hostProcess: true } }, "hostProcess"),
    "a Windows pod": of(windows),
    "a probe of another host": of(
        { container: { livenessProbe: { httpGet: { host: "example.com", port: 80 } } } },
        "probe or lifecycle host",
    ),
    "a hook that calls another host": of(
        { container: { lifecycle: { preStop: { tcpSocket: { host: "10.0.0.1", port: 80 } } } } },
        "probe or lifecycle host",
    ),
    "a probe of the pod": of({ container: { readinessProbe: { tcpSocket: { port: 5000 } } } }),
    "an init container without restrictions": of({ pod: { initContainers: [bare] } }, ...unrestricted),
    "an ephemeral container without restrictions": of({ pod: { ephemeralContainers: [bare] } }, ...unrestricted),
};

/** A record with some of these fields. */
const some = (fields: Record<string, readonly unknown[]>) =>
    fc.record(Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, fc.constantFrom(...values)])), {
        requiredKeys: [],
    });

const contexts = {
    runAsNonRoot: [true, false],
    runAsUser: [0, 1000],
    seccompProfile: [{ type: "RuntimeDefault" }, { type: "Localhost" }, { type: "Unconfined" }, {}],
    appArmorProfile: [{ type: "RuntimeDefault" }, { type: "Localhost" }, { type: "Unconfined" }],
    seLinuxOptions: [{}, { type: "container_t" }, { type: "x" }, { user: "a" }, { role: "b" }, { level: "c" }],
    windowsOptions: [{}, { hostProcess: false }, { hostProcess: true }],
};

const containers = fc.record({
    name: fc.constantFrom("a", "b"),
    image: fc.constant("registry:3.1.2"),
    securityContext: some({
        ...contexts,
        privileged: [true, false],
        allowPrivilegeEscalation: [true, false, false, false],
        procMount: ["Default", "Default", "Unmasked"],
        capabilities: [{ drop: ["ALL"] }, { drop: ["ALL"], add: ["NET_BIND_SERVICE"] }, { add: ["CHOWN"] }, {}],
    }),
    ports: fc.constantFrom([], [{ containerPort: 1 }], [{ containerPort: 1, hostPort: 0 }], [{ hostPort: 2 }]),
    livenessProbe: fc.constantFrom({}, { httpGet: { port: 1 } }, { httpGet: { port: 1, host: "a" } }),
    lifecycle: fc.constantFrom({}, { postStart: { httpGet: { host: "" } } }, { preStop: { tcpSocket: { host: "a" } } }),
});

/** Pods with every field that the standard speaks of. Most are refused for several reasons, but not all of them. */
export const anyPod: fc.Arbitrary<Tree> = fc.record({
    metadata: fc.record({
        labels: fc.constant({ app: "docker-registry" }),
        annotations: fc.constantFrom(
            {},
            { "container.apparmor.security.beta.kubernetes.io/a": "unconfined" },
            { "container.apparmor.security.beta.kubernetes.io/a": "runtime/default" },
        ),
    }),
    spec: fc
        .tuple(
            some({
                hostNetwork: [false, true],
                hostPID: [false, false, true],
                hostIPC: [false, false, true],
                hostUsers: [true, false],
                os: [{ name: "linux" }, { name: "windows" }],
                volumes: [[], [{ name: "a", emptyDir: {} }], [{ name: "a", hostPath: { path: "/" } }]],
                initContainers: [[], []],
            }),
            some({
                ...contexts,
                sysctls: [[], [{ name: "net.ipv4.tcp_wmem", value: "1" }], [{ name: "kernel.sem", value: "1" }]],
            }),
            fc.array(containers, { minLength: 1, maxLength: 2 }),
            fc.array(containers, { maxLength: 1 }),
        )
        .map(([spec, securityContext, own, init]) => ({
            ...spec,
            securityContext,
            containers: own,
            initContainers: init,
        })),
});

/** A pod that meets the standard, with one of the changes of `anyPod`. */
export const nearlyRestricted: fc.Arbitrary<Tree> = anyPod.chain((wild) =>
    fc.constantFrom("securityContext", "containers", "volumes", "hostUsers", "os", "metadata").map((field) => {
        const base = template({});
        if (field === "metadata") return { ...base, metadata: wild.metadata };
        return {
            ...base,
            spec: { ...base.spec, ...(wild.spec[field] !== undefined && { [field]: wild.spec[field] }) },
        };
    }),
);
