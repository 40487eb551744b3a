import type {
    KubernetesObject,
    V1ConfigMap,
    V1PersistentVolumeClaim,
    V1Pod,
    V1PodSpec,
    V1Service,
} from "@kubernetes/client-node";
import { imageReferences } from "../../../sandbox/images/images";

/** A pod that runs a script, and then serves the files in a directory. */
export function server(name: string, script: string, spec: Partial<V1PodSpec> = {}): V1Pod {
    const volumeMounts = (spec.volumes ?? []).map((volume) => ({ name: volume.name, mountPath: `/${volume.name}` }));
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, labels: { app: name } },
        spec: {
            terminationGracePeriodSeconds: 0,
            ...spec,
            securityContext: { runAsUser: 0 },
            containers: [
                {
                    name: "server",
                    image: imageReferences.curl,
                    command: ["sh", "-c", `${script}; exec httpd -f -p 8080 -h /${volumeMounts[0]?.name ?? "tmp"}`],
                    volumeMounts,
                },
            ],
        },
    };
}

/** The Service of a server. */
export function service(name: string): V1Service {
    return {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name },
        spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
    };
}

/** A claim of the default storage class, a server for its files, which appends a line at each start, and a ConfigMap. */
export function keeper(): KubernetesObject[] {
    const claim: V1PersistentVolumeClaim = {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    };
    const note: V1ConfigMap = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "note" },
        data: { kept: "yes" },
    };
    const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
    return [claim, note, server("keeper", "echo started >> /data/starts", { volumes }), service("keeper")];
}
