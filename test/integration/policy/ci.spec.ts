import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { attempt, type CommandResult, run } from "../../../sandbox/command";
import { repositoryRoot } from "../../../sandbox/paths";
import { inSandbox, theSandbox } from "../harness";
import { copyWorkTree } from "../workTree";

/** Steps that only the CI system can run, or that install what this machine already has. */
const notRunHere = [
    "actions/checkout@v4",
    "actions/setup-node@v4",
    "pulumi/actions@v6",
    "npm ci",
    "curl -fsSL https://get.pulumi.com | sh",
];

interface Job {
    readonly name: string;
    readonly environment: Record<string, string>;
    readonly steps: readonly string[];
}

function read(file: string) {
    return parse(fs.readFileSync(path.join(repositoryRoot, "examples", "ci", file), "utf8"));
}

/** The jobs of a workflow, once for each member of the matrix. */
function githubJobs(): Job[] {
    const jobs: [string, GithubJob][] = Object.entries(read("github-actions.yml").jobs);
    return jobs.flatMap(([name, job]) =>
        (job.strategy?.matrix.include ?? [{}]).map((member) => {
            const filled = (text: string) => text.replace(/\$\{\{ matrix\.(\w+) \}\}/g, (_, key) => member[key]);
            const own = Object.entries(job.env ?? {}).map(([key, value]) => [key, filled(value)]);
            const environment = Object.fromEntries(own.filter(([, value]) => !value.includes("${{")));
            return { name, environment, steps: job.steps.map((step) => step.uses ?? step.run ?? "") };
        }),
    );
}

interface GithubJob {
    readonly strategy?: { matrix: { include: Record<string, string>[] } };
    readonly env?: Record<string, string>;
    readonly steps: { uses?: string; run?: string }[];
}

function gitlabJobs(): Job[] {
    const jobs = Object.entries(read("gitlab-ci.yml")).filter(([name]) => name !== "image") as [string, GitlabJob][];
    return jobs.flatMap(([name, job]) =>
        (job.parallel?.matrix ?? [{}]).map((environment) => ({
            name,
            environment,
            steps: [...(job.before_script ?? []), ...job.script],
        })),
    );
}

interface GitlabJob {
    readonly parallel?: { matrix: Record<string, string>[] };
    readonly before_script?: string[];
    readonly script: string[];
}

describe("the examples for CI (examples/ci)", function () {
    this.timeout(400_000);
    inSandbox();
    const clone = copyWorkTree();
    const kubeconfig = path.join(os.tmpdir(), `${path.basename(clone)}-kubeconfig`);

    /** Runs a job's steps in order, up to the first failure. */
    async function runJob({ environment, steps }: Job): Promise<CommandResult> {
        let result: CommandResult = { code: 0, stdout: "", stderr: "" };
        const content = fs.readFileSync(String(theSandbox().environment.KUBECONFIG), "utf8");
        fs.writeFileSync(kubeconfig, content, { mode: 0o600 });
        const env = {
            ...theSandbox().environment,
            ...environment,
            KUBECONFIG: kubeconfig,
            KUBECONFIG_CONTENT: content,
        };
        const script = steps.filter((step) => !notRunHere.includes(step)).join("\n");
        result = await attempt(["bash", "-euo", "pipefail", "-c", script], { env, cwd: clone });
        return result;
    }

    before(async () => {
        for (const stack of ["dev", "prod"]) {
            await run(["pulumi", "stack", "select", "--create", stack, "--non-interactive"], {
                env: theSandbox().environment,
                cwd: clone,
            });
        }
    });
    after(() => {
        fs.rmSync(clone, { recursive: true, force: true });
        fs.rmSync(kubeconfig, { force: true });
    });

    it("run the same commands with the same variables, and every step that is not run here exists", () => {
        const commands = (jobs: Job[]) =>
            jobs.map(({ steps, ...job }) => ({ ...job, steps: steps.filter((step) => /^(npm|pulumi) /.test(step)) }));
        assert.deepEqual(commands(githubJobs()), commands(gitlabJobs()));
        const all = [...githubJobs(), ...gitlabJobs()].flatMap(({ steps }) => steps);
        for (const step of notRunHere) assert.ok(all.includes(step), step);
    });

    // GitLab CI runs the same commands, as the test above shows.
    for (const job of githubJobs().filter(({ name }) => name === "policies")) {
        const { STACK: stack } = job.environment;

        it(`the policies allow the stack ${stack}`, async () => {
            const { code, stdout, stderr } = await runJob(job);
            assert.equal(code, 0, stdout + stderr);
            assert.match(stdout, /private-registry@v/);
        });

        it(`the job fails when ${stack} violates one`, async () => {
            const file = path.join(clone, `Pulumi.${stack}.yaml`);
            const good = fs.readFileSync(file, "utf8");
            const changed = parse(good);
            changed.config["private-registry:registry"].image = "docker.io/library/registry:2.8.3";
            fs.writeFileSync(file, stringify(changed));
            try {
                const { code, stdout } = await runJob(job);
                assert.notEqual(code, 0);
                assert.match(stdout, /\[mandatory\].*registry-version/);
            } finally {
                fs.writeFileSync(file, good);
            }
        });
    }

    it("lint, type-check and test the repository with the commands of this repository's CI", () => {
        const job = githubJobs().find(({ name }) => name === "check");
        const commands = job?.steps.filter((step) => step.startsWith("npm run ")) ?? [];
        assert.deepEqual(commands, ["npm run lint", "npm run typecheck", "npm run test:unit"]);
        const ci = fs.readFileSync(path.join(repositoryRoot, ".ci", "run"), "utf8");
        for (const script of ["lint", "typecheck"])
            assert.match(ci, new RegExp(`^step npm run --silent ${script}$`, "m"));
        // CI runs the unit tests with coverage: the same files, in one process.
        const { scripts } = JSON.parse(fs.readFileSync(path.join(repositoryRoot, "package.json"), "utf8"));
        for (const script of ["test:unit", "coverage"]) {
            assert.match(scripts[script], / mocha .*--config test\/unit\/\.mocharc\.json$/);
        }
    });
});
