import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** Changes whenever the content does, and may be shown although the content is secret. */
export function checksum(content: pulumi.Output<string>): pulumi.Output<string> {
    return pulumi.unsecret(content.apply((known) => createHash("sha256").update(known).digest("hex")));
}
