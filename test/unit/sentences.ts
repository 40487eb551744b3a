/** The errors of the rules for arguments. Specs import them as `must`. */

export const label = (longest: number) =>
    `must be lower-case letters, digits and hyphens, beginning and ending with a letter or digit, at most ${longest} characters`;
export const dnsName = "must be a name of lower-case letters, digits, hyphens and dots, e.g. `cluster.local`";
export const host =
    "must be a host name with an optional port and without a scheme, e.g. `registry.example.com` or `registry.example.com:8443`";
export const dockerHub = (name: string) =>
    `clients look for a name without a dot and a port on Docker Hub; write e.g. \`${name}:443\``;
export const size = "must be a Kubernetes quantity of bytes, at least `1Mi`, e.g. `10Gi`";
export const memoryRequest = "must be a Kubernetes quantity of bytes, 0 or at least `1Mi`, e.g. `512Mi`";
export const memoryLimit =
    "must be a Kubernetes quantity of bytes, at least `1Mi`, e.g. `512Mi`, or `none` for no limit";
export const cpuRequest = "must be a Kubernetes quantity of CPU cores, e.g. `500m` or `2`";
export const cpuLimit =
    "must be a Kubernetes quantity of CPU cores above 0, e.g. `500m` or `2`, or `none` for no limit";
export const prefix = "must be a registry with an optional path and without a scheme, e.g. `mirror.example.com/hub`";
export const image = "must be an image reference, e.g. `docker.io/library/registry:3.1.2`";
export const folder = "must be an absolute path of a directory, e.g. `/srv/registry`";
export const boolean = "must be true or false";
export const range = "must be an address range in CIDR notation, e.g. `10.0.0.0/8` or `2001:db8::/32`";
export const string = "must be a string";
export const notEmpty = "must be a non-empty string";
export const origin =
    "must be a URL with scheme, host and optional port, e.g. `https://s3.example.com` or `http://minio.minio.svc:9000`";
export const labelValue =
    "must be at most 63 letters, digits, hyphens, underscores and dots, beginning and ending with a letter or digit";
export const labelKey = `${labelValue}; a domain and a slash can precede it, e.g. \`example.com/team\``;
export const key = labelKey.replace("must be", "is not a valid key; use");
export const secretKey = "must be a key of a Secret, of letters, digits, dots, hyphens and underscores";
export const region =
    "must be a region of letters, digits, dots, hyphens and underscores, e.g. `eu-central-1` or `RegionOne`";
export const oneOrMore = "must be an integer of at least 1";
export const modes = 'must be one of "ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"';
export const operators = 'must be one of "Exists", "Equal"';
export const effects = 'must be one of "NoSchedule", "PreferNoSchedule", "NoExecute"';
export const nodeDirectory =
    "must be an absolute path of a directory with containerd's `<host>/hosts.toml`, e.g. `/etc/containerd/hosts.d`";
export const dockerConfig = "must be the JSON of a dockerconfigjson Secret, with `auths`";
