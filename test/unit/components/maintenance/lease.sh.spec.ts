import * as assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { stringify } from "yaml";
import { createAuthority, issue, type KeyPair } from "../../../../sandbox/cluster/pki";
import { type Running, scriptFolder, until } from "../../shellScripts";

// biome-ignore lint/suspicious/noExplicitAny: Kubernetes objects
type Any = any;

const paths = {
    lease: "/apis/coordination.k8s.io/v1/namespaces/registry/leases/registry-maintenance",
    report: "/api/v1/namespaces/registry/configmaps/registry-maintenance-report",
    pods: "/api/v1/namespaces/registry/pods",
};

/** An API server with a Lease and a ConfigMap, which applies merge patches and refuses one to an old version. */
class ApiServer {
    readonly objects: Record<string, Any> = {
        [paths.lease]: {
            apiVersion: "coordination.k8s.io/v1",
            kind: "Lease",
            metadata: {
                annotations: { note: 'spec:\n  holderIdentity: "someone"\n' },
                managedFields: [{ fieldsV1: { "f:spec": { "f:holderIdentity": {} } }, manager: "other" }],
                name: "registry-maintenance",
                resourceVersion: "7",
            },
        },
        [paths.report]: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "report", resourceVersion: "8" } },
    };
    readonly requests: { method: string; path: string; authorization?: string; contentType?: string }[] = [];
    /** The status of every response, if the server is broken. */
    failsWith: number | undefined;
    /** Runs before an object is read. */
    beforeGet = () => {};
    /** Runs before a patch, e.g. to change the object in between. */
    beforePatch: (path: string) => void = () => {};
    private server: Server | undefined;
    private readonly sockets = new Set<Socket>();
    private version = 100;

    async start(pair: KeyPair): Promise<number> {
        const server = createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
            let body = "";
            request.on("data", (chunk) => (body += chunk));
            request.on("end", () => {
                const { status, object } = this.answer(request, body);
                response.writeHead(status, { "Content-Type": "application/yaml" });
                response.end(stringify(object));
            });
        });
        server.on("connection", (socket: Socket) => this.sockets.add(socket));
        this.server = server;
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return (server.address() as AddressInfo).port;
    }

    stop(): void {
        this.server?.close();
        // Also those that have not finished the TLS handshake.
        for (const socket of this.sockets) socket.destroy();
    }

    get lease(): Any {
        return this.objects[paths.lease].spec ?? {};
    }

    /** Changes the Lease like another pod. */
    setLease(spec: Any): void {
        Object.assign(this.objects[paths.lease], { spec: { ...this.lease, ...spec } });
        this.objects[paths.lease].metadata.resourceVersion = String(this.version++);
    }

    private answer(request: Any, body: string): { status: number; object: Any } {
        const { pathname, searchParams } = new URL(request.url, "https://localhost");
        const { authorization, accept, "content-type": contentType } = request.headers;
        this.requests.push({ method: request.method, path: pathname, authorization, contentType });
        const refused = (status: number) => ({ status, object: { kind: "Status", code: status } });
        if (this.failsWith !== undefined) return refused(this.failsWith);
        assert.equal(accept, "application/yaml");
        const object = this.objects[pathname];
        if (object === undefined) return refused(404);
        if (request.method === "GET") {
            this.beforeGet();
            return { status: 200, object };
        }
        assert.equal(searchParams.get("fieldManager"), "private-registry-maintenance");
        this.beforePatch(pathname);
        const { metadata = {}, spec, data } = JSON.parse(body);
        const { resourceVersion = object.metadata.resourceVersion } = metadata;
        if (resourceVersion !== object.metadata.resourceVersion) return refused(409);
        if (spec) object.spec = { ...object.spec, ...spec };
        if (data) object.data = { ...object.data, ...data };
        object.metadata.resourceVersion = String(this.version++);
        return { status: 200, object };
    }
}

