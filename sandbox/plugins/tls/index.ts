/* Stand-in for the tls provider: private keys, certificate requests and certificates, created once and kept in the state. */
import { installedVersion } from "../installed";
import { serve } from "../provider";
import { certRequest, locallySignedCert, selfSignedCert } from "./certificates";
import { privateKey } from "./privateKey";

serve({
    name: "tls",
    version: installedVersion("@pulumi/tls"),
    types: {
        "tls:index/privateKey:PrivateKey": privateKey,
        "tls:index/selfSignedCert:SelfSignedCert": selfSignedCert,
        "tls:index/certRequest:CertRequest": certRequest,
        "tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
    },
});
