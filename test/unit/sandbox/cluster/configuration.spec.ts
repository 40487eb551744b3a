import * as assert from "node:assert/strict";
import { parse } from "yaml";
import { kubeconfig } from "../../../../sandbox/cluster/kubeconfig";
import {
    containerdConfiguration,
    kubeletConfiguration,
    networkConfiguration,
} from "../../../../sandbox/cluster/nodeConfiguration";
import { planNode } from "../../../../sandbox/cluster/plan";

describe("the kubelet's configuration", () => {
    const configuration = parse(kubeletConfiguration(planNode(3, 2)));

    it("rejects anonymous requests, and delegates authorization to the API server", () => {
        assert.equal(configuration.authentication.anonymous.enabled, false);
        assert.equal(configuration.authentication.x509.clientCAFile, "/etc/kubernetes/ca.crt");
        assert.equal(configuration.authorization.mode, "Webhook");
    });

    it("keeps the pods of each node in a separate control group", () => {
        assert.equal(configuration.cgroupRoot, "/prsb3-node2");
    });

    it("updates changed Secrets in pods like other kubelets, but in seconds instead of up to a minute", () => {
        assert.equal(configuration.syncFrequency, "10s");
        assert.equal(configuration.configMapAndSecretChangeDetectionStrategy, undefined);
    });
});

describe("the other configuration of a node", () => {
    it("refers to the loaded pause image, and the directory of registry certificates", () => {
        const configuration = containerdConfiguration("registry.k8s.io/pause:3.10");
        assert.match(configuration, /sandbox = "registry.k8s.io\/pause:3.10"/);
        assert.match(configuration, /config_path = "\/etc\/containerd\/certs.d"/);
    });

    it("assigns pods addresses in the node's subnet", () => {
        const [bridge] = JSON.parse(networkConfiguration(planNode(1, 2))).plugins;
        assert.deepEqual(bridge.ipam.ranges, [[{ subnet: "10.244.2.0/24" }]]);
    });
});

describe("a kubeconfig", () => {
    it("contains the server and its user's keys", () => {
        const pair = { certificate: "the certificate", key: "the key" };
        const configuration = parse(kubeconfig("cluster", "https://10.77.1.2:6443", "the authority", "admin", pair));
        const decode = (text: string) => Buffer.from(text, "base64").toString();
        const [{ cluster }] = configuration.clusters;
        const [{ name, user }] = configuration.users;
        assert.equal(cluster.server, "https://10.77.1.2:6443");
        assert.equal(decode(cluster["certificate-authority-data"]), "the authority");
        assert.equal(name, "admin");
        assert.equal(decode(user["client-certificate-data"]), "the certificate");
        assert.equal(decode(user["client-key-data"]), "the key");
        assert.equal(configuration["current-context"], configuration.contexts[0].name);
    });
});
