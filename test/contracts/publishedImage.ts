/** Facts about a published image on which the component or a test relies. */
export interface PublishedImage {
    /** As the component refers to it, unless the facts say otherwise. */
    readonly reference: string;
    /** As in the image's configuration; undefined is root. */
    readonly user: string | undefined;
    readonly entrypoint: readonly string[];
    readonly command: readonly string[];
    /** Undefined is `/`. */
    readonly workingDirectory: string | undefined;
    readonly environment: Readonly<Record<string, string>>;
    /** Paths of files and directories. */
    readonly paths: readonly string[];
    /** Port that a server listens on without further configuration. */
    readonly port?: number;
}
