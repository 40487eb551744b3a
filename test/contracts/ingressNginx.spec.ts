import { IngressController } from "../../components";
import { assertAccepted, ingressOf } from "./ingresses";
import { ingressNginx } from "./ingressNginx";

describe("the Ingress for ingress-nginx, compared with controller 1.15.1", () => {
    for (const plainBackend of [false, true]) {
        it(`has annotations that the controller reads, ${plainBackend ? "without" : "with"} TLS in the pods`, async () => {
            const { metadata } = await ingressOf(IngressController.Nginx, plainBackend);
            assertAccepted(metadata.annotations, ingressNginx.prefix, ingressNginx.annotations);
        });
    }
});
