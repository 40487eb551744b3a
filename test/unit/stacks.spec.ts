import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import type { PrivateRegistryArgs } from "../../components";
import { componentOf, readSchema } from "../../scripts/docs/schema";
import { declare, type Resources, resolved } from "./mocks";
import { registry } from "./registry";

const defaultHost = "registry.registry.svc.cluster.local";
const root = path.join(__dirname, "../..");
const stackArgs = (stack: string): PrivateRegistryArgs =>
    parse(readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8")).config["private-registry:registry"];
const declareStack = (stack: string) => registry(stackArgs(stack));

describe("the stacks of this repository", () => {
    let dev: Resources;
    let prod: Resources;

    before(async () => {
        dev = await declareStack("dev");
        prod = await declareStack("prod");
    });

    it("both protect their images when the stack is destroyed", () => {
        for (const stack of [dev, prod]) {
            assert.equal(stack.one("PersistentVolumeClaim").protect, true);
            assert.equal(stack.one("Namespace", "registry-namespace").protect, true);
        }
    });

    it("prod has several replicas on shared storage, and dev has one replica", () => {
        assert.equal(dev.one("Deployment").inputs.spec.replicas, 1);
        assert.ok(prod.one("Deployment").inputs.spec.replicas > 1);
        assert.deepEqual(prod.one("PersistentVolumeClaim").inputs.spec.accessModes, ["ReadWriteMany"]);
    });

    it("prod has its own host and named users", () => {
        assert.ok(prod.one("CertRequest").inputs.dnsNames.includes("registry.example.com"));
        assert.ok(prod.htpasswd.some((line) => line.startsWith("ci:")));
        assert.ok(dev.htpasswd.some((line) => line.startsWith("admin:")));
    });

    it("dev logs more", () => {
        assert.equal(parse(dev.configYaml).log.level, "debug");
        assert.equal(parse(prod.configYaml).log.level, "info");
    });

    it("both create a pull secret in the default namespace, which pods of prod need not name", () => {
        for (const stack of [dev, prod]) {
            const secret = stack.one("Secret", "registry-access-pull-secret-default");
            assert.equal(secret.inputs.metadata.namespace, "default");
        }
        assert.equal(dev.every("ServiceAccountPatch").length, 0);
        assert.equal(prod.one("ServiceAccountPatch").inputs.metadata.name, "default");
    });

    it("export every output of the component, and nothing else", async () => {
        pulumi.runtime.setAllConfig({});
        let exported = {};
        // The program declares its resources when it is imported.
        delete require.cache[require.resolve("../../index")];
        await declare(() => {
            exported = require("../../index");
        });
        assert.deepEqual(Object.keys(exported), Object.keys(componentOf(readSchema(), "PrivateRegistry").properties));
        assert.equal(await resolved((exported as { host: pulumi.Output<string> }).host), defaultHost);
    });

    it("set no value that Pulumi.yaml does not declare", () => {
        const { config } = parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8"));
        assert.deepEqual(Object.keys(config), ["registry"]);
    });
});
