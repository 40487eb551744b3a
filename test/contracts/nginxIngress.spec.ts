import * as assert from "node:assert/strict";
import { IngressController } from "../../components";
import { assertAccepted, type Ingress, ingressOf } from "./ingresses";
import { nginxIngress } from "./nginxIngress";

/** Each host with the Services behind it. */
const backendsOf = ({ spec }: Ingress): string[][] =>
    spec.rules.map(({ http }: Ingress) => http.paths.map(({ backend }: Ingress) => backend.service.name));

describe("the Ingress for F5's NGINX Ingress Controller, compared with 5.5.4", () => {
    const { prefix, annotations, tlsServices } = nginxIngress;

    it("has annotations that the controller reads, without TLS in the pods", async () => {
        const ingress = await ingressOf(IngressController.NginxF5, true);
        assertAccepted(ingress.metadata.annotations, prefix, annotations);
    });

    it("has annotations that the controller reads, and connects to all of its backends with TLS", async () => {
        const ingress = await ingressOf(IngressController.NginxF5);
        const services: string = ingress.metadata.annotations[`${prefix}/${tlsServices}`];
        assertAccepted(ingress.metadata.annotations, prefix, {
            ...annotations,
            [tlsServices]: /^[a-z0-9-]+(,[a-z0-9-]+)*$/,
        });
        assert.deepEqual(services.split(",").sort(), [...new Set(backendsOf(ingress).flat())].sort());
    });

    it("has all paths of a host, because the controller does not merge two Ingresses", async () => {
        // `ingressOf` fails if there is a second Ingress.
        const [first] = backendsOf(await ingressOf(IngressController.NginxF5));
        assert.deepEqual(first, ["registry-ui", "registry"]);
    });
});
