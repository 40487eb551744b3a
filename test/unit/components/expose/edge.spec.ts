import { refuses } from "../../refusals";

refuses("expose", {
    "every kind of edge without host": {
        of: {
            expose: {
                ingress: { controller: "other" },
                ingressRoute: {},
                gateway: { parentRefs: [{ name: "team" }] },
            },
        },
        says: ["ingress", "ingressRoute", "gateway"].map(
            (kind) => `expose.${kind}: needs a name that clients outside the cluster resolve; give host`,
        ),
    },
    "an edge certificate of no kind, or of two": {
        of: {
            host: "a.example.com",
            expose: {
                ingress: { controller: "other", certificate: {} },
                ingressRoute: { certificate: { existingSecret: { name: "a" }, pem: {} } },
            },
        },
        says: [
            "expose.ingress.certificate: names none; keep exactly one of existingSecret, pem and certManager, or leave it out to show the pods' own",
            "expose.ingressRoute.certificate: has existingSecret and pem; keep exactly one of existingSecret, pem and certManager, or leave it out to show the pods' own",
        ],
    },
});
