import { isIP } from "node:net";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { boolean, imageReference, pageTitle } from "../arguments/rules";
import { fields } from "../arguments/shapes";
import { type Backend, uiPath } from "../expose/edge";
import { type ExposeSettings, edges, type RegistryExpose } from "../expose/expose";
import { edgeAnnotations } from "../expose/ingress";
import { configMapByContent } from "../kubernetes/contentNamed";
import { uiImage } from "../kubernetes/images";
import { mounted, mountedReadOnly, mountedSecret, type PodSettings, podSpec, variables } from "../kubernetes/pod";
import {
    type RegistryResources,
    type ResourceSettings,
    resourceProblems,
    resourceRules,
    resourceSettings,
} from "../kubernetes/resources";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import { inPod, type Section } from "../server/configYml";
import { servicePort } from "../server/service";
import { internalCertificates } from "../tls/internalAuthority";
import { tlsSecret } from "../tls/tlsSecret";

/**
 * A web UI for browsing images, at `https://<host>/ui/`. The browser asks the user for a password and sends requests to the registry
 * directly. The web UI's pods contain no password.
 */
export interface RegistryUi {
    /** Page title. Defaults to the host. */
    title?: pulumi.Input<string>;
    /** Whether the page has buttons that delete images. Every user of the registry can delete images in any case. Defaults to false. */
    deleteImages?: pulumi.Input<boolean>;
    /** Image of the web UI: Joxit's docker-registry-ui, 2.5 or newer. Defaults to `docker.io/joxit/docker-registry-ui:2.6.0`. */
    image?: pulumi.Input<string>;
    /** CPU and memory requests and limits. Defaults to requests of 10m and 16Mi, and limits of 200m and 64Mi. */
    resources?: RegistryResources;
}

export const uiRules = fields<RegistryUi>({
    title: pageTitle,
    deleteImages: boolean,
    image: imageReference,
    resources: resourceRules,
});

export function uiProblems(ui: RegistryUi | undefined, expose: RegistryExpose = {}, config: unknown): Problem[] {
    if (ui === undefined) return [];
    const problems = resourceProblems("ui.resources", ui.resources);
    if (edges.every((kind) => expose[kind] === undefined)) {
        const reason = `is a path on the registry's host, which only an HTTP route can serve; add one of ${edges.map((kind) => `expose.${kind}`).join(", ")}`;
        problems.push({ path: "ui", reason });
    }
    if (ui.deleteImages === true && disablesDeletion(config)) {
        const reason = "offers deletion, which config.storage.delete disables; remove one of the two";
        problems.push({ path: "ui.deleteImages", reason });
    }
    return problems;
}

/** Whether overrides of config.yml disable deletion. Values that are not known yet do not count. */
function disablesDeletion(overrides: unknown): boolean {
    const { storage } = (overrides ?? {}) as { storage?: { delete?: { enabled?: unknown } | null } };
    return storage?.delete === null || storage?.delete?.enabled === false;
}

/** The arguments with every default; the title defaults to the host. */
export interface UiSettings extends Omit<RegistryUi, "resources"> {
    readonly deleteImages: pulumi.Input<boolean>;
    readonly image: pulumi.Input<string>;
    readonly resources: ResourceSettings;
}

export function uiSettings({ resources, ...args }: RegistryUi): UiSettings {
    const all = resourceSettings("ui.resources", defaultResources, resources);
    return { deleteImages: false, image: uiImage, ...args, resources: all };
}

/** The registry's settings that the web UI depends on. */
export interface UiContext extends PodSettings {
    readonly ui: UiSettings | undefined;
    /** Name of the registry's Service; the name of the web UI's begins with it. */
    readonly serviceName: string;
    /** Whether the pods serve plain HTTP. */
    readonly isPlain: boolean;
    readonly expose: ExposeSettings;
    /** Overrides of config.yml. */
    readonly config: pulumi.Input<Section>;
}

/** The registry's addresses that the web UI depends on. */
export interface UiAddress {
    readonly host: pulumi.Input<string>;
    /** The IP of any Service, to find out whether the cluster uses IPv6. */
    readonly clusterIp: pulumi.Output<string>;
}

/** Port of the web UI's pods, with or without TLS. */
export const uiPort = 8080;

const defaultResources = { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "200m", memory: "64Mi" } };

/** UID that owns the image's files. */
const nginxUser = 101;

const serverFile = "default.conf";
const folders = { files: "/files", server: "/etc/private-registry/ui" };

/** Where nginx expects the directories that `uiFiles.sh` creates. */
const written = {
    configuration: "/etc/nginx",
    pages: "/usr/share/nginx/html",
    cache: "/var/cache/nginx",
    run: "/run",
    tmp: "/tmp",
};

/**
 * nginx's configuration. It serves the pages below `/ui`, so that no proxy has to rewrite the path, and nothing else. The Content
 * Security Policy limits the page's requests to the registry's host, and forbids showing it in a frame.
 */
export function serverConfiguration(address: string, isPlain: boolean): string {
    const tls = [
        `    ssl_certificate ${inPod.certificate}/tls.crt;`,
        `    ssl_certificate_key ${inPod.certificate}/tls.key;`,
        "    ssl_protocols TLSv1.2 TLSv1.3;",
    ];
    return [
        "server {",
        `    listen ${address}:${uiPort}${isPlain ? "" : " ssl"};`,
        ...(isPlain ? [] : tls),
        "    server_tokens off;",
        "    absolute_redirect off;",
        '    add_header X-Content-Type-Options "nosniff" always;',
        "    add_header Content-Security-Policy \"connect-src 'self'; frame-ancestors 'none'\" always;",
        `    location = ${uiPath} { return 301 ${uiPath}/; }`,
        `    location ${uiPath}/ {`,
        `        alias ${written.pages}/;`,
        "        index index.html;",
        "        limit_except GET { deny all; }",
        "    }",
        "    location / { return 404; }",
        "}",
        "",
    ].join("\n");
}

