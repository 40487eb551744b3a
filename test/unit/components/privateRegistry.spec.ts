import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import {
    AccessMode,
    ContainerRuntime,
    LogFormat,
    LogLevel,
    PrivateRegistry,
    type PrivateRegistryArgs,
    RolloutStrategy,
} from "../../../components";
import { declare, recorded, valueOf } from "../mocks";

const registry = (args?: PrivateRegistryArgs) => declare(() => new PrivateRegistry("registry", args, recorded));

describe("PrivateRegistry", () => {
    it("declares", async () => {
        const r = await registry();
        console.log(r.all.map((x) => `${x.type} ${x.name} ${x.options.protect}`).join("\n"));
        console.log(r.configYaml);
        console.log(JSON.stringify(r.pod, null, 1));
    });
});
