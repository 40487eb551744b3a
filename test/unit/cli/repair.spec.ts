import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import {
    describe as describeRepair,
    type ExportedStack,
    Remedy,
    repairOf,
    type StateResource,
} from "../../../cli/repair";
import { repositoryRoot } from "../../../sandbox/paths";

const urn = (type: string, name: string) =>
    `urn:pulumi:dev::project::private-registry:index:PrivateRegistry$${type}::registry-${name}`;
const resource = (type: string, name: string, inputs: object = {}, id?: string): StateResource => ({
    urn: urn(type, name),
    type,
    inputs: { ...inputs },
    ...(id !== undefined && { id }),
});
const object = (type: string, name: string, id?: string) =>
    resource(`kubernetes:${type}`, name, { metadata: { namespace: "images", name: `registry-${name}` } }, id);
const stack = (pending: [string, StateResource][], resources: StateResource[] = []): ExportedStack => ({
    deployment: { resources, pending_operations: pending.map(([type, of]) => ({ type, resource: of })) },
});

describe("the repair of a stack", () => {
    it("adopts Kubernetes objects whose creation was interrupted, by their names", () => {
        const volume = resource("kubernetes:core/v1:PersistentVolume", "volume", {
            metadata: { name: "images-volume" },
        });
        const release = resource("kubernetes:helm.sh/v3:Release", "release", { namespace: "images", name: "registry" });
        const pending = [object("apps/v1:Deployment", "deployment"), volume, release];
        const { operations, stack: repaired } = repairOf(stack(pending.map((one) => ["creating", one])));
        assert.deepEqual(
            operations.map(({ id, remedy }) => [id, remedy]),
            ["images/registry-deployment", "images-volume", "images/registry"].map((id) => [id, Remedy.Adopt]),
        );
        assert.deepEqual(
            repaired.deployment.resources?.map(({ id, type }) => [id, type]),
            pending.map(({ type }, i) => [operations[i].id, type]),
        );
        assert.deepEqual(repaired.deployment.pending_operations, []);
    });

    it("keeps a resource that is being replaced until Pulumi deletes it", () => {
        const old = object("core/v1:Secret", "config", "images/registry-config-0a0a0a0a");
        const next = {
            ...old,
            id: undefined,
            inputs: { metadata: { namespace: "images", name: "registry-config-1b1b1b1b" } },
        };
        const { resources } = repairOf(stack([["creating", next]], [old])).stack.deployment;
        assert.deepEqual(
            resources?.map(({ id, delete: isDeleted }) => [id, isDeleted]),
            [
                ["images/registry-config-0a0a0a0a", true],
                ["images/registry-config-1b1b1b1b", undefined],
            ],
        );
    });

    it("adopts nothing that a later run has created", () => {
        const deployment = object("apps/v1:Deployment", "deployment", "images/registry-deployment");
        const { operations, stack: repaired } = repairOf(
            stack([["creating", { ...deployment, id: undefined }]], [deployment]),
        );
        assert.equal(operations[0].remedy, Remedy.Forget);
        assert.deepEqual(repaired.deployment, { resources: [deployment], pending_operations: [] });
    });

    const others: [string, string, StateResource, Remedy][] = [
        [
            "forgets random values, which exist in the state only",
            "creating",
            resource("random:index/randomId:RandomId", "x"),
            Remedy.Forget,
        ],
        ["forgets keys", "creating", resource("tls:index/privateKey:PrivateKey", "x"), Remedy.Forget],
        [
            "forgets commands over SSH, which can be repeated",
            "creating",
            resource("command:remote:Command", "x"),
            Remedy.Forget,
        ],
        [
            "forgets patches, which can be repeated",
            "creating",
            object("core/v1:ServiceAccountPatch", "x"),
            Remedy.Forget,
        ],
        ["forgets updates", "updating", object("apps/v1:Deployment", "deployment"), Remedy.Forget],
        ["forgets deletions", "deleting", object("apps/v1:Deployment", "deployment"), Remedy.Forget],
        ["leaves resources of other providers", "creating", resource("aws:s3/bucket:Bucket", "x"), Remedy.Leave],
        [
            "leaves an object whose name is not in the state",
            "creating",
            resource("kubernetes:core/v1:Secret", "x"),
            Remedy.Leave,
        ],
    ];
    for (const [what, operation, pending, remedy] of others) {
        it(what, () => {
            const { operations, stack: repaired } = repairOf(stack([[operation, pending]]));
            assert.equal(operations[0].remedy, remedy);
            assert.deepEqual(repaired.deployment.resources, []);
            assert.equal(repaired.deployment.pending_operations?.length, remedy === Remedy.Leave ? 1 : 0);
        });
    }

    it("asks the cluster for pull secrets and patches, whose namespaces belong to others", () => {
        const below = (type: string, name: string): StateResource => ({
            urn: `urn:pulumi:dev::project::private-registry:index:RegistryAccess$${type}::registry-access-${name}`,
            type,
        });
        const secret = below("kubernetes:core/v1:Secret", "pull-secret-team");
        const patch = below("kubernetes:core/v1:ServiceAccountPatch", "pull-secret-team.default");
        const logins = below("kubernetes:core/v1:Secret", "node-trust-logins");
        const theirs = { ...secret, urn: secret.urn.replace("private-registry:index:RegistryAccess$", "") };
        const repair = repairOf(stack([], [secret, patch, logins, theirs]));
        assert.deepEqual(repair.inOtherNamespaces, [secret.urn, patch.urn]);
        assert.deepEqual(describeRepair(repair), [
            "2 pull secrets and patches of service accounts: removed from the state if gone, e.g. with the namespace",
        ]);
    });

    it("says what it does with each operation", () => {
        const pending: [string, StateResource][] = [
            ["creating", object("apps/v1:Deployment", "deployment")],
            ["creating", resource("random:index/randomPassword:RandomPassword", "password")],
            ["creating", resource("aws:s3/bucket:Bucket", "bucket")],
        ];
        assert.deepEqual(describeRepair(repairOf(stack(pending))), [
            "Deployment images/registry-deployment is taken into the state if it exists",
            "RandomPassword registry-password is removed from the interrupted operations; the next `pulumi up` repeats it",
            "Bucket registry-bucket is left; `pulumi refresh` in a terminal asks for its ID",
        ]);
    });

    it("passes on everything else in the state", () => {
        const exported = { version: 3, ...stack([]), deployment: { manifest: { magic: "x" }, resources: [] } };
        assert.deepEqual(repairOf(exported).stack, {
            version: 3,
            deployment: { manifest: { magic: "x" }, resources: [], pending_operations: [] },
        });
    });
});

