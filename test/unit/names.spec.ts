import * as assert from "node:assert/strict";
import {
    IngressController,
    LogLevel,
    PrivateRegistry,
    type PrivateRegistryArgs,
    RegistryAccess,
} from "../../components";
import { accesses, registries } from "../upgrade/registries";
import { type Declared, declare, type Resources } from "./mocks";
import { accessProblems, problems } from "./refusals";

/** What Kubernetes 1.35 appends to a StatefulSet's name in the label `controller-revision-hash` of its pods: at most this. */
const revision = "-4294967295";

/** The longest name of each kind; other kinds are DNS subdomains. */
const longest: Readonly<Record<string, number>> = {
    Namespace: 63,
    Service: 63,
    // The labels `job-name` and `batch.kubernetes.io/job-name` of its pods.
    Job: 63,
    CronJob: 52,
    StatefulSet: 63 - revision.length,
    // Helm's limit.
    Release: 53,
};
const longestSubdomain = 253;

const long = (length: number) => "x".repeat(length);
const manyDigits = 123_456_789;

/** The longest names that other arguments can contribute, with generations of many digits. */
const users = [{ name: `ü${long(254)}`, generation: manyDigits }, { name: "ci" }];
const extreme = {
    users,
    pullGeneration: manyDigits,
    pullSecrets: { namespaces: [long(63), `${long(62)}y`], serviceAccounts: [long(253)] },
    tls: { selfSigned: { generation: manyDigits, authorityGeneration: manyDigits } },
    storage: { minio: {} },
    descriptorCache: { redis: {} },
    maintenance: {},
};

interface Fixture {
    readonly what: string;
    /** The longest name that is accepted with these arguments. */
    readonly name: string;
    readonly declare: () => Promise<Resources>;
    readonly problemsOf: (name: string) => Promise<string[]>;
}

