import * as assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { PrivateRegistry, RegistryAccess } from "../../components";
import { accesses, registries } from "../upgrade/registries";
import { type Declared, declare } from "./mocks";

/** What `protect: true` on a PrivateRegistry protects: its data, the random value that no argument rotates, and what finds and reads its backup. */
const lasting = new Set([
    "PrivateRegistry registry",
    "Namespace registry-namespace",
    "PersistentVolumeClaim registry-claim",
    "PersistentVolumeClaim registry-minio-claim",
    "PersistentVolume registry-volume",
    "RandomBytes registry-http-secret",
    "RandomId registry-backup-id",
    "RandomPassword registry-backup-password",
]);

const shortName = ({ type, name }: Declared) => `${type.split(":").at(-1)} ${name}`;

type Program = (options?: pulumi.ComponentResourceOptions) => unknown;

/** The component of each fixture, and the arguments that say `deleteWithStack`. */
const programs: Readonly<Record<string, Program>> = {
    ...Object.fromEntries(
        Object.entries(registries).map(([fixture, args]): [string, Program] => [
            fixture,
            (options) => new PrivateRegistry("registry", args, options),
        ]),
    ),
    "storage.hostPath.deleteWithStack": (options) =>
        new PrivateRegistry("registry", { storage: { hostPath: { path: "/srv", deleteWithStack: true } } }, options),
    "storage.minio.deleteWithStack": (options) =>
        new PrivateRegistry("registry", { storage: { minio: { deleteWithStack: true } } }, options),
};

const accessPrograms = Object.entries(accesses).map(([fixture, args]): [string, Program] => [
    fixture,
    (options) => new RegistryAccess("access", args, options),
]);

describe("`protect: true` on a PrivateRegistry", () => {
    const seen = new Set<string>();

    for (const [fixture, program] of Object.entries(programs)) {
        it(`protects its data and nothing else, with the fixture "${fixture}"`, async () => {
            const { all } = await declare(() => program({ protect: true }));
            for (const resource of all) {
                const isLasting = lasting.has(shortName(resource));
                assert.deepEqual([resource.protect, resource.saysProtect], [isLasting, true], shortName(resource));
            }
            for (const resource of all.filter(({ protect }) => protect)) seen.add(shortName(resource));
        });
    }

    it("protects every kind of data in some fixture", () => {
        assert.deepEqual([...seen].sort(), [...lasting].sort());
    });
});

describe("without `protect` on a PrivateRegistry", () => {
    for (const [fixture, program] of Object.entries(programs)) {
        it(`only data can inherit it from a parent, with the fixture "${fixture}"`, async () => {
            const { all } = await declare(() => program());
            for (const resource of all.filter((one) => !lasting.has(shortName(one)))) {
                assert.deepEqual([resource.protect, resource.saysProtect], [false, true], shortName(resource));
            }
        });
    }

    it("`deleteWithStack` leaves nothing protected", async () => {
        for (const fixture of Object.keys(programs).filter((name) => name.endsWith(".deleteWithStack"))) {
            const { all } = await declare(() => programs[fixture]());
            assert.deepEqual(all.filter(({ protect }) => protect).map(shortName), [], fixture);
        }
    });
});

describe("`protect: true` on a RegistryAccess", () => {
    for (const [fixture, program] of accessPrograms) {
        it(`protects none of its children, with the fixture "${fixture}"`, async () => {
            const { all } = await declare(() => program({ protect: true }));
            const isProtected = all.filter(({ protect }) => protect).map(shortName);
            assert.deepEqual(isProtected, ["RegistryAccess access"]);
            assert.ok(all.length > 1 && all.every(({ saysProtect }) => saysProtect));
        });
    }
});
