import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ContainerRuntime, RegistryAccess, type RegistryAccessArgs } from "../../../components";
import { dockerConfigJson } from "../../../components/arguments/formats/dockerConfig";
import { caCertificate, namedCertificate } from "../authority";
import { declare, failure, resolved } from "../mocks";
import { accessProblems, withValue } from "../refusals";
import * as must from "../sentences";
import { sshNode } from "../sshNode";

const loginFor = (...hosts: string[]) => dockerConfigJson(hosts, "puller", "hunter2");
const login = loginFor("registry.example.com");
const required = { host: "registry.example.com", dockerConfigJson: login };
const caCertPem = namedCertificate("of the registry");
const access = (args: Partial<RegistryAccessArgs> = {}) =>
    declare(() => new RegistryAccess("access", { ...required, ...args }));

describe("RegistryAccess", () => {
    it("creates nothing by default", async () => {
        assert.deepEqual(
            (await access()).all.map((r) => r.name),
            ["access"],
        );
    });

    it("creates pull secrets from dockerConfigJson, a plain value or an Output", async () => {
        for (const dockerConfigJson of [login, pulumi.output(login)]) {
            const r = await access({ dockerConfigJson, pullSecrets: { namespaces: ["default"] } });
            const secret = r.one("Secret", "access-pull-secret-default");
            assert.deepEqual(secret.inputs.stringData, { ".dockerconfigjson": login });
            assert.equal(secret.inputs.metadata.name, "access-pull");
            assert.equal(secret.clearTexts.includes(login), false);
        }
    });

    it("outputs the names of the pull secrets", async () => {
        let component: RegistryAccess | undefined;
        await declare(() => {
            component = new RegistryAccess("access", { ...required, pullSecrets: { namespaces: ["a", "b"] } });
        });
        assert.deepEqual(await resolved((component as RegistryAccess).pullSecretNames), {
            a: "access-pull",
            b: "access-pull",
        });
    });

    it("makes nodes trust caCertPem for host and hostAliases, which they resolve themselves", async () => {
        const hostAliases = ["images.example.com"];
        const dockerConfigJson = loginFor("registry.example.com", ...hostAliases);
        const { list, ...data } = (await access({ caCertPem, hostAliases, dockerConfigJson })).one("ConfigMap").inputs
            .data;
        assert.equal(list.trimEnd().split("\n").length, 4);
        assert.equal(data["file-0"], caCertPem);
        assert.match(data["file-1"], /\[host\."https:\/\/registry\.example\.com"\]/);
        assert.match(data["file-3"], /\[host\."https:\/\/images\.example\.com"\]/);
    });

    it("needs no caCertPem if the certificate is publicly trusted, whose output is empty", async () => {
        assert.deepEqual(
            (await access({ caCertPem: "" })).all.map((r) => r.name),
            ["access"],
        );
    });

    it("omits the CA certificate on nodes if caCertPem turns out to be empty", async () => {
        for (const runtime of Object.values(ContainerRuntime)) {
            const args = { nodes: { runtimes: [runtime] }, endpoint: "203.0.113.7:443" };
            const files = async (pem: string) => {
                const late = pulumi.output(new Promise<string>((resolve) => setTimeout(resolve, 5, pem)));
                return (await access({ ...args, caCertPem: late })).one("ConfigMap").inputs.data;
            };
            const [without, having] = [await files(""), await files(caCertificate)];
            assert.ok(having.list.includes("ca.crt"), having.list);
            assert.ok(
                !without.list.includes("ca.crt") && !JSON.stringify(without).includes("CERTIFICATE"),
                without.list,
            );
            assert.doesNotMatch(JSON.stringify(without), /ca = /);
            assert.equal(
                without.roots,
                having.roots,
                "the agent removes the CA certificate of an earlier configuration",
            );
        }
    });

    it("omits the CA certificate from registriesYaml and from machines over SSH, too", async () => {
        let component: RegistryAccess | undefined;
        const nodes = { daemonSet: false, ssh: [sshNode("a")] };
        const r = await declare(() => {
            component = new RegistryAccess("access", { ...required, nodes, caCertPem: pulumi.output("") });
        });
        assert.doesNotMatch(r.one("Command").inputs.stdin, /ca\.crt/);
        assert.doesNotMatch(await resolved((component as RegistryAccess).registriesYaml), /ca_file/);
    });

    it("makes nodes log in, with a CA certificate that turns out to be empty", async () => {
        const r = await access({ caCertPem: pulumi.output(""), nodes: { authenticate: true } });
        const [toml] = Object.values(r.one("Secret").inputs.stringData) as string[];
        assert.match(toml, /Authorization = "Basic cHVsbGVyOmh1bnRlcjI="/);
        assert.doesNotMatch(toml, /ca = /);
    });

    it("makes nodes pull from endpoint", async () => {
        for (const endpoint of ["203.0.113.7:443", "[2001:db8::7]:443"]) {
            const toml = (await access({ caCertPem, endpoint })).one("ConfigMap").inputs.data["file-1"];
            assert.ok(toml.includes(`[host."https://${endpoint}"]`), toml);
        }
    });

    it("mounts no directory for host names that are not mapped", async () => {
        const r = await access({ caCertPem, nodes: { runtimes: [ContainerRuntime.CriO] } });
        assert.equal(JSON.stringify(r.one("DaemonSet").inputs).includes("registries.conf.d"), false);
    });

    it("configures no node when nodes.enabled is false", async () => {
        assert.deepEqual((await access({ caCertPem, nodes: { enabled: false } })).every("DaemonSet"), []);
    });

    it("configures nodes from a separate privileged namespace", async () => {
        const r = await access({ caCertPem });
        const { metadata } = r.one("Namespace").inputs;
        assert.equal(metadata.name, "access-node");
        assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], "privileged");
        assert.equal(r.one("DaemonSet").inputs.metadata.namespace, "access-node");
    });

    it("uses nodeNamespace", async () => {
        const r = await access({ caCertPem, nodeNamespace: "kube-images" });
        assert.equal(r.one("Namespace").inputs.metadata.name, "kube-images");
        assert.equal(r.one("DaemonSet").inputs.metadata.namespace, "kube-images");
    });

    it("creates no namespace when createNodeNamespace is false", async () => {
        const r = await access({ caCertPem, nodeNamespace: "kube-images", createNodeNamespace: false });
        assert.deepEqual(r.every("Namespace"), []);
        assert.equal(r.one("DaemonSet").inputs.metadata.namespace, "kube-images");
    });

    it("pulls its image from imageMirror with imagePullSecrets", async () => {
        const r = await access({ caCertPem, imageMirror: "mirror.example.com", imagePullSecrets: ["mirror"] });
        const { spec } = r.one("DaemonSet").inputs.spec.template;
        assert.match(spec.containers[0].image, /^mirror\.example\.com\/docker\.io\/curlimages\/curl:/);
        assert.deepEqual(spec.imagePullSecrets, [{ name: "mirror" }]);
    });
});

