/* Stand-in for the tls provider: private keys, certificate requests and certificates, made once and kept in the state. */
import { installedVersion } from "../installed";
import { inTable, serve } from "../provider";
import { certRequest, locallySignedCert, selfSignedCert } from "./certificates";
import { privateKey } from "./privateKey";

serve({
    version: installedVersion("@pulumi/tls"),
    find: inTable("tls", {
        "tls:index/privateKey:PrivateKey": privateKey,
        "tls:index/selfSignedCert:SelfSignedCert": selfSignedCert,
        "tls:index/certRequest:CertRequest": certRequest,
        "tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
    }),
});
