import * as crypto from "node:crypto";
import { showStatus } from "../engineLog";
import { type Failure, type ResourceType, unavailable } from "../resourceType";
import { hasUnknown, isObject, type Properties } from "../values";
import { type Connection, runRemotely } from "./ssh";

/** Where the official provider and its SDK have defaults, the SDK has filled them in. */
const connectionInputs = ["host", "port", "user", "privateKey", "hostKey", "dialErrorLimit", "perDialTimeout"];

function checkConnection(connection: unknown): Failure[] {
    if (!isObject(connection) || hasUnknown(connection)) return [];
    const property = "connection";
    const missing = ["host", "privateKey", "hostKey"].filter((key) => !connection[key]);
    return [
        ...unavailable(connectionInputs, connection, property),
        ...missing.map((key) => ({ property, reason: `the stand-in provider needs connection.${key}` })),
    ];
}

/** The official provider asks the server to accept variables, which few servers do. */
function checkVariables(news: Properties): Failure[] {
    const property = "addPreviousOutputInEnv";
    if (news[property] === false || hasUnknown(news[property])) return [];
    return [{ property, reason: `the stand-in provider sends no variables; set ${property} to false` }];
}

async function carryOut(command: unknown, inputs: Properties, urn: string): Promise<Properties> {
    if (typeof command !== "string") return {};
    const { connection, stdin } = inputs as { connection: Connection; stdin?: string };
    return { ...(await runRemotely(connection, command, stdin, (line) => showStatus(urn, line))) };
}

const inputs = ["connection", "create", "delete", "stdin", "addPreviousOutputInEnv"];

/** `command.remote.Command`: runs `create` when it is created, again on every change, and `delete` at the end. */
export const remoteCommand: ResourceType = {
    inputs,
    inPlace: inputs,
    computed: ["stdout", "stderr"],
    changedByUpdate: ["stdout", "stderr"],
    secretOutputs: ["connection"],
    check: (news) => [...checkConnection(news.connection), ...checkVariables(news)],
    async create({ name, urn, news }) {
        const id = `${name}${crypto.randomBytes(4).toString("hex")}`;
        return { id, state: { stdout: "", stderr: "", ...(await carryOut(news.create, news, urn)) } };
    },
    update: ({ urn, news }) => carryOut(news.create, news, urn),
    async delete({ urn, state }) {
        await carryOut(state.delete, state, urn);
    },
};
