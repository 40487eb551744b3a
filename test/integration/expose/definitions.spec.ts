import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { IngressController, PrivateRegistry, type PrivateRegistryArgs } from "../../../components";
import { attempt } from "../../../sandbox/command";
import { declare } from "../../unit/mocks";
import { otherGoModuleFolder } from "../goModule";
import { inSandbox, kubectl, RegistryStack, stepwise, theSandbox } from "../harness";

/** The oldest versions that the documentation names, with the hashes of their Go modules. */
const traefikModules = {
    "2.11.0": ["github.com/traefik/traefik/v2@v2.11.0", "h1:Uq5fiVpcFCbAmwn/EDYmG4RoKmfw6leVPRKtW6zPF54="],
    "3.0.0": ["github.com/traefik/traefik/v3@v3.0.0", "h1:5QehwnFdbTMvLW0WZFw47YKD3i9WO5L5e/l0n/cJ/V0="],
} as const;
const gatewayModules = {
    "1.0.0": "h1:iPTStSv41+d9p0xFydll6d7f7MOBGuqXM6p2/zVYMAs=",
    "1.1.0": "h1:DsLDXCi6jR+Xz8/xd0Z1PYl2Pn0TyaFMOPPZIj4inDM=",
    "1.2.0": "h1:LrToiFwtqKTKZcZtoQPTuo3FxhrrhTgzQG0Te+YGSo8=",
    "1.3.0": "h1:q6okN+/UKDATola4JY7zXzx40WO4VISk7i9DIfOvr9M=",
    "1.4.0": "h1:ZwlNM6zOHq0h3WUX2gfByPs2yAEsy/EenYJB78jpQfQ=",
} as const;

type TraefikVersion = keyof typeof traefikModules;
type GatewayVersion = keyof typeof gatewayModules;
type Channel = "standard" | "experimental";

/** The definitions that one of these tests installs, by name. */
const definitions = [
    ...["ingressroutes", "serverstransports", "middlewares"].map((kind) => `${kind}.traefik.io`),
    ...["httproutes", "backendtlspolicies"].map((kind) => `${kind}.gateway.networking.k8s.io`),
];

async function removeDefinitions(): Promise<void> {
    await kubectl(`delete crd ${definitions.join(" ")} --ignore-not-found`);
}

/** Installs definitions over those that are there, and waits until the API server knows them. */
async function install(files: readonly string[]): Promise<void> {
    for (const file of files) await kubectl(`apply --server-side --force-conflicts --filename ${file}`);
    const all = (await kubectl("get crd --output name")).split("\n");
    const installed = all.filter((name) => definitions.includes(name.split("/")[1]));
    assert.ok(installed.length > 0);
    await kubectl(`wait ${installed.join(" ")} --for=condition=Established --timeout=60s`);
}

async function installTraefik(version: TraefikVersion): Promise<void> {
    const [module, sum] = traefikModules[version];
    const folder = await otherGoModuleFolder(module, sum);
    await install([path.join(folder, "docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml")]);
}

async function installGatewayApi(version: GatewayVersion, channel: Channel): Promise<void> {
    const folder = await otherGoModuleFolder(`sigs.k8s.io/gateway-api@v${version}`, gatewayModules[version]);
    const files = ["httproutes", "backendtlspolicies"].map((kind) =>
        path.join(folder, "config/crd", channel, `gateway.networking.k8s.io_${kind}.yaml`),
    );
    await install(files.filter((file) => fs.existsSync(file)));
}

/** An object of one of the definitions' kinds, in a namespace that exists. */
interface CustomObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: object;
    readonly spec: object;
}

const host = "definitions.example.com";

