import * as fs from "node:fs";
import * as path from "node:path";
import { imageReferences, packImages } from "../../sandbox/images/images";
import { repositoryRoot } from "../../sandbox/paths";
import { printProgress } from "../../sandbox/progress";
import { goModuleFolder } from "./goModule";
import { firstStartLimit, kubectl, theSandbox } from "./harness";

const namespace = "traefik";
const labels = { app: "traefik" };
/** The entry point's port, which a Gateway's listener must have, too. */
export const entryPointPort = 8443;

/** In a `describe`: Traefik for Ingress, IngressRoute and Gateway API, with the entry point from the documentation. */
export function withTraefik(): { address: () => string } {
    let address = "";
    before(async function () {
        this.timeout(firstStartLimit);
        const { traefik } = await packImages(["traefik"], printProgress);
        await theSandbox().loadImage(traefik);
        for (const file of await customResourceDefinitions()) {
            await kubectl(`apply --server-side --filename ${file}`);
        }
        await kubectl(`create namespace ${namespace}`);
        await kubectl("apply --filename -", JSON.stringify({ apiVersion: "v1", kind: "List", items: objects() }));
        await kubectl(`rollout status deployment/traefik --namespace ${namespace} --timeout=120s`);
        address = await kubectl(`get service traefik --namespace ${namespace} --output jsonpath={.spec.clusterIP}`);
    });
    after(async () => {
        await kubectl(`delete namespace ${namespace} --wait=false --ignore-not-found`);
        await kubectl("delete clusterrolebinding,ingressclass,gatewayclass traefik --ignore-not-found");
    });
    return { address: () => address };
}

/** Traefik's custom resource definitions are in the modules that it is built from. */
async function customResourceDefinitions(): Promise<string[]> {
    const traefik = await goModuleFolder("traefik", "github.com/traefik/traefik/v3");
    const gatewayApi = path.join(await goModuleFolder("traefik", "sigs.k8s.io/gateway-api"), "config/crd/standard");
    return [
        path.join(traefik, "docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"),
        ...fs.readdirSync(gatewayApi).map((file) => path.join(gatewayApi, file)),
    ];
}

/** The documentation's setting for uploads that take longer than a minute. */
function unlimitedUploads(): string {
    const page = fs.readFileSync(path.join(repositoryRoot, "docs", "exposure.md"), "utf8");
    const [option] = /--entryPoints\.websecure\.\S+readTimeout=\d+/.exec(page) ?? [];
    if (option === undefined) throw new Error("docs/exposure.md does not say how uploads may take longer.");
    return option;
}

function objects(): object[] {
    const metadata = { name: "traefik", namespace };
    const group = "rbac.authorization.k8s.io";
    return [
        { apiVersion: "v1", kind: "ServiceAccount", metadata },
        {
            apiVersion: `${group}/v1`,
            kind: "ClusterRoleBinding",
            metadata: { name: "traefik" },
            roleRef: { apiGroup: group, kind: "ClusterRole", name: "cluster-admin" },
            subjects: [{ kind: "ServiceAccount", ...metadata }],
        },
        {
            apiVersion: "networking.k8s.io/v1",
            kind: "IngressClass",
            metadata: { name: "traefik" },
            spec: { controller: "traefik.io/ingress-controller" },
        },
        {
            apiVersion: "gateway.networking.k8s.io/v1",
            kind: "GatewayClass",
            metadata: { name: "traefik" },
            spec: { controllerName: "traefik.io/gateway-controller" },
        },
        {
            apiVersion: "v1",
            kind: "Service",
            metadata,
            spec: { selector: labels, ports: [{ port: 443, targetPort: entryPointPort }] },
        },
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata,
            spec: {
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels },
                    spec: {
                        serviceAccountName: "traefik",
                        containers: [
                            {
                                name: "traefik",
                                image: imageReferences.traefik,
                                args: [
                                    `--entryPoints.websecure.address=:${entryPointPort}`,
                                    unlimitedUploads(),
                                    "--entryPoints.ping.address=:8080",
                                    "--ping.entryPoint=ping",
                                    "--providers.kubernetesIngress",
                                    "--providers.kubernetesCRD",
                                    "--providers.kubernetesGateway",
                                    "--accessLog",
                                ],
                                readinessProbe: { httpGet: { path: "/ping", port: 8080 }, periodSeconds: 1 },
                            },
                        ],
                    },
                },
            },
        },
    ];
}
