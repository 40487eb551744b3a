import { environment, registryConfig } from "../registryConfig";
import { resourceRule } from "../rule";
import { type Recognition, recognition, registryContainers, registryPod } from "../workload";

export const noBasicAuthOverHttp = resourceRule<Recognition>({
    name: "no-basic-auth-over-http",
    what: "A registry that requires passwords serves TLS.",
    why: "Basic authentication sends the password with every request. With TLS termination at a proxy, the password crosses the cluster network in the clear.",
    fix: "Set http.tls.certificate and http.tls.key in config.yml, or REGISTRY_HTTP_TLS_CERTIFICATE and REGISTRY_HTTP_TLS_KEY.",
    severity: "critical",
    settings: recognition,
    check: (resource, further) => {
        const config = registryConfig(resource);
        if (config?.auth?.htpasswd && !config.http?.tls?.certificate && !config.http?.tls?.letsencrypt) {
            return ["config.yml has auth.htpasswd without http.tls"];
        }
        return registryContainers(registryPod(resource, further)).flatMap((container) => {
            const names = [...environment(container).keys()];
            const asks = names.some((name) => name.startsWith("REGISTRY_AUTH_HTPASSWD_"));
            return asks && !names.some((name) => name.startsWith("REGISTRY_HTTP_TLS_"))
                ? ["The environment sets REGISTRY_AUTH_HTPASSWD_PATH without REGISTRY_HTTP_TLS_CERTIFICATE"]
                : [];
        });
    },
});
