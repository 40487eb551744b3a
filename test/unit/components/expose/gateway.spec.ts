import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";

refusesValues("expose.gateway", [
    ["expose.gateway.parentRefs[0].name", "A", must.dnsName],
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
});
