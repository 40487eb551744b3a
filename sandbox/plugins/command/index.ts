/* Stand-in for the command provider: commands on other machines, through this machine's ssh. */
import { installedVersion } from "../installed";
import { serve } from "../provider";
import { commandVersion } from "../standIns";
import { remoteCommand } from "./remote";

serve({
    name: "command",
    version: installedVersion("@pulumi/command", commandVersion),
    types: { "command:remote:Command": remoteCommand },
});
