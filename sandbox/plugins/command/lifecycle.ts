import * as crypto from "node:crypto";
import {
    type CheckRequest,
    type CreateRequest,
    type DeleteRequest,
    type DiffRequest,
    type ResourceType,
    replaceUnless,
    type UpdateRequest,
} from "../resourceType";
import { type Properties, UNKNOWN } from "../values";

/** What a command printed, each without its last line end. */
export interface Printed {
    stdout: string;
    stderr: string;
}

/** Runs one command with the inputs of its resource; fails when the command does. */
export type Runner = (command: string, inputs: Properties, variables: Record<string, string>) => Promise<Printed>;

/** The inputs that local and remote commands share. */
interface CommandInputs {
    create?: string;
    update?: string;
    delete?: string;
    environment?: Record<string, string>;
    /** True when left out: update and delete see what the last command printed. */
    addPreviousOutputInEnv?: boolean;
}

function variables(inputs: CommandInputs, previous: Properties): Record<string, string> {
    const outputs = {
        PULUMI_COMMAND_STDOUT: String(previous.stdout ?? ""),
        PULUMI_COMMAND_STDERR: String(previous.stderr ?? ""),
    };
    return { ...(inputs.addPreviousOutputInEnv === false ? {} : outputs), ...inputs.environment };
}

/** Everything that lives by commands: `create`, then `update` or again `create` on changes, `delete` at the end. */
export function commandType(
    run: Runner,
    check?: (request: CheckRequest) => ReturnType<NonNullable<ResourceType["check"]>>,
): ResourceType {
    async function carryOut(
        command: string | undefined,
        inputs: Properties,
        previous: Properties,
    ): Promise<Properties> {
        if (command === undefined) return { ...inputs, stdout: "", stderr: "" };
        return { ...inputs, ...(await run(command, inputs, variables(inputs, previous))) };
    }
    return {
        check,
        diff: (request: DiffRequest) => ({ ...replaceUnless(request), replaces: ["triggers"] }),
        computed: ["stdout", "stderr"],
        async create({ name, news }: CreateRequest) {
            const id = `${name}${crypto.randomBytes(4).toString("hex")}`;
            return { id, state: await carryOut((news as CommandInputs).create, news, {}) };
        },
        async update({ news, state, preview }: UpdateRequest) {
            if (preview) return { ...news, stdout: UNKNOWN, stderr: UNKNOWN };
            const { create, update } = news as CommandInputs;
            return carryOut(update ?? create, news, state);
        },
        async delete({ inputs, state }: DeleteRequest) {
            await carryOut((inputs as CommandInputs).delete, inputs, state);
        },
    };
}
