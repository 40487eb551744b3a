import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { IngressController, RolloutStrategy } from "../../../../components";
import { caCertificate } from "../../authority";
import { accessProblems, problems, type Wrong } from "../../refusals";

/** The paths of the problems, in alphabetical order. */
const pathsOf = (lines: readonly string[]) => lines.map((line) => line.slice(0, line.indexOf(":"))).sort();

describe("all problems with the arguments", () => {
    it("are reported in one error: wrong and missing values, exactly one of several fields, and cross-field problems", async () => {
        const args: Wrong = {
            host: "10.0.0.1",
            replicas: 2,
            namespace: "Upper",
            imagePullSecrets: ["a", "a"],
            helm: { version: "latest", repo: "https://charts.example.com", chart: "./chart" },
            rollout: { strategy: RolloutStrategy.Surge },
            scheduling: { priorityClassName: "Upper", topologySpread: [{}] },
            users: [{}, { name: "ci" }, { name: "ci", password: "short" }],
            tls: {
                pem: { certificate: "none" },
                selfSigned: { validityDays: 10, renewBeforeDays: 10, algorithm: "DSA" },
                plainBackend: true,
            },
            storage: {
                volume: { size: "big", accessMode: "ReadWriteOncePod" },
                s3: { region: "U S", credentials: {}, redirect: false, redirectEndpoint: "https://s3.example.com" },
            },
            descriptorCache: {
                inMemory: { size: 0 },
                redis: { image: "redis:7", external: { caCertPem: caCertificate, tls: false, database: -1 } },
            },
            expose: {
                ingress: { className: "Upper", certificate: { pem: {}, existingSecret: {} } },
                ingressRoute: { certResolver: "acme", certificate: {}, middlewares: [{ namespace: "Upper" }] },
                gateway: { parentRefs: [{ port: 0 }] },
                nodePort: { port: 0 },
                loadBalancer: { address: "lb" },
            },
            ui: { title: "<b>", deleteImages: true },
            config: { storage: { delete: { enabled: false } } },
            networkPolicy: { clients: [], destinations: [{ ports: [0] }] },
            pullSecrets: { namespaces: ["a", "a"], name: "Upper" },
            nodes: { daemonSet: false, runtimes: ["podman"], ssh: [{ name: "a" }, { name: "a", host: "h o" }] },
            log: { level: "loud" },
        };
        assert.deepEqual(pathsOf(await problems(args)), [
            "descriptorCache",
            "descriptorCache.inMemory",
            "descriptorCache.inMemory.size",
            "descriptorCache.redis.external.address",
            "descriptorCache.redis.external.caCertPem",
            "descriptorCache.redis.external.database",
            "descriptorCache.redis.image",
            "expose.gateway.parentRefs[0].name",
            "expose.gateway.parentRefs[0].port",
            "expose.ingress.certificate",
            "expose.ingress.certificate",
            "expose.ingress.certificate.existingSecret.name",
            "expose.ingress.certificate.pem.certificate",
            "expose.ingress.certificate.pem.key",
            "expose.ingress.className",
            "expose.ingress.controller",
            "expose.ingressRoute.certResolver",
            "expose.ingressRoute.certificate",
            "expose.ingressRoute.certificate",
            "expose.ingressRoute.middlewares[0].name",
            "expose.ingressRoute.middlewares[0].namespace",
            "expose.loadBalancer",
            "expose.loadBalancer.address",
            "expose.nodePort",
            "expose.nodePort",
            "expose.nodePort.port",
            "helm.repo",
            "helm.version",
            "helm.version",
            "host",
            "imagePullSecrets[1]",
            "log.level",
            "namespace",
            "networkPolicy.clients",
            "networkPolicy.destinations[0].cidr",
            "networkPolicy.destinations[0].ports[0]",
            "nodes",
            "nodes.runtimes",
            "nodes.runtimes[0]",
            "nodes.ssh[0].host",
            "nodes.ssh[0].hostKey",
            "nodes.ssh[0].privateKey",
            "nodes.ssh[1].host",
            "nodes.ssh[1].hostKey",
            "nodes.ssh[1].name",
            "nodes.ssh[1].privateKey",
            "pullSecrets.name",
            "pullSecrets.namespaces[1]",
            "rollout.strategy",
            "scheduling.priorityClassName",
            "scheduling.topologySpread",
            "storage",
            "storage.s3.bucket",
            "storage.s3.credentials",
            "storage.s3.redirectEndpoint",
            "storage.s3.region",
            "storage.volume.size",
            "tls",
            "tls.pem.certificate",
            "tls.pem.key",
            "tls.selfSigned.algorithm",
            "tls.selfSigned.renewBeforeDays",
            "ui.deleteImages",
            "ui.title",
            "users[0].name",
            "users[2].name",
            "users[2].password",
        ]);
    });

    it("of RegistryAccess are reported in one error", async () => {
        const args: Wrong = {
            endpoint: "https://a",
            hostAliases: pulumi.output(["a"]),
            imagePullSecrets: ["a", "a"],
            nodes: { authenticate: true, runtimes: ["docker"], enabled: false },
            createNodeNamespace: "yes",
        };
        assert.deepEqual(pathsOf(await accessProblems(args)), [
            "createNodeNamespace",
            "dockerConfigJson",
            "endpoint",
            "host",
            "hostAliases",
            "imagePullSecrets[1]",
            "nodes.authenticate",
            "nodes.runtimes[0]",
        ]);
    });

    it("do not include consequences of a wrong value", async () => {
        const wrong: Wrong = {
            host: "https://a",
            replicas: "two",
            expose: { ingress: { controller: IngressController.Nginx } },
            tls: { selfSigned: { validityDays: "long" }, plainBackend: "yes" },
            users: [{ name: 1 }, { name: 2 }],
        };
        assert.deepEqual(pathsOf(await problems(wrong)), [
            "host",
            "replicas",
            "tls.plainBackend",
            "tls.selfSigned.validityDays",
            "users[0].name",
            "users[1].name",
        ]);
    });
});
