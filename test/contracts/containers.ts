import * as assert from "node:assert/strict";
import type { Resources } from "../unit/mocks";

// biome-ignore lint/suspicious/noExplicitAny: a container as the cluster gets it
export type Container = any;

/** A container of the component, with the part of its pod that the image depends on. */
export interface Rendered {
    readonly container: Container;
    readonly user: number | undefined;
    /** The mounts, by path. */
    readonly mounts: ReadonlyMap<string, Container>;
    readonly variables: ReadonlyMap<string, string>;
}

/** The containers with an image. Fails if there are none. */
export function containersOf(resources: Resources, image: string): Rendered[] {
    const found = resources.pods.flatMap(({ spec }) =>
        [...(spec.initContainers ?? []), ...spec.containers]
            .filter((container: Container) => container.image === image)
            .map((container: Container) => ({
                container,
                user: container.securityContext?.runAsUser ?? spec.securityContext?.runAsUser,
                mounts: new Map<string, Container>(
                    (container.volumeMounts ?? []).map((mount: Container) => [mount.mountPath, mount]),
                ),
                variables: new Map<string, string>(
                    (container.env ?? []).map(({ name, value }: Container) => [name, value]),
                ),
            })),
    );
    assert.notEqual(found.length, 0, `no container has the image ${image}`);
    return found;
}

/** The only container with an image. */
export function containerOf(resources: Resources, image: string): Rendered {
    const found = containersOf(resources, image);
    assert.equal(found.length, 1);
    return found[0];
}
