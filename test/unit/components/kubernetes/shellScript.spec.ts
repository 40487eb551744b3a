import * as assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { shellScript } from "../../../../components/kubernetes/shellScript";

/** A script of the component, by its path below `components/`. */
const script = (file: string) => shellScript(path.join(__dirname, "../../../../components"), file);

let folder: string;

/** A path in this test's folder. */
const at = (...parts: string[]) => path.join(folder, ...parts);

function write(file: string, content: string, mode = 0o644): void {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), content);
    chmodSync(at(file), mode);
}

/** All files below a folder, with their content. */
function tree(below: string): Record<string, string> {
    const entries = readdirSync(at(below), { recursive: true, withFileTypes: true });
    return Object.fromEntries(
        entries
            .filter((entry) => entry.isFile())
            .map((entry) => path.join(entry.parentPath, entry.name))
            .map((file) => [path.relative(at(below), file), readFileSync(file, "utf8")]),
    );
}

/** The script as it runs in its pod, with the pod's absolute paths below this test's folder. */
function inFolder(name: string, ...absolute: string[]): string {
    return absolute.reduce((text, prefix) => {
        assert.ok(text.includes(prefix), `${name} has no ${prefix}`);
        return text.replaceAll(prefix, at(prefix));
    }, script(name));
}

interface Running {
    readonly process: ChildProcess;
    readonly output: () => string;
    /** Resolves to the exit code; a `sleep` in the background may outlive it and hold its output open. */
    readonly ended: Promise<number | null>;
}

function run(text: string, env: Record<string, string>): Running {
    write("script.sh", text);
    const process = spawn("/bin/sh", [at("script.sh")], {
        env: { PATH: `${at("bin")}:/usr/bin:/bin`, ...env },
        stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [process.stdout, process.stderr]) stream?.on("data", (chunk) => (output += chunk));
    const ended = new Promise<number | null>((resolve) => process.on("exit", resolve));
    return { process, output: () => output, ended };
}

async function until(condition: () => boolean, what: string): Promise<void> {
    for (const end = Date.now() + 10_000; !condition(); ) {
        if (Date.now() > end) throw new Error(`${what} did not happen in ten seconds`);
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
}

/** A `sleep` that says that it began, and ends when the test says so. */
const sleep = () => `#!/bin/sh
echo "$1" >>"${at("sleeps")}"
n=$(wc -l <"${at("sleeps")}")
while [ ! -e "${at("wake")}-$n" ] && [ -d "${at("bin")}" ]; do /bin/sleep 0.02; done
`;
const sleeps = () => (existsSync(at("sleeps")) ? readFileSync(at("sleeps"), "utf8").trimEnd().split("\n") : []);

beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "private-registry-unit-"));
});

// A script that was killed leaves a `sleep` of the test's own that may write once more.
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));

