import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { fields, type Rule, type SecretKey, secret, valueRule } from "../../arguments/shapes";
import type { Scope } from "../../kubernetes/scope";

/** Encryption of the contents of a backup, before they leave the pod, with rclone's `crypt`. Names and sizes are not encrypted. */
export interface BackupEncryption {
    /**
     * Password of the backup, of at least 16 characters. Secret. In a stack's configuration it is the secret value `backup-password`, and
     * for a restore `restore-password`, if that is another one. If omitted, `maintenance.backup` generates one of 32 letters and digits.
     * It is in the stack's state only: without the state, the backup cannot be read. `restore` then uses it as well.
     */
    password?: pulumi.Input<string>;
}

const password = valueRule<string>((value) => {
    if (typeof value !== "string") return "must be a string; quote an all-digit password";
    const isRight = /^[^\s\p{Cc}][^\p{Cc}]{14,1022}[^\s\p{Cc}]$/u.test(value);
    return isRight
        ? undefined
        : "must have 16 to 1024 characters on one line, and neither begin nor end with a space; omit it to get a random one";
});

/** The rules of encryption, whose password is this value of a stack's configuration. */
export function backupEncryptionRules(key: SecretKey = { key: "backup-password" }): Rule<BackupEncryption> {
    return fields<BackupEncryption>({ password: secret(password, key) });
}

/** The password of a backup with this encryption: the given one, or a random one that nothing rotates. Called once for a component. */
export function backupPassword(scope: Scope, encryption: BackupEncryption): pulumi.Output<string> {
    if (encryption.password !== undefined) return pulumi.secret(encryption.password);
    const args = { length: 32, special: false };
    return new random.RandomPassword(scope.name("backup-password"), args, scope.lastingOptions(false)).result;
}
