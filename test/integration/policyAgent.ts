import { run } from "../../sandbox/command";
import { ensureDebianPackages } from "../../sandbox/debian";
import { printProgress } from "../../sandbox/progress";
import { buildTools } from "../../sandbox/toolchain/toolchain";
import { startAgent } from "./agent";
import { firstStartLimit, theSandbox } from "./harness";

/** In a `describe`: kube-router enforces network policies on the sandbox's node, as in k3s. */
export function withEnforcedPolicies(): void {
    let program: string;
    let agent: { stop: () => Promise<void> } | undefined;

    before(async function () {
        this.timeout(firstStartLimit);
        await ensureDebianPackages(["ipset"], printProgress);
        program = (await buildTools(["kube-router"], printProgress))["kube-router"];
        const options = [
            "--run-firewall=true",
            "--run-router=false",
            "--run-service-proxy=false",
            "--hostname-override=node1",
            `--kubeconfig=${theSandbox().kubeconfig}`,
        ];
        agent = startAgent("kube-router", [...theSandbox().enter(), program, ...options]);
    });

    after(async () => {
        if (agent === undefined) return;
        await agent.stop();
        await run([...theSandbox().enter(), program, "--cleanup-config"]);
    });
}
