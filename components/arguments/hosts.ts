import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import { hasLogin } from "./check";
import { type Rule, valueRule } from "./shapes";

type StringRule = Rule<pulumi.Input<string>>;

const label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
const domain = new RegExp(`^${label}(\\.${label})*$`);

/** A DNS name of at most 253 characters, or an IPv4 address. A name whose last label is a number is neither. */
function isNameOrIpv4(host: string): boolean {
    return isIP(host) === 4 || (host.length <= 253 && domain.test(host) && !/(^|\.)\d+$/.test(host));
}

const isPort = (port: string) => /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65535;

/** Splits an optional port off a host; IPv6 addresses are in brackets. */
function parts(address: string): { host: string; port: string | undefined } {
    const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(address) ?? [];
    return { host, port };
}

function isAddress(value: unknown, isHost: (host: string) => boolean): value is string {
    if (typeof value !== "string") return false;
    const { host, port } = parts(value);
    return isHost(host) && (port === undefined || isPort(port));
}

const isIpv6 = (host: string) => /^\[[0-9a-f:.]+\]$/.test(host) && isIP(host.slice(1, -1)) === 6;

/**
 * Whether it is the registry host of an image reference. Docker, containerd and the kubelet read a first part without a dot and a port
 * as a repository of Docker Hub, except `localhost`.
 * https://github.com/distribution/reference/blob/v0.6.0/normalize.go
 */
function isRegistryHost(value: unknown): value is string {
    return isAddress(value, isNameOrIpv4) && !isDockerHubPath(value) && !dockerHub.includes(value);
}

/** Docker Hub in image references; clients connect to other names. */
const dockerHub = ["docker.io", "index.docker.io"];

const isDockerHubPath = (host: string) => !/[.:]/.test(host) && host !== "localhost";

/** Whether nodes can connect to it. */
function isEndpoint(value: unknown): value is string {
    return isRegistryHost(value) || isAddress(value, isIpv6);
}

/** Whether a pod can connect to it, including a short name in the cluster's DNS. */
function isServer(value: unknown): value is string {
    return isAddress(value, (host) => isNameOrIpv4(host) || isIpv6(host));
}

/** The host that was probably meant, e.g. with a scheme, a path, a trailing dot or upper-case letters. */
function hostIn(value: unknown): string {
    if (typeof value !== "string") return "";
    const bare = withoutScheme(value.trim());
    if (isIP(bare) === 6) return `[${bare}]`;
    const host = (URL.canParse(`http://${bare}`) ? new URL(`http://${bare}`).host : "").replace(/\.(?=$|:)/, "");
    // A number is an IPv4 address in a URL.
    return isIP(parts(host).host) === 4 && !bare.includes(host) ? "" : host;
}

function withoutScheme(text: string): string {
    return text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
}

/** What is wrong with an address, and what to write instead. `complete` adds what a name alone lacks. */
function adviceFor(
    value: unknown,
    isRight: (value: unknown) => boolean,
    complete: (name: string) => string = (name) => name,
): string | undefined {
    if (hasLogin(value)) return "remove the user name and the password";
    const candidate = hostIn(value);
    const meant = [complete(candidate), candidate].find((one) => one !== value && isRight(one));
    if (meant !== undefined) return `did you mean \`${meant}\`?`;
    const { host, port } = parts(withoutScheme(String(value)));
    if (isNameOrIpv4(host) && port !== undefined) return "the port must be 1 to 65535";
    return host.includes("_") ? "a host name has no underscores" : undefined;
}

function addressRule(
    sentence: string,
    isRight: (value: unknown) => boolean,
    advice: (value: unknown) => string | undefined = (value) => adviceFor(value, isRight),
): StringRule {
    return valueRule((value) => (isRight(value) ? undefined : `must be ${sentence}`), advice);
}