describe("maintenance/lease.sh", () => {
    const { at, write, inFolder, run } = scriptFolder();
    let pair: KeyPair;
    let ca: string;
    let api: ApiServer;
    let port: number;

    before(async () => {
        const authority = await createAuthority("kubernetes");
        ca = authority.certificate;
        pair = await issue(authority, { commonName: "kube-apiserver", serverNames: { dns: [], ip: ["127.0.0.1"] } });
    });

    beforeEach(async () => {
        api = new ApiServer();
        port = await api.start(pair);
        mkdirSync(at("tmp"), { recursive: true });
        write("work/program", "");
        write("maintenance/credentials/token", "a-token");
        write("maintenance/credentials/ca.crt", ca);
        // A second passes when the script sleeps for one, or several with a higher speed.
        write("clock", "1000");
        write("speed", "1");
        write(
            "bin/sleep",
            `#!/bin/sh\n/bin/sleep 0.02\necho $(($(cat "${at("clock")}") + $1 * $(cat "${at("speed")}"))) >"${at("clock.new")}" && mv "${at("clock.new")}" "${at("clock")}"\n`,
            0o755,
        );
        write(
            "bin/date",
            `#!/bin/sh\nif [ "$1" = +%s ]; then cat "${at("clock")}"; else exec /bin/date "$@"; fi\n`,
            0o755,
        );
    });

    afterEach(() => api.stop());

    function lease(task: string, env: Record<string, string> = {}): Running {
        const script = inFolder("maintenance/lease.sh", "/tmp/", "/work/", "/maintenance/credentials");
        return run(`set -- ${task}\n${script}`, {
            KUBERNETES_SERVICE_HOST: "127.0.0.1",
            KUBERNETES_SERVICE_PORT: String(port),
            LEASE_OBJECT: paths.lease,
            REPORT_OBJECT: paths.report,
            POD: "pod-1",
            ...env,
        });
    }
    const seconds = () => Number(readFileSync(at("clock"), "utf8")) - 1000;
    const isHeld = () => existsSync(at("work/lease"));
    const isReady = () => existsSync(at("tmp/ready"));
    const renewals = () => api.requests.filter(({ method }) => method === "PATCH").length;
    const end = async (running: Running) => {
        running.process.kill("SIGTERM");
        assert.equal(await running.ended, 0);
    };
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

    describe("acquire", () => {
        it("takes a Lease that no pod has held", async () => {
            const running = lease("acquire");
            assert.equal(await running.ended, 0, running.output());
            const { acquireTime, renewTime, ...others } = api.lease;
            assert.deepEqual(others, { holderIdentity: "pod-1", leaseDurationSeconds: 120, leaseTransitions: 1 });
            assert.match(acquireTime, time);
            assert.equal(renewTime, acquireTime);
            const [get, patch] = api.requests;
            assert.equal(get.authorization, "Bearer a-token");
            assert.equal(patch.contentType, "application/merge-patch+json");
        });

        it("takes a released Lease", async () => {
            api.setLease({ holderIdentity: "", leaseTransitions: 4, acquireTime: "2026-01-01T00:00:00.000000Z" });
            assert.equal(await lease("acquire").ended, 0);
            assert.equal(api.lease.holderIdentity, "pod-1");
            assert.equal(api.lease.leaseTransitions, 5);
        });

        it("keeps the labels and annotations of the Lease", async () => {
            const { annotations } = api.objects[paths.lease].metadata;
            assert.equal(await lease("acquire").ended, 0);
            assert.equal(api.objects[paths.lease].metadata.annotations, annotations);
        });

        it("waits for the duration of a Lease that is not renewed", async () => {
            api.setLease({ holderIdentity: "pod-0", renewTime: "2026-01-01T00:00:00.000000Z", leaseTransitions: 1 });
            assert.equal(await lease("acquire").ended, 0);
            assert.equal(api.lease.holderIdentity, "pod-1");
            assert.ok(seconds() >= 120 && seconds() < 140, `${seconds()}`);
        });

        it("gives up after ten minutes of a Lease that is renewed, and names the holder", async () => {
            write("speed", "10");
            let renewals = 0;
            api.beforeGet = () => api.setLease({ holderIdentity: "pod-0", renewTime: String(renewals++) });
            const running = lease("acquire");
            assert.equal(await running.ended, 1);
            assert.ok(renewals >= 12);
            assert.equal(running.output(), "gave up after 10 minutes: pod-0 holds the lease\n");
            assert.equal(api.lease.holderIdentity, "pod-0");
        });

        it("does not take a Lease that another pod has just taken", async () => {
            api.beforePatch = () => {
                if (api.lease.holderIdentity === undefined) api.setLease({ holderIdentity: "pod-0", renewTime: "1" });
            };
            const running = lease("acquire");
            await until(() => seconds() > 20, "some attempts");
            assert.equal(api.lease.holderIdentity, "pod-0");
            running.process.kill("SIGTERM");
            assert.equal(await running.ended, 1);
        });

        it("gives up if the API server does not allow it", async () => {
            write("speed", "10");
            api.failsWith = 403;
            const running = lease("acquire");
            assert.equal(await running.ended, 1);
            assert.equal(
                running.output(),
                `gave up after 10 minutes: the API server answered with status 403 for ${paths.lease}\n`,
            );
        });
    });

    describe("hold", () => {
        beforeEach(() =>
            api.setLease({
                holderIdentity: "pod-1",
                acquireTime: "2026-01-01T00:00:00.000000Z",
                renewTime: "2026-01-01T00:00:00.000000Z",
                leaseTransitions: 3,
            }),
        );

        it("ends the run if the registry has left the node, and holds the Lease until the run has ended", async () => {
            const pods = {
                apiVersion: "v1",
                kind: "PodList",
                metadata: { resourceVersion: "9" },
                items: [{ kind: "Pod" }],
            };
            api.objects[paths.pods] = pods;
            const running = lease("hold", { SERVER_PODS: `${paths.pods}?limit=1&fieldSelector=spec.nodeName=node-1` });
            await until(() => seconds() > 40, "some looks at the pods");
            assert.ok(!existsSync(at("work/stop")));
            assert.ok(renewals() >= 2);
            pods.items = [];
            const left = seconds();
            await until(() => existsSync(at("work/stop")), "the end of the run");
            assert.ok(seconds() - left <= 9, `${seconds() - left}`);
            assert.match(readFileSync(at("work/stop"), "utf8"), /^no pod of the registry is on this node any more/);
            assert.ok(isHeld());
            await end(running);
            assert.equal(api.lease.holderIdentity, "");
        });

        it("lets the run go on if the API server does not list the registry's pods", async () => {
            const running = lease("hold", { SERVER_PODS: paths.pods });
            await until(() => seconds() > 40, "some looks at the pods");
            assert.ok(!existsSync(at("work/stop")));
            await end(running);
        });

        it("renews the Lease every 30 seconds, and releases it at the end", async () => {
            const running = lease("hold");
            await until(() => renewals() >= 3, "three renewals");
            assert.ok(isHeld() && isReady());
            assert.ok(seconds() >= 60 && seconds() <= 120, `${seconds()}`);
            assert.equal(api.lease.acquireTime, "2026-01-01T00:00:00.000000Z");
            assert.equal(api.lease.leaseTransitions, 3);
            assert.notEqual(api.lease.renewTime, "2026-01-01T00:00:00.000000Z");
            await end(running);
            assert.equal(api.lease.holderIdentity, "");
            assert.equal(isHeld(), false);
            assert.equal(api.objects[paths.report].data, undefined);
        });

        it("releases a Lease of which something else has just changed", async () => {
            const running = lease("hold");
            await until(isHeld, "the first renewal");
            let changes = 0;
            api.beforePatch = () => {
                if (changes++ === 0) api.setLease({});
            };
            await end(running);
            assert.equal(api.lease.holderIdentity, "");
        });

        it("stores the reports at the end", async () => {
            const report = JSON.stringify({ kept: 3, says: 'a "quote", a \\ and an ümlaut\n\tand & more' });
            const backup = JSON.stringify({ tags: 7 });
            const running = lease("hold");
            await until(isHeld, "the first renewal");
            write("work/report.json", `${report}\n`);
            write("work/backup.json", `${backup}\n`);
            await end(running);
            assert.deepEqual(api.objects[paths.report].data, { "report.json": report, "backup.json": backup });
            assert.equal(api.lease.holderIdentity, "");
        });

        it("survives a change of the Lease's labels and a short failure of the API server", async () => {
            let conflicts = 0;
            api.beforePatch = () => {
                if (conflicts++ === 0) api.setLease({});
            };
            const running = lease("hold");
            await until(isHeld, "the second attempt");
            api.failsWith = 500;
            const before = seconds();
            await until(() => seconds() >= before + 60, "some attempts");
            assert.ok(isHeld());
            api.failsWith = undefined;
            const held = renewals();
            await until(() => renewals() > held, "a renewal");
            assert.ok(isHeld());
            await end(running);
        });

        it("stops when the Lease cannot be renewed for its duration, and does not release it", async () => {
            const running = lease("hold");
            await until(isHeld, "the first renewal");
            api.failsWith = 500;
            const before = seconds();
            await until(() => !isHeld(), "the loss");
            assert.ok(seconds() - before <= 160, `${seconds() - before}`);
            await until(() => running.output() !== "", "the message");
            assert.equal(running.output(), "stopped: the lease was not renewed for 120 seconds\n");
            api.failsWith = undefined;
            await end(running);
            assert.equal(api.lease.holderIdentity, "pod-1");
        });

        it("stops when another pod holds the Lease, and leaves it to that pod", async () => {
            const running = lease("hold");
            await until(isHeld, "the first renewal");
            api.setLease({ holderIdentity: "pod-2" });
            await until(() => !isHeld(), "the loss");
            await until(() => running.output() !== "", "the message");
            assert.equal(running.output(), "stopped: pod-2 holds the lease\n");
            await end(running);
            assert.equal(api.lease.holderIdentity, "pod-2");
        });

        it("lets the job start without a Lease that was lost before, so that the job fails", async () => {
            api.setLease({ holderIdentity: "" });
            const running = lease("hold");
            await until(isReady, "the end of the attempts");
            assert.equal(isHeld(), false);
            await end(running);
        });

        it("continues after a restart of its container", async () => {
            const first = lease("hold");
            await until(isHeld, "the first renewal");
            first.process.kill("SIGKILL");
            await first.ended;
            rmSync(at("tmp/ready"));
            const second = lease("hold");
            await until(isReady, "the next renewal");
            assert.ok(isHeld());
            await end(second);
        });
    });
});