// biome-ignore lint/suspicious/noExplicitAny: some fixtures have arguments that only one of the components has
function registryFixture([what, args]: [string, any]): Fixture {
    const name = long("helm" in args ? 53 : 55);
    const program = () => new PrivateRegistry(name, args);
    return { what, name, declare: () => declare(program), problemsOf: (other) => problems(args, other) };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function accessFixture([what, args]: [string, any]): Fixture {
    const name = long("nodeNamespace" in args ? 63 : 58);
    const program = () => new RegistryAccess(name, args);
    return { what, name, declare: () => declare(program), problemsOf: (other) => accessProblems(args, other) };
}

const fixtures: Fixture[] = [
    ...Object.entries({
        ...registries,
        extreme,
        "extreme, with its own names": { ...extreme, namespace: long(58), serviceName: long(55) },
        "extreme, with a Helm release": { ...extreme, helm: {} },
    }).map(registryFixture),
    ...Object.entries(accesses).map(accessFixture),
];

const kindOf = ({ type }: Declared) => type.split(":").at(-1) as string;

function checkName(object: Declared): void {
    const kind = kindOf(object);
    const name: string = kind === "Release" ? object.inputs.name : object.inputs.metadata.name;
    const limit = longest[kind] ?? longestSubdomain;
    assert.ok(name.length <= limit, `${kind} ${name} has ${name.length} characters, more than ${limit}`);
    assert.match(name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, kind);
}

/** Every map of labels in a manifest, of any depth. */
function labelsIn(manifest: unknown): Record<string, string>[] {
    if (typeof manifest !== "object" || manifest === null) return [];
    return Object.entries(manifest).flatMap(([field, value]) => {
        const isLabels = ["labels", "matchLabels", "selector", "nodeSelector", "podLabels"].includes(field);
        const values = typeof value === "object" && value !== null ? Object.values(value) : [];
        const isFlat = values.length > 0 && values.every((one) => typeof one === "string");
        return isLabels && isFlat ? [value as Record<string, string>] : labelsIn(value);
    });
}

function checkLabels(object: Declared): void {
    for (const labels of labelsIn(object.inputs)) {
        for (const [key, value] of Object.entries(labels)) {
            assert.match(value, /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/, `${object.name}: ${key}`);
            assert.match(key, /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/, object.name);
        }
    }
}

function checkPods({ pods }: Resources): void {
    for (const { name, spec } of pods) {
        const containers = [...(spec.initContainers ?? []), ...spec.containers];
        for (const { name: part } of [...containers, ...(spec.volumes ?? [])]) {
            assert.match(part, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, `${name}: ${part}`);
        }
        for (const { name: port } of containers.flatMap((container) => container.ports ?? [])) {
            assert.match(port, /^[a-z0-9-]{1,15}$/, `${name}: ${port}`);
        }
    }
}

function checkData({ all }: Resources): void {
    for (const { name, inputs } of all.filter((object) => ["Secret", "ConfigMap"].includes(kindOf(object)))) {
        for (const key of Object.keys({ ...inputs.data, ...inputs.stringData })) {
            assert.match(key, /^[-._a-zA-Z0-9]{1,253}$/, `${name}: ${key}`);
        }
    }
}

describe("the longest name of a component", () => {
    for (const { what, name, declare: declareFixture, problemsOf } of fixtures) {
        it(`is valid for every object and label, and a longer one is rejected: ${what}`, async () => {
            const r = await declareFixture();
            const objects = r.all.filter((resource) => resource.type.startsWith("kubernetes:"));
            assert.ok(r.all.length > 0);
            for (const object of objects) {
                checkName(object);
                checkLabels(object);
            }
            checkPods(r);
            checkData(r);
            const [line] = (await problemsOf(`${name}x`)).filter((other) => /^(name|serviceName): /.test(other));
            assert.ok(line, "a longer name is accepted");
        });
    }

    it("is used by the fixtures with every kind of object whose names are limited", async () => {
        const kinds = new Set<string>();
        for (const fixture of fixtures) for (const object of (await fixture.declare()).all) kinds.add(kindOf(object));
        for (const kind of Object.keys(longest)) assert.ok(kinds.has(kind), kind);
    });
});

/** Kinds of objects that are replaced when their content changes. */
const isNamedByContent = (object: Declared, r: Resources) =>
    r.all.some(({ type, name }) => type.endsWith(":RandomId") && name === `${object.name}-name`) ||
    kindOf(object) === "Job";

/** The objects that this component creates, without those of which it owns some fields only. */
const objectsOf = (r: Resources) =>
    r.all.filter((object) => object.type.startsWith("kubernetes:") && !/(Patch|Release)$/.test(object.type));

describe("the names of Kubernetes objects", () => {
    const nameIsKept = "metadata.name";
    const managerIsKept = 'metadata.annotations["pulumi.com/patchFieldManager"]';

    for (const { what, declare: declareFixture } of fixtures) {
        let declared: Promise<Resources> | undefined;
        const declaredOnce = () => {
            declared ??= declareFixture();
            return declared;
        };

        it(`are the same in every run, and no two objects share one: ${what}`, async () => {
            const [first, second] = [await declaredOnce(), await declareFixture()].map((r) =>
                objectsOf(r).map(({ type, inputs }) => `${type} ${inputs.metadata.namespace}/${inputs.metadata.name}`),
            );
            assert.ok(!first.some((name) => name.endsWith("/undefined")), first.join("\n"));
            assert.deepEqual(second, first);
            assert.equal(new Set(first).size, first.length, first.join("\n"));
        });

        it(`are kept in stacks whose names Pulumi generated: ${what}`, async () => {
            const r = await declaredOnce();
            for (const object of objectsOf(r)) {
                const { name: given } = object.inputs.metadata;
                const ignored = object.ignoreChanges.filter((path) => path.startsWith("metadata."));
                if (isNamedByContent(object, r)) assert.deepEqual(ignored, [], given);
                else assert.ok(ignored.includes(managerIsKept), given);
            }
        });

        it(`belong to the stack, unless they change with the content: ${what}`, async () => {
            const r = await declaredOnce();
            for (const object of objectsOf(r)) {
                const { annotations, name } = object.inputs.metadata;
                const manager = annotations["pulumi.com/patchFieldManager"];
                const stack = "organization/private-registry/test";
                if (isNamedByContent(object, r)) {
                    assert.equal(annotations["private-registry/owner"], undefined, name);
                    assert.equal(manager, `private-registry-${name.slice(-8)}`);
                } else {
                    assert.equal(annotations["private-registry/owner"], stack, name);
                    assert.match(manager, new RegExp(`^component [-a-z0-9]+ of Pulumi stack ${stack}$`));
                }
            }
        });
    }

    it("are ignored where no argument sets them", async () => {
        const named = (r: Resources) =>
            objectsOf(r)
                .filter((object) => object.ignoreChanges.includes(nameIsKept))
                .map((object) => `${kindOf(object)} ${object.inputs.metadata.name}`);
        const r = await declare(
            () =>
                new PrivateRegistry("registry", {
                    namespace: "images",
                    serviceName: "mirror",
                    storage: { hostPath: { path: "/srv" } },
                    ui: {},
                    expose: { ingress: { controller: IngressController.Traefik } },
                    networkPolicy: {},
                    host: "registry.example.com",
                }),
        );
        assert.deepEqual(named(r).sort(), [
            "DaemonSet registry-folder-owner",
            "Deployment registry-deployment",
            "Deployment registry-ui",
            "Ingress registry-ingress",
            "Ingress registry-ui-ingress",
            "NetworkPolicy registry-network-default",
            "NetworkPolicy registry-network-own-pods",
            "NetworkPolicy registry-network-server",
            "NetworkPolicy registry-network-ui",
            "PersistentVolume images-registry-volume",
            "Role registry-access-node-trust-role",
            "RoleBinding registry-access-node-trust-role-binding",
            "ServiceAccount registry-access-node-trust-account",
            "ServiceAccount registry-account",
        ]);
    });

    it("change with the content of a Secret or ConfigMap, and of nothing else", async () => {
        const byContent = async (args: PrivateRegistryArgs) => {
            const r = await declare(() => new PrivateRegistry("registry", args));
            const all = objectsOf(r).filter((object) => isNamedByContent(object, r));
            return Object.fromEntries(all.map(({ name, inputs }) => [name, inputs.metadata.name as string]));
        };
        const before = await byContent({ users });
        const after = await byContent({ users, log: { level: LogLevel.Debug }, labels: { team: "platform" } });
        assert.match(before["registry-config"], /^registry-config-[0-9a-f]{8}$/);
        const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
        assert.deepEqual(changed, ["registry-config"]);
    });

    it("of a Job has the suffix of its Secret", async () => {
        const name = "payments-platform-production-registry-eu";
        const r = await declare(() => new PrivateRegistry(name, { users: [{ name: "ci", generation: 2 }] }));
        const suffix = r.one("Secret", `${name}-credentials`).inputs.metadata.name.slice(-8);
        assert.match(
            r.one("Job").inputs.metadata.name,
            /^payments-platform-production-registry-eu-[a-z0-9-]+-[0-9a-f]{8}$/,
        );
        assert.ok(r.one("Job").inputs.metadata.name.endsWith(`-${suffix}`));
    });
});
