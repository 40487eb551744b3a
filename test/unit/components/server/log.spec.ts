import { refuses, refusesValues } from "../../refusals";

refusesValues("log", [
    ["log.level", "verbose", 'must be one of "error", "warn", "info", "debug"'],
    ["log.format", "xml", 'must be one of "text", "json", "logstash"'],
]);

refuses("log", {
    "an accessLog that is not a boolean": {
        of: { log: { accessLog: "on" } },
        says: ['log.accessLog: must be true or false, not "on"'],
    },
});
