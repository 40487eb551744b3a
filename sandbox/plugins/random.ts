/* Stand-in for the random provider: passwords, bytes and identifiers, drawn once and kept in the state. */
import { installedVersion } from "./installed";
import { serve } from "./provider";
import { randomBytes, randomId, randomPassword } from "./randomValues";

serve({
    name: "random",
    version: installedVersion("@pulumi/random"),
    types: {
        "random:index/randomPassword:RandomPassword": randomPassword,
        "random:index/randomBytes:RandomBytes": randomBytes,
        "random:index/randomId:RandomId": randomId,
    },
});
