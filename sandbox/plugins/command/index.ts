/* Stand-in for the command provider: local commands, and remote ones and copies through the machine's ssh and scp. */
import { installedVersion } from "../installed";
import { inTable, serve } from "../provider";
import { commandVersion } from "../standIns";
import { localCommand } from "./local";
import { copyToRemote, remoteCommand } from "./remote";

serve({
    version: installedVersion("@pulumi/command", commandVersion),
    find: inTable("command", {
        "command:local:Command": localCommand,
        "command:remote:Command": remoteCommand,
        "command:remote:CopyToRemote": copyToRemote,
    }),
});
