import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";

refusesValues("scheduling", [
    ["scheduling.nodeSelector.disk", 1, must.labelValue, 'write it in quotes, `"1"`'],
    ["scheduling.tolerations[0].key", true, must.labelKey, 'write it in quotes, `"true"`'],
    ["scheduling.tolerations[0].key", "example.com/my pool", must.labelKey],
    ["scheduling.tolerations[0].operator", "exists", must.operators],
    ["scheduling.tolerations[0].value", 1, must.labelValue, 'write it in quotes, `"1"`'],
    ["scheduling.tolerations[0].value", "-a-", must.labelValue, "did you mean `a`?"],
    ["scheduling.tolerations[0].effect", "NoRun", must.effects],
    ["scheduling.priorityClassName", "High", must.dnsName],
]);

refuses("scheduling", {
    "tolerations that Kubernetes rejects": {
        of: {
            scheduling: {
                nodeSelector: { "example.com/": "a" },
                tolerations: [
                    {},
                    { value: "registry" },
                    { key: "dedicated", operator: "Exists", value: "registry" },
                    { key: "", effect: "NoSchedule" },
                    { operator: "Exists" },
                    { key: "", operator: "Exists" },
                    { key: "dedicated", value: "" },
                    { key: "dedicated", operator: "Exists", value: "" },
                ],
            },
            nodes: { tolerations: [{}] },
        },
        says: [
            `scheduling.nodeSelector.example.com/: ${must.key}`,
            "scheduling.tolerations[0].key: is missing; name the taint, or set operator to `Exists`",
            "scheduling.tolerations[1].key: is missing; name the taint, or set operator to `Exists`",
            "scheduling.tolerations[2].value: is for the operator `Equal`; remove it, or change the operator",
            "scheduling.tolerations[3].key: is missing; name the taint, or set operator to `Exists`",
            "nodes.tolerations[0].key: is missing; name the taint, or set operator to `Exists`",
        ],
    },
    "affinity that is no object": {
        of: { scheduling: { affinity: [] } },
        says: ["scheduling.affinity: must be an object"],
    },
    "spread that is no object": {
        of: { scheduling: { topologySpread: ["zone"] } },
        says: ["scheduling.topologySpread[0]: must be an object"],
    },
});
