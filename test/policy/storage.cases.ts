import {
    claim,
    configMap,
    deployment,
    namespace,
    networkPolicy,
    object,
    pullSecret,
    secret,
    signedCertificate,
    unknown,
    volume,
} from "./fixtures";
import { describeRule } from "./judge";

const statefulSet = (whenDeleted: string) => ({
    ...deployment({ spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted } } }),
    type: "kubernetes:apps/v1:StatefulSet",
});

describeRule("data-protected", {
    passes: {
        "a protected claim": [claim()],
        "a retained volume": [volume("Retain")],
        "a StatefulSet that keeps its claims": [statefulSet("Retain")],
        "another program's claim": [claim({ metadata: { name: "schema-registry-data" } }, false)],
    },
    fails: {
        "a claim without protection": { of: [claim({}, false)], says: "The claim is not protected" },
        "one of a Helm release": {
            of: [claim({ metadata: { name: "team-docker-registry" } }, false)],
            says: "The claim is not protected",
        },
        "a volume that is deleted with its claim": { of: [volume("Delete")], says: "deleted with its claim" },
        "a StatefulSet that deletes them": { of: [statefulSet("Delete")], says: "deletes its claims" },
    },
    unknown: {
        "the policies": [volume(unknown), statefulSet(unknown)],
        "the claim's name": [claim({ metadata: unknown }, false)],
    },
});

describeRule("allowed-storage-classes", {
    passes: {
        "all by default": [claim()],
        "one of several": { of: [claim()], settings: { storageClasses: ["hdd", "ss?", "s*"] } },
        "another program's": { of: [claim({ metadata: { name: "data" } })], settings: { storageClasses: ["hdd"] } },
    },
    fails: {
        "another one": {
            of: [claim()],
            says: 'The storage class "ssd" is not allowed',
            settings: { storageClasses: ["hdd"] },
        },
    },
    unknown: { "the class": [claim({ spec: { storageClassName: unknown } })] },
});

const partOf = (component: string, instance = "registry") => ({
    "app.kubernetes.io/name": "private-registry",
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/component": component,
});
const ours = (metadata: object = {}) =>
    deployment({ metadata, spec: { template: { metadata: { labels: partOf("server") } } } });
const maintenance = (instance?: string, spec: object = {}) =>
    object(
        "batch/v1",
        "CronJob",
        "registry-maintenance",
        {},
        {
            metadata: { labels: partOf("maintenance", instance) },
            spec: { schedule: "0 3 * * *", ...spec },
        },
    );

describeRule("scheduled-maintenance", {
    passes: {
        "a registry with a CronJob": [ours(), maintenance()],
        "a hand-written registry with one": [deployment(), maintenance()],
        "stacks without a registry": [claim()],
    },
    fails: {
        "a registry without one": { of: [ours()], says: "No CronJob maintains the registry" },
        "another registry's": { of: [ours(), maintenance("other")], says: "No CronJob maintains the registry" },
        "a suspended one": { of: [ours(), maintenance("registry", { suspend: true })], says: "is suspended" },
    },
    unknown: { "the namespace": [ours({ namespace: unknown })] },
});

const backup = (to = "backup:copies/of/teams") =>
    maintenance("registry", {
        jobTemplate: {
            spec: { template: { spec: { containers: [{ name: "collect", env: [{ name: "BACKUP", value: to }] }] } } },
        },
    });
const aws = (kind: string, props: object) => ({
    type: `aws:s3/${kind[0].toLowerCase()}${kind.slice(1)}:${kind}`,
    name: "copies",
    props: { bucket: "copies", ...props },
});
const enabled = { versioning: { enabled: true } };
const expiring = (rule: object) => aws("BucketLifecycleConfigurationV2", { rules: [{ status: "Enabled", ...rule }] });

describeRule("versioned-backup", {
    passes: {
        "no backup": [ours(), maintenance(), aws("Bucket", {})],
        "a bucket of another stack": [backup()],
        "another bucket without versioning": [backup("backup:others"), aws("Bucket", {})],
        "a bucket with versioning": [backup(), aws("Bucket", enabled)],
        "versioning as a separate resource": [
            backup("backup:copies"),
            aws("BucketV2", {}),
            aws("BucketVersioningV2", { versioningConfiguration: { status: "Enabled" } }),
        ],
        "versioning of a bucket that is not known yet": [
            backup(),
            aws("BucketV2", {}),
            { ...aws("BucketVersioning", {}), props: { bucket: unknown } },
        ],
        "a report of versioning": [configMap("registry-maintenance-report", { "backup.json": '{"versioned":true}' })],
        "Object Lock": [backup(), aws("BucketV2", { objectLockEnabled: true })],
        "a rule for old versions": [
            backup(),
            aws("Bucket", enabled),
            expiring({ noncurrentVersionExpiration: { noncurrentDays: 90 } }),
        ],
        "a rule for snapshots, and one that is off": [
            backup(),
            aws("Bucket", enabled),
            expiring({ filter: { prefix: "of/teams/0123456789abcdef/snapshots/" }, expiration: { days: 90 } }),
            expiring({ status: "Disabled", expiration: { days: 90 } }),
        ],
        "a rule for something else": [
            backup(),
            aws("Bucket", enabled),
            expiring({ filter: { prefix: "logs/" }, expiration: { days: 9 } }),
        ],
    },
    fails: {
        "no versioning": { of: [backup(), aws("Bucket", {})], says: "The backup can be overwritten" },
        "a bucket of another stack, according to the last report": {
            of: [configMap("registry-maintenance-report", { "backup.json": '{"succeeded":true,"versioned":false}' })],
            says: "The backup can be overwritten",
        },
        "suspended versioning": {
            of: [
                backup(),
                aws("BucketV2", {}),
                aws("BucketVersioning", { versioningConfiguration: { status: "Suspended" } }),
            ],
            says: "The backup can be overwritten, because its bucket has no versioning",
        },
        "a rule that expires everything": {
            of: [backup(), aws("Bucket", enabled), expiring({ expiration: { days: 90 } })],
            says: "A lifecycle rule expires blobs of the backup",
        },
        "a rule of the bucket itself": {
            of: [
                backup(),
                aws("Bucket", {
                    ...enabled,
                    lifecycleRules: [{ enabled: true, prefix: "of/", expiration: { days: 90 } }],
                }),
            ],
            says: "A lifecycle rule expires blobs of the backup",
        },
    },
    unknown: { "the bucket": [backup(unknown), aws("Bucket", {})] },
});