describe("the command private-registry", () => {
    const call = (...args: string[]) => {
        const main = path.join(repositoryRoot, "dist", "cli", "main.js");
        const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
        return { status, stdout, stderr };
    };

    it("shows its help", () => {
        const names = ["status", "collect", "undelete", "backup", "prune-backup", "repair"];
        for (const args of [["--help"], []]) {
            const { status, stdout } = call(...args);
            assert.equal(status, 0);
            const described = [...stdout.matchAll(/^npx private-registry (\S+)/gm)].map(([, name]) => name);
            assert.deepEqual(described, names);
        }
        for (const name of names) {
            const { status, stdout } = call(name, "--help");
            assert.equal(status, 0);
            assert.match(stdout, new RegExp(`^npx private-registry ${name} `));
            assert.equal(stdout.split("npx private-registry ").length, 2);
        }
    });

    it("rejects what it does not know in one sentence, with the exit code 2", () => {
        assert.deepEqual(call("clean"), {
            status: 2,
            stdout: "",
            stderr: 'unknown command "clean"; use one of status, collect, undelete, backup, prune-backup, repair\n',
        });
        assert.deepEqual(call("repair", "dev"), { status: 2, stdout: "", stderr: 'unknown argument "dev"\n' });
        assert.equal(call("collect", "--confirm", "all").status, 2);
        assert.match(call("undelete").stderr, /^<repository>\[:<tag>\|@<digest>\] is missing; see `--help`\n$/);
        assert.match(call("undelete", "registry.example.com:5000/a:1").stderr, /write it without the registry's host/);
        const { status, stderr } = call("repair", "--force");
        assert.equal(status, 2);
        assert.match(stderr, /^Unknown option '--force'/);
    });
});
