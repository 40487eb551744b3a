import * as pulumi from "@pulumi/pulumi";

/** The warnings of a program. */
export async function warningsOf(program: () => Promise<unknown>): Promise<string[]> {
    const warnings: string[] = [];
    const log = pulumi.log as { warn: unknown };
    const { warn } = log;
    log.warn = async (message: string) => void warnings.push(message);
    try {
        await program();
    } finally {
        log.warn = warn;
    }
    return warnings;
}
