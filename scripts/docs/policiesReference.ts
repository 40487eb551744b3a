import * as fs from "node:fs";
import * as path from "node:path";
import type { Rule, Setting } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { repositoryRoot } from "../../sandbox/paths";

type Profile = Record<string, string | ({ enforcementLevel: string } & Record<string, unknown>)>;

/** docs/policies.md, from the rules themselves and the profiles. */
export function policiesReference(): string {
    const baseline = readProfile("baseline");
    const strict = readProfile("strict");
    return `# Policies

Written from \`policy/rules\` and \`policy/profiles\` by \`UPDATE_SNAPSHOTS=1 npm run test:unit\`; edit those instead. How a stack is held to them is in
the [README](../README.md#policies).

| rule | severity | baseline | strict | when | what must hold |
|---|---|---|---|---|---|
${rules
    .map((rule) => {
        const { name, severity, what } = rule;
        const when = "check" in rule ? "each resource" : "whole stack";
        return `| [\`${name}\`](#${name}) | ${severity} | ${level(baseline, name)} | ${level(strict, name)} | ${when} | ${what} |\n`;
    })
    .join("")}
Rules for each resource judge it before it is made. Rules for the whole stack judge at the end of a preview and of an update, so with
\`--skip-preview\` what they refuse exists already.

${rules.map((rule) => section(rule, { baseline, strict })).join("\n")}`;
}

function readProfile(name: string): Profile {
    return JSON.parse(fs.readFileSync(path.join(repositoryRoot, "policy", "profiles", `${name}.json`), "utf8"));
}

function level(profile: Profile, name: string): string {
    const given = profile[name];
    return typeof given === "string" ? given : given.enforcementLevel;
}

function section(rule: Rule, profiles: Record<string, Profile>): string {
    const settings = Object.entries(rule.settings).map(([key, value]) => {
        const { description, default: otherwise } = value as Setting<unknown>;
        const others = Object.entries(profiles).flatMap(([profile, config]) => {
            const given = config[rule.name];
            const set = typeof given === "string" ? undefined : given[key];
            return set === undefined ? [] : [` in ${profile} \`${JSON.stringify(set)}\``];
        });
        return `- \`${key}\`: ${description}. Default \`${JSON.stringify(otherwise)}\`${others.join(",")}.\n`;
    });
    return `## ${rule.name}

${rule.what} ${rule.why}

Fix: ${rule.fix}
${settings.length === 0 ? "" : `\n${settings.join("")}`}`;
}
