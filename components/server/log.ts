import * as pulumi from "@pulumi/pulumi";
import { boolean, memberOf } from "../arguments/rules";
import { fields } from "../arguments/shapes";

/** Level of the registry's log (`log.level`). */
export enum LogLevel {
    /** Errors only. */
    Error = "error",
    /** Also warnings. */
    Warn = "warn",
    /** Also regular events. */
    Info = "info",
    /** Also details for troubleshooting. */
    Debug = "debug",
}

/** Format of the registry's log lines (`log.formatter`). */
export enum LogFormat {
    /** Fields as `key=value`. */
    Text = "text",
    /** One JSON object per line. */
    Json = "json",
    /** JSON in Logstash's layout. */
    Logstash = "logstash",
}

/** The registry's log (`log` in config.yml). */
export interface RegistryLog {
    /** Log level (`log.level`). Defaults to `info`. */
    level?: pulumi.Input<LogLevel>;
    /** Log format (`log.formatter`). Defaults to `json`, which log collectors parse without a pattern. */
    format?: pulumi.Input<LogFormat>;
    /** Whether to log each request (`log.accesslog`). Defaults to true. */
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
