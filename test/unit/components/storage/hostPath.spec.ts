import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";

refusesValues("storage.hostPath", [
    ["storage.hostPath.path", "srv/registry", must.folder],
    ["storage.hostPath.path", "/srv/registry/", must.folder],
]);

refuses("storage.hostPath", {
    "a host path without a path": {
        of: { storage: { hostPath: {} } },
        says: ["storage.hostPath.path: is missing; name the directory"],
    },
    "a wrong nodeName, size and deleteWithStack": {
        of: { storage: { hostPath: { path: "/a", nodeName: "Node 1", size: "1GB", deleteWithStack: 1 } } },
        says: [
            `storage.hostPath.nodeName: ${must.dnsName}, not "Node 1"`,
            `storage.hostPath.size: ${must.size}, not "1GB"; did you mean \`1Gi\`?`,
            `storage.hostPath.deleteWithStack: ${must.boolean}, not 1`,
        ],
    },
});