describe("nodes/daemonSet.sh", () => {
    const env = {
        RECORD: ".private-registry-ns-access",
        DAEMON_SET: "/apis/apps/v1/namespaces/ns/daemonsets/access",
        KUBERNETES_SERVICE_HOST: "10.96.0.1",
        KUBERNETES_SERVICE_PORT: "443",
    };
    let agent: Running | undefined;

    /** What the agent's ConfigMap and Secret hold: files by their path below the root `node`; those in `secret` are secret. */
    function want(files: Record<string, string>, secret: string[] = []): void {
        const entries = Object.entries(files);
        const lines = entries.map(([file, content], i) => {
            const [folder, mode] = secret.includes(file) ? ["secrets", "0600"] : ["files", "0644"];
            write(`agent/${folder}/file-${i}`, content);
            return `${at("node")} ${file} ${folder}/file-${i} ${mode}\n`;
        });
        write("agent/files/list", lines.join(""));
        write("agent/files/roots", `${at("node")}\n`);
    }

    /** Starts the agent and waits until it has done its work and sleeps. */
    async function start(): Promise<Running> {
        write("bin/sleep", sleep(), 0o755);
        write("agent/credentials/token", "token-of-the-agent");
        mkdirSync(at("tmp"), { recursive: true });
        const slept = sleeps().length;
        agent = run(script("nodes/nodeFiles.sh") + inFolder("nodes/daemonSet.sh", "/agent", "/tmp/ready"), env);
        await until(() => sleeps().length > slept || agent?.process.exitCode !== null, "the first round");
        assert.equal(agent.process.exitCode, null, agent.output());
        return agent;
    }

    /** Wakes the agent and waits until it sleeps again. */
    async function nextRound(): Promise<void> {
        const rounds = sleeps().length;
        writeFileSync(at(`wake-${rounds}`), "");
        await until(() => sleeps().length > rounds, "the next round");
    }

    /** Ends the agent as the kubelet does, while the API server answers in this way. */
    async function stop(curl: string): Promise<void> {
        write("bin/curl", `#!/bin/sh\nprintf '%s\\n' "$@" >"${at("asked")}"\ncat >"${at("header")}"\n${curl}\n`, 0o755);
        agent?.process.kill("SIGTERM");
        assert.equal(await agent?.ended, 0, agent?.output());
    }

    afterEach(() => agent?.process.kill("SIGKILL"));

    const files = { "a.example/ca.crt": "the authority\n", "a.example/hosts.toml": "the mapping\n", "b.conf": "b\n" };
    const record = { [env.RECORD]: "a.example/ca.crt\na.example/hosts.toml\nb.conf\n" };

    it("writes all files, a record of them, and then says that the node is ready", async () => {
        want(files);
        await start();
        assert.deepEqual(tree("node"), { ...files, ...record });
        assert.equal(existsSync(at("tmp/ready")), true);
        assert.equal(statSync(at("node/b.conf")).mode & 0o777, 0o644);
    });

    it("lets only root read a secret file, at any moment", async () => {
        want(files, ["b.conf"]);
        await start();
        assert.equal(statSync(at("node/b.conf")).mode & 0o777, 0o600);
        assert.equal(statSync(at("node/a.example/ca.crt")).mode & 0o777, 0o644);
        chmodSync(at("node/b.conf"), 0o666);
        await nextRound();
        assert.equal(statSync(at("node/b.conf")).mode & 0o777, 0o600, "mended");
        want(files);
        await nextRound();
        assert.equal(statSync(at("node/b.conf")).mode & 0o777, 0o644, "no secret any more");
    });

    it("leaves a file alone that is right", async () => {
        want(files);
        write("node/b.conf", "b\n");
        const then = new Date("2020-01-01T00:00:00Z");
        utimesSync(at("node/b.conf"), then, then);
        await start();
        assert.equal(statSync(at("node/b.conf")).mtimeMs, then.getTime());
    });

    it("replaces a file as a whole, so that nobody reads half of one", async () => {
        want(files);
        write("node/b.conf", "before\n");
        const { ino } = statSync(at("node/b.conf"));
        await start();
        assert.notEqual(statSync(at("node/b.conf")).ino, ino);
        assert.deepEqual(
            Object.keys(tree("node")).filter((file) => file.endsWith(".new")),
            [],
        );
    });

    it("mends in its next round what was changed or removed", async () => {
        want(files);
        await start();
        write("node/a.example/ca.crt", "somebody else's\n");
        rmSync(at("node/b.conf"));
        await nextRound();
        assert.deepEqual(tree("node"), { ...files, ...record });
    });

    it("follows its ConfigMap, and removes what an earlier one had", async () => {
        want(files);
        await start();
        want({ "c.example/ca.crt": "the next authority\n", "b.conf": "b\n" });
        await nextRound();
        assert.deepEqual(tree("node"), {
            "c.example/ca.crt": "the next authority\n",
            "b.conf": "b\n",
            [env.RECORD]: "c.example/ca.crt\nb.conf\n",
        });
        assert.equal(existsSync(at("node/a.example")), false);
    });

    it("removes what the pod before it had written", async () => {
        want(files);
        await start();
        await stop("exit 7");
        want({ "b.conf": "b\n" });
        await start();
        assert.deepEqual(tree("node"), { "b.conf": "b\n", [env.RECORD]: "b.conf\n" });
    });

    it("never removes what others have written, nor a folder with something of theirs in it", async () => {
        const theirs = {
            "a.example/client.key": "theirs\n",
            "docker.io/hosts.toml": "theirs\n",
            ".private-registry-x": "y\n",
        };
        for (const [file, content] of Object.entries(theirs)) write(`node/${file}`, content);
        want(files);
        await start();
        await stop("printf '\\n404'");
        assert.deepEqual(tree("node"), theirs);
    });

    const answers: [string, string, "removes" | "keeps"][] = [
        ["that there is no such DaemonSet", `printf '{"code":404}\\n404'`, "removes"],
        ["that the permission is gone", `printf '{"code":403}\\n403'`, "removes"],
        ["that the account is gone", `printf '{"code":401}\\n401'`, "removes"],
        [
            "that it is being deleted",
            `printf '{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}\\n200'`,
            "removes",
        ],
        ["that it is there", `printf '{"hostPath": {"path": "FOLDER"}}\\n200'`, "keeps"],
        ["that it mounts other folders now", `printf '{"hostPath": {"path": "FOLDER2"}}\\n200'`, "removes"],
        ["that something is wrong with it", `printf '{"code":500}\\n500'`, "keeps"],
        ["nothing", "exit 28", "keeps"],
    ];
    for (const [answer, curl, does] of answers) {
        it(`${does} the files when it is ended and the API server says ${answer}`, async () => {
            want(files);
            await start();
            await stop(curl.replace("FOLDER", at("node")));
            assert.deepEqual(tree("node"), does === "removes" ? {} : { ...files, ...record });
            assert.equal(existsSync(at("node/a.example")), does === "keeps");
        });
    }

    it("asks for its own DaemonSet, and shows its token to no process list", async () => {
        want(files);
        await start();
        await stop("printf '\\n404'");
        const asked = readFileSync(at("asked"), "utf8");
        assert.ok(asked.includes(`\nhttps://10.96.0.1:443${env.DAEMON_SET}\n`), asked);
        assert.ok(asked.includes(`--cacert\n${at("agent/credentials/ca.crt")}\n`), asked);
        assert.equal(asked.includes("token-of-the-agent"), false);
        assert.equal(readFileSync(at("header"), "utf8"), "Authorization: Bearer token-of-the-agent\n");
    });
});

