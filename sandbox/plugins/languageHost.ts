/*
 * Stand-in for pulumi-language-nodejs: starts programs, component providers and policy packs written for Node.js with the
 * scripts of their own @pulumi/pulumi package.
 */
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import * as services from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import * as plugins from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { installedVersion } from "./installed";
import { programDependencies } from "./nodePackages";
import {
    alreadyReported,
    environment,
    type RuntimeOptions,
    sdkScript,
    splitArguments,
    start,
    stopAll,
} from "./nodeProcess";
import { serveOnLoopback, unary, unimplemented } from "./server";
import { fromStruct } from "./wire";

/** The engine gives its address as the only argument that is not an option. */
let engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";

function options(info: messages.ProgramInfo | undefined): RuntimeOptions {
    return fromStruct(info?.getOptions()) as RuntimeOptions;
}

const run = unary(async (request: messages.RunRequest) => {
    const info = request.getInfo();
    const folder = info?.getProgramDirectory() ?? request.getPwd();
    const settings = options(info);
    const args = [
        ...splitArguments(settings.nodeargs),
        sdkScript(folder, "run"),
        `--monitor=${request.getMonitorAddress()}`,
        `--engine=${engineAddress}`,
        `--organization=${request.getOrganization()}`,
        `--project=${request.getProject()}`,
        `--root-directory=${info?.getRootDirectory() ?? folder}`,
        `--stack=${request.getStack()}`,
        `--pwd=${request.getPwd()}`,
        `--parallel=${request.getParallel()}`,
        ...(request.getDryrun() ? ["--dry-run"] : []),
        path.resolve(folder, info?.getEntryPoint() || "."),
        ...request.getArgsList(),
    ];
    const program = start(process.execPath, args, {
        cwd: request.getPwd(),
        stdio: ["ignore", "inherit", "inherit"],
        env: environment(settings, {
            PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        }),
    });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
        program.on("error", reject);
        program.on("close", (code, signal) => resolve([code, signal]));
    });
    const response = new messages.RunResponse();
    if (code === alreadyReported) response.setBail(true);
    else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${code ?? signal}`);
    return response;
});

/** Starts a component's provider or a policy pack and passes on what it prints; its first line is its port. */
const runPlugin: grpc.handleServerStreamingCall<messages.RunPluginRequest, messages.RunPluginResponse> = (call) => {
    const request = call.request;
    const folder = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
    const settings = options(request.getInfo());
    const isPolicyPack = request.getKind() === "analyzer";
    const send = (fill: (response: messages.RunPluginResponse) => void) => {
        const response = new messages.RunPluginResponse();
        fill(response);
        call.write(response);
    };
    try {
        const given = Object.fromEntries(
            request.getEnvList().map((entry) => {
                const [key] = entry.split("=", 1);
                return [key, entry.slice(key.length + 1)];
            }),
        );
        const script = sdkScript(folder, isPolicyPack ? "run-policy-pack" : "run-plugin");
        const args = isPolicyPack ? [...request.getArgsList(), folder] : [folder, ...request.getArgsList()];
        const plugin = start(process.execPath, [...splitArguments(settings.nodeargs), script, ...args], {
            cwd: isPolicyPack ? folder : request.getPwd(),
            stdio: ["ignore", "pipe", "pipe"],
            env: environment(settings, given),
        });
        plugin.stdout?.on("data", (data: Buffer) => send((response) => response.setStdout(data)));
        plugin.stderr?.on("data", (data: Buffer) => send((response) => response.setStderr(data)));
        plugin.on("close", (code) => {
            send((response) => response.setExitcode(code ?? 1));
            call.end();
        });
        call.on("cancelled", () => plugin.kill());
    } catch (error) {
        call.emit("error", Object.assign(error as Error, { code: grpc.status.FAILED_PRECONDITION }));
    }
};

const installDependencies: grpc.handleServerStreamingCall<
    messages.InstallDependenciesRequest,
    messages.InstallDependenciesResponse
> = (call) => {
    const request = call.request;
    const folder = request.getInfo()?.getProgramDirectory() || request.getDirectory();
    const manager = options(request.getInfo()).packagemanager ?? "npm";
    const install = start(manager, ["install"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const pass = (stream: "setStdout" | "setStderr") => (data: Buffer) => {
        const response = new messages.InstallDependenciesResponse();
        response[stream](data);
        call.write(response);
    };
    // Not `destroy`: a destroyed stream sends no status, and the engine would wait for one without end.
    const fail = (details: string) =>
        call.emit("error", Object.assign(new Error(details), { code: grpc.status.UNKNOWN }));
    install.stdout?.on("data", pass("setStdout"));
    install.stderr?.on("data", pass("setStderr"));
    install.on("error", (error) => fail(`${manager} install could not be started: ${error.message}`));
    install.on("close", (code) => {
        if (code === 0) call.end();
        else fail(`${manager} install failed in ${folder} with exit code ${code}`);
    });
    call.on("cancelled", () => install.kill());
};

/**
 * None: for `pulumi package` the CLI would download each of them, even those on PATH. Every resource names its provider's
 * version itself, so that nothing is missed.
 */
const getRequiredPackages = unary(() => new messages.GetRequiredPackagesResponse());

const getProgramDependencies = unary((request: messages.GetProgramDependenciesRequest) => {
    const response = new messages.GetProgramDependenciesResponse();
    for (const { name, version } of programDependencies(request.getInfo()?.getProgramDirectory() ?? ".")) {
        const dependency = new messages.DependencyInfo();
        dependency.setName(name);
        dependency.setVersion(version);
        response.addDependencies(dependency);
    }
    return response;
});

serveOnLoopback(services.LanguageRuntimeService, {
    handshake: unary((request: messages.LanguageHandshakeRequest) => {
        engineAddress = request.getEngineAddress();
        return new messages.LanguageHandshakeResponse();
    }),
    getPluginInfo: unary(() => {
        const info = new plugins.PluginInfo();
        info.setVersion(installedVersion("@pulumi/pulumi"));
        return info;
    }),
    about: unary(() => {
        const response = new messages.AboutResponse();
        response.setExecutable(process.execPath);
        response.setVersion(process.version);
        return response;
    }),
    cancel: unary(() => {
        stopAll();
        return new Empty();
    }),
    run,
    runPlugin,
    installDependencies,
    getRequiredPackages,
    getProgramDependencies,
    getRequiredPlugins: unimplemented,
    runtimeOptionsPrompts: unimplemented,
    template: unimplemented,
    generateProgram: unimplemented,
    generateProject: unimplemented,
    generatePackage: unimplemented,
    pack: unimplemented,
    link: unimplemented,
});
