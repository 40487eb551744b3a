import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { size } from "../arguments/quantity";
import { boolean, dnsName, imageReference } from "../arguments/rules";
import { fields, plain } from "../arguments/shapes";
import { secretByContent } from "../kubernetes/contentNamed";
import { minioImage } from "../kubernetes/images";
import { mounted, type PodAddition, podSpec, scratch, variables } from "../kubernetes/pod";
import {
    type RegistryResources,
    type ResourceSettings,
    resourceRules,
    resourceSettings,
} from "../kubernetes/resources";
import { longestName, type Scope } from "../kubernetes/scope";
import { internalCertificates } from "../tls/internalAuthority";
import { defaultSize, type StorageContext } from "./kind";
import { minioSetUp } from "./minioSetup";
import { useS3 } from "./s3";

/** A dedicated MinIO server with one volume, in the registry's namespace. */
export interface MinioStorage {
    /**
     * Size of the volume (`resources.requests.storage`). It can be increased if the storage class supports expansion, and never
     * decreased. Defaults to `10Gi`.
     */
    size?: pulumi.Input<string>;
    /**
     * Storage class of the volume (`storageClassName`). A later change is rejected, because it would lose the images. Defaults to
     * the cluster's default class.
     */
    storageClassName?: pulumi.Input<string>;
    /**
     * Whether `pulumi destroy` may delete the images, unless the component has the option `protect: true`. Defaults to false: the claim
     * and its namespace are protected.
     */
    deleteWithStack?: boolean;
    /**
     * Image with `minio` and `mc`. Defaults to `quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z`, the last one that MinIO published.
     * It is affected by CVE-2025-62506, which concerns restricted service accounts. The registry does not use them.
     */
    image?: pulumi.Input<string>;
    /** CPU and memory requests and limits of the server. Defaults to requests of 100m and 256Mi, and limits of 1 core and 1Gi. */
    resources?: RegistryResources;
    /** Whether the registry connects with TLS, with a dedicated CA that only the two use. Defaults to true. */
    tls?: boolean;
}

export const minioRules = fields<MinioStorage>({
    size,
    storageClassName: dnsName,
    deleteWithStack: plain(boolean),
    image: imageReference,
    resources: resourceRules,
    tls: plain(boolean),
});

/** The arguments with every default. */
export type MinioSettings = Omit<MinioStorage, "resources"> &
    Required<Pick<MinioStorage, "size" | "image" | "tls">> & { readonly resources: ResourceSettings };

export function minioSettings({ resources, ...args }: MinioStorage): MinioSettings {
    return {
        size: defaultSize,
        image: minioImage,
        tls: true,
        ...args,
        resources: resourceSettings("storage.minio.resources", defaultResources, resources),
    };
}

const port = 9000;
const bucket = "registry";
const defaultResources = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } };
const folders = { data: "/data", certificates: "/certs" };

/** Deploys the server, its bucket and the registry's user. The registry can start when the resources in `ready` exist. */
export function deployMinio(
    scope: Scope,
    args: MinioSettings,
    claim: pulumi.Resource,
    claimName: pulumi.Output<string>,
    context: StorageContext,
) {
    const serviceName = `${context.serviceName}-minio`;
    const host = pulumi.interpolate`${serviceName}.${scope.namespace}.svc`;
    const ca = args.tls ? internalCertificates(scope, "minio") : undefined;
    const endpoint = pulumi.interpolate`${ca ? "https" : "http"}://${host}:${port}`;
    const password = (part: string) =>
        new random.RandomPassword(scope.name(`minio-${part}`), { length: 40, special: false }, scope.options()).result;
    const root = { MINIO_ROOT_USER: "root", MINIO_ROOT_PASSWORD: password("root") };
    const rootSecretName = secretByContent(scope, "minio-root", "minio", root).name;
    new k8s.core.v1.Service(
        scope.name("minio-service"),
        {
            metadata: scope.metadata(serviceName, "minio", { "pulumi.com/skipAwait": "true" }),
            spec: { selector: scope.selector("minio"), ports: [{ name: "s3", port, targetPort: port }] },
        },
        scope.objectOptions(),
    );
    const server = deployMinioServer(scope, args, {
        claim,
        claimName,
        context,
        serviceName,
        rootSecretName,
        certificate: ca && {
            ...ca.issue("server", [host]),
            caCertPem: ca.caCertPem,
        },
    });
    const keys = { accessKeyId: "registry", secretAccessKey: password("user") };
    const setUp = minioSetUp(scope, {
        image: args.image,
        endpoint,
        bucket,
        keys,
        rootSecretName,
        caCertPem: ca?.caCertPem,
        context,
        after: server,
    });
    const s3 = { bucket, endpoint, caCertPem: ca?.caCertPem, redirect: false, credentials: { keys } };
    return { ...useS3(scope, s3, context), ready: [setUp] };
}

