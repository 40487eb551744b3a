import * as pulumi from "@pulumi/pulumi";
import { boolean, memberOf } from "../arguments/rules";
import { fields } from "../arguments/shapes";

/** How much the registry writes to its log. */
export enum LogLevel {
    /** Only what failed. */
    Error = "error",
    /** What may be wrong, too. */
    Warn = "warn",
    /** What happens, too. */
    Info = "info",
    /** What is of use to whoever looks for a fault. */
    Debug = "debug",
}

/** The form of the registry's log lines. */
export enum LogFormat {
    /** Fields as `key=value`. */
    Text = "text",
    /** One JSON object a line. */
    Json = "json",
    /** JSON in Logstash's layout. */
    Logstash = "logstash",
}

/** The registry's log (`log` in config.yml). */
export interface RegistryLog {
    /** Defaults to `info`. */
    level?: pulumi.Input<LogLevel>;
    /** Defaults to `json`, which log collectors read without a pattern. */
    format?: pulumi.Input<LogFormat>;
    /** Whether each request is logged too. Defaults to true. */
    accessLog?: pulumi.Input<boolean>;
}

export const logRules = fields<RegistryLog>({
    level: memberOf(LogLevel),
    format: memberOf(LogFormat),
    accessLog: boolean,
});

/** The arguments with every default. */
export type LogSettings = Required<pulumi.Unwrap<RegistryLog>>;

export function logSettings(log: RegistryLog = {}): pulumi.Output<LogSettings> {
    return pulumi.output(log).apply(({ level = LogLevel.Info, format = LogFormat.Json, accessLog = true }) => ({
        level,
        format,
        accessLog,
    }));
}
