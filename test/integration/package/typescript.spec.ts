import * as assert from "node:assert/strict";
import { createAuthority, issue } from "../../../sandbox/cluster/pki";
import type { StackOutputs } from "../../../settings";
import { clientKey, hostKey } from "../../unit/sshNode";
import { inSandbox, kubectl, stepwise } from "../harness";
import { assertEncrypted, Consumer, pushAndPull } from "./consumer";
import { copyExample, type InstalledPackage, installTarball } from "./tarball";

describe("TypeScript projects that installed the packed package", () => {
    stepwise();
    inSandbox();
    let installed: InstalledPackage;

    before(async function () {
        this.timeout(300_000);
        installed = await installTarball();
    });
    after(() => installed?.remove());

    describe("examples/team", () => {
        let consumer: Consumer;
        let outputs: StackOutputs;

        before(() => {
            consumer = new Consumer(copyExample(installed, "team"));
        });
        after(() => consumer?.remove());

        it("is deployed, and then does not change", async () => {
            outputs = await consumer.up();
            assert.deepEqual(Object.keys(outputs.credentials).sort(), [
                "operations",
                "team-api-ci",
                "team-data-ci",
                "team-web-ci",
            ]);
        });

        it("accepts an image, which the kubelet pulls for pods without a pull secret", () =>
            pushAndPull(outputs, "team-web"));

        it("keeps its secrets encrypted in the state", async () => assertEncrypted(await consumer.state(), outputs));

        it("leaves nothing when it is destroyed", async () => {
            await consumer.remove();
            assert.doesNotMatch(await kubectl("get namespaces --output name"), /registry|team/);
        });
    });

    // privateRegistry.spec.ts tests `up` without arguments.
    it("examples/minimal: can be previewed", async () => {
        const consumer = new Consumer(copyExample(installed, "minimal"));
        assert.match(await consumer.pulumi("preview"), /private-registry:index:PrivateRegistry/);
        await consumer.remove();
    });

    // Its mirror, its storage class and its nodes do not exist here, so it cannot be deployed.
    it("examples/complete: can be previewed", async () => {
        const consumer = new Consumer(copyExample(installed, "complete"));
        await consumer.pulumi("config", "set", "--secret", "password-of-operations", "chosen-by-operations");
        const hash = "$2y$05$aMBlAFTv3V.7RXtg9i.yveBef9ydBn.rMPHp4diJHsmLo7LatmU3e";
        await consumer.pulumi("config", "set", "--secret", "hash-of-auditor", hash);
        await consumer.pulumi("config", "set", "--secret", "image-docker-config", '{"auths":{}}');
        const storage = ["s3", "backup", "restore"].map((of) => `${of}-secret-access-key`);
        for (const key of [...storage, "backup-password", "restore-password"]) {
            await consumer.pulumi("config", "set", "--secret", key, "chosen-by-the-test");
        }
        await consumer.pulumi("config", "set", "--secret", "ssh-key", "--", clientKey);
        await consumer.pulumi("config", "set", "host-key-of-node-1", hostKey);
        const authority = await createAuthority("the team's authority");
        const host = "registry.example.com";
        const pair = await issue(authority, { commonName: host, serverNames: { dns: [host] } });
        await consumer.pulumi("config", "set", "--secret", "certificate-key", "--", pair.key);
        await consumer.pulumi("config", "set", "certificate", "--", pair.certificate);
        await consumer.pulumi("config", "set", "certificate-authority", "--", authority.certificate);
        const printed = await consumer.pulumi("preview");
        assert.match(printed, /private-registry:index:RegistryAccess/);
        await consumer.remove();
    });
});