/** What the component declares of these kinds. */
async function declared(args: PrivateRegistryArgs): Promise<CustomObject[]> {
    const { all } = await declare(() => new PrivateRegistry("registry", { host, ui: {}, ...args }));
    return all
        .filter(({ type }) => /^kubernetes:(traefik\.io|gateway\.networking\.k8s\.io)\//.test(type))
        .map(({ name, inputs }) => ({
            ...inputs,
            metadata: { name, ...inputs.metadata, namespace: "default" },
        }));
}

/** Why the API server refuses objects; empty if it accepts every field of them. */
async function refusals(objects: readonly CustomObject[]): Promise<string[]> {
    const apply = ["kubectl", "apply", "--server-side", "--dry-run=server", "--validate=strict", "--filename", "-"];
    const results = objects.map(async (object) => {
        const input = JSON.stringify(object);
        const { code, stderr } = await attempt(apply, { env: theSandbox().environment, input });
        return code === 0 ? [] : [`${object.kind}: ${stderr.trim()}`];
    });
    return (await Promise.all(results)).flat();
}

const kindsOf = (objects: readonly CustomObject[]) => [...new Set(objects.map(({ kind }) => kind))].sort();

/** A copy of the objects in which those of a kind have another field in `spec`. */
const changed = (objects: readonly CustomObject[], kind: string, spec: object) =>
    objects
        .filter((object) => object.kind === kind)
        .map((object) => ({ ...object, spec: { ...object.spec, ...spec } }));

/** The API server checks each declared field. Traefik 2.11 itself does not run here: its build would take minutes. */
describe("the oldest definitions", () => {
    inSandbox();
    before(removeDefinitions);
    after(removeDefinitions);

    for (const version of Object.keys(traefikModules) as TraefikVersion[]) {
        it(`of Traefik ${version} have every field that the component uses`, async () => {
            await installTraefik(version);
            const expose = { ingress: { controller: IngressController.Traefik }, ingressRoute: {} };
            const middlewares = [{ name: "office", namespace: "traefik" }];
            const objects = [
                ...(await declared({ expose })),
                ...(await declared({ expose: { ingressRoute: { certResolver: "acme", middlewares } } })),
            ];
            assert.deepEqual(kindsOf(objects), ["IngressRoute", "Middleware", "ServersTransport"]);
            assert.deepEqual(await refusals(objects), []);
            const [control] = changed(objects, "ServersTransport", { rootCAs: [{ configMap: "a" }] });
            assert.match((await refusals([control])).join(), /rootCAs/, "the check finds a field of newer versions");
        });
    }

    const channels: [GatewayVersion, Channel, PrivateRegistryArgs["tls"]][] = [
        ["1.0.0", "standard", { plainBackend: true }],
        ["1.1.0", "standard", { plainBackend: true }],
        ["1.1.0", "experimental", {}],
        ["1.2.0", "experimental", {}],
        ["1.3.0", "standard", { plainBackend: true }],
        ["1.3.0", "experimental", {}],
        ["1.4.0", "standard", {}],
    ];
    for (const [version, channel, tls] of channels) {
        const how = tls?.plainBackend ? "plain HTTP" : "TLS";
        it(`of Gateway API ${version} (${channel}) have every field, with ${how} to the pods`, async () => {
            await removeDefinitions();
            await installGatewayApi(version, channel);
            const parent = { name: "team", namespace: "edge", sectionName: "https" };
            const parentRefs = [version === "1.0.0" ? parent : { ...parent, port: 443 }];
            const objects = await declared({ tls, expose: { gateway: { version, parentRefs } } });
            assert.deepEqual(kindsOf(objects), tls?.plainBackend ? ["HTTPRoute"] : ["BackendTLSPolicy", "HTTPRoute"]);
            assert.deepEqual(await refusals(objects), []);
            const present = await declared({ tls, expose: { gateway: { parentRefs } } });
            const isOld = version !== "1.4.0" && !(version === "1.3.0" && tls?.plainBackend);
            const why = "without `version`, older definitions refuse an object";
            assert.equal((await refusals(present)).length > 0, isOld, why);
        });
    }

    it("of Gateway API 1.0 (experimental) have another BackendTLSPolicy, which the component does not use", async () => {
        await removeDefinitions();
        await installGatewayApi("1.0.0", "experimental");
        const gateway = { version: "1.1", parentRefs: [{ name: "team" }] };
        const said = await refusals(await declared({ expose: { gateway } }));
        assert.match(said.join(), /BackendTLSPolicy.*v1alpha3/s);
    });
});

describe("expose.gateway while the definitions are upgraded", () => {
    stepwise();
    inSandbox();
    const gateway = { parentRefs: [{ name: "team" }] };
    const registry = new RegistryStack("definitions", {
        namespace: "definitions",
        host,
        storage: { memory: {} },
        expose: { gateway: { ...gateway, version: "1.3" } },
    });
    before(async () => {
        await removeDefinitions();
        await installGatewayApi("1.3.0", "experimental");
    });
    after(async () => {
        await registry.remove();
        await removeDefinitions();
    });

    const policy = async () =>
        JSON.parse(await kubectl("get backendtlspolicies --namespace definitions --output json"));
    let identity: string;

    it("fails without `version`, with a message that the documentation names", async () => {
        const { args } = registry;
        registry.args = { ...args, expose: { gateway } };
        const { code, stdout, stderr } = await registry.pulumi("up", "--yes", "--skip-preview");
        registry.args = args;
        assert.notEqual(code, 0);
        const page = fs.readFileSync(path.join(__dirname, "../../../docs/troubleshooting.md"), "utf8");
        const [, message] = /`(no matches for kind "BackendTLSPolicy"[^`]*)`/.exec(page) ?? [];
        assert.ok((stdout + stderr).includes(message), stdout + stderr);
    });

    it("is created with version 1.3, and refresh finds no drift", async () => {
        await registry.up();
        await registry.expectNoChange();
        const { items } = await policy();
        assert.equal(items.length, 1);
        identity = items[0].metadata.uid;
    });

    it("keeps its policy with version 1.4", async () => {
        await installGatewayApi("1.4.0", "standard");
        registry.args = { ...registry.args, expose: { gateway } };
        await registry.up();
        await registry.expectNoChange();
        const { items } = await policy();
        assert.deepEqual(
            items.map((item: { apiVersion: string; metadata: { uid: string } }) => [
                item.apiVersion,
                item.metadata.uid,
            ]),
            [["gateway.networking.k8s.io/v1", identity]],
        );
    });
});
