import * as path from "node:path";
import { printProgress } from "../../sandbox/progress";
import { buildTools } from "../../sandbox/toolchain/toolchain";
import { startAgent } from "./agent";
import { goModuleFolder } from "./goModule";
import { firstStartLimit, kubectl, theSandbox } from "./harness";

const kinds = ["certificates", "certificaterequests", "issuers", "clusterissuers"];

/** In a `describe`: cert-manager's custom resource definitions and controllers, without those for ACME. */
export function withCertManager(): void {
    let controllers: { stop: () => Promise<void> } | undefined;

    before(async function () {
        this.timeout(firstStartLimit);
        const program = (await buildTools(["cert-manager"], printProgress))["cert-manager"];
        for (const file of await customResourceDefinitions()) {
            await kubectl(`apply --server-side --filename ${file}`);
        }
        const names = kinds.map((kind) => `${kind}.cert-manager.io`).join(" ");
        await kubectl(`wait crd ${names} --for=condition=Established --timeout=30s`);
        controllers = startAgent("cert-manager", [program, "--kubeconfig", theSandbox().kubeconfig]);
    });

    after(async () => {
        if (controllers === undefined) return;
        await controllers.stop();
        await kubectl(`delete crd ${kinds.map((kind) => `${kind}.cert-manager.io`).join(" ")} --wait=false`);
    });
}

/** From the module that the controllers are built from. */
async function customResourceDefinitions(): Promise<string[]> {
    const module = await goModuleFolder("cert-manager", "github.com/cert-manager/cert-manager");
    return kinds.map((kind) => path.join(module, "deploy", "crds", `cert-manager.io_${kind}.yaml`));
}