/** Deploys the web UI, and returns it as the backend of an Ingress or Gateway; undefined without `ui`. */
export function deployUi(scope: Scope, context: UiContext, address: UiAddress): Backend | undefined {
    const { ui, isPlain } = context;
    if (ui === undefined) return undefined;
    const serviceName = `${context.serviceName}-ui`;
    const serverName = pulumi.interpolate`${serviceName}.${scope.namespace}.svc`;
    const selector = scope.selector("ui");
    new k8s.core.v1.Service(
        scope.name("ui-service"),
        {
            metadata: scope.metadata(serviceName, "ui", {
                "pulumi.com/skipAwait": "true",
                ...edgeAnnotations(scope, context, serviceName),
            }),
            spec: { selector, ports: [{ ...servicePort(isPlain), targetPort: uiPort }] },
        },
        scope.objectOptions(),
    );
    const server = address.clusterIp.apply((ip) => serverConfiguration(isIP(ip) === 6 ? "[::]" : "0.0.0.0", isPlain));
    const configName = configMapByContent(scope, "ui-server", "ui", { [serverFile]: server });
    const ca = isPlain ? undefined : internalCertificates(scope, "ui");
    const issued = ca?.issue("server", [serverName]);
    // A separate key, so that only the registry's pods have the registry's key.
    const secretName = issued && tlsSecret(scope, "ui-tls", issued.certPem, issued.keyPem);
    new k8s.apps.v1.Deployment(
        scope.name("ui"),
        {
            metadata: scope.metadata(scope.objectName("ui"), "ui"),
            spec: {
                replicas: 1,
                selector: { matchLabels: selector },
                template: {
                    metadata: scope.podMetadata("ui"),
                    spec: uiPod(scope, ui, context, {
                        environment: environment(ui, context, address),
                        configName,
                        secretName,
                    }),
                },
            },
        },
        scope.fixedOptions(),
    );
    return { prefix: "ui-", serviceName, serverName, caCertPem: ca?.caCertPem };
}

interface UiPodContent {
    readonly environment: Record<string, pulumi.Input<string>>;
    readonly configName: pulumi.Output<string>;
    /** Undefined if the pods serve plain HTTP. */
    readonly secretName: pulumi.Output<string> | undefined;
}

function uiPod(
    scope: Scope,
    { image, resources }: UiSettings,
    context: UiContext,
    content: UiPodContent,
): k8s.types.input.core.v1.PodSpec {
    const files = { name: "files", emptyDir: { sizeLimit: "64Mi" } };
    const paths = {
        FOLDER: folders.files,
        CONFIGURATION: written.configuration,
        PAGES: written.pages,
        SERVER: `${folders.server}/${serverFile}`,
    };
    const scheme = context.isPlain ? "HTTP" : "HTTPS";
    return podSpec(scope, context, {
        user: nginxUser,
        initContainers: [
            {
                name: "files",
                image,
                command: ["/bin/sh", "-c", shellScript(__dirname, "uiFiles.sh")],
                env: variables(paths),
                resources,
                additions: [
                    mounted(files, folders.files),
                    mountedReadOnly({ name: "server", configMap: { name: content.configName } }, folders.server),
                ],
            },
        ],
        containers: [
            {
                name: "ui",
                image,
                env: variables(content.environment),
                ports: [{ name: servicePort(context.isPlain).name, containerPort: uiPort }],
                resources,
                startupProbe: { tcpSocket: { port: uiPort }, periodSeconds: 1, failureThreshold: 60 },
                readinessProbe: { httpGet: { path: `${uiPath}/`, port: uiPort, scheme }, periodSeconds: 5 },
                livenessProbe: { tcpSocket: { port: uiPort }, periodSeconds: 20 },
                additions: [
                    {
                        volumes: [files],
                        mounts: Object.entries(written).map(([subPath, mountPath]) => ({
                            name: files.name,
                            subPath,
                            mountPath,
                        })),
                    },
                    ...(content.secretName ? [mountedSecret("tls", content.secretName, inPod.certificate)] : []),
                ],
            },
        ],
    });
}

/** https://github.com/Joxit/docker-registry-ui#available-options */
function environment(
    args: UiSettings,
    { config }: UiContext,
    { host }: UiAddress,
): Record<string, pulumi.Input<string>> {
    const deletes = pulumi
        .all([args.deleteImages, pulumi.output(config)])
        .apply(([asked, overrides]) => String(asked && !disablesDeletion(overrides)));
    return {
        SINGLE_REGISTRY: "true",
        REGISTRY_URL: pulumi.interpolate`https://${host}`,
        REGISTRY_TITLE: args.title ?? host,
        // Otherwise the page sends every request twice, to find out whether a password is required.
        REGISTRY_SECURED: "true",
        // The overrides may contain secrets. Whether they disable deletion is not one.
        DELETE_IMAGES: pulumi.unsecret(deletes),
        SHOW_CONTENT_DIGEST: "true",
        // The browser should send requests to the registry only. In 2.5, which has no such setting, the policy above blocks this one.
        ENABLE_VERSION_NOTIFICATION: "false",
    };
}