describeRule("network-policy", {
    passes: {
        "one that selects the pods": [deployment(), networkPolicy({ app: "docker-registry" })],
        "one for the whole namespace": [deployment(), networkPolicy({})],
        "stacks without a registry": [claim()],
    },
    fails: {
        none: { of: [deployment()], says: "No NetworkPolicy selects the pods" },
        "one for others": { of: [deployment(), networkPolicy({ app: "web" })], says: "No NetworkPolicy" },
        "one elsewhere": {
            of: [deployment({ metadata: { namespace: "other" } }), networkPolicy({})],
            says: "No NetworkPolicy",
        },
    },
    unknown: { "the namespace": [deployment({ metadata: { namespace: unknown } })] },
});

describeRule("restricted-namespace", {
    passes: {
        "a restricted one": [deployment(), namespace("restricted")],
        "one that the stack did not create": [deployment()],
        "one without a registry": [namespace("privileged")],
    },
    fails: {
        "no level": { of: [deployment(), namespace()], says: 'The namespace "images" does not enforce `restricted`' },
        "a weaker level": { of: [deployment(), namespace("baseline")], says: "does not enforce" },
    },
    unknown: { "the level": [deployment(), namespace(unknown)] },
});

const hostsToml = (header: string) => `[host."https://10.0.0.1"]\n${header}`;

describeRule("pull-access", {
    passes: {
        "a pull secret": [deployment(), pullSecret("x")],
        "credentials of the nodes": [
            deployment(),
            secret("nodes", {
                "hosts.toml": hostsToml('[host."https://10.0.0.1".header]\nAuthorization = "Basic x"\n'),
            }),
        ],
        "credentials of machines over SSH": [
            deployment(),
            {
                type: "command:remote:Command",
                name: "node",
                props: { stdin: hostsToml('[host."https://10.0.0.1".header]\nAuthorization = "Basic x"\n') },
            },
        ],
        "stacks without a registry": [claim()],
    },
    fails: {
        "machines over SSH without credentials": {
            of: [deployment(), { type: "command:remote:Command", name: "node", props: { stdin: hostsToml("") } }],
            says: "neither a pull secret nor credentials for the nodes",
        },
        neither: {
            of: [deployment(), secret("nodes", { "hosts.toml": hostsToml("") })],
            says: "neither a pull secret nor credentials for the nodes",
        },
    },
    unknown: {
        "the pull secret's content": [
            deployment(),
            { ...pullSecret("x"), props: { ...pullSecret("x").props, stringData: unknown } },
        ],
        "a Secret's content": [deployment(), { ...secret("nodes", {}), props: { stringData: unknown } }],
        "what is written over SSH": [
            deployment(),
            { type: "command:remote:Command", name: "node", props: { create: "sh -s", stdin: unknown } },
        ],
    },
});

const nodeFiles = configMap("files", { list: "/node/etc/containerd certs.d/registry.example.com/hosts.toml" });
const agent = (path: string) => ({
    ...deployment({
        container: { image: "curl:1.0.0" },
        pod: { volumes: [{ name: "folder", hostPath: { path } }] },
    }),
    type: "kubernetes:apps/v1:DaemonSet",
    name: "agent",
});

describeRule("trusted-certificate", {
    passes: {
        "a CA certificate that is installed on nodes": [deployment(), signedCertificate({}), nodeFiles],
        "a DaemonSet that writes to the directory": [
            deployment(),
            signedCertificate({}),
            agent("/etc/containerd/certs.d"),
        ],
        "nodes over SSH": [
            deployment(),
            signedCertificate({}),
            {
                type: "command:remote:Command",
                name: "node",
                props: { create: "cat >/etc/containerd/certs.d/x/hosts.toml" },
            },
        ],
        "a certificate from elsewhere": [deployment()],
    },
    fails: {
        "a CA certificate that no node trusts": {
            of: [deployment(), signedCertificate({})],
            says: "No node is configured to trust the CA",
        },
        "files for another registry": {
            of: [deployment(), signedCertificate({}), configMap("files", { list: "nothing" })],
            says: "No node is configured to trust",
        },
    },
    unknown: {
        "the files": [deployment(), signedCertificate({}), configMap("files", { list: unknown })],
        "all of them": [deployment(), signedCertificate({}), { ...nodeFiles, props: { data: unknown } }],
        "what is written over SSH": [
            deployment(),
            signedCertificate({}),
            { type: "command:remote:Command", name: "node", props: { create: "sh -s", stdin: unknown } },
        ],
    },
});
