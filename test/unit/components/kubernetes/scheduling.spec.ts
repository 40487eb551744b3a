import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";

refusesValues("scheduling", [
    ["scheduling.nodeSelector.disk", 1, must.string],
    ["scheduling.tolerations[0].key", true, must.string],
    ["scheduling.tolerations[0].operator", "exists", must.operators],
    ["scheduling.tolerations[0].value", 1, must.string],
    ["scheduling.tolerations[0].effect", "NoRun", must.effects],
    ["scheduling.priorityClassName", "High", must.dnsName],
]);

refuses("scheduling", {
    "affinity that is no object": {
        of: { scheduling: { affinity: [] } },
        says: ["scheduling.affinity: must be an object"],
    },
    "spread that is no object": {
        of: { scheduling: { topologySpread: ["zone"] } },
        says: ["scheduling.topologySpread[0]: must be an object"],
    },
});
