import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PrivateRegistry, RolloutStrategy } from "../../../../components";
import { failure } from "../../mocks";
import { problems, type Wrong } from "../../refusals";
import { registry } from "../../registry";

describe("what the chart does not support", () => {
    const chartProblems = (args: Wrong, name?: string) => problems({ helm: {}, ...args }, name);
    const inConfigMap =
        "the chart stores config.yml in a ConfigMap; pass it as an environment variable from a Secret in helm.values.extraEnvVars, or remove helm";
    const writtenByChart = "is overridden by the chart's environment variables; remove it, or remove helm";

    const cases: [string, Wrong, string[]][] = [
        [
            "topology spread",
            { scheduling: { topologySpread: [{ maxSkew: 1 }] } },
            ["scheduling.topologySpread: is not supported by the chart; use affinity, or remove helm"],
        ],
        [
            "a rollout without a failed request",
            { rollout: { strategy: RolloutStrategy.Surge } },
            [
                "rollout.strategy: promises that no request fails, but the chart's pods stop immediately while nodes still send them requests; omit it, or remove helm",
            ],
        ],
        [
            "a limited folder that does not last",
            { storage: { memory: {} } },
            [
                "storage.memory: has a size limit, which the chart does not support, so images could fill the node's disk; use a volume with deleteWithStack, or remove helm",
            ],
        ],
        [
            "labels that are the chart's",
            { labels: { app: "a", release: "b", team: "c" } },
            ["app", "release"].map(
                (label) => `labels.${label}: is in the chart's pod selector; rename the label, or remove helm`,
            ),
        ],
        [
            "settings that the chart writes over config.yml",
            {
                config: {
                    http: { secret: "a", tls: { certificate: "/a", key: "/b" } },
                    storage: { filesystem: { rootdirectory: "/c" } },
                },
            },
            ["http.secret", "http.tls.certificate", "http.tls.key", "storage.filesystem.rootdirectory"].map(
                (setting) => `config.${setting}: ${writtenByChart}`,
            ),
        ],
        [
            "settings that the chart writes over config.yml for S3",
            { storage: { s3: { bucket: "images" } }, config: { storage: { s3: { bucket: "d", region: "e" } } } },
            ["storage.s3.bucket", "storage.s3.region"].map((setting) => `config.${setting}: ${writtenByChart}`),
        ],
        [
            "secrets in config.yml",
            {
                config: {
                    redis: { password: "hunter2" },
                    notifications: { endpoints: [{ name: "a", headers: { Authorization: ["Bearer hunter2"] } }] },
                },
            },
            [
                `config.redis.password: looks like a secret, and ${inConfigMap}`,
                `config.notifications.endpoints[0].headers.Authorization: looks like a secret, and ${inConfigMap}`,
            ],
        ],
        [
            "values that take from the component what it relies on",
            { helm: { values: { fullnameOverride: "a", namespace: "b", garbageCollect: { enabled: true } } } },
            [
                "helm.values.fullnameOverride: names the chart's objects, like the argument serviceName; set serviceName instead",
                "helm.values.namespace: places the chart's objects, like the argument namespace; set namespace instead",
                "helm.values.garbageCollect.enabled: collects garbage while images are pushed, which loses layers; remove it, and set maintenance instead",
            ],
        ],
        [
            "values that replace what arguments set",
            {
                helm: {
                    values: {
                        image: { tag: "2.8.3" },
                        replicaCount: 3,
                        updateStrategy: { type: "Recreate" },
                        autoscaling: { enabled: true },
                        storage: "s3",
                        persistence: { deleteEnabled: false },
                        tlsSecretName: "other",
                        configData: { http: { addr: ":6000" } },
                        serviceAccount: { create: true },
                    },
                },
            },
            [
                "helm.values.image: replaces the component's image; set image and imageMirror instead",
                "helm.values.replicaCount: is not checked against the storage; set replicas instead",
                "helm.values.updateStrategy: is not checked against the storage; set rollout.strategy instead",
                "helm.values.autoscaling.enabled: changes the number of pods without a check of the storage; remove it, and set replicas",
                "helm.values.storage: replaces where images are stored; set storage or config.storage instead",
                "helm.values.persistence: replaces where images are stored; set storage or config.storage instead",
                "helm.values.tlsSecretName: replaces the component's certificate; set tls instead",
                "helm.values.configData: changes config.yml without the checks of the argument config; set config instead",
                "helm.values.serviceAccount: replaces the component's service account; set serviceAccount instead",
            ],
        ],
        [
            "users and keys of the chart, which are not repeated",
            { helm: { values: { secrets: { htpasswd: "team:$2y$05$hunter2", haSharedSecret: "hunter2" } } } },
            [
                "helm.values.secrets.htpasswd: replaces the component's users, so that no pull secret and no node could log in; set users instead",
                "helm.values.secrets.haSharedSecret: is a random key that the component generates; remove it",
            ],
        ],
        [
            "null in the place of values that the component sets",
            { helm: { values: { secrets: { haSharedSecret: null }, configData: null } } },
            [
                "helm.values.secrets.haSharedSecret: is a random key that the component generates; remove it",
                "helm.values.configData: changes config.yml without the checks of the argument config; set config instead",
            ],
        ],
        [
            "a mirror, which accepts no pushes",
            { helm: { values: { proxy: { enabled: true } } } },
            ["helm.values.proxy.enabled: makes the registry a cache, which rejects every push; remove it"],
        ],
        [
            "labels in selectors, and environment variables that override what the component relies on",
            {
                helm: {
                    values: {
                        podLabels: { "app.kubernetes.io/component": "other", team: "a" },
                        extraEnvVars: [
                            { name: "REGISTRY_AUTH", value: "none" },
                            { name: "REGISTRY_HTTP_ADDR", value: ":6000" },
                            { name: "REGISTRY_AUTHOR", value: "a" },
                            { name: "REGISTRY_HTTP_TLS_KEY", value: "/key" },
                        ],
                    },
                },
            },
            [
                "helm.values.podLabels.app.kubernetes.io/component: is in a selector of the registry's pods, which would not be found any more; remove it",
                "helm.values.extraEnvVars[0]: overrides auth of config.yml, which must not change: the component's users, pull secrets and nodes log in with htpasswd; set users",
                "helm.values.extraEnvVars[1]: overrides http.addr of config.yml, which must stay `:5000`, to which the Services and probes connect; for another port outside the cluster, set expose",
                "helm.values.extraEnvVars[3]: overrides http.tls of config.yml, which must name the component's certificate; set tls",
            ],
        ],
        [
            "a chart in two places",
            { helm: { chart: "./charts/a", repo: "https://charts.example.com", version: "3.0.0" } },
            [
                "helm.repo: is the repository of a chart that is given by name, but chart is `./charts/a`; remove one of the two",
                "helm.version: has no effect, because the chart at `./charts/a` has its own version; remove it",
            ],
        ],
        [
            "a long name",
            { serviceName: "a".repeat(54) },
            ["serviceName: is also the name of the Helm release, which has at most 53 characters; shorten it"],
        ],
    ];
    for (const [what, args, lines] of cases) {
        it(`is rejected: ${what}`, async () => assert.deepEqual(await chartProblems(args), lines));
    }

    it("is rejected: a long component name, the default of serviceName", async () => {
        assert.deepEqual(await chartProblems({}, "a".repeat(54)), [
            "name: is also the name of the Helm release, which has at most 53 characters; shorten it",
        ]);
    });

    it("is not rejected: switches that are off, and variables of other settings", async () => {
        const off = { enabled: false };
        const extraEnvVars = [{ name: "REGISTRY_STORAGE_AZURE_ACCOUNTKEY", valueFrom: {} }];
        const values = { proxy: off, autoscaling: off, garbageCollect: off, extraEnvVars, podLabels: { team: "a" } };
        await registry({ helm: { values } });
    });

    it("is accepted without helm", async () => {
        // Without helm, the component itself writes these.
        const reserved = cases.find(([what]) => what === "settings that the chart writes over config.yml");
        for (const [what, { helm, ...args }] of cases.filter((one) => one !== reserved)) {
            if (helm === undefined) await registry(args).catch((e) => assert.fail(`${what}: ${e}`));
        }
    });

    it("is rejected when it is known: a secret in config.yml, which is not repeated", async () => {
        const later = async (config: Wrong) =>
            (await failure(() => new PrivateRegistry("registry", { helm: {}, config }))).message;
        const marked = await later({ redis: { username: pulumi.secret("hunter2") } });
        assert.match(marked, /config: contains a secret, .* the chart stores config\.yml in a ConfigMap/);
        const named = await later(pulumi.output(Promise.resolve({ redis: { password: "hunter2" } })));
        assert.match(named, /config\.redis\.password: looks like a secret/);
        assert.doesNotMatch(marked + named, /hunter2/);
    });
});
