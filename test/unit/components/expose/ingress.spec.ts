import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";

refusesValues("expose.ingress", [
    ["expose.ingress.controller", "haproxy", 'must be one of "nginx", "nginx-f5", "traefik", "other"'],
    ["expose.ingress.className", "My Class", must.dnsName],
    ["expose.ingress.awaitAddress", "yes", must.boolean],
    ["expose.ingress.annotations.a", 1, must.string, 'write it in quotes, `"1"`'],
    ["expose.ingress.certificate.existingSecret.name", "My Secret", must.dnsName],
]);

refuses("expose.ingress", {
    "an Ingress without a controller, and an incomplete certificate": {
        of: { host: "a.example.com", expose: { ingress: { certificate: { existingSecret: {} } } } },
        says: [
            "expose.ingress.controller: is missing; set the controller that serves the Ingress: nginx, nginx-f5, traefik, other",
            "expose.ingress.certificate.existingSecret.name: is missing; name the Secret",
        ],
    },
    "a second certificate when only the edge serves one": {
        of: {
            host: "a.example.com",
            tls: { plainBackend: true },
            expose: { ingress: { controller: "other", certificate: { existingSecret: { name: "a" } } } },
        },
        says: [
            "expose.ingress.certificate: is what `tls` sets when the pods serve plain HTTP (tls.plainBackend); move it there",
        ],
    },
});