describe("the validation of RegistryAccess's arguments", () => {
    it("requires host and dockerConfigJson", async () => {
        assert.deepEqual(await accessProblems({}), [
            "host: is missing; set it to the registry's output `host`",
            "dockerConfigJson: is missing; set it to the registry's output `dockerConfigJson`",
        ]);
    });

    it("requires the CA certificate that nodes should trust", async () => {
        assert.deepEqual(await accessProblems({ ...required, nodes: {} }), [
            "nodes: needs a CA certificate to trust; set caCertPem to the registry's output `caCertPem`",
        ]);
        await declare(() => new RegistryAccess("access", { ...required, nodes: { enabled: false } }));
    });

    describe("dockerConfigJson", () => {
        const withoutLogin: Record<string, { content: object; says: string }> = {
            "a login in Docker's credential store": {
                content: { auths: { "registry.example.com": {} }, credsStore: "desktop" },
                says: "has no login for registry.example.com; Docker keeps it in credsStore, which pods cannot read, so set user name and password in auths",
            },
            "a login in a credential helper": {
                content: { auths: {}, credHelpers: { "registry.example.com": "ecr-login" } },
                says: "has no login for registry.example.com; Docker keeps it in credHelpers, which pods cannot read, so set user name and password in auths",
            },
            "another host": {
                content: JSON.parse(loginFor("b.example")),
                says: "has no login for registry.example.com; set its user name and password in auths",
            },
            "another port": {
                content: JSON.parse(loginFor("registry.example.com:443")),
                says: "has no login for registry.example.com but for registry.example.com:443; write the port as in the names of images",
            },
        };
        for (const [what, { content, says }] of Object.entries(withoutLogin)) {
            it(`rejects ${what}, in a plain value or an Output`, async () => {
                const dockerConfigJson = JSON.stringify(content);
                const args = { ...required, dockerConfigJson };
                assert.deepEqual(await accessProblems(args), [`dockerConfigJson: ${says}`]);
                for (const use of [{ pullSecrets: { namespaces: ["a"] } }, { nodes: { authenticate: true } }]) {
                    const late = pulumi.secret(dockerConfigJson);
                    const { message } = await failure(
                        () => new RegistryAccess("access", { ...args, ...use, dockerConfigJson: late }),
                    );
                    assert.ok(message.includes(`dockerConfigJson: ${says}`), message);
                    assert.doesNotMatch(message, /hunter2|aHVudGVyMg|cHVsbGVy/);
                }
            });
        }

        it("must have a login for every alias, too, as soon as the aliases are known", async () => {
            const says = "dockerConfigJson: has no login for b.example; set its user name and password in auths";
            assert.deepEqual(await accessProblems({ ...required, hostAliases: ["b.example"] }), [says]);
            const pullSecrets = { namespaces: ["a"] };
            const hostAliases = [pulumi.output("b.example")];
            const { message } = await failure(
                () => new RegistryAccess("access", { ...required, hostAliases, pullSecrets }),
            );
            assert.ok(message.includes(says), message);
        });

        it("may be empty if nothing uses it", async () => {
            const args = { ...required, dockerConfigJson: '{"auths":{}}' };
            await declare(() => new RegistryAccess("access", { ...args, caCertPem }));
            const says =
                "dockerConfigJson: has no login for registry.example.com; set its user name and password in auths";
            assert.deepEqual(await accessProblems({ ...args, nodes: { authenticate: true } }), [says]);
            assert.deepEqual(await accessProblems({ ...args, pullSecrets: { namespaces: ["a"] } }), [says]);
        });
    });

    const wrong: [string, unknown, string][] = [
        ["host", "https://a", `${must.host}, not "https://a"`],
        ["hostAliases[0]", "A", `${must.host}, not "A"`],
        ["dockerConfigJson", "hunter2", "must be the JSON of a dockerconfigjson Secret, with `auths`"],
        ["dockerConfigJson", '{"auths":null}', "must be the JSON of a dockerconfigjson Secret, with `auths`"],
        ["caCertPem", "/etc/ca.crt", "must be PEM-encoded certificates"],
        ["caCertPem", " ", "must be PEM-encoded certificates"],
        [
            "endpoint",
            "https://10.0.0.1",
            'must be a host name or an IP address with an optional port, e.g. `203.0.113.7:443` or `[2001:db8::7]:443`, not "https://10.0.0.1"',
        ],
        [
            "endpoint",
            "2001:db8::7",
            'must be a host name or an IP address with an optional port, e.g. `203.0.113.7:443` or `[2001:db8::7]:443`, not "2001:db8::7"',
        ],
        ["pullSecrets.namespaces[0]", "A", `${must.label(63)}, not "A"`],
        ["nodes.runtimes[0]", "x", 'must be one of "containerd", "k3s", "rke2", "cri-o", "docker", not "x"'],
        ["nodeNamespace", "A", `${must.label(63)}, not "A"`],
        ["createNodeNamespace", 1, `${must.boolean}, not 1`],
        ["imageMirror", "https://a", `${must.prefix}, not "https://a"`],
        ["imagePullSecrets[0]", "A", `${must.dnsName}, not "A"`],
        ["labels.a", 1, `${must.string}, not 1`],
        ["annotations.a", 1, `${must.string}, not 1`],
    ];
    for (const [path, value, sentence] of wrong) {
        it(`rejects ${path}: ${JSON.stringify(value)}`, async () => {
            const lines = await accessProblems({ ...required, ...withValue(path, value) });
            assert.ok(lines.includes(`${path}: ${sentence}`), lines.join("\n"));
        });
    }

    it("rejects a name that no object's name can begin with", async () => {
        assert.deepEqual(await accessProblems(required, "My Access"), [
            `name: the component's name ${must.label(58)}, not "My Access"`,
        ]);
    });

    it("validates Outputs when they resolve, without repeating secrets", async () => {
        const { message } = await failure(
            () =>
                new RegistryAccess("access", {
                    ...required,
                    dockerConfigJson: pulumi.secret("hunter2"),
                    pullSecrets: { namespaces: ["default"] },
                }),
        );
        assert.ok(message.includes("dockerConfigJson: must be the JSON of a dockerconfigjson Secret"), message);
        assert.doesNotMatch(message, /hunter/);
    });
});
