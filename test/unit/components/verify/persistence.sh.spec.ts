import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAuthority, issue, type KeyPair } from "../../../../sandbox/cluster/pki";
import { scriptFolder } from "../../shellScripts";
import { ApiServer, installClock, type ListedPod } from "./apiServer";

const running = (name: string, ip = "127.0.0.1"): ListedPod => ({ name, ready: "1/1", status: "Running", ip });
const digestOf = (content: string) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const digest = digestOf("a layer");

describe("verify/persistence.sh", () => {
    const { at, write, lines, inFolder, run } = scriptFolder();
    let pair: KeyPair;
    let ca: string;
    let api: ApiServer;
    let port: number;
    let registry: Server;
    /** What the new pod answers. */
    let answer: { status: number; body: string };
    let asked: string[];

    before(async () => {
        const authority = await createAuthority("kubernetes");
        ca = authority.certificate;
        pair = await issue(authority, { commonName: "kube-apiserver", serverNames: { dns: [], ip: ["127.0.0.1"] } });
    });

    beforeEach(async () => {
        api = new ApiServer();
        port = await api.start(pair);
        answer = { status: 200, body: "a layer" };
        asked = [];
        registry = createServer((request, response) => {
            asked.push(`${request.method} ${request.headers.host}${request.url} ${request.headers.authorization}`);
            response.writeHead(answer.status);
            response.end(answer.body);
        });
        await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
        write("cluster/token", "a-token");
        write("cluster/ca.crt", ca);
        write("verify/login", 'user = "ci:secret"\n');
        write("dev/termination-log", "");
        installClock({ at, write });
    });

    afterEach(() => {
        api.stop();
        registry.close();
        registry.closeAllConnections();
    });

    async function verify() {
        const content = [
            inFolder("verify/requests.sh", "/dev/termination-log", "/cluster", "/verify/"),
            inFolder("verify/persistence.sh", "/verify/"),
        ].join("");
        const { ended, output } = run(content, {
            KUBERNETES_SERVICE_HOST: "127.0.0.1",
            KUBERNETES_SERVICE_PORT: String(port),
            PODS: "/api/v1/namespaces/registry/pods",
            SELECTOR: "component%3Dserver",
            PORT: String((registry.address() as AddressInfo).port),
            URL: "http://registry.example.com",
            REPOSITORY: "private-registry/verify",
            SERVICE: "registry.registry.svc:443",
            CONTENTS: `blobs ${digest}`,
            ACCEPT: "*/*",
            PATIENCE: "5",
        });
        const code = await ended;
        return { code, output: output().trim(), message: lines("dev/termination-log").join("\n") };
    }

    const deleted = () => api.requests.filter((request) => request.startsWith("DELETE"));

    it("deletes one pod, waits for a new one, and reads the image from that one", async () => {
        // A second address of the machine, where nothing listens.
        api.pods = [running("old-1", "127.0.0.2"), running("old-2", "127.0.0.2")];
        api.onDelete = (name) => {
            assert.equal(name, "old-1");
            api.pods = [{ ...running("old-1", "127.0.0.2"), status: "Terminating" }, running("old-2", "127.0.0.2")];
        };
        let lists = 0;
        api.beforeList = () => {
            lists++;
            if (lists === 3) api.pods = [...api.pods.slice(1), { ...running("new"), ready: "0/1" }];
            if (lists === 4) api.pods = [...api.pods.slice(0, 1), running("new")];
        };
        assert.deepEqual(await verify(), {
            code: 0,
            output: "survived the death of the pod old-1: private-registry/verify",
            message: "",
        });
        assert.deepEqual(deleted(), ["DELETE /api/v1/namespaces/registry/pods/old-1"]);
        const login = `Basic ${Buffer.from("ci:secret").toString("base64")}`;
        const what = `registry.example.com/v2/private-registry/verify/blobs/${digest} ${login}`;
        assert.deepEqual(asked, [`HEAD ${what}`, `GET ${what}`]);
    });

    it("waits until there are as many ready pods as before", async () => {
        api.pods = [running("old-1"), running("old-2")];
        api.onDelete = () => {
            api.pods = [running("new")];
        };
        const { code, message } = await verify();
        assert.equal(code, 1);
        assert.match(
            message,
            /: the pod old-1 was deleted, and is not replaced by a ready one after 5 s: new is Running$/,
        );
    });

    /** Replaces the only pod at once. */
    function replace(): void {
        api.pods = [running("old")];
        api.onDelete = () => {
            api.pods = [running("new")];
        };
    }

    it("accepts that the storage serves a blob, after the registry has found it", async () => {
        replace();
        answer = { status: 307, body: "" };
        assert.equal((await verify()).code, 0);
    });

    it("says what is lost", async () => {
        replace();
        answer = { status: 404, body: '{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown to registry"}]}' };
        const { code, message } = await verify();
        assert.equal(code, 1);
        assert.equal(
            message,
            `verify, step "death of a pod": the death of the pod old has destroyed ${digest}: the registry answered with HTTP status 404`,
        );
    });

    it("says that the content is another one", async () => {
        replace();
        answer = { status: 200, body: "another layer" };
        assert.equal(
            (await verify()).message,
            `verify, step "death of a pod": after the death of the pod old, the registry serves ${digestOf("another layer")} as ${digest}`,
        );
    });

    it("deletes nothing if no pod is ready", async () => {
        api.pods = [{ ...running("old"), ready: "0/1" }];
        assert.equal((await verify()).message, 'verify, step "death of a pod": no pod of the registry is ready');
        assert.deepEqual(deleted(), []);
    });
});
