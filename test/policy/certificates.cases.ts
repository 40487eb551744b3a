import { expiredCertificate, opensslCertificate, type Pair, tlsSecret } from "./certificates";
import { type Declared, httpRoute, ingress, ingressRoute, secret, unknown } from "./fixtures";
import { describeRule } from "./judge";

const host = "registry.example.com";
const content = ({ pem, key }: Pair, ...further: Pair[]) => ({
    "tls.crt": pem + further.map((pair) => pair.pem).join(""),
    "tls.key": key,
});
const sound = opensslCertificate(`DNS:${host}`);
const wildcard = opensslCertificate("DNS:*.example.com");
const other = opensslCertificate("DNS:a.example.org");
const nameless = opensslCertificate(undefined);
const client = opensslCertificate(undefined, ["-addext", "extendedKeyUsage=clientAuth"]);
const authority = opensslCertificate(undefined, ["authority"]);
const edge = (pair: Pair, ...further: Pair[]) => tlsSecret("registry-edge", content(pair, ...further));
const encoded = Object.fromEntries(
    Object.entries(content(sound)).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
);

describeRule("valid-certificate", {
    passes: {
        "a certificate that is valid now": [edge(sound), edge(wildcard)],
        "an encoded one": [tlsSecret("registry-edge", {}, { data: encoded })],
        "a certificate with its CA": [edge(opensslCertificate(`DNS:${host}`, [], authority), authority)],
        "a client's certificate, which needs no names": [edge(client)],
        "a certificate for a URI only": [edge(opensslCertificate("URI:spiffe://example.com/registry"))],
        "a CA's, for an issuer": [edge(authority)],
        "a key that cannot be parsed": [tlsSecret("edge", { "tls.crt": sound.pem, "tls.key": "a key" })],
        "one in a Secret of another type": [
            secret("registry-certs", { "domain.crt": sound.pem, "domain.key": sound.key }),
        ],
        "a CA certificate without its key": [secret("authority", { "ca.crt": expiredCertificate })],
        "other Secrets": [secret("other", { "tls.key": sound.key, note: expiredCertificate })],
    },
    fails: {
        "one that ended, and has a common name only": {
            of: [tlsSecret("edge", { "tls.crt": expiredCertificate })],
            says: [
                'The certificate in "tls.crt" expired on 2024-05-29T23:59:59Z',
                'The certificate in "tls.crt" has no subject alternative names, and clients ignore its common name',
            ],
        },
        "one that ended in a Secret of another type": {
            of: [secret("registry-certs", { "domain.crt": expiredCertificate, "domain.key": "a key" })],
            says: [
                'The certificate in "domain.crt" expired on 2024-05-29T23:59:59Z',
                'The certificate in "domain.crt" has no subject alternative names',
            ],
        },
        "a key of another certificate in such a Secret": {
            of: [secret("registry-certs", { "registry.cert": sound.pem, "registry.key": other.key })],
            says: "The private key does not match the certificate",
        },
        "one that has no names": { of: [edge(nameless)], says: "has no subject alternative names" },
        "a key of another certificate": {
            of: [tlsSecret("edge", { "tls.crt": sound.pem, "tls.key": other.key })],
            says: "The private key does not match the certificate",
        },
        "a chain in the wrong order": {
            of: [tlsSecret("edge", { "tls.crt": authority.pem + sound.pem, "tls.key": sound.key })],
            says: 'The certificate in "tls.crt" does not begin with the certificate of the key',
        },
        "certificates that do not belong together": {
            of: [edge(sound, other)],
            says: 'The certificate in "tls.crt" is not a chain: certificate 2 of 2 (CN=registry) did not sign certificate 1 of 2',
        },
        "a key next to the certificate": {
            of: [tlsSecret("edge", { "tls.crt": sound.pem + sound.key, "tls.key": sound.key })],
            says: 'The Secret\'s key "tls.crt" contains a private key next to a certificate',
        },
        "a key next to an encoded certificate": {
            of: [tlsSecret("edge", {}, { data: { "tls.crt": Buffer.from(sound.key + sound.pem).toString("base64") } })],
            says: 'The Secret\'s key "tls.crt" contains a private key next to a certificate',
        },
        "a key next to a CA's certificate": {
            of: [secret("authority", { "ca.crt": authority.pem + authority.key })],
            says: 'The Secret\'s key "ca.crt" contains a private key next to a certificate',
        },
        "content that is not a certificate": {
            of: [tlsSecret("edge", { "tls.crt": "nonsense" })],
            says: 'The Secret\'s key "tls.crt" is not a PEM-encoded certificate',
        },
    },
    unknown: {
        "the certificate": [tlsSecret("edge", { "tls.crt": unknown, "tls.key": sound.key })],
        "the Secret": [tlsSecret("edge", {}, { stringData: unknown })],
        "the type": [secret("edge", { "tls.crt": expiredCertificate }, { type: unknown })],
    },
});

const tls = (...entries: object[]) => ingress({ spec: { tls: entries } });
const certificate = (spec: object): Declared => ({
    type: "kubernetes:cert-manager.io/v1:Certificate",
    name: "edge",
    props: {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: "edge", namespace: "images" },
        spec: { secretName: "registry-edge", ...spec },
    },
});
const gateway = (listener: object, namespace = "images"): Declared => ({
    type: "kubernetes:gateway.networking.k8s.io/v1:Gateway",
    name: "public",
    props: {
        metadata: { name: "public", namespace },
        spec: { listeners: [{ name: "https", tls: { certificateRefs: [{ name: "registry-edge" }] }, ...listener }] },
    },
});
const traefik = (over: object) => ingressRoute({ spec: { tls: over } });
const notValid = `The certificate in the Secret "registry-edge" is not valid for ${host} but for DNS:a.example.org`;

