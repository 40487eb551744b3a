import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";

refusesValues("expose.ingressRoute", [
    ["expose.ingressRoute.entryPoints[0]", 443, must.notEmpty, 'write it in quotes, `"443"`'],
    ["expose.ingressRoute.middlewares[0].name", "A", must.dnsName],
]);

refuses("expose.ingressRoute", {
    "two sources of the certificate, and a middleware without a name": {
        of: {
            host: "a.example.com",
            expose: {
                ingressRoute: {
                    certResolver: "letsencrypt",
                    certificate: { existingSecret: { name: "a" } },
                    middlewares: [{ namespace: "b" }],
                },
            },
        },
        says: [
            "expose.ingressRoute.certResolver: requests a certificate although `certificate` sets one; keep one of the two",
            "expose.ingressRoute.middlewares[0].name: is missing; name the Middleware",
        ],
    },
    "a certificate without an issuer, which is always renewed": {
        of: {
            host: "a.example.com",
            expose: { ingressRoute: { certificate: { certManager: { validityDays: 20 } } } },
        },
        says: [
            "expose.ingressRoute.certificate.certManager.renewBeforeDays: must be smaller than validityDays (20), or cert-manager refuses the certificate",
            "expose.ingressRoute.certificate.certManager.issuer: is missing; name the issuer in issuer.name",
        ],
    },
    "an IP address as host": {
        of: { host: "192.0.2.1:8443", expose: { ingressRoute: {} } },
        says: ["host: is an IP address, which expose.ingressRoute cannot route by; set a DNS name"],
    },
});
