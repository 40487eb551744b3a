import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../../sandbox/paths";
import { type DataHolders, losses, presentDataHolders } from "../upgrade/dataHolders";
import { intendedUrns } from "../upgrade/intendedUrns";
import { type Children, differences, presentUrns, recordedUrns, type UrnRecord } from "../upgrade/urns";

const folder = path.join(repositoryRoot, "test", "upgrade");

/**
 * The resources with data in each release, as files in test/upgrade that must not be edited later. The `version` script
 * records a new one (RECORD_RELEASE=<version>). A stack is really upgraded by test/integration/package/upgrade.spec.ts.
 */
describe("an upgrade", () => {
    let present: DataHolders;

    before(async function () {
        this.timeout(120_000);
        present = await presentDataHolders();
        const version = process.env.RECORD_RELEASE;
        if (version)
            fs.writeFileSync(path.join(folder, `${version}.json`), `${JSON.stringify(present, undefined, 4)}\n`);
    });

    for (const release of fs.readdirSync(folder).filter((file) => /^\d.*\.json$/.test(file))) {
        it(`from ${path.parse(release).name} replaces no resource with data`, () => {
            assert.deepEqual(losses(JSON.parse(fs.readFileSync(path.join(folder, release), "utf8")), present), []);
        });
    }

    it("covers the claims, namespaces, passwords, keys and CAs of all registries", () => {
        const kinds = (registry: string) => new Set(present[registry].map(({ type }) => type.split(":").at(-1)));
        const always = [
            "Namespace",
            "PersistentVolumeClaim",
            "PrivateKey",
            "RandomBytes",
            "RandomPassword",
            "SelfSignedCert",
        ];
        for (const registry of Object.keys(present)) {
            const expected = registry === "hostPath" ? [...always, "PersistentVolume"] : always;
            assert.deepEqual([...kinds(registry)].sort(), expected.sort());
        }
    });

    // biome-ignore lint/suspicious/noExplicitAny: the changes reach into any part
    const changes: [string, (claim: any) => void, string][] = [
        ["another name in Pulumi", (claim) => (claim.name = "registry-volume"), "would be deleted"],
        ["another parent", (claim) => (claim.parent = ""), "would be deleted"],
        ["another name in the cluster", (claim) => (claim.identity.name = "images"), "would be replaced"],
        ["another access mode", (claim) => (claim.identity.accessModes = ["ReadWriteMany"]), "would be replaced"],
        ["no protection", (claim) => (claim.protect = false), "would no longer be protected"],
    ];
    for (const [what, change, verdict] of changes) {
        it(`is rejected if it gives the claim ${what}`, () => {
            const changed = structuredClone(present) as DataHolders;
            change(changed.default.find(({ type }) => type.endsWith(":PersistentVolumeClaim")));
            const claim = "default: kubernetes:core/v1:PersistentVolumeClaim registry-claim";
            assert.deepEqual(losses(present, changed), [`${claim} ${verdict}`]);
        });
    }
});

describe("the names in Pulumi's state", () => {
    let recorded: UrnRecord;

    before(() => {
        recorded = recordedUrns();
    });

    it("are the same as in commit 07919c9 for every kind of registry, except for intended changes", async function () {
        this.timeout(120_000);
        const patterns = intendedUrns.flatMap((change) =>
            change.differences instanceof RegExp ? change.differences : [],
        );
        const intended = intendedUrns.flatMap((change) =>
            change.differences instanceof RegExp ? [] : change.differences,
        );
        const found = differences(recorded, await presentUrns());
        for (const pattern of patterns) assert.ok(found.some((difference) => pattern.test(difference)));
        const others = found.filter((difference) => !patterns.some((pattern) => pattern.test(difference)));
        assert.deepEqual(others.sort(), intended.sort());
    });

    const claim = "private-registry:index:PrivateRegistry$kubernetes:core/v1:PersistentVolumeClaim::registry-claim";
    const other = claim.replace("registry-claim", "registry-volume");
    const changes: [string, (children: Children) => void, string[]][] = [
        [
            "a renamed resource",
            (children) => {
                children[other] = children[claim];
                delete children[claim];
            },
            [`${claim} is gone`, `${other} is new`],
        ],
        [
            "another parent",
            (children) => (children[claim] = { parent: "the-stack", aliases: [] }),
            [`${claim} moved from private-registry:index:PrivateRegistry::registry to the-stack`],
        ],
    ];
    for (const [what, change, expected] of changes) {
        it(`are different after ${what}`, () => {
            const changed = structuredClone(recorded);
            change(changed.default);
            assert.deepEqual(
                differences(recorded, changed),
                expected.map((difference) => `default: ${difference}`),
            );
        });
    }
});
