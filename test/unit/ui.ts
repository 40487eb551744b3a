import type { PrivateRegistryArgs } from "../../components";
import type { Resources } from "./mocks";
import { registry } from "./registry";

export const host = "registry.example.com";
export const parentRefs = [{ name: "team", namespace: "edge" }];

/** The resources of a registry with a web UI behind a Gateway. */
export const uiRegistry = (args?: PrivateRegistryArgs, clusterIp?: string): Promise<Resources> =>
    registry(
        {
            host: `${host}:8443`,
            hostAliases: ["images.example.com"],
            expose: { gateway: { parentRefs } },
            ui: {},
            ...args,
        },
        clusterIp,
    );
