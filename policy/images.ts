/** A program that serves images. Harbor runs its own build of distribution, tagged with Harbor's versions. */
export type Program = "distribution" | "harbor" | "zot";

const repositories: readonly [Program, RegExp][] = [
    ["distribution", /(^|\/)(registry|distribution)$/],
    ["harbor", /(^|\/)(registry-photon|harbor-registry)$/],
    // zot's release images: zot, zot-linux-amd64, zot-minimal-linux-arm64, zot-linux-amd64-debug.
    ["zot", /(^|\/)zot(-minimal|-debug)?(-(linux|darwin|freebsd)-[a-z0-9]+)?(-minimal|-debug)?$/],
];

export interface Image {
    readonly repository: string;
    readonly tag?: string;
    readonly digest?: string;
}

/** Splits `[host[:port]/]path[:tag][@digest]`. */
export function parseImage(reference: string): Image {
    const [named, digest] = reference.split("@");
    const [, repository, tag] = /^(.*?)(?::([^/:]+))?$/s.exec(named) ?? [];
    return { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** The registry program in an image, by the image's repository; undefined for other images. */
export function programOf(reference: string): Program | undefined {
    const { repository } = parseImage(reference);
    return repositories.find(([, pattern]) => pattern.test(repository))?.[0];
}