describe("storage/hostPath.sh", () => {
    it("makes the folder its owner's to use, says so, and stays", async () => {
        const owner = execFileSync("/bin/sh", ["-c", 'echo "$(id -u):$(id -g)"'], { encoding: "utf8" }).trim();
        mkdirSync(at("folder"), { mode: 0o500 });
        chmodSync(at("folder"), 0o500);
        mkdirSync(at("tmp"));
        write("bin/sleep", sleep(), 0o755);
        const agent = run(inFolder("storage/hostPath.sh", "/tmp/ready"), { FOLDER: at("folder"), OWNER: owner });
        try {
            await until(() => sleeps().length === 1, "the first round");
            assert.equal(statSync(at("folder")).mode & 0o700, 0o700);
            assert.equal(existsSync(at("tmp/ready")), true);
            chmodSync(at("folder"), 0o500);
            writeFileSync(at("wake-1"), "");
            await until(() => sleeps().length === 2, "the next round");
            assert.equal(statSync(at("folder")).mode & 0o700, 0o700);
            agent.process.kill("SIGTERM");
            assert.equal(await agent.ended, 0, agent.output());
        } finally {
            agent.process.kill("SIGKILL");
        }
    });

    it("gives the folder away when it is another's", async () => {
        mkdirSync(at("folder"));
        mkdirSync(at("tmp"));
        write("bin/sleep", sleep(), 0o755);
        write("bin/chown", `#!/bin/sh\necho "$@" >"${at("chowned")}"\n`, 0o755);
        const agent = run(inFolder("storage/hostPath.sh", "/tmp/ready"), { FOLDER: at("folder"), OWNER: "4242:4343" });
        try {
            await until(() => sleeps().length === 1, "the first round");
            assert.equal(readFileSync(at("chowned"), "utf8"), `4242:4343 ${at("folder")}\n`);
        } finally {
            agent.process.kill("SIGTERM");
            await agent.ended;
        }
    });
});

