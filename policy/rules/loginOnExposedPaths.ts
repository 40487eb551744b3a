import { edgeAsksForLogin } from "../edgeLogins";
import { exposures } from "../exposures";
import { type Recognition, recognition } from "../recognition";
import { stackRule } from "../rule";
import { asksForLogin, serverConfig } from "../serverConfig";

export const loginOnExposedPaths = stackRule<Recognition>({
    name: "login-on-exposed-paths",
    what: "A registry that can be reached from outside the cluster asks for a login.",
    why: "Otherwise everyone who can connect can read, replace and delete every image, and nodes run what was pushed.",
    fix: "Set auth.htpasswd or auth.token in config.yml (REGISTRY_AUTH), http.auth in zot's config.json, or let the proxy in front of it ask for a login.",
    severity: "critical",
    settings: recognition,
    checkStack: (resources, how) =>
        exposures(resources, how)
            .filter(({ resource }) => edgeAsksForLogin(resource, resources) === false)
            .filter(({ registries }) =>
                registries.some((registry) => asksForLogin(serverConfig(registry, resources)) === false),
            )
            .map(({ resource, what }) => ({ resource, message: `${what}, and the registry asks for no login` })),
});
