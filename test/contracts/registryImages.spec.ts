import * as assert from "node:assert/strict";
import { defaultRegistryImage } from "../../components/kubernetes/images";
import { imageReferences } from "../../sandbox/images/images";
import { registry } from "../unit/registry";
import { containerOf } from "./containers";
import { entrypointRuns } from "./entrypoints";
import { assertLikePublished, packed } from "./packedImage";
import { entrypoint, registry2, registry3 } from "./registryImages";

describe("the sandbox's registry images, compared with the published ones", () => {
    it("have the configuration of registry 2.8.3", () => {
        assertLikePublished("registry-2", registry2);
    });

    it("have the configuration of registry 3.1.1, the newest whose source was read, under the component's tag", () => {
        assert.equal(imageReferences.registry, defaultRegistryImage);
        assertLikePublished("registry", { ...registry3, reference: defaultRegistryImage });
    });

    for (const name of ["registry", "registry-2"] as const) {
        it(`have the same entrypoint: ${name}`, () => {
            const script = packed(name).read("/entrypoint.sh");
            for (const { given, runs } of entrypoint) assert.deepEqual(entrypointRuns(script, given), runs);
        });
    }
});

describe("the registry's pod, compared with the published registry images", () => {
    for (const facts of [registry2, registry3]) {
        it(`starts the program of ${facts.reference} as a fixed user, and keeps its data on a volume`, async () => {
            const resources = await registry({ image: facts.reference });
            const { container, user, mounts } = containerOf(resources, facts.reference);
            const [program, verb, config] = container.command;
            assert.ok((facts.paths as readonly string[]).includes(program), program);
            assert.equal(verb, "serve");
            // The default path differs between the versions, and it has the configuration of the image.
            assert.ok(!(facts.command as readonly string[]).includes(config), config);
            assert.equal(typeof user, "number");
            assert.notEqual(user, 0);
            assert.ok(mounts.has(facts.data));
            assert.ok(container.ports.some((port: { containerPort: number }) => port.containerPort === facts.port));
        });
    }
});
