import * as assert from "node:assert/strict";
import { createAuthority, issue, type KeyPair } from "../../../../sandbox/cluster/pki";
import { scriptFolder } from "../../shellScripts";
import { ApiServer, installClock, type ListedPod } from "./apiServer";

const running = (name: string, node: string): ListedPod => ({ name, ready: "1/1", status: "Running", node });

describe("verify/everyNode.sh", () => {
    const { at, write, lines, inFolder, run } = scriptFolder();
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
        write("cluster/token", "a-token");
        write("cluster/ca.crt", ca);
        write("dev/termination-log", "");
        installClock({ at, write });
    });

    afterEach(() => api.stop());

    async function verify() {
        const content = [
            inFolder("verify/requests.sh", "/dev/termination-log", "/cluster"),
            inFolder("verify/everyNode.sh"),
        ].join("");
        const { ended, output } = run(content, {
            KUBERNETES_SERVICE_HOST: "127.0.0.1",
            KUBERNETES_SERVICE_PORT: String(port),
            DAEMON_SET: "/apis/apps/v1/namespaces/registry/daemonsets/verify",
            PODS: "/api/v1/namespaces/registry/pods",
            SELECTOR: "component%3Dverify",
            PATIENCE: "5",
        });
        const code = await ended;
        return { code, output: output().trim(), message: lines("dev/termination-log").join("\n") };
    }

    it("ends when the image runs on every node", async () => {
        api.desired = 2;
        api.pods = [running("a", "node-1"), { name: "b", ready: "0/1", status: "ContainerCreating", node: "node-2" }];
        let lists = 0;
        api.beforeList = () => {
            if (++lists === 3) api.pods = [running("a", "node-1"), running("b", "node-2")];
        };
        assert.deepEqual(await verify(), { code: 0, output: "pulled on every node: 2", message: "" });
        assert.equal(lists, 3);
    });

    it("waits for the DaemonSet's number of pods", async () => {
        let lists = 0;
        api.beforeList = () => {
            if (++lists === 2) Object.assign(api, { desired: 1, pods: [running("a", "node-1")] });
        };
        assert.equal((await verify()).code, 0);
    });

    it("says which node does not pull, and why, as the kubelet said it at its last attempt", async () => {
        api.desired = 3;
        const back = { name: "b", ready: "0/1", status: "ImagePullBackOff", node: "node-2", message: "Back-off" };
        const why = 'failed to pull "registry.example.com/verify": x509: certificate signed by unknown authority';
        const failed = { ...back, status: "ErrImagePull", message: why };
        api.pods = [running("a", "node-1"), failed];
        let lists = 0;
        api.beforeList = () => {
            if (++lists === 3) api.pods = [running("a", "node-1"), back];
        };
        const sentence = `verify, step "pull on every node": 1 of 3 nodes have pulled and run the image after 5 s. node-2: ErrImagePull: ${why}.`;
        assert.deepEqual(await verify(), { code: 1, output: sentence, message: sentence });
    });

    it("says that a node has no running pod, if the kubelet says nothing", async () => {
        api.desired = 1;
        api.pods = [{ name: "a", ready: "0/1", status: "Pending" }];
        const { code, message } = await verify();
        assert.equal(code, 1);
        assert.match(message, /: 0 of 1 nodes have pulled and run the image after 5 s\. <none>: Pending\.$/);
    });

    it("says that no node is selected", async () => {
        const { code, message } = await verify();
        assert.equal(code, 1);
        assert.equal(message, 'verify, step "pull on every node": no node has the labels of nodes.nodeSelector');
    });

    it("says that the API server does not answer", async () => {
        api.failsWith = 403;
        const { code, message } = await verify();
        assert.equal(code, 1);
        assert.equal(
            message,
            'verify, step "pull on every node": the API server does not answer, or does not permit /apis/apps/v1/namespaces/registry/daemonsets/verify',
        );
    });
});