describe("users/rotationGate.sh", () => {
    /** Runs the gate on two logins while the registry answers the n-th request by the n-th digit, then by the last one: 1 accepts. */
    async function gate(answers: string, times: string) {
        write("logins/login-0", 'user = "ci:a"\n');
        write("logins/login-1", 'user = "anna:b"\n');
        write("certificate/ca.crt", "an authority");
        write("bin/sleep", `#!/bin/sh\necho "$1" >>"${at("sleeps")}"\n`, 0o755);
        write(
            "bin/curl",
            `#!/bin/sh
echo "$@" >>"${at("asked")}"
n=$(wc -l <"${at("asked")}")
answers=${answers}
[ "$n" -le "\${#answers}" ] || n=\${#answers}
[ "$(echo "$answers" | cut -c"$n")" = 1 ]
`,
            0o755,
        );
        const { ended, output } = run(inFolder("users/rotationGate.sh", "/logins/", "/certificate/"), {
            URL: "https://registry.example.com/v2/",
            SERVICE: "registry.registry.svc:443",
            TIMES: times,
        });
        const code = await ended;
        await until(() => output().includes("login-1"), "the last line");
        const asked = readFileSync(at("asked"), "utf8").trimEnd().split("\n");
        return { code, output: output(), asked, logins: asked.map((line) => /login-(\d)/.exec(line)?.[1]).join("") };
    }

    it("ends when every login was accepted", async () => {
        const { code, output, logins } = await gate("1", "1");
        assert.equal(code, 0);
        assert.equal(output, "accepted: login-0\naccepted: login-1\n");
        assert.equal(logins, "01");
    });

    it("asks again until then", async () => {
        const { code, logins } = await gate("001011", "1");
        assert.equal(code, 0);
        assert.equal(logins, "00011");
        assert.deepEqual(sleeps(), ["2", "2", "2"]);
    });

    it("wants several acceptances in a row when there are several pods", async () => {
        const { code, logins } = await gate("1101110111", "3");
        assert.equal(code, 0);
        assert.equal(logins, "0000001111");
    });

    it("trusts only the registry's authority, and shows no password to the process list", async () => {
        const { asked } = await gate("1", "1");
        assert.equal(
            asked[0],
            `-sf --max-time 10 --cacert ${at("certificate/ca.crt")} --connect-to ::registry.registry.svc:443 -K ${at("logins/login-0")} -o /dev/null https://registry.example.com/v2/`,
        );
    });
});

describe("tls/renewalWatch.sh", () => {
    const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;

    /** Runs the watch while the Secret holds `wanted` and the registry shows the content of the file `served`. */
    function watch(wanted: string | undefined, served: string) {
        if (wanted !== undefined) write("watch/certificate/tls.crt", wanted);
        write("watch/credentials/token", "a-token");
        write("served", served);
        write("bin/sleep", `#!/bin/sh\necho "$1" >>"${at("sleeps")}"\n/bin/sleep 0.02\n`, 0o755);
        write(
            "bin/curl",
            `#!/bin/sh
case "$*" in
    *certs*) echo "$@" >>"${at("looks")}"; cat "${at("served")}" ;;
    *) cat >>"${at("headers")}"; echo "$@" >>"${at("patches")}" ;;
esac
`,
            0o755,
        );
        return run(inFolder("tls/renewalWatch.sh", "/watch/", "/tmp/ready"), {
            SERVICE: "registry.registry.svc:443",
            DEPLOYMENT: "/apis/apps/v1/namespaces/registry/deployments/one",
            KUBERNETES_SERVICE_HOST: "10.96.0.1",
            KUBERNETES_SERVICE_PORT: "443",
        });
    }
    const patches = () => (existsSync(at("patches")) ? readFileSync(at("patches"), "utf8").trimEnd().split("\n") : []);
    const looks = () => (existsSync(at("looks")) ? readFileSync(at("looks"), "utf8").trimEnd().split("\n") : []);
    const looked = (times: number) => until(() => looks().length >= times, `${times} looks`);
    const end = async (running: Running) => {
        running.process.kill("SIGTERM");
        assert.equal(await running.ended, 0);
    };

    beforeEach(() => mkdirSync(at("tmp"), { recursive: true }));

    it("does nothing while the registry serves the certificate of the Secret", async () => {
        const running = watch(`${pem("leaf")}${pem("intermediate")}`, `Subject:CN = a\n${pem("leaf")}`);
        await looked(3);
        assert.deepEqual(patches(), []);
        await end(running);
    });

    it("does nothing while the registry does not answer, or there is no Secret", async () => {
        for (const [wanted, served] of [
            [pem("leaf"), ""],
            [undefined, pem("leaf")],
        ] as const) {
            const running = watch(wanted, served);
            await looked(3);
            assert.deepEqual(patches(), []);
            await end(running);
            rmSync(at("watch"), { recursive: true });
            rmSync(at("looks"));
        }
    });

    it("lets the Deployment roll once, and waits until the new certificate is served", async () => {
        const running = watch(pem("new"), pem("old"));
        await until(() => patches().length > 0, "the patch");
        assert.match(patches()[0], /certificate-changed/);
        assert.ok(patches()[0].includes("https://10.96.0.1:443/apis/apps/v1/namespaces/registry/deployments/one?"));
        assert.equal(readFileSync(at("headers"), "utf8"), "Authorization: Bearer a-token\n");
        assert.ok(!patches()[0].includes("a-token"), "no token in the process list");
        write("served", pem("new"));
        await until(() => running.output().includes("is served"), "the end of the rollout");
        assert.equal(patches().length, 1);
        await end(running);
    });

    it("tries again when the new certificate is not served after ten minutes", async () => {
        const running = watch(pem("new"), pem("old"));
        await until(() => patches().length > 1, "the second patch");
        assert.deepEqual(sleeps().slice(0, 120), Array(120).fill("5"));
        await end(running);
    });
});

