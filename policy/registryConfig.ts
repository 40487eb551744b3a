import { parse } from "yaml";
import { entries, items, kindOf, type Resource, type Tree, text } from "./resource";

/** The texts that a Secret or a ConfigMap holds, by key, with those of `data` of a Secret decoded. */
export function texts(resource: Resource): [key: string, content: string][] {
    const kind = kindOf(resource);
    if (kind !== "Secret" && kind !== "ConfigMap") return [];
    const plain = kind === "Secret" ? "stringData" : "data";
    const known = entries(() => resource.props[plain]).filter(([, value]) => typeof value === "string");
    if (kind === "ConfigMap") return known;
    const decoded = entries(() => resource.props.data)
        .filter(([key, value]) => typeof value === "string" && !known.some(([other]) => other === key))
        .map(([key, value]): [string, string] => [key, Buffer.from(value, "base64").toString()]);
    return [...known, ...decoded];
}

/** The registry's config.yml in a Secret or a ConfigMap, parsed; nothing when there is none. */
export function registryConfig(resource: Resource): Tree {
    for (const [, content] of texts(resource)) {
        if (!/^version:/m.test(content) || !/^storage:/m.test(content)) continue;
        const config = parsed(content);
        if (config?.storage !== undefined) return config;
    }
    return undefined;
}

/** Nothing for what is no YAML: the parser's own message would show the text. */
function parsed(content: string): Tree {
    try {
        return parse(content, { logLevel: "silent" });
    } catch {
        return undefined;
    }
}

/** The values of a container's environment variables that stand in the manifest itself. */
export function environment(container: Tree): Map<string, string | undefined> {
    const list = items(() => container.env);
    return new Map(list.map((variable) => [text(() => variable.name) ?? "", text(() => variable.value)]));
}

export interface Login {
    readonly host: string;
    readonly username: string;
    readonly password: string;
}

/** What a pull secret logs in with; it must never be part of a message, but for the host. */
export function logins(resource: Resource): Login[] {
    return texts(resource)
        .filter(([key]) => key === ".dockerconfigjson")
        .flatMap(([, content]) => {
            const auths = entries(() => parsed(content)?.auths);
            return auths.map(([host, login]) => {
                const [name, ...rest] = Buffer.from(String(login?.auth ?? ""), "base64")
                    .toString()
                    .split(":");
                return {
                    host,
                    username: String(login?.username ?? name),
                    password: String(login?.password ?? rest.join(":")),
                };
            });
        });
}

/** Lines of htpasswd files; what follows the name of the user. */
export function htpasswdLines(resource: Resource): { username: string; hash: string }[] {
    return texts(resource)
        .filter(([key, content]) => key.includes("htpasswd") || /^[^:\s]+:\$2[aby]\$\d\d\$/m.test(content))
        .flatMap(([, content]) => content.split("\n"))
        .flatMap((line) => {
            const [, username, hash] = /^([^:\s#]+):(\S+)\s*$/.exec(line) ?? [];
            return username === undefined ? [] : [{ username, hash }];
        });
}
