import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { AccessMode, type PrivateRegistryArgs } from "../../../../components";
import { curlLogin } from "../../../../components/users/rotationGate";
import { namedCertificate } from "../../authority";
import { registry } from "../../registry";

const job = async (args?: PrivateRegistryArgs) =>
    (await registry({ users: [{ name: "ci", generation: 2 }], ...args })).one("Job").inputs;
const env = async (args?: PrivateRegistryArgs) =>
    Object.fromEntries(
        (await job(args)).spec.template.spec.containers[0].env.map((e: { name: string; value: string }) => [
            e.name,
            e.value,
        ]),
    );

describe("the gate of rotated passwords", () => {
    it("does not exist before the first rotation", async () => {
        const r = await registry({ users: [{ name: "ci" }, { name: "anna", generation: 1 }] });
        assert.deepEqual(r.every("Job"), []);
        assert.deepEqual(r.named("registry-credentials"), []);
    });

    it("checks the rotated users' logins, and only those", async () => {
        const r = await registry({
            users: [
                { name: "ci", generation: 2, password: "correct horse battery staple 7" },
                { name: "anna", password: "7 battery horse staple correct" },
            ],
        });
        assert.deepEqual(r.one("Secret", "registry-credentials").inputs.stringData, {
            "ca.crt": ["registry-ca-1", "registry-ca-2"].map(namedCertificate).join(""),
            "login-0": 'user = "ci:correct horse battery staple 7"\n',
        });
        const volumes = r.one("Job").inputs.spec.template.spec.volumes;
        assert.deepEqual(volumes[0].secret.items, [{ key: "login-0", path: "login-0" }]);
        assert.deepEqual(volumes[1].secret.items, [{ key: "ca.crt", path: "ca.crt" }]);
    });

    it("runs after the Deployment", async () => {
        const r = await registry({ users: [{ name: "ci", generation: 2 }] });
        assert.ok(r.one("Job").dependencies.some((urn) => urn.endsWith("::registry-deployment")));
    });

    it("sends one request to the Service, or several in a row with several replicas", async () => {
        const one = await env({ namespace: "images", serviceName: "store" });
        assert.deepEqual(one, {
            URL: "https://store.images.svc.cluster.local/v2/",
            SERVICE: "store.images.svc:443",
            TIMES: "1",
        });
        const storage = { volume: { accessMode: AccessMode.ReadWriteMany } };
        assert.equal((await env({ replicas: 3, storage })).TIMES, "15");
    });

    it("is a new Job for each generation", async () => {
        const generations = async (generation: number) => {
            const inputs = await job({ users: [{ name: "ci", generation }] });
            return inputs.spec.template.metadata.annotations["private-registry/generations"];
        };
        assert.equal(await generations(2), "ci=2");
        assert.equal(await generations(3), "ci=3");
    });

    it("exposes no hash of a password to brute force", async () => {
        const withPassword = async (password: string) => {
            const inputs = await job({ users: [{ name: "ci", generation: 2, password }] });
            // The suffix is random; the tests' provider derives it from the content.
            return JSON.parse(JSON.stringify(inputs).replace(/-[0-9a-f]{8}"/g, `"`));
        };
        assert.deepEqual(
            await withPassword("correct horse battery staple 2"),
            await withPassword("correct horse battery staple 3"),
        );
    });
});

describe("curlLogin", () => {
    /** Parses a quoted value like curl's parser of configuration files (src/tool_parsecfg.c). */
    function readByCurl(line: string): string {
        const quoted = /^user = "(.*)"\n$/s.exec(line)?.[1] as string;
        return quoted.replace(/\\(.)/gs, (_, c) => ({ t: "\t", n: "\n", r: "\r", v: "\v" })[c as string] ?? c);
    }

    it("is parsed by curl as user name and password, with any characters", () => {
        const text = fc.string({ unit: "grapheme" }).filter((s) => !/[\r\n\0]/.test(s));
        const nasty = fc.stringMatching(/^[\\"nrtv']{0,8}$/);
        fc.assert(
            fc.property(fc.stringMatching(/^[^\s:]{1,9}$/), fc.oneof(text, nasty), (name, password) => {
                const line = curlLogin(name, password);
                assert.equal(readByCurl(line), `${name}:${password}`);
                assert.equal(line.split("\n").length, 2);
            }),
        );
    });
});
