import * as fs from "node:fs";
import * as path from "node:path";
import { exceptions } from "../../policy/exceptions";
import { recognition } from "../../policy/recognition";
import type { Rule, Setting } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { repositoryRoot } from "../../sandbox/paths";
import { wrapped } from "./wrap";

/** The section of docs/policies.md about a setting that several rules have. */
const sections: Record<string, string> = {
    registryNames: "which-objects-are-registries",
    notRegistries: "which-objects-are-registries",
    except: "exceptions",
};

const exceptionFields = Object.entries(exceptions.except.items.properties)
    .map(([name, { description }]) => wrapped(`- \`${name}\`: ${description}.`, "  "))
    .join("\n");

type Profile = Record<string, string | ({ enforcementLevel: string } & Record<string, unknown>)>;

/** docs/policies.md, from the rules and the profiles. */
export function policiesReference(): string {
    const baseline = readProfile("baseline");
    const strict = readProfile("strict");
    return `# Policies

<!-- Generated from policy/rules and policy/profiles by \`UPDATE_SNAPSHOTS=1 npm run test:unit\`. Edit those instead. -->

\`policy/\` is a [CrossGuard](https://www.pulumi.com/docs/insights/policy/) policy pack for container registries on
Kubernetes. It checks the registries of this component, and those that any other Pulumi program declares.

\`npm run up\` and \`npm run preview\` check every stack: with the profile \`strict\` if the stack's name starts with \`prod\`,
and with \`baseline\` otherwise. For any other project, or without npm:

<!-- not run: the tests of the pack in test/integration/policy run it on several stacks -->
\`\`\`bash
pulumi preview --stack prod --policy-pack policy --policy-pack-config policy/profiles/strict.json
\`\`\`

- To change the level or the settings of a rule, copy a profile, and pass the copy.
- [Which objects are registries](#which-objects-are-registries) can be widened and narrowed, and every rule can
  [except objects](#exceptions).
- A value that is unknown in a preview is checked by \`pulumi up\`, before the resource is created.
- \`strict\` requires the argument \`networkPolicy\`, which is off by default. It rejects \`tls.plainBackend\`, which
  \`baseline\` only warns about.
- The objects in a Helm release (\`helm.v3.Release\`) are invisible to policies. \`helm.v4.Chart\` shows them.
- [\`examples/ci\`](../examples/ci/README.md) runs the policies in GitHub Actions and GitLab CI.

## Rules

| rule | severity | baseline | strict | checks | requirement |
|---|---|---|---|---|---|
${rules
    .map((rule) => {
        const { name, severity, what } = rule;
        const when = "check" in rule ? "each resource" : "whole stack";
        return `| [\`${name}\`](#${name}) | ${severity} | ${level(baseline, name)} | ${level(strict, name)} | ${when} | ${what} |\n`;
    })
    .join("")}
A rule for each resource checks it before it is created. A rule for the whole stack checks it at the end of a preview or
an update, because it needs several objects: for example a Service, and the pods that it selects. With
\`--skip-preview\`, what such a rule rejects therefore already exists.

## Which objects are registries

- Workloads with a registry's image: distribution (a repository that ends in \`registry\` or \`distribution\`), Harbor's
  build of it (\`registry-photon\`, \`harbor-registry\`), and zot (\`zot\`, \`zot-linux-amd64\` and the like).
- Workloads with a registry's name in their labels, e.g. \`docker-registry\` or \`private-registry\`. A service registry may
  be called \`registry\` too, so this name counts only together with a registry's environment variables, folders or port.
- Services, routes and claims of these workloads. If the stack does not show the workload, the name of the object
  decides.

${wrapped(`- \`registryNames\`: ${recognition.registryNames.description}.`, "  ")}
${wrapped(`- \`notRegistries\`: ${recognition.notRegistries.description}. They win over everything else, also over an image.`, "  ")}

These settings exist in each rule whose section names them. A rule reads the configuration of a registry from config.yml
or config.json in a Secret or ConfigMap of the stack, and from the environment variables that override it. What is
outside the stack, or unknown in a preview, is not judged.

## Exceptions

The setting \`except\` of a rule lists objects that it does not judge:

\`\`\`json
{
    "no-plaintext-secrets": {
        "enforcementLevel": "mandatory",
        "except": [
            {
                "kind": "ConfigMap",
                "namespace": "demo",
                "name": "zot-*",
                "reason": "the users of the demo are public"
            }
        ]
    }
}
\`\`\`

${exceptionFields}

An exception that cannot be used, e.g. one without a reason, is a violation of its rule.

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
    const own = Object.entries(rule.settings).filter(([key]) => !(key in recognition));
    const recognizes = Object.keys(rule.settings).filter((key) => key in recognition);
    const shared = [...recognizes, ...Object.keys(exceptions)].map((key) => `[\`${key}\`](#${sections[key]})`);
    const settings = own.map(([key, value]) => {
        const { description, default: otherwise } = value as Setting<unknown>;
        const others = Object.entries(profiles).flatMap(([profile, config]) => {
            const given = config[rule.name];
            const set = typeof given === "string" ? undefined : given[key];
            return set === undefined ? [] : [` in ${profile} \`${JSON.stringify(set)}\``];
        });
        return `${wrapped(`- \`${key}\`: ${description}. Default \`${JSON.stringify(otherwise)}\`${others.join(",")}.`, "  ")}\n`;
    });
    return `## ${rule.name}

${wrapped(`${rule.what} ${rule.why}`)}

${wrapped(`Fix: ${rule.fix}`)}

${settings.join("")}${wrapped(`- ${shared.join(", ")}.`, "  ")}
`;
}
