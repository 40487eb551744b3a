import * as assert from "node:assert/strict";
import { PrivateRegistry, RegistryAccess } from "../../components";
import { longestName, Scope } from "../../components/kubernetes/scope";
import { accesses, registries } from "../upgrade/registries";
import { type Declared, declare, type Resources } from "./mocks";
import { accessProblems, problems } from "./refusals";

/** What Pulumi appends to the name of an object without `metadata.name`: 8 hexadecimal digits, in every version of the provider. */
const generated = "-0123abcd";

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
    const given: string | undefined =
        kind === "Release" ? object.inputs.name : (object.inputs.metadata.name ?? object.inputs.metadata.generateName);
    const name = given ?? `${object.name}${generated}`;
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
        for (const kind of Object.keys(longest)) assert.equal(kinds.has(kind), kind !== "CronJob", kind);
    });
});

describe("the name of an object that Pulumi names", () => {
    const scopeOf = (name: string) =>
        new Scope({
            title: name,
            name,
            labels: {},
            annotations: {},
            namespace: undefined as never,
            parent: undefined as never,
        });

    it("is only given if the generated one would be too long, so that existing objects keep theirs", () => {
        const job = "credentials-accepted";
        assert.equal(scopeOf(long(33)).shortName(job), undefined);
        assert.match(scopeOf(long(34)).shortName(job) ?? "", /^x{34}-credentials-accepted$/);
        assert.match(scopeOf(long(55)).shortName(job) ?? "", /^x{54}-[0-9a-f]{8}$/);
        assert.equal(scopeOf(long(37)).shortName("minio", longestName.withSuffix), undefined);
        assert.equal(scopeOf(long(38)).shortName("minio", longestName.withSuffix), `${long(38)}-minio`);
    });

    it("stays generated for the names that are used most", async () => {
        const r = await declare(
            () => new PrivateRegistry("payments-platform-registry", { users, storage: { minio: {} } }),
        );
        for (const kind of ["Job", "StatefulSet"]) {
            for (const { inputs } of r.every(kind)) assert.equal(inputs.metadata.name, undefined, kind);
        }
    });

    it("of the Job of rotated passwords fits, with the name from the bug report", async () => {
        const name = "payments-platform-production-registry-eu";
        const r = await declare(() => new PrivateRegistry(name, { users: [{ name: "ci", generation: 2 }] }));
        assert.equal(r.one("Job").inputs.metadata.name, `${name}-credentials-accepted`);
    });
});
