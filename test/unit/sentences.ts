/** The errors of the rules for arguments. Specs import them as `must`. */

export const label = (longest: number) =>
    `must be lower-case letters, digits and hyphens, beginning and ending with a letter or digit, at most ${longest} characters`;
export const dnsName = "must be a name of lower-case letters, digits, hyphens and dots, e.g. `cluster.local`";
export const host =
    "must be a host name with an optional port and without a scheme, e.g. `registry.example.com` or `registry.example.com:8443`";
export const quantity = "must be a Kubernetes quantity, e.g. `10Gi` or `500m`";
export const quantityOrNone = "must be a Kubernetes quantity, e.g. `10Gi` or `500m`, or `none` for no limit";
export const prefix = "must be a registry with an optional path and without a scheme, e.g. `mirror.example.com/hub`";
export const image = "must be an image reference, e.g. `docker.io/library/registry:3.1.2`";
export const folder = "must be an absolute path of a directory, e.g. `/srv/registry`";
export const boolean = "must be true or false";
export const range = "must be an address range in CIDR notation, e.g. `10.0.0.0/8` or `2001:db8::/32`";
export const string = "must be a string";
export const notEmpty = "must be a non-empty string";
export const origin =
    "must be a URL with scheme, host and optional port, e.g. `https://s3.example.com` or `http://minio.minio.svc:9000`";
export const oneOrMore = "must be an integer of at least 1";
export const modes = 'must be one of "ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"';
export const operators = 'must be one of "Exists", "Equal"';
export const effects = 'must be one of "NoSchedule", "PreferNoSchedule", "NoExecute"';
export const nodeDirectory =
    "must be an absolute path of a directory with containerd's `<host>/hosts.toml`, e.g. `/etc/containerd/hosts.d`";
export const dockerConfig = "must be the JSON of a dockerconfigjson Secret, with `auths`";