/** Advice for an address in image references. */
function imageAdvice(value: unknown): string | undefined {
    const candidate = hostIn(value);
    if (isNameOrIpv4(candidate) && isDockerHubPath(candidate)) {
        return `clients look for a name without a dot and a port on Docker Hub; write e.g. \`${candidate}:443\``;
    }
    if (dockerHub.includes(candidate)) return "clients look for it on Docker Hub; use another name";
    const advice = adviceFor(value, isRegistryHost);
    return advice ?? (isAddress(candidate, isIpv6) ? "use a name instead of an IPv6 address" : undefined);
}

/** The registry host of an image reference: the part before the first slash. */
export const registryHost = addressRule(
    "a host name with an optional port and without a scheme, e.g. `registry.example.com` or `registry.example.com:8443`",
    isRegistryHost,
    imageAdvice,
);

/** An address that a node can connect to: a host name or an IP address, IPv6 in brackets, with an optional port. */
export const registryEndpoint = addressRule(
    "a host name or an IP address with an optional port, e.g. `203.0.113.7:443` or `[2001:db8::7]:443`",
    isEndpoint,
    (value) => (isEndpoint(hostIn(value)) ? adviceFor(value, isEndpoint) : imageAdvice(value)),
);

const isRedis = (value: unknown) => isServer(value) && parts(value).port !== undefined;

/** Host and port of Redis. */
export const redisAddress = addressRule(
    "a host name or an IP address with a port, e.g. `redis.example.com:6379` or `[2001:db8::7]:6379`",
    isRedis,
    (value) => adviceFor(value, isRedis, (host) => `${host}:6379`),
);

/** Whether it is a registry with an optional path. */
function isPrefix(value: unknown): boolean {
    if (typeof value !== "string" || value.length > 400) return false;
    const [host, ...path] = value.split("/");
    return isRegistryHost(host) && path.every((part) => /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/.test(part));
}

/** The prefix of image references in a mirror. */
export const registryPrefix = addressRule(
    "a registry with an optional path and without a scheme, e.g. `mirror.example.com/hub`",
    isPrefix,
    (value) => {
        const bare = withoutScheme(String(value)).replace(/\/+$/, "");
        return adviceFor(value, isPrefix, () => bare.toLowerCase()) ?? imageAdvice(bare.split("/")[0]);
    },
);

function isOrigin(value: unknown): boolean {
    const [, server] = /^https?:\/\/(.*)$/s.exec(String(value)) ?? [];
    return typeof value === "string" && isServer(server);
}

/** URL of an HTTP server: scheme, host and optional port. */
export const origin = addressRule(
    "a URL with scheme, host and optional port, e.g. `https://s3.example.com` or `http://minio.minio.svc:9000`",
    isOrigin,
    (value) => {
        if (/^s3:/i.test(String(value))) return "name the bucket in `bucket`, and omit the endpoint for Amazon S3";
        const scheme = /^http:/i.test(String(value)) ? "http" : "https";
        return adviceFor(value, isOrigin, (host) => `${scheme}://${host}`);
    },
);

/** Advice for a URL of Helm, which would be stored as it is. */
function helmAdvice(value: unknown): string | undefined {
    const advice = "a password would be stored unencrypted; run `helm pull`, and set helm.chart to the chart's path";
    return hasLogin(value) ? advice : undefined;
}

/** URL of a Helm repository. */
export const httpAddress = addressRule(
    "a URL without a login, e.g. `https://helm.example.com/charts`",
    (value) =>
        typeof value === "string" &&
        value.length <= 2048 &&
        /^https?:\/\/[^\s/@]+([/?#]\S*)?$/.test(value) &&
        URL.canParse(value),
    helmAdvice,
);

/** Name, path or URL of a Helm chart. */
export const chartReference = addressRule(
    "a name, a path or a URL without a login, e.g. `oci://charts.example.com/docker-registry`",
    (value) => typeof value === "string" && value.length <= 4096 && /\S/.test(value) && !hasLogin(value),
    helmAdvice,
);
