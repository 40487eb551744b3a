import * as fs from "node:fs";
import * as path from "node:path";
import { PrivateRegistry, RegistryAccess } from "../../components";
import { type Declared, declare } from "../unit/mocks";
import { accesses, registries } from "./registries";

/** A resource, by its URN without stack and project: its type, its parents' types and its name. */
export type Children = Record<string, { readonly parent: string; readonly aliases: readonly string[] }>;

/** The resources of every registry and every RegistryAccess, by the name of the fixture. */
export type UrnRecord = Readonly<Record<string, Children>>;

/** Written from commit 07919c9. The state of existing stacks contains these URNs, so this file must not be edited. */
export const recordedFile = path.join(__dirname, "urns-07919c9.json");

export function recordedUrns(): UrnRecord {
    return JSON.parse(fs.readFileSync(recordedFile, "utf8"));
}

/** The resources, as the current source declares them. */
export async function presentUrns(): Promise<UrnRecord> {
    const record: Record<string, Children> = {};
    for (const [fixture, args] of Object.entries(registries)) {
        record[fixture] = await childrenOf(() => new PrivateRegistry("registry", args));
    }
    for (const [fixture, args] of Object.entries(accesses)) {
        record[fixture] = await childrenOf(() => new RegistryAccess("registry", args));
    }
    return record;
}

async function childrenOf(program: () => unknown): Promise<Children> {
    const { all } = await declare(program);
    const children = all
        .map(
            (resource) =>
                [short(resource.urn), { parent: short(resource.parent), aliases: ownAliases(resource) }] as const,
        )
        .sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(children);
}

/** The component's aliases. The SDK adds the kind's older API versions, which depend on the SDK's version. */
function ownAliases({ aliases }: Declared): string[] {
    return aliases.filter((alias) => !alias.startsWith("kubernetes:"));
}

function short(urn: string): string {
    return urn.split("::").slice(2).join("::");
}

/** The record, as a file with one resource per line. */
export function toText(record: UrnRecord): string {
    const fixtures = Object.entries(record).map(([fixture, children]) => {
        const lines = Object.entries(children).map(
            ([urn, { parent, aliases }]) => `        ${JSON.stringify(urn)}: ${JSON.stringify({ parent, aliases })}`,
        );
        return `    ${JSON.stringify(fixture)}: {\n${lines.join(",\n")}\n    }`;
    });
    return `{\n${fixtures.join(",\n")}\n}\n`;
}

/** One sentence for each recorded resource that is missing, has another parent or lost an alias, and for each new one. */
export function differences(before: UrnRecord, after: UrnRecord): string[] {
    return Object.entries(before).flatMap(([fixture, children]) => {
        const now = after[fixture] ?? {};
        const changed = Object.entries(children).flatMap(([urn, { parent, aliases }]) => {
            if (now[urn] === undefined) return [`${fixture}: ${urn} is gone`];
            if (now[urn].parent !== parent) return [`${fixture}: ${urn} moved from ${parent} to ${now[urn].parent}`];
            const lost = aliases.filter((alias) => !now[urn].aliases.includes(alias));
            return lost.map((alias) => `${fixture}: ${urn} lost the alias ${alias}`);
        });
        const added = Object.keys(now).filter((urn) => children[urn] === undefined);
        return [...changed, ...added.map((urn) => `${fixture}: ${urn} is new`)];
    });
}