interface MinioServer {
    readonly claim: pulumi.Resource;
    readonly claimName: pulumi.Output<string>;
    readonly context: StorageContext;
    readonly serviceName: string;
    readonly rootSecretName: pulumi.Output<string>;
    readonly certificate?: Record<"certPem" | "keyPem" | "caCertPem", pulumi.Output<string>>;
}

/** Deploys the server as a StatefulSet, which never runs two pods on one volume. */
function deployMinioServer(scope: Scope, args: MinioSettings, server: MinioServer) {
    const { claim, certificate } = server;
    const content = certificate && {
        "public.crt": certificate.certPem,
        "private.key": certificate.keyPem,
        "ca.crt": certificate.caCertPem,
    };
    const tlsSecretName = content && secretByContent(scope, "minio-tls", "minio", content).name;
    const probe = (path: string) => ({
        httpGet: { path: `/minio/health/${path}`, port, scheme: certificate ? "HTTPS" : "HTTP" },
    });
    return new k8s.apps.v1.StatefulSet(
        scope.name("minio"),
        {
            metadata: scope.metadata(scope.objectName("minio", longestName.withSuffix), "minio"),
            spec: {
                serviceName: server.serviceName,
                replicas: 1,
                selector: { matchLabels: scope.selector("minio") },
                template: {
                    metadata: scope.podMetadata("minio"),
                    spec: podSpec(scope, server.context, {
                        containers: [
                            {
                                name: "minio",
                                image: args.image,
                                command: ["minio"],
                                args: [
                                    ...["server", folders.data, "--address", `:${port}`],
                                    ...["--certs-dir", folders.certificates],
                                ],
                                env: variables({ MINIO_BROWSER: "off", MINIO_UPDATE: "off", HOME: "/tmp" }),
                                envFrom: [{ secretRef: { name: server.rootSecretName } }],
                                ports: [{ name: "s3", containerPort: port }],
                                resources: args.resources,
                                startupProbe: { ...probe("live"), periodSeconds: 1, failureThreshold: 120 },
                                readinessProbe: { ...probe("ready"), periodSeconds: 5 },
                                livenessProbe: { ...probe("live"), periodSeconds: 20, failureThreshold: 6 },
                                additions: [
                                    mounted(
                                        { name: "data", persistentVolumeClaim: { claimName: server.claimName } },
                                        folders.data,
                                    ),
                                    scratch("tmp", "/tmp", "64Mi"),
                                    certificateFolder(tlsSecretName),
                                ],
                            },
                        ],
                    }),
                },
            },
        },
        // Two servers must not write to one volume, not even while one replaces the other.
        scope.fixedOptions({ dependsOn: [claim], deleteBeforeReplace: true }),
    );
}

/** MinIO's directory of certificates; without TLS, an empty one. */
function certificateFolder(secretName: pulumi.Output<string> | undefined): PodAddition {
    if (secretName === undefined) return scratch("certificates", folders.certificates, "1Mi");
    const items = [
        { key: "public.crt", path: "public.crt" },
        { key: "private.key", path: "private.key" },
        { key: "ca.crt", path: "CAs/ca.crt" }, // otherwise MinIO tries to create CAs/ in the read-only volume
    ];
    return mounted({ name: "certificates", secret: { secretName, defaultMode: 0o440, items } }, folders.certificates);
}
