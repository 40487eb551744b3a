import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { longestName, managerAnnotation, ownerAnnotation, type Scope } from "./scope";

type Content = Record<string, pulumi.Input<string>>;

/** A Secret whose name changes with its content. */
export interface ContentNamed {
    readonly name: pulumi.Output<string>;
    /** The last part of the name: 8 hexadecimal digits. */
    readonly suffix: pulumi.Output<string>;
}

/** Creates a Secret with a new name for each content. `component` is the label `app.kubernetes.io/component`. */
export function secretByContent(
    scope: Scope,
    part: string,
    component: string,
    stringData: pulumi.Input<Content>,
    type?: string,
): ContentNamed {
    const suffix = nameSuffix(scope, part, stringData);
    const metadata = suffixedMetadata(scope, part, component, suffix);
    const secret = new k8s.core.v1.Secret(scope.name(part), { metadata, type, stringData }, scope.options());
    return { name: secret.metadata.name, suffix };
}

/** Creates a ConfigMap with a new name for each content; returns the name. */
export function configMapByContent(
    scope: Scope,
    part: string,
    component: string,
    data: pulumi.Input<Content>,
): pulumi.Output<string> {
    const metadata = suffixedMetadata(scope, part, component, nameSuffix(scope, part, data));
    return new k8s.core.v1.ConfigMap(scope.name(part), { metadata, data }, scope.options()).metadata.name;
}

/** Length of a hyphen and the suffix. */
const suffixLength = 9;

/**
 * Metadata of an object with this suffix, e.g. of a Job that runs once for each content of a Secret. No other object ever has its
 * name, so it needs no owner, and the suffix also tells the owner of its fields.
 */
export function suffixedMetadata(
    scope: Scope,
    part: string,
    component: string,
    suffix: pulumi.Output<string>,
    annotations: Record<string, string> = {},
) {
    const fixed = scope.objectName(part, longestName.usual - suffixLength);
    return scope.metadata(pulumi.interpolate`${fixed}-${suffix}`, component, {
        ...annotations,
        [ownerAnnotation]: undefined,
        [managerAnnotation]: pulumi.interpolate`private-registry-${suffix}`,
    });
}

/**
 * The suffix of the name of what pods read when they start. A changed content is a new object with a new name, so pods that still have
 * the old name can restart during a rollout. The suffix is random instead of a hash, and in the state before the object is: a run that
 * was killed finds its object again, the name of a weak secret does not help to guess it, and a content that comes back after a failed
 * rollout does not get the name of an object that Pulumi is about to delete.
 */
export function nameSuffix(scope: Scope, part: string, content: pulumi.Input<Content>): pulumi.Output<string> {
    const hash = pulumi.jsonStringify(content).apply((text) => createHash("sha256").update(text).digest("hex"));
    const { hex } = new random.RandomId(
        scope.name(`${part}-name`),
        { byteLength: 4, keepers: { content: pulumi.secret(hash) } },
        scope.options(),
    );
    return pulumi.unsecret(hex);
}
