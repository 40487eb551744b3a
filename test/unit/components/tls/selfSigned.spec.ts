import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";

refusesValues("tls.selfSigned", [
    ["tls.selfSigned.algorithm", "RSA", 'must be one of "ECDSA-P256", "RSA-4096"'],
    ["tls.selfSigned.validityDays", 826, "must be an integer from 1 to 825"],
    ["tls.selfSigned.renewBeforeDays", -1, "must be an integer of at least 0"],
    ["tls.selfSigned.subjectAlternativeNames[0]", "https://a", "must be a DNS name or an IP address"],
    ["tls.selfSigned.subjectAlternativeNames[0]", "10.0.0.256/8", "must be a DNS name or an IP address"],
    ["tls.selfSigned.generation", 0, must.oneOrMore],
    ["tls.selfSigned.authorityGeneration", 0, must.oneOrMore],
]);

refuses("tls.selfSigned", {
    "a certificate that every `pulumi up` renews": {
        of: { tls: { selfSigned: { validityDays: 30 } } },
        says: [
            "tls.selfSigned.renewBeforeDays: must be smaller than validityDays (30), or every `pulumi up` renews the certificate",
        ],
    },
});
