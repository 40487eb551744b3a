/*
 * Stand-in for pulumi-language-nodejs: starts programs, component providers and policy packs written for Node.js with the
 * scripts of their @pulumi/pulumi package.
 */
import * as grpc from "@grpc/grpc-js";
import * as services from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import * as plugins from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { installedVersion } from "./installed";
import {
    alreadyReported,
    checkOptions,
    exitCode,
    interruptAll,
    optionVariables,
    sdkScript,
    splitArguments,
    start,
} from "./nodeProcess";
import { engineArgument, serveOnLoopback, unary, unimplemented } from "./server";
import { fromStruct } from "./wire";

let engineAddress = engineArgument() ?? "";

const options = (info: messages.ProgramInfo | undefined) => fromStruct(info?.getOptions());

const run = unary(async (request: messages.RunRequest) => {
    const response = new messages.RunResponse();
    try {
        const code = await exitCode(startProgram(request));
        if (code === alreadyReported) response.setBail(true);
        else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${code}`);
    } catch (error) {
        response.setError((error as Error).message);
    }
    return response;
});

function startProgram(request: messages.RunRequest) {
    const info = request.getInfo();
    const folder = info?.getProgramDirectory() ?? request.getPwd();
    const settings = checkOptions(options(info));
    const args = [
        ...splitArguments(settings.nodeargs),
        sdkScript(folder, "run", "pulumi install"),
        `--monitor=${request.getMonitorAddress()}`,
        `--engine=${engineAddress}`,
        `--organization=${request.getOrganization()}`,
        `--project=${request.getProject()}`,
        `--root-directory=${info?.getRootDirectory() ?? folder}`,
        `--stack=${request.getStack()}`,
        `--pwd=${folder}`,
        ...(request.getDryrun() ? ["--dry-run"] : []),
        `--parallel=${request.getParallel()}`,
        // Not made absolute: "." stands for what package.json names.
        info?.getEntryPoint() || ".",
        ...request.getArgsList(),
    ];
    return start(process.execPath, args, {
        stdio: ["ignore", "inherit", "inherit"],
        env: {
            ...process.env,
            PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
            ...optionVariables(settings),
        },
    });
}

/** Starts a component's provider or a policy pack and passes on what it prints; its first line is its port. */
const runPlugin: grpc.handleServerStreamingCall<messages.RunPluginRequest, messages.RunPluginResponse> = (call) => {
    const pass = (stream: "setStdout" | "setStderr") => (data: Buffer) => {
        const response = new messages.RunPluginResponse();
        response[stream](data);
        call.write(response);
    };
    const fail = (error: Error) => call.emit("error", Object.assign(error, { code: grpc.status.UNKNOWN }));
    try {
        const plugin = startPlugin(call.request);
        plugin.stdout?.on("data", pass("setStdout"));
        plugin.stderr?.on("data", pass("setStderr"));
        call.on("cancelled", () => plugin.kill("SIGKILL"));
        exitCode(plugin).then((code) => {
            if (call.cancelled) return;
            if (code === 0) call.end();
            else fail(new Error(`Program exited with non-zero exit code: ${code}`));
        }, fail);
    } catch (error) {
        fail(error as Error);
    }
};

function startPlugin(request: messages.RunPluginRequest) {
    const folder = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
    const settings = checkOptions(options(request.getInfo()));
    const isPolicyPack = request.getKind() === "analyzer";
    const script = sdkScript(folder, isPolicyPack ? "run-policy-pack" : "run-plugin", `npm install in ${folder}`);
    const args = isPolicyPack ? [...request.getArgsList(), folder] : [folder, ...request.getArgsList()];
    const given = request.getEnvList().map((entry): [string, string] => {
        const [key] = entry.split("=", 1);
        return [key, entry.slice(key.length + 1)];
    });
    // The arguments for node follow the script, as they do in the official language host.
    return start(process.execPath, [script, ...splitArguments(settings.nodeargs), ...args], {
        cwd: isPolicyPack ? folder : request.getPwd(),
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...Object.fromEntries(given), ...optionVariables(settings) },
    });
}

const installDependencies: grpc.handleServerStreamingCall<
    messages.InstallDependenciesRequest,
    messages.InstallDependenciesResponse
> = (call) => {
    const request = call.request;
    const folder = request.getInfo()?.getProgramDirectory() || request.getDirectory();
    const pass = (stream: "setStdout" | "setStderr") => (data: Buffer) => {
        const response = new messages.InstallDependenciesResponse();
        response[stream](data);
        call.write(response);
    };
    // Not `destroy`: a destroyed stream sends no status, and the engine would wait for one without end.
    const fail = (details: string) =>
        call.emit("error", Object.assign(new Error(details), { code: grpc.status.UNKNOWN }));
    try {
        checkOptions(options(request.getInfo()));
        const args = ["install", "--loglevel=error"];
        const install = start("npm", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
        install.stdout?.on("data", pass("setStdout"));
        install.stderr?.on("data", pass("setStderr"));
        call.on("cancelled", () => install.kill());
        exitCode(install).then(
            (code) => {
                if (code === 0) call.end();
                else fail(`npm install failed in ${folder} with exit code ${code}`);
            },
            (error) => fail(`npm install could not be started: ${error.message}`),
        );
    } catch (error) {
        fail((error as Error).message);
    }
};

/**
 * None: for `pulumi package` the CLI would download each of them, even those on PATH. Every resource names its provider's
 * version itself, so that nothing is missed.
 */
const getRequiredPackages = unary(() => new messages.GetRequiredPackagesResponse());

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
        interruptAll();
        return new Empty();
    }),
    run,
    runPlugin,
    installDependencies,
    getRequiredPackages,
    getProgramDependencies: unimplemented,
    getRequiredPlugins: unimplemented,
    runtimeOptionsPrompts: unimplemented,
    template: unimplemented,
    generateProgram: unimplemented,
    generateProject: unimplemented,
    generatePackage: unimplemented,
    pack: unimplemented,
    link: unimplemented,
});
