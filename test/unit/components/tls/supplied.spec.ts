import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";

refusesValues("tls.existingSecret", [["tls.existingSecret.name", "My Secret", must.dnsName]]);

refuses("tls.existingSecret", {
    "a Secret without a name": {
        of: { tls: { existingSecret: {} } },
        says: ["tls.existingSecret.name: is missing; name the Secret"],
    },
});

refuses("tls.pem", {
    "a certificate without content": {
        of: { tls: { pem: {} } },
        says: ["tls.pem.certificate: is missing; set it, PEM-encoded", "tls.pem.key: is missing; set it, PEM-encoded"],
    },
    "values that are not PEM, without repeating them": {
        of: { tls: { pem: { certificate: "hunter2", key: "hunter2", caCertPem: "/etc/ca.crt" } } },
        says: [
            "tls.pem.certificate: must be PEM-encoded certificates",
            "tls.pem.key: must be a PEM-encoded private key without a passphrase",
            "tls.pem.caCertPem: must be PEM-encoded certificates",
        ],
    },
});
