import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** SHA-256 of the content. It is not secret, even if the content is. */
export function checksum(content: pulumi.Output<string>): pulumi.Output<string> {
    return pulumi.unsecret(content.apply((text) => createHash("sha256").update(text).digest("hex")));
}
