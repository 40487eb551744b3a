import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { imageReferences } from "../../../../sandbox/images/images";
import { repositoryRoot } from "../../../../sandbox/paths";
import { families, familyOf, type Tool } from "../../../../sandbox/toolchain/families";
import { pinnedModule, requiredVersion } from "../../../../sandbox/toolchain/module";

describe("toolchain families", () => {
    for (const family of families) {
        it(`pin ${family.name} with a go.mod and a go.sum`, () => {
            const module = pinnedModule(family);
            const files = fs.readdirSync(module.folder);
            assert.ok(files.includes("go.mod"));
            assert.match(module.goVersion, /^1\.26/);
            if (family.module !== undefined) {
                assert.ok(files.includes("go.sum"));
                const sums = fs.readFileSync(path.join(module.folder, "go.sum"), "utf8");
                const goMod = fs.readFileSync(path.join(module.folder, "go.mod"), "utf8");
                const [, replacement] = goMod.split(`replace ${family.module} => `);
                const built = replacement?.split("\n")[0] ?? `${family.module} ${module.version}`;
                assert.ok(sums.includes(`${built} h1:`), `go.sum has no ${built}`);
            }
        });
    }

    it("build every tool in one family only", () => {
        const tools = families.flatMap((family) => Object.keys(family.packages));
        assert.deepEqual([...new Set(tools)], tools);
    });

    it("name the executables of a family like Go does when it builds several", () => {
        const several = families.filter(({ packages }) => new Set(Object.values(packages)).size > 1);
        assert.ok(several.length > 0);
        for (const family of several) {
            for (const [tool, name] of Object.entries(family.packages)) {
                assert.equal(path.posix.basename(name), tool);
            }
        }
    });

    it("use one version for all parts of Kubernetes", () => {
        const { folder, version } = pinnedModule(familyOf("kubelet"));
        const goMod = fs.readFileSync(path.join(folder, "go.mod"), "utf8");
        const staging = [...goMod.matchAll(/^\s*(k8s\.io\/\S+) => \1 (\S+)$/gm)].map(([, , replaced]) => replaced);
        assert.ok(staging.length > 30);
        assert.deepEqual([...new Set(staging)], [version.replace(/^v1\./, "v0.")]);
    });

    it("set the version of Kubernetes, without which charts reject the cluster", () => {
        const { flags, version } = pinnedModule(familyOf("kube-apiserver"));
        const linkerFlags = flags.find((flag) => flag.startsWith("-ldflags="));
        assert.ok(linkerFlags?.includes(`-X k8s.io/component-base/version.gitVersion=${version}`));
        assert.ok(linkerFlags?.includes("-X k8s.io/client-go/pkg/version.gitMinor=35"));
    });

    it("use the Pulumi version of the SDK's development dependency", () => {
        const { devDependencies } = JSON.parse(fs.readFileSync(path.join(repositoryRoot, "package.json"), "utf8"));
        assert.equal(pinnedModule(familyOf("pulumi")).version, `v${devDependencies["@pulumi/pulumi"]}`);
    });

    it("build the Kubernetes provider with the SDK's version", () => {
        const { devDependencies } = JSON.parse(fs.readFileSync(path.join(repositoryRoot, "package.json"), "utf8"));
        const { folder, version } = pinnedModule(familyOf("pulumi-resource-kubernetes"));
        const main = fs.readFileSync(path.join(folder, "main.go"), "utf8");
        assert.match(main, new RegExp(`^const version = "${devDependencies["@pulumi/kubernetes"]}"$`, "m"));
        // The only commit of release 4.25.0 that the module proxy serves.
        assert.match(version, /-f47bc2d6f199$/);
    });

    it("compile what the first start builds once, because tools require the same versions of what they share with it", () => {
        // Some pin what they are built from, and Traefik needs what a newer version of OpenTelemetry's logs has renamed. Rclone
        // requires newer versions of small modules, which would rebuild everything else.
        const small = "buger|mailru|go-ole|lufia|power-devops|tklauser";
        const apart = new RegExp(
            `^github\\.com/(?:pulumi/|google/go-containerregistry$|(?:${small})/)|^go\\.opentelemetry\\.io/.*log`,
        );
        const requirement = /^(?:require )?\s*(\S+\.\S+\/\S+) (v\S+)(?: \/\/ indirect)?$/gm;
        const ofFirstStart = families.findIndex(({ name }) => name === "pulumi-kubernetes");
        const versions = new Map<string, Set<string>>();
        for (const [index, family] of families.entries()) {
            const goMod = fs.readFileSync(path.join(pinnedModule(family).folder, "go.mod"), "utf8");
            for (const [, module, version] of goMod.matchAll(requirement)) {
                if (index <= ofFirstStart && !versions.has(module)) versions.set(module, new Set());
                versions.get(module)?.add(version);
            }
        }
        assert.ok(versions.size > 400);
        const several = [...versions].filter(([module, found]) => found.size > 1 && !apart.test(module));
        assert.deepEqual(several, []);
    });

    it("write Python's SDK with the code of that version", () => {
        const { folder } = pinnedModule(familyOf("pulumi-python-sdk"));
        const goMod = fs.readFileSync(path.join(folder, "go.mod"), "utf8");
        const generator = requiredVersion(goMod, "github.com/pulumi/pulumi/pkg/v3");
        assert.equal(generator, pinnedModule(familyOf("pulumi")).version);
    });

    for (const tool of [
        "registry",
        "coredns",
        "crane",
        "local-path-provisioner",
        "traefik",
    ] as const satisfies readonly Tool[]) {
        it(`pack ${tool} with the tag of the built version`, () => {
            const tag = imageReferences[tool].split(":")[1];
            assert.equal(tag.replace(/^v/, ""), pinnedModule(familyOf(tool)).version.slice(1));
        });
    }
});

describe("requiredVersion", () => {
    it("reads a single requirement and one in a block", () => {
        assert.equal(requiredVersion("require example.com/a v1.0.0\n", "example.com/a"), "v1.0.0");
        assert.equal(requiredVersion("require (\n\texample.com/a v1.2.3 // indirect\n)\n", "example.com/a"), "v1.2.3");
    });

    it("rejects a go.mod without the module", () => {
        assert.throws(() => requiredVersion("require example.com/ab v1.0.0\n", "example.com/a"), /does not require/);
    });
});
