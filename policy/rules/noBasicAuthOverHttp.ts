import { type Recognition, recognition } from "../recognition";
import { type Registry, registries } from "../registries";
import { isZotConfig, registryConfig } from "../registryConfig";
import { isUnknown, items, kindOf, type Resource, text } from "../resource";
import { stackRule } from "../rule";
import { asksForPasswords, serverConfig, servesTls } from "../serverConfig";
import { hidesPods, podSpec } from "../workload";

export const noBasicAuthOverHttp = stackRule<Recognition>({
    name: "no-basic-auth-over-http",
    what: "A registry that requires passwords serves TLS.",
    why: "Basic authentication sends the password with every request. With TLS termination at a proxy, the password crosses the cluster network in the clear.",
    fix: "Set http.tls.certificate and http.tls.key in config.yml, or REGISTRY_HTTP_TLS_CERTIFICATE and REGISTRY_HTTP_TLS_KEY. For zot, set http.tls.cert and http.tls.key in config.json.",
    severity: "critical",
    settings: recognition,
    checkStack: (resources, how) => {
        const ofPods = registries(resources, how).filter((registry) => isPlain(registry, resources));
        // The workload of a configuration that no pod in the stack mounts may be in a Helm release.
        const alone = resources.filter((resource) => isPlainConfig(resource) && !isMounted(resource, resources));
        return [
            ...ofPods.map(({ resource }) => ({
                resource,
                message: "The registry asks for passwords (auth.htpasswd) without TLS (http.tls)",
            })),
            ...alone.map((resource) => ({
                resource,
                message: "The configuration has auth.htpasswd without http.tls",
            })),
        ];
    },
});

function isPlain(registry: Registry, resources: readonly Resource[]): boolean {
    const config = serverConfig(registry, resources);
    return asksForPasswords(config) && servesTls(config) === false;
}

function isPlainConfig(resource: Resource): boolean {
    const config = registryConfig(resource);
    const whole = { config, isZot: isZotConfig(config), isComplete: true };
    return config !== undefined && asksForPasswords(whole) && servesTls(whole) === false;
}

/** Whether a workload in the stack mounts a configuration, or may do so, which only `up` knows. */
function isMounted(config: Resource, resources: readonly Resource[]): boolean {
    const name = text(() => config.props.metadata?.name);
    const isSecret = kindOf(config) === "Secret";
    if (isUnknown(() => config.props.metadata?.name) || resources.some(hidesPods)) return true;
    return (
        name !== undefined &&
        resources.some((resource) =>
            items(() => podSpec(resource)?.volumes).some((volume) =>
                [volume, ...items(() => volume.projected?.sources)].some(
                    (one) =>
                        (isSecret
                            ? text(() => one.secret?.secretName ?? one.secret?.name)
                            : text(() => one.configMap?.name)) === name,
                ),
            ),
        )
    );
}
