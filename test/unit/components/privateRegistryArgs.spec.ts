import * as assert from "node:assert/strict";
import { PrivateRegistry } from "../../../components";
import { checkArguments } from "../../../components/privateRegistryArgs";
import { declare, resolved } from "../mocks";
import { problems } from "../refusals";
import * as must from "../sentences";

describe("the check of the component's name", () => {
    it("is the one of the namespace and Service that are named after it", async () => {
        const sentence =
            'the component\'s name is the default of namespace and serviceName and must be lower-case letters, digits and hyphens, beginning with a letter, at most 55 characters, not "My Registry"; rename the component or set namespace and serviceName';
        assert.deepEqual(await problems({}, "My Registry"), [`name: ${sentence}`]);
        assert.match((await problems({ namespace: "images" }, "1st"))[0], /is the default of serviceName and must/);
    });

    it("is the one of the objects whose names begin with it", async () => {
        const args = { namespace: "images", serviceName: "images" };
        assert.deepEqual(await problems(args, "My Registry"), [
            `name: the component's name ${must.label(55)}, not "My Registry"`,
        ]);
        await declare(() => new PrivateRegistry("1st", args));
    });
});

describe("the settings of a registry", () => {
    it("have the defaults of all arguments", async () => {
        const { log, configContext, ...settings } = checkArguments("team", {});
        assert.deepEqual(await resolved(log), { level: "info", format: "json", accessLog: true });
        assert.deepEqual(configContext.knownDrivers, []);
        assert.deepEqual(settings, {
            title: 'the PrivateRegistry "team"',
            name: "team",
            namespace: "team",
            createNamespace: true,
            createNodeNamespace: true,
            serviceName: "team",
            clusterDomain: "cluster.local",
            host: undefined,
            hostAliases: [],
            image: "docker.io/library/registry:3.1.2",
            imageMirror: undefined,
            imageDockerConfigJson: undefined,
            imagePullSecrets: [],
            config: {},
            maintenance: undefined,
            verify: undefined,
            helm: undefined,
            replicas: 1,
            resources: {
                path: "resources",
                defaults: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
                given: {},
            },
            scheduling: {},
            serviceAccount: undefined,
            labels: {},
            annotations: {},
            restore: undefined,
            rollout: { strategy: "Surge" },
            users: [{ name: "admin", generation: 1 }],
            tls: {
                existingSecret: undefined,
                pem: undefined,
                certManager: undefined,
                selfSigned: {
                    algorithm: "ECDSA-P256",
                    validityDays: 365,
                    renewBeforeDays: 30,
                    subjectAlternativeNames: [],
                    generation: 1,
                    authorityGeneration: 1,
                },
            },
            isPlain: false,
            storage: {
                memory: undefined,
                existingClaim: undefined,
                hostPath: undefined,
                s3: undefined,
                minio: undefined,
                driver: undefined,
                volume: { size: "10Gi", accessMode: "ReadWriteOnce", claimName: "team" },
                mounting: "same node",
                isProtected: true,
            },
            descriptorCache: { redis: undefined, inMemory: undefined },
            expose: { ingress: undefined, ingressRoute: undefined },
            ui: undefined,
            networkPolicy: undefined,
            nodeNamespace: undefined,
            pullSecrets: { namespaces: [], name: "team-pull", serviceAccounts: [] },
            pullGeneration: 1,
            nodes: undefined,
        });
    });
});
