import { refuses, refusesValues, type WrongValue } from "../../refusals";
import * as must from "../../sentences";

refusesValues("expose.gateway", [
    ["expose.gateway.parentRefs[0].name", "A", must.dnsName],
    ...[1.3, "", "1", "0.8.1", "2.0", "v1", "latest", "1.3 "].map(
        (version): WrongValue => [
            "expose.gateway.version",
            version,
            "must be a version of the Gateway API in quotes, e.g. `1.3` or `v1.3.0`",
        ],
    ),
    ["expose.gateway.parentRefs[0].port", 0, "must be an integer from 1 to 65535"],
]);

refuses("expose.gateway", {
    "a route without a Gateway": {
        of: { host: "a.example.com", expose: { gateway: { parentRefs: [] } } },
        says: ["expose.gateway.parentRefs: is empty; name at least one Gateway"],
    },
    "a Gateway without a name": {
        of: { host: "a.example.com", expose: { gateway: { parentRefs: [{ port: 443 }] } } },
        says: ["expose.gateway.parentRefs[0].name: is missing; name the Gateway"],
    },
    "TLS to the pods with Gateway API 1.0, which has no policy for it": {
        of: { host: "a.example.com", expose: { gateway: { parentRefs: [{ name: "team" }], version: "v1.0.0" } } },
        says: [
            "expose.gateway.version: has no BackendTLSPolicy that the component can use, so the Gateway could not connect to the pods with TLS; install version 1.4 or newer, or set tls.plainBackend",
        ],
    },
});
