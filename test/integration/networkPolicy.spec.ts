import * as assert from "node:assert/strict";
import { IngressController } from "../../components";
import { uiPort } from "../../components/ui/ui";
import { attempt } from "../../sandbox/command";
import { imageReferences } from "../../sandbox/images/images";
import {
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    stepwise,
    theSandbox,
    until,
} from "./harness";
import { withEnforcedPolicies } from "./policyAgent";

const namespace = "restricted-network";
const [ingress, monitoring, stranger] = ["ingress", "monitoring", "stranger"].map((name) => `${namespace}-${name}`);

describe("networkPolicy, enforced", () => {
    stepwise();
    inSandbox("minio", "registry-ui");
    withEnforcedPolicies();
    for (const name of [ingress, monitoring, stranger]) namespaceOfPods(name);
    const registry = new RegistryStack(namespace, {
        namespace,
        host: "policies.example.com",
        storage: { minio: { size: "1Gi" } },
        // No controller serves it, but the web UI needs one.
        expose: { ingress: { controller: IngressController.Other } },
        ui: {},
        pullSecrets: { namespaces: [stranger], name: namespace },
    });
    after(() => registry.remove());

    /** The pod IPs of a part of the registry. The clients' Service does not have the debug port. */
    async function addressOf(part: string, port: number, scheme = "https"): Promise<string> {
        const selector = `app.kubernetes.io/instance=registry,app.kubernetes.io/component=${part}`;
        const jsonpath = "jsonpath={.items[0].status.podIP}";
        const ip = await kubectl(`get pods --namespace ${namespace} --selector ${selector} --output ${jsonpath}`);
        return `${scheme}://${ip}:${port}/`;
    }

    /** The HTTP status that a pod receives, or 0 without a response. */
    async function status(from: string, url: string): Promise<number> {
        const curl = ["curl", "--insecure", "--silent", "--max-time", "3", "--output", "/dev/null"];
        const { stdout, stderr } = await attempt(
            ["kubectl", "exec", "--namespace", from, "prober", "--", ...curl, "--write-out", "%{http_code}", url],
            { env: theSandbox().environment },
        );
        assert.match(stdout, /^\d{3}$/, stderr);
        return Number(stdout);
    }

    /** The API server at the node's own address. */
    async function outside(): Promise<string> {
        const jsonpath = "jsonpath={.items[0].endpoints[0].addresses[0]}:{.items[0].ports[0].port}";
        return `https://${await kubectl(`get endpointslices --namespace default --output ${jsonpath}`)}/version`;
    }

    const server = () => addressOf("server", 5000);
    const metrics = async () => `${await addressOf("server", 5001, "http")}metrics`;
    const ui = async () => `${await addressOf("ui", uiPort)}ui/`;
    const minio = async () => `${await addressOf("minio", 9000)}minio/health/live`;

    it("(control) without it, every pod can connect to the registry, its metrics and its storage", async () => {
        await registry.up();
        for (const name of [ingress, monitoring, stranger]) await startProber(name);
        await startProber(namespace);
        assert.equal(await status(stranger, await server()), 200);
        assert.equal(await status(stranger, await metrics()), 200);
        assert.equal(await status(stranger, await minio()), 200);
        assert.equal(await status(stranger, await ui()), 200);
    });

    it("denies clients that the arguments do not allow", async () => {
        registry.args.networkPolicy = {
            clients: ["10.77.0.0/16"],
            clientNamespaces: [ingress],
            monitoringNamespaces: [monitoring],
        };
        await registry.up();
        await registry.expectNoChange();
        const url = await server();
        await until("the network policies to be enforced", 60, async () => (await status(stranger, url)) === 0);
        assert.equal(await status(stranger, await metrics()), 0);
        assert.equal(await status(monitoring, url), 0);
        assert.equal(await status(ingress, await metrics()), 0);
        assert.equal(await status(stranger, await ui()), 0);
        assert.equal(await status(monitoring, await ui()), 0);
        for (const from of [stranger, ingress, monitoring]) assert.equal(await status(from, await minio()), 0, from);
    });

    it("allows ingress from the Ingress controller's namespace and, to the metrics, from the monitoring namespace", async () => {
        assert.equal(await status(ingress, await server()), 200);
        assert.equal(await status(ingress, await ui()), 200);
        assert.equal(await status(monitoring, await metrics()), 200);
    });

    it("allows the registry to connect to its storage, and the kubelet to pull", async () => {
        const image = await pushImage(registry, 5);
        await pullByKubelet(`${registry.outputs.host}/${image}`, stranger, namespace);
    });

    it("denies egress of other pods in the namespace, and allows the registry's pods each other and DNS only", async () => {
        assert.equal(await status(namespace, await outside()), 0);
        assert.equal(await status(namespace, await minio()), 0);
        await kubectl(`label pod prober --namespace ${namespace} app.kubernetes.io/instance=registry`);
        await until(
            "the network policies to be enforced",
            60,
            async () => (await status(namespace, await minio())) === 200,
        );
        assert.equal(await status(namespace, await outside()), 0);
        await kubectl(`exec --namespace ${namespace} prober -- nslookup kubernetes.default.svc.cluster.local`);
    });

    it("denies all egress of the web UI", async () => {
        const label = `label pod prober --overwrite --namespace ${namespace}`;
        await kubectl(`${label} app.kubernetes.io/name=private-registry app.kubernetes.io/component=ui`);
        await until(
            "the network policies to be enforced",
            60,
            async () => (await status(namespace, await minio())) === 0,
        );
        assert.equal(await status(namespace, await server()), 0);
        await kubectl(`${label} app.kubernetes.io/name- app.kubernetes.io/component-`);
        await until(
            "the network policies to be enforced",
            60,
            async () => (await status(namespace, await minio())) === 200,
        );
    });

    it("allows the registry's egress to `destinations`", async () => {
        await kubectl(
            `label pod prober --namespace ${namespace} app.kubernetes.io/name=private-registry app.kubernetes.io/component=server`,
        );
        const { hostname } = new URL(await outside());
        registry.args.networkPolicy = {
            ...registry.args.networkPolicy,
            destinations: [{ cidr: `${hostname}/32`, ports: [6443] }],
        };
        await registry.up();
        await until(
            "the network policies to be enforced",
            60,
            async () => (await status(namespace, await outside())) !== 0,
        );
    });
});

/** A pod that sends the test's requests. */
async function startProber(namespace: string): Promise<void> {
    const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "prober", namespace },
        spec: {
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 0,
            securityContext: { runAsNonRoot: true, runAsUser: 100, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
                {
                    name: "prober",
                    image: imageReferences.curl,
                    command: ["sleep", "3600"],
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                },
            ],
        },
    };
    await kubectl("apply --filename -", JSON.stringify(pod));
    await kubectl(`wait pod/prober --namespace ${namespace} --for=condition=Ready --timeout=60s`);
}
