import * as assert from "node:assert/strict";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../../sandbox/command";
import {
    commandLine,
    craneOf,
    inSandbox,
    kubectl,
    pullByKubelet,
    pushImage,
    RegistryStack,
    replaceSandbox,
    stepwise,
    theSandbox,
    until,
} from "../harness";
import { type BackupBucketProcess, startBackupBucket } from "../maintenance/backupBucket";
import { keys } from "../maintenance/objectStoreProcess";

const team = "restored-team";
const job = "**::registry-restore";

describe("the loss of a registry and its cluster", function () {
    this.timeout(600_000);
    inSandbox("rclone");
    stepwise();
    const secretKey = keys.AWS_SECRET_ACCESS_KEY;
    const registry = new RegistryStack("restored", {}, { "backup-secret-access-key": secretKey });
    const pushed: string[] = [];
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-runbook-"));
    const state = path.join(work, "state.json");
    let bucket: BackupBucketProcess;
    let relay: net.Server | undefined;
    let old: { readonly dockerConfigJson: string; readonly host: string };
    let snapshot: string;

    before(async () => {
        bucket = await startBackupBucket();
    });
    after(async () => {
        await registry.remove();
        relay?.close();
        await bucket.stop();
        fs.rmSync(work, { recursive: true });
    });

    /** The bucket, at the address at which the sandbox's pods reach this machine. It listens on loopback only, so a relay connects both. */
    async function s3() {
        const route = await run([...theSandbox().enter(), "ip", "route", "show", "default"]);
        const gateway = /via (\S+)/.exec(route)?.[1] ?? assert.fail(route);
        const { port } = new URL(bucket.endpoint);
        if (relay === undefined || (relay.address() as net.AddressInfo).address !== gateway) {
            relay?.close();
            relay = net.createServer((client) => {
                const server = net.connect(Number(port), "127.0.0.1");
                client.on("error", () => server.destroy()).pipe(server);
                server.on("error", () => client.destroy()).pipe(client);
            });
            relay.listen(Number(port), gateway);
            await once(relay, "listening");
        }
        return {
            bucket: bucket.env.BACKUP.split(/[:/]/)[1],
            rootDirectory: "backups",
            endpoint: `http://${gateway}:${port}`,
            credentials: {
                keys: { accessKeyId: keys.AWS_ACCESS_KEY_ID } as { accessKeyId: string; secretAccessKey: string },
            },
        };
    }

    async function args() {
        return {
            namespace: "restored",
            pullSecrets: { namespaces: [team], name: "restored" },
            maintenance: { backup: { s3: await s3(), encryption: {} } },
        };
    }

    async function backUp(): Promise<string> {
        const { code, stdout, stderr } = await commandLine(["backup", "--namespace", "restored"]);
        assert.equal(code, 0, stdout + stderr);
        return stdout;
    }

    const runPulumi = (...command: string[]) =>
        run(["pulumi", ...command, "--stack", "restored", "--non-interactive"], {
            env: theSandbox().environment,
            cwd: registry.stack.program,
        });

    const ofJob = (path: string) =>
        kubectl(
            `get pods --namespace restored --selector app.kubernetes.io/component=restore --output jsonpath={.items[*].${path}}`,
        );

    it("has a backup of what was pushed before it, although pushes go on and a run is killed", async () => {
        await kubectl(`create namespace ${team}`);
        registry.args = await args();
        await registry.up();
        for (let i = 0; i < 3; i++) pushed.push(await pushImage(registry));
        let pushes = true;
        const loop = (async () => {
            while (pushes) await pushImage(registry);
        })();
        try {
            const killed = commandLine(["backup", "--namespace", "restored"]);
            const maintenance = "--namespace restored --selector app.kubernetes.io/component=maintenance";
            await until("the start of the backup", 120, async () =>
                (await kubectl(`get pods ${maintenance} --output jsonpath={.items[*].status.phase}`)).includes(
                    "Running",
                ),
            );
            await kubectl(`delete pods ${maintenance} --grace-period=0 --force`);
            assert.notEqual((await killed).code, 0);
            const log = await backUp();
            assert.match(log, /Snapshot 20\S+ has \d+ tags/);
            [, snapshot] = /Snapshot (20\S+) has/.exec(log) ?? [];
        } finally {
            pushes = false;
            await loop;
        }
        old = registry.outputs;
        fs.writeFileSync(state, await runPulumi("stack", "export"));
    });

    it("comes back in a new cluster from the bucket, the stack's state and its passphrase", async () => {
        await replaceSandbox("rclone");
        await kubectl(`create namespace ${team}`);
        registry.secrets["restore-secret-access-key"] = secretKey;
        registry.args = { ...(await args()), restore: { s3: await s3(), encryption: {} } };
        await registry.prepare();
        await runPulumi("stack", "import", "--file", state);
        const refreshed = await registry.pulumi("refresh", "--yes", "--skip-preview");
        assert.equal(refreshed.code, 0, refreshed.stdout + refreshed.stderr);
        await registry.up();
        assert.equal(registry.outputs.dockerConfigJson, old.dockerConfigJson);
        assert.equal(registry.outputs.host, old.host);
        const message = await kubectl(
            "logs --namespace restored --selector app.kubernetes.io/component=restore --tail=-1",
        );
        assert.match(message, new RegExp(`Restoring the snapshot ${snapshot} .*Restored \\d+ tags`, "s"));
        for (const image of pushed) await pullByKubelet(`${old.host}/${image}`, team, "restored");
    });

    it("has every tag of the snapshot, digest by digest", async () => {
        const repositories = (await craneOf(registry, (host) => ["catalog", host])).trim().split("\n");
        assert.ok(repositories.length >= pushed.length);
        for (const repository of repositories) {
            for (const tag of (await craneOf(registry, (host) => ["ls", `${host}/${repository}`])).trim().split("\n")) {
                await craneOf(registry, (host) => ["validate", "--remote", `${host}/${repository}:${tag}`]);
            }
        }
    });

    it("changes nothing without a change", () => registry.expectNoChange());

    it("does not serve an empty volume, and says how to restore it", async () => {
        const [volume] = (await kubectl("get pv --output jsonpath={.items[*].spec['hostPath','local'].path}")).split(
            " ",
        );
        assert.match(volume, /_restored_/);
        await run([...theSandbox().enter(1, { all: true }), "sh", "-c", `rm -rf ${volume}/*`]);
        const server = "--namespace restored --selector app.kubernetes.io/component=server";
        await kubectl(`delete pods ${server} --grace-period=0 --force`);
        const reasons = "jsonpath={.items[*].status.initContainerStatuses[*]..message}";
        await until("the reason of the check", 60, async () =>
            (await kubectl(`get pods ${server} --output ${reasons}`)).includes(
                `restore it with \`pulumi up --replace '${job}'\``,
            ),
        );
        await registry.up("--replace", job);
        await kubectl(
            `rollout status --namespace restored deployment/${registry.outputs.deploymentName} --timeout=120s`,
        );
        await pullByKubelet(`${old.host}/${pushed[0]}`, team, "restored");
    });

    it("fails `pulumi up` with the Job's sentence, and succeeds after the correction", async () => {
        registry.args = {
            ...(await args()),
            restore: { s3: await s3(), encryption: {}, snapshot: "2020-01-01T000000Z" },
        };
        const { code, stdout, stderr } = await registry.pulumi("up", "--yes", "--skip-preview");
        assert.notEqual(code, 0);
        assert.match(
            stdout + stderr,
            /the storage was restored from the snapshot 20\S+ of the backup [0-9a-f]{16} already/,
        );
        assert.equal((await ofJob("status.phase")).includes("Failed"), true);
    });

    it("keeps the images when the argument is removed", async () => {
        registry.args = await args();
        delete registry.secrets["restore-secret-access-key"];
        await registry.prepare();
        await registry.up();
        assert.equal(await kubectl("get jobs --namespace restored --output name"), "");
        await pullByKubelet(`${old.host}/${pushed[1]}`, team, "restored");
    });
});
