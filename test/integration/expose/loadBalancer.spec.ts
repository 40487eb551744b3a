import * as assert from "node:assert/strict";
import { inSandbox, kubectl, RegistryStack, request, stepwise, writeStatus } from "../harness";

/** The address that the test assigns to the Service, like a cloud provider. */
const address = "203.0.113.7";
const nodeNetwork = "10.77.0.0/16";

describe("expose.loadBalancer", () => {
    stepwise();
    inSandbox();
    const registry = new RegistryStack("load-balancer", {
        namespace: "load-balancer",
        storage: { memory: {} },
        nodes: { enabled: false },
        expose: { loadBalancer: { address, sourceRanges: [nodeNetwork] } },
    });
    after(() => registry.remove());

    /** A request from a node to the load balancer's address, which kube-proxy routes to the Service. */
    async function viaAddress(): Promise<number> {
        const { username, password } = registry.outputs;
        const here = { ...registry.outputs, clusterIp: address };
        return (await request(here, "/v2/", { username, password }, address)).status;
    }

    it("does not wait for an address if no provider assigns one", async () => {
        await registry.up();
        await registry.expectNoChange();
    });

    it("serves at the requested address, with a certificate that is valid for it", async () => {
        const service = `service/${registry.outputs.serviceName}`;
        const ip = await kubectl(`get ${service} --namespace load-balancer --output jsonpath={.spec.loadBalancerIP}`);
        await writeStatus("load-balancer", service, { loadBalancer: { ingress: [{ ip }] } });
        for (let tries = 0; tries < 10 && (await viaAddress()) !== 200; tries++);
        assert.equal(await viaAddress(), 200);
    });

    it("admits only the source ranges", async () => {
        registry.args.expose = { loadBalancer: { address, sourceRanges: ["198.51.100.0/24"] } };
        await registry.up();
        assert.equal(await viaAddress(), 0);
    });
});
