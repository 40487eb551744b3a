import * as assert from "node:assert/strict";
import { IngressController } from "../../../components";
import { createAuthority, issue } from "../../../sandbox/cluster/pki";
import { imageReferences } from "../../../sandbox/images/images";
import { podManifest } from "../../../sandbox/stack/proof";
import { ask, inSandbox, kubectl, namespaceOfPods, pushImage, RegistryStack, stepwise } from "../harness";

const namespace = "tainted";
const host = "tainted.example.com";

describe("scheduling with a taint on every node", () => {
    stepwise();
    inSandbox("minio", "registry-ui");
    namespaceOfPods(namespace);
    const registry = new RegistryStack(namespace, {
        namespace,
        createNamespace: false,
        host,
        // With tls.existingSecret, which is set below, the certificate watch runs.
        storage: { minio: { size: "1Gi", deleteWithStack: true } },
        // The web UI needs an HTTP route. No controller serves this one.
        expose: { ingress: { controller: IngressController.Other } },
        ui: {},
        scheduling: { tolerations: [{ key: "dedicated", operator: "Exists", effect: "NoSchedule" }] },
    });

    before(async () => {
        const authority = await createAuthority("the team's authority");
        const { certificate, key } = await issue(authority, {
            commonName: host,
            serverNames: { dns: [host, "localhost"] },
        });
        const secret = {
            apiVersion: "v1",
            kind: "Secret",
            type: "kubernetes.io/tls",
            metadata: { name: "team-certificate", namespace },
            stringData: { "tls.crt": certificate, "tls.key": key },
        };
        await kubectl("apply --filename -", JSON.stringify(secret));
        registry.args.tls = { existingSecret: { name: "team-certificate", caCertPem: authority.certificate } };
        await kubectl("taint nodes --all --overwrite dedicated=registry:NoSchedule");
        const intolerant = podManifest("intolerant", namespace, imageReferences.busybox, undefined);
        await kubectl("apply --filename -", JSON.stringify(intolerant));
    });
    after(async () => {
        // First, because the other files of this process need the nodes, even if the stack cannot be removed.
        await kubectl("taint nodes --all dedicated-");
        await registry.remove();
    });

    const pods = async (): Promise<{ metadata: { labels: Record<string, string> }; status: { phase: string } }[]> =>
        JSON.parse(await kubectl(`get pods --namespace ${namespace} --output json`)).items;

    it("deploys the registry with MinIO, web UI and certificate watch", async () => {
        await registry.up();
        const running = (await pods())
            .filter(({ status }) => status.phase === "Running")
            .map(({ metadata }) => metadata.labels["app.kubernetes.io/component"]);
        assert.deepEqual(running.sort(), ["certificate-watch", "minio", "server", "ui"]);
        await pushImage(registry);
    });

    it("rotates a password", async () => {
        const before = registry.outputs;
        registry.args.users = [{ name: before.username, generation: 2 }];
        await registry.up();
        const { username, password } = registry.outputs;
        assert.notEqual(password, before.password);
        assert.equal(await ask(registry.outputs, "/v2/", { username, password }), 200);
        await registry.expectNoChange();
    });

    it("keeps a pod without the toleration pending", async () => {
        const phase = "get pod intolerant --output jsonpath={.status.phase}";
        assert.equal(await kubectl(`${phase} --namespace ${namespace}`), "Pending");
    });
});
