import { containsUnknown, isUnknown, items, kindOf, known, type Resource, type Tree, text } from "../resource";
import { stackRule } from "../rule";
import { containers, podSpec } from "../workload";

export const versionedBackup = stackRule({
    name: "versioned-backup",
    what: "The bucket of a registry's backup keeps old versions, as far as the stack and the last report show, and no lifecycle rule expires blobs in it.",
    why: "Otherwise, anyone with the backup's access key can overwrite the backup, or blobs disappear that new images still need.",
    fix: "Enable the bucket's versioning, and let lifecycle rules expire noncurrent versions only.",
    severity: "high",
    settings: {},
    checkStack: (resources) =>
        resources.flatMap((resource) => {
            if (foundNoVersioning(resource)) return [{ resource, message: overwritten }];
            const backup = backupOf(resource);
            if (backup === undefined) return [];
            const bucket = resources.find(
                (one) => isAws(one, "bucket") && text(() => one.props.bucket) === backup.bucket,
            );
            if (bucket === undefined) return [];
            const expiring = lifecycleRules(bucket, backup.bucket, resources).filter((rule) =>
                expiresBlobs(rule, backup.root),
            );
            return [
                ...(mayBeVersioned(bucket, backup.bucket, resources) ? [] : [overwritten]),
                ...expiring.map(() => "A lifecycle rule expires blobs of the backup"),
            ].map((message) => ({ resource: bucket, message }));
        }),
});

const overwritten = "The backup can be overwritten, because its bucket has no versioning";

/** Whether it is the report of a run, which has looked at the bucket. The state has it after `pulumi refresh`. */
function foundNoVersioning(resource: Resource): boolean {
    if (kindOf(resource) !== "ConfigMap") return false;
    const report = text(() => resource.props.data?.["backup.json"]);
    return report !== undefined && /"versioned":false\b/.test(report);
}

/** The bucket and the key prefix of the backup that a workload writes. */
function backupOf(resource: Resource): { bucket: string; root: string } | undefined {
    if (kindOf(resource) !== "CronJob") return undefined;
    const variables = containers(podSpec(resource)).flatMap((one) => items(() => one.env));
    const found = variables.find((one) => text(() => one.name) === "BACKUP");
    const [, bucket, root = ""] = /^backup:([^/]+)(?:\/(.*))?$/.exec(text(() => found?.value) ?? "") ?? [];
    return bucket === undefined ? undefined : { bucket, root };
}

/** Whether it is this kind of S3 resource, in any version that the AWS provider has, e.g. `BucketV2`. */
function isAws({ type }: Resource, kind: string): boolean {
    return new RegExp(`^aws:s3/${kind}(v2)?:`, "i").test(type);
}

/** A value that is not known yet may turn versioning on. */
function mayBeVersioned({ props }: Resource, name: string, resources: readonly Resource[]): boolean {
    const isUnsure = [() => props.versioning, () => props.objectLockEnabled].some(containsUnknown);
    const isOn = known(() => props.versioning?.enabled) === true || known(() => props.objectLockEnabled) === true;
    const separate = resources.filter(
        (one) =>
            isAws(one, "bucketVersioning") &&
            (isUnknown(() => one.props.bucket) || text(() => one.props.bucket) === name),
    );
    return (
        isUnsure ||
        isOn ||
        separate.some((one) => known(() => one.props.versioningConfiguration?.status) !== "Suspended")
    );
}

function lifecycleRules(bucket: Resource, name: string, resources: readonly Resource[]): Tree[] {
    const separate = resources.filter(
        (one) => isAws(one, "bucketLifecycleConfiguration") && text(() => one.props.bucket) === name,
    );
    return [...items(() => bucket.props.lifecycleRules), ...separate.flatMap((one) => items(() => one.props.rules))];
}

/** Whether an enabled rule expires current objects that are not only below `snapshots/`. */
function expiresBlobs(rule: Tree, root: string): boolean {
    const isOn = known(() => rule.enabled) === true || text(() => rule.status) === "Enabled";
    const expires = known(() => rule.expiration?.days ?? rule.expiration?.date);
    if ([() => rule.filter, () => rule.prefix, () => rule.expiration].some(containsUnknown)) return false;
    const prefix = text(() => rule.filter?.prefix) ?? text(() => rule.prefix) ?? "";
    const concerns = prefix.startsWith(root) || root.startsWith(prefix);
    return isOn && expires !== undefined && concerns && !prefix.includes("/snapshots");
}
