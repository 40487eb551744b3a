import { parse } from "yaml";
import { dockerLogins } from "../components/arguments/formats/dockerConfig";
import { entries, items, kindOf, type Resource, type Tree, text } from "./resource";

/** The strings in a Secret or ConfigMap by key. The `data` of a Secret and the `binaryData` of a ConfigMap are decoded. */
export function texts(resource: Resource): [key: string, content: string][] {
    const kind = kindOf(resource);
    if (kind !== "Secret" && kind !== "ConfigMap") return [];
    const plain = kind === "Secret" ? "stringData" : "data";
    const known = entries(() => resource.props[plain]).filter(([, value]) => typeof value === "string");
    const encoded = kind === "Secret" ? "data" : "binaryData";
    const decoded = entries(() => resource.props[encoded])
        .filter(([key, value]) => typeof value === "string" && !known.some(([other]) => other === key))
        .map(([key, value]): [string, string] => [key, Buffer.from(value, "base64").toString()]);
    return [...known, ...decoded];
}

/** The registry's config.yml in a Secret or ConfigMap, parsed; undefined if there is none. */
export function registryConfig(resource: Resource): Tree {
    for (const [, content] of texts(resource)) {
        if (!/^version:/m.test(content) || !/^storage:/m.test(content)) continue;
        const config = parsed(content);
        if (config?.storage !== undefined) return config;
    }
    return undefined;
}

/** Undefined for invalid YAML, because the parser's message would quote it. */
function parsed(content: string): Tree {
    try {
        return parse(content, { logLevel: "silent" });
    } catch {
        return undefined;
    }
}

/** A container's environment variables, with the values that are in the manifest itself. */
export function environment(container: Tree): Map<string, string | undefined> {
    const list = items(() => container.env);
    return new Map(list.map((variable) => [text(() => variable.name) ?? "", text(() => variable.value)]));
}

export interface Login {
    readonly host: string;
    readonly username: string;
    readonly password: string;
}

/** A login in a pull secret, as kubelets read it. Messages may contain the host only. */
export function logins(resource: Resource): Login[] {
    return texts(resource)
        .filter(([key]) => key === ".dockerconfigjson")
        .flatMap(([, content]) => {
            try {
                return dockerLogins(content);
            } catch {
                return [];
            }
        });
}

/** The lines of htpasswd files: user names and hashes. */
export function htpasswdLines(resource: Resource): { username: string; hash: string }[] {
    return texts(resource)
        .filter(([key, content]) => key.includes("htpasswd") || /^[^:\s]+:\$2[aby]\$\d\d\$/m.test(content))
        .flatMap(([, content]) => content.split("\n"))
        .flatMap((line) => {
            const [, username, hash] = /^([^:\s#]+):(\S+)\s*$/.exec(line) ?? [];
            return username === undefined ? [] : [{ username, hash }];
        });
}
