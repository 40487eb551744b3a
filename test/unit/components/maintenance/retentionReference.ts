import type { RetentionRule } from "../../../../components/maintenance/retentionRules";

/** A tag of a registry, with a time in seconds. */
export interface Tag {
    readonly repository: string;
    readonly tag: string;
    readonly digest: string;
    readonly time: number;
    readonly source: "ledger" | "link";
}

/** Everything that retention decides by. */
export interface Registry {
    readonly now: number;
    readonly trustTimesFrom?: number;
    readonly rules: readonly RetentionRule[];
    readonly tags: readonly Tag[];
    readonly inUse: readonly (readonly [repository: string, reference: string])[];
    readonly children: readonly (readonly [repository: string, index: string, child: string])[];
}

const hour = 3600;

/** Whether a pattern names a repository, both as components. */
function names([first, ...others]: readonly string[], repository: readonly string[]): boolean {
    if (first === undefined) return repository.length === 0;
    if (repository.length === 0) return false;
    if (first === "**") {
        if (others.length === 0) return true;
        return names(others, repository) || names([first, ...others], repository.slice(1));
    }
    return (first === "*" || first === repository[0]) && names(others, repository.slice(1));
}

export const rulesOf = ({ rules }: Registry, repository: string) =>
    rules.filter(({ repositories }) => repositories.some((glob) => names(glob.split("/"), repository.split("/"))));

const isReserved = ({ repository, tag }: Tag) =>
    repository.startsWith("private-registry/") || tag.startsWith("in-use.");

/** The digest that a signature or a similar tag belongs to. */
export function subjectOf(tag: Tag): string | undefined {
    const [, hash] = /^sha256-([0-9a-f]{64})(\.sig|\.att|\.sbom)?$/.exec(tag.tag) ?? [];
    return hash === undefined || isReserved(tag) ? undefined : `sha256:${hash}`;
}

/** The tags of a repository that count as pushed. */
export const imagesOf = ({ tags }: Registry, repository: string) =>
    tags.filter((tag) => tag.repository === repository && !isReserved(tag) && subjectOf(tag) === undefined);

const hasLinkTime = ({ trustTimesFrom = 0 }: Registry, { source, time }: Tag) =>
    source === "link" && time >= trustTimesFrom;

const pushTime = ({ trustTimesFrom = 0 }: Registry, { source, time }: Tag) =>
    source === "link" ? Math.max(time, trustTimesFrom) : time;

/** Whether a digest is in use: by digest, by a tag, or because a digest that it contains is. */
export function isInUse(registry: Registry, repository: string, digest: string): boolean {
    const byTag = registry.tags
        .filter((tag) => tag.repository === repository && tag.digest === digest)
        .map(({ tag }) => tag);
    const isUsed = registry.inUse.some(
        ([where, what]) => where === repository && (what === digest || byTag.includes(what)),
    );
    const children = registry.children.filter(([where, index]) => where === repository && index === digest);
    return isUsed || children.some(([, , child]) => isInUse(registry, repository, child));
}

export function looksCopied(registry: Registry, repository: string): boolean {
    const times = imagesOf(registry, repository)
        .filter((tag) => hasLinkTime(registry, tag))
        .map(({ time }) => time);
    const most = Math.max(...times.map((from) => times.filter((time) => time >= from && time <= from + hour).length));
    return rulesOf(registry, repository).some(({ lastPushed }) => lastPushed !== undefined && most > lastPushed);
}

/** Whether a tag is kept, for a tag that is no attachment. For an attachment, whether it is kept independently of its subject. */
function isKept(registry: Registry, tag: Tag): boolean {
    const { repository } = tag;
    const rules = rulesOf(registry, repository);
    const images = imagesOf(registry, repository);
    const age = Math.max(0, registry.now - pushTime(registry, tag));
    const later = images.filter((other) => pushTime(registry, other) > pushTime(registry, tag));
    if (isReserved(tag) || looksCopied(registry, repository) || isInUse(registry, repository, tag.digest)) return true;
    if (rules.some(({ protect }) => age < protect)) return true;
    if (subjectOf(tag) !== undefined) return false;
    const margin = hasLinkTime(registry, tag) ? hour : 0;
    if (later.every((other) => pushTime(registry, other) - pushTime(registry, tag) <= margin)) return true;
    return rules.some(
        ({ lastPushed = 0, pushedWithin = -1, matching = [] }) =>
            later.length < lastPushed ||
            age <= pushedWithin ||
            matching.some((pattern) => new RegExp(pattern).test(tag.tag)),
    );
}

/** The kept tags of the repositories that a rule names, slowly and as the documentation says. */
export function keptTags(registry: Registry): Set<Tag> {
    const named = registry.tags.filter(({ repository }) => rulesOf(registry, repository).length > 0);
    const kept = new Set(named.filter((tag) => isKept(registry, tag)));
    for (let before = -1; kept.size > before; ) {
        before = kept.size;
        for (const tag of named) if (isAlive(registry, kept, tag.repository, subjectOf(tag))) kept.add(tag);
    }
    return kept;
}

/** Whether a digest has a kept tag, is in use, or is contained in such an index. */
function isAlive(registry: Registry, kept: ReadonlySet<Tag>, repository: string, digest: string | undefined): boolean {
    if (digest === undefined) return false;
    if (isInUse(registry, repository, digest)) return true;
    if ([...kept].some((tag) => tag.repository === repository && tag.digest === digest)) return true;
    const indexes = registry.children.filter(([where, , child]) => where === repository && child === digest);
    return indexes.some(([, index]) => isAlive(registry, kept, repository, index));
}
