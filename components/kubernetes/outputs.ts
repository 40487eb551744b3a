import * as pulumi from "@pulumi/pulumi";

/** The outputs of a component: the fields that it declares as outputs, without those of Pulumi itself. */
export type OutputsOf<C extends pulumi.ComponentResource> = {
    readonly [K in Exclude<keyof C, keyof pulumi.ComponentResource> as C[K] extends pulumi.Output<unknown>
        ? K
        : never]: C[K];
};

/** The values of a component's outputs, as `pulumi stack output --json` prints them. */
export type OutputValues<C extends pulumi.ComponentResource> = {
    readonly [K in keyof OutputsOf<C>]: C[K] extends pulumi.Output<infer T> ? T : never;
};

/** Collects the outputs of a component after its constructor has set them. */
export function outputsOf<C extends pulumi.ComponentResource>(component: C): OutputsOf<C> {
    const fields = Object.entries(component).filter(
        ([name, value]) => name !== "urn" && pulumi.Output.isInstance(value),
    );
    return Object.fromEntries(fields) as OutputsOf<C>;
}