describe("storage/minioSetup.sh", () => {
    const env = { BUCKET: "images", ACCESS_KEY: "registry", SECRET_KEY: "of-minio", POLICY: "/setup/policy.json" };
    const calls = () => readFileSync(at("calls"), "utf8").trimEnd().split("\n");

    /** An `mc` that notes how it is called and what it reads, attaches no policy twice, and shows the user with `policy`. */
    const client = (policy: string) =>
        write(
            "bin/mc",
            `#!/bin/sh
echo "$*" >>"${at("calls")}"
case "$*" in
    *"user add"*) cat >"${at("input")}" ;;
    *"policy attach"*) exit 1 ;;
    *"user info"*) echo "PolicyName: ${policy}" ;;
esac
`,
            0o755,
        );

    it("makes bucket, user and policy, and takes no offence at what is there already", async () => {
        client("images");
        assert.equal(await run(script("storage/minioSetup.sh"), env).ended, 0);
        assert.deepEqual(
            calls().map((call) => call.replace("--config-dir /tmp/mc ", "")),
            [
                "mb --ignore-existing minio/images",
                "admin user add minio",
                "admin policy create minio images /setup/policy.json",
                "admin policy attach minio images --user registry",
                "admin user info minio registry",
            ],
        );
    });

    it("hands the key over where no one can read it", async () => {
        client("images");
        await run(script("storage/minioSetup.sh"), env).ended;
        assert.equal(readFileSync(at("input"), "utf8"), "registry\nof-minio\n");
        assert.equal(calls().join().includes("of-minio"), false);
    });

    it("fails when the user has the policy in no way", async () => {
        client("");
        assert.equal(await run(script("storage/minioSetup.sh"), env).ended, 1);
    });
});

describe("ui/uiFiles.sh", () => {
    const env = () => ({
        FOLDER: at("files"),
        CONFIGURATION: at("etc"),
        PAGES: at("html"),
        SERVER: at("server.conf"),
    });

    beforeEach(() => {
        write("etc/nginx.conf", "user  nginx;\nworker_processes  auto;\nevents {}\n");
        write("etc/conf.d/default.conf", "of the image");
        write("html/index.html", "to be filled in");
        write("html/images/logo.svg", "<svg/>");
        write("server.conf", "of the component");
        mkdirSync(at("files"));
    });

    it("copies what is written to, with the component's server and one process", async () => {
        assert.equal(await run(script("ui/uiFiles.sh"), env()).ended, 0);
        assert.deepEqual(tree("files"), {
            "configuration/nginx.conf": "user  nginx;\nworker_processes 1;\nevents {}\n",
            "configuration/conf.d/default.conf": "of the component",
            "pages/index.html": "to be filled in",
            "pages/images/logo.svg": "<svg/>",
        });
        for (const name of ["cache", "run", "tmp"]) assert.ok(statSync(at("files", name)).isDirectory());
    });

    it("does so again when the pod starts anew", async () => {
        await run(script("ui/uiFiles.sh"), env()).ended;
        write("files/pages/index.html", "filled in");
        assert.equal(await run(script("ui/uiFiles.sh"), env()).ended, 0);
        assert.equal(readFileSync(at("files/pages/index.html"), "utf8"), "to be filled in");
    });

    it("fails when the image is laid out differently", async () => {
        rmSync(at("etc"), { recursive: true });
        assert.notEqual(await run(script("ui/uiFiles.sh"), env()).ended, 0);
    });
});
