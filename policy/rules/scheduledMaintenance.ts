import { type Recognition, recognition } from "../recognition";
import { namespaceOf, registries } from "../registries";
import { isUnknown, kindOf, known, type Resource } from "../resource";
import { stackRule } from "../rule";
import { hidesPods } from "../workload";

const label = (name: string) => `app.kubernetes.io/${name}`;

export const scheduledMaintenance = stackRule<Recognition>({
    name: "scheduled-maintenance",
    what: "A CronJob with the label `app.kubernetes.io/component: maintenance` collects a registry's garbage.",
    why: "Otherwise deleted images fill the storage until pushes fail, and what is deleted by mistake cannot come back.",
    fix: 'Set `maintenance: { schedule: "0 3 * * *" }` on the component, or label the CronJob that collects the garbage.',
    severity: "medium",
    level: "disabled", // a registry for tests needs none
    settings: recognition,
    checkStack: (resources, how) =>
        registries(resources, how)
            .filter(({ namespace }) => namespace !== undefined)
            .filter(({ resource }) => !hidesPods(resource) && !["Job", "CronJob"].includes(kindOf(resource) ?? ""))
            .flatMap(({ resource, labels, namespace }) => {
                const cronJob = resources.find(
                    (other) =>
                        kindOf(other) === "CronJob" &&
                        [namespace, undefined].includes(namespaceOf(other)) &&
                        mayHave(other, "component", "maintenance") &&
                        mayHave(
                            other,
                            "instance",
                            known(() => labels?.[label("instance")]),
                        ),
                );
                if (cronJob === undefined) return [{ resource, message: "No CronJob maintains the registry" }];
                if (known(() => cronJob.props.spec?.suspend) !== true) return [];
                return [{ resource: cronJob, message: "The CronJob that maintains the registry is suspended" }];
            }),
});

function mayHave({ props }: Resource, name: string, value: unknown): boolean {
    const read = () => props.metadata?.labels?.[label(name)];
    return value === undefined || isUnknown(read) || known(read) === value;
}
