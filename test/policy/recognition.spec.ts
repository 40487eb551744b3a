import * as assert from "node:assert/strict";
import { programOf } from "../../policy/images";
import { claim, configMap, type Declared, deployment, ingress, service } from "./fixtures";
import { ruleNamed, violations } from "./judge";

const images: Record<string, string | undefined> = {
    registry: "distribution",
    "registry:3.1.2": "distribution",
    "docker.io/library/registry:2": "distribution",
    "mirror.example.com:5000/hub/library/registry@sha256:1": "distribution",
    "ghcr.io/distribution/distribution:3.1.2": "distribution",
    "goharbor/registry-photon:v2.13.0": "harbor",
    "bitnami/harbor-registry:2.13.0": "harbor",
    "ghcr.io/project-zot/zot:v2.1.7": "zot",
    "ghcr.io/project-zot/zot-linux-amd64:v2.1.7": "zot",
    "ghcr.io/project-zot/zot-minimal-linux-arm64:v2.1.7": "zot",
    "goharbor/harbor-registryctl:v2.13.0": undefined,
    "goharbor/harbor-core:v2.13.0": undefined,
    "ghcr.io/project-zot/zb-linux-amd64:v2.1.7": undefined,
    "confluentinc/cp-schema-registry:7.9.0": undefined,
    "apicurio/apicurio-registry:3.0.6": undefined,
    "jhipster/jhipster-registry:v7.4.0": undefined,
    "springcloud/eureka:1": undefined,
    "joxit/docker-registry-ui:2.5.7": undefined,
};

/** A workload with these labels, and a container that tells nothing. */
function labelled(labels: object, container: object = {}): Declared {
    const bare = { image: "example.com/own:1.0.0", env: [], volumeMounts: [], ports: [], ...container };
    const { props, ...rest } = deployment({ container: bare, pod: { hostNetwork: true } });
    const template = { ...props.spec.template, metadata: { labels } };
    return { ...rest, props: { ...props, metadata: { name: "any", namespace: "images" }, spec: { template } } };
}

function isRegistry(resource: Declared, settings: object = {}): boolean {
    return violations(ruleNamed("restricted-pods"), [resource], settings).length > 0;
}

describe("the recognition of registries", () => {
    for (const [image, program] of Object.entries(images)) {
        it(`${program === undefined ? "leaves" : "knows"} the image ${image}`, () => {
            assert.equal(programOf(image), program);
            assert.equal(isRegistry(labelled({ app: "any" }, { image })), program !== undefined);
        });
    }

    it("knows a registry's own names, whatever the image", () => {
        assert.ok(isRegistry(labelled({ app: "docker-registry" })));
        assert.ok(isRegistry(labelled({ "app.kubernetes.io/name": "private-registry" })));
        assert.ok(isRegistry(labelled({ "k8s-app": "container-registry" })));
        assert.ok(!isRegistry(labelled({ app: "schema-registry" })));
    });

    it("knows the name `registry` only with a registry's variables, folders or port", () => {
        assert.ok(!isRegistry(labelled({ app: "registry" })));
        assert.ok(!isRegistry(labelled({ app: "registry" }, { ports: [{ containerPort: 8761 }] })));
        assert.ok(!isRegistry(labelled({ app: "registry" }, { env: [{ name: "EUREKA_INSTANCE_HOSTNAME" }] })));
        assert.ok(isRegistry(labelled({ app: "registry" }, { env: [{ name: "REGISTRY_HTTP_ADDR" }] })));
        assert.ok(isRegistry(labelled({ app: "registry" }, { volumeMounts: [{ mountPath: "/var/lib/registry" }] })));
        assert.ok(isRegistry(labelled({ app: "registry" }, { ports: [{ containerPort: 5000 }] })));
    });

    it("is widened by `registryNames`", () => {
        assert.ok(!isRegistry(labelled({ app: "images" })));
        assert.ok(isRegistry(labelled({ app: "images" }), { registryNames: ["images"] }));
    });

    it("is narrowed by `notRegistries`, which wins over an image", () => {
        assert.ok(!isRegistry(labelled({ app: "docker-registry" }), { notRegistries: ["docker-registry"] }));
        assert.ok(!isRegistry(deployment({ pod: { hostNetwork: true } }), { notRegistries: ["regis*"] }));
        assert.ok(isRegistry(deployment({ pod: { hostNetwork: true } }), { notRegistries: ["registry-*"] }));
        const both = { registryNames: ["images"], notRegistries: ["images"] };
        assert.ok(!isRegistry(labelled({ app: "images" }), both));
    });

    it("follows a Service, a route and a claim to the workload in the stack", () => {
        const eureka = labelled({ app: "registry" }, { ports: [{ containerPort: 8761 }] });
        const unlimited = (resources: Declared[]) => violations(ruleNamed("unlimited-body-size"), resources).length;
        const limited = ingress({ metadata: { annotations: null } });
        const ofRegistry = service({ spec: { selector: null } });
        ofRegistry.props.spec.selector = { app: "registry" };
        assert.equal(unlimited([limited]), 1, "without the Service, its name decides");
        assert.equal(unlimited([limited, ofRegistry]), 1, "without the workload, the Service's name decides");
        assert.equal(unlimited([limited, ofRegistry, eureka]), 0);
        assert.equal(unlimited([limited, service(), deployment()]), 1);

        const unprotected = claim({}, false);
        const kept = (resources: Declared[]) => violations(ruleNamed("data-protected"), resources).length;
        const pod = eureka.props.spec.template.spec;
        pod.volumes = [{ name: "data", persistentVolumeClaim: { claimName: "registry-data" } }];
        assert.equal(kept([unprotected]), 1);
        assert.equal(kept([unprotected, eureka]), 0);
        assert.equal(kept([unprotected, deployment()]), 1);
        assert.equal(kept([claim({ metadata: { name: "blobs" } }, false), deployment()]), 0);
    });

    it("counts the web UI of a registry to its installation, but not its namesake alone", () => {
        const ui = labelled({ app: "registry", "app.kubernetes.io/component": "ui" });
        const toUi = service({ metadata: { name: "registry-ui" } });
        toUi.props.spec = { selector: { app: "registry", "app.kubernetes.io/component": "ui" } };
        const path = { path: "/ui", backend: { service: { name: "registry-ui" } } };
        const open = ingress({ spec: { tls: null, rules: [{ host: "ui.example.com", http: { paths: [path] } }] } });
        const exposed = (resources: Declared[]) => violations(ruleNamed("tls-on-exposed-paths"), resources).length;
        assert.equal(exposed([open, toUi, ui, deployment()]), 1);
        assert.equal(exposed([open, toUi, ui]), 0);
    });

    it("reads no configuration of other programs", () => {
        const other = configMap("other", {
            "config.yml": "version: 1\nservices: {}\n",
            "b.json": '{"http":{},"auth":{}}',
        });
        assert.deepEqual(violations(ruleNamed("no-basic-auth-over-http"), [other]), []);
    });
});