describeRule("certificate-names", {
    passes: {
        "a certificate for the host": [ingress(), edge(sound)],
        "a wildcard": [tls({ hosts: ["*.example.com"], secretName: "registry-edge" }), edge(wildcard)],
        "a certificate for all hosts": [tls({ secretName: "registry-edge" }), edge(wildcard)],
        "a certificate for other hosts only": [
            tls({ hosts: ["a.example.org"], secretName: "registry-edge" }, { hosts: [host], secretName: "other" }),
            edge(other),
        ],
        "a Secret of the same name in another namespace": [
            ingress(),
            tlsSecret("registry-edge", content(other), { metadata: { namespace: "web" } }),
        ],
        "a Secret that is not in the stack": [ingress()],
        "a Certificate of cert-manager": [ingress(), certificate({ dnsNames: [host] })],
        "a wildcard of cert-manager": [ingress(), certificate({ dnsNames: ["a.example.org", "*.example.com"] })],
        "a certificate of a route of Traefik": [traefik({ secretName: "registry-edge" }), edge(wildcard)],
        "domains of a route of Traefik": [
            traefik({ certResolver: "acme", domains: [{ main: "example.com", sans: ["*.example.com"] }] }),
        ],
        "a resolver of Traefik": [traefik({ certResolver: "acme" })],
        "a listener of a Gateway": [httpRoute(), gateway({ hostname: "*.example.com" }), edge(wildcard)],
        "a listener without host name": [httpRoute(), gateway({}), edge(sound)],
        "a listener for another host": [httpRoute(), gateway({ hostname: "*.example.org" }), edge(other)],
        "another listener": [httpRoute(), gateway({ name: "other" }), edge(other)],
        "another Gateway": [httpRoute(), gateway({}, "web"), edge(other)],
        "another program's certificate": [
            ingress({ metadata: { name: "web" }, spec: { rules: [{ host: "web.example.com" }] } }),
            edge(other),
        ],
        "what another rule reports": [ingress(), tlsSecret("registry-edge", { "tls.crt": "nonsense" })],
    },
    fails: {
        "a certificate for another host": { of: [ingress(), edge(other)], says: notValid },
        "a certificate without names": {
            of: [ingress(), edge(nameless)],
            says: 'The certificate in the Secret "registry-edge" has no subject alternative names',
        },
        "a certificate for a URI only": {
            of: [ingress(), edge(opensslCertificate("URI:spiffe://example.com/registry"))],
            says: `is not valid for ${host} but for URI:spiffe://example.com/registry`,
        },
        "a client's certificate": {
            of: [ingress(), edge(opensslCertificate(`DNS:${host}`, ["-addext", "extendedKeyUsage=clientAuth"]))],
            says: "is not for server authentication",
        },
        "a wildcard for another number of labels": {
            of: [ingress(), edge(opensslCertificate("DNS:*.com,DNS:*.registry.example.com"))],
            says: `is not valid for ${host}`,
        },
        "a Certificate of cert-manager for another host": {
            of: [ingress(), certificate({ dnsNames: ["*.com", "a.example.org"] })],
            says: `The Certificate "edge" is not for ${host} (dnsNames)`,
        },
        "a certificate of a route of Traefik": {
            of: [traefik({ secretName: "registry-edge" }), edge(other)],
            says: notValid,
        },
        "domains of a route of Traefik": {
            of: [traefik({ certResolver: "acme", domains: [{ main: "a.example.org", sans: ["*.com"] }] })],
            says: `The route requests no certificate for ${host}, but for a.example.org, *.com`,
        },
        "a listener of a Gateway": {
            of: [httpRoute(), gateway({ hostname: "*.example.com" }), edge(other)],
            says: notValid,
        },
        "a listener of a Gateway in another namespace": {
            of: [
                httpRoute({ spec: { parentRefs: [{ name: "public", namespace: "gateways" }] } }),
                gateway({ tls: { certificateRefs: [{ name: "registry-edge", namespace: "images" }] } }, "gateways"),
                edge(other),
            ],
            says: notValid,
        },
        "a route without host names, behind a listener": {
            of: [httpRoute({ spec: { hostnames: null } }), gateway({ hostname: "*.example.com" }), edge(other)],
            says: "is not valid for *.example.com but for DNS:a.example.org",
        },
    },
    unknown: {
        "the certificate": [ingress(), tlsSecret("registry-edge", { "tls.crt": unknown })],
        "the Secret's name": [ingress({ spec: { tls: [{ hosts: [host], secretName: unknown }] } }), edge(other)],
        "the hosts": [ingress({ spec: { rules: unknown } }), edge(other)],
        "a certificate's hosts": [tls({ hosts: unknown, secretName: "registry-edge" }), edge(other)],
        "a route's certificate": [traefik({ secretName: unknown }), edge(other)],
        "a Gateway's certificate": [httpRoute(), gateway({ tls: unknown }), edge(other)],
    },
});
