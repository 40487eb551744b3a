import * as assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../../sandbox/command";
import { withLock } from "../../sandbox/lock";
import { cacheFolder } from "../../sandbox/paths";
import { printProgress } from "../../sandbox/progress";
import { startAgent } from "./agent";
import { firstStartLimit, kubectl, theSandbox, until } from "./harness";

const accountName = "team";
const port = 10000;
/** A version of the REST API that signs requests as below. */
const apiVersion = "2021-12-02";

/** Microsoft's emulator of Azure Blob Storage, on the address of the sandbox's node. */
export interface Azurite {
    readonly accountName: string;
    readonly accountKey: string;
    /** URL of the account. */
    url(): string;
    /** The response to a signed request for a container. */
    request(method: string, container: string, query: Record<string, string>): Promise<string>;
}

/** In a `describe`: runs azurite, with its data in memory. It serves plain HTTP. */
export function withAzurite(): Azurite {
    const accountKey = randomBytes(64).toString("base64");
    let agent: { stop: () => Promise<void> } | undefined;
    let url = "";

    before(async function () {
        this.timeout(firstStartLimit);
        const program = await ensureAzurite();
        const node = "jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}";
        url = `http://${await kubectl(`get nodes --output ${node}`)}:${port}/${accountName}`;
        agent = startAgent("azurite", [
            ...theSandbox().enter(),
            "env",
            `AZURITE_ACCOUNTS=${accountName}:${accountKey}`,
            process.execPath,
            program,
            "--inMemoryPersistence",
            "--disableTelemetry",
            // The registry's SDK sends a newer version of the API than azurite knows.
            "--skipApiVersionCheck",
            "--blobHost=0.0.0.0",
            `--blobPort=${port}`,
        ]);
        await until("azurite responds", 60, () =>
            fetch(url).then(
                () => true,
                () => false,
            ),
        );
    });

    after(() => agent?.stop());

    return {
        accountName,
        accountKey,
        url: () => url,
        async request(method, container, query) {
            const signed = signature(accountKey, method, `/${accountName}/${accountName}/${container}`, query);
            const response = await fetch(`${url}/${container}?${new URLSearchParams(query)}`, {
                method,
                headers: signed,
            });
            const text = await response.text();
            assert.ok(response.ok, `${response.status} ${text}`);
            return text;
        },
    };
}

/** https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key */
function signature(accountKey: string, method: string, resource: string, query: Record<string, string>) {
    const headers = { "x-ms-date": new Date().toUTCString(), "x-ms-version": apiVersion };
    const lines = (values: Record<string, string>) =>
        Object.entries(values)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, value]) => `${name}:${value}`);
    const unusedHeaders = Array<string>(11).fill("");
    const text = [method, ...unusedHeaders, ...lines(headers), resource, ...lines(query)].join("\n");
    const mac = createHmac("sha256", Buffer.from(accountKey, "base64")).update(text).digest("base64");
    return { ...headers, authorization: `SharedKey ${accountName}:${mac}` };
}

/** The program, installed once and stored with the other tools. */
async function ensureAzurite(): Promise<string> {
    const source = path.join(__dirname, "azurite");
    const folder = path.join(cacheFolder, "azurite");
    const installed = path.join(folder, "installed.json");
    const wanted = fs.readFileSync(path.join(source, "package-lock.json"), "utf8");
    await withLock("azurite", async () => {
        if (fs.existsSync(installed) && fs.readFileSync(installed, "utf8") === wanted) return;
        printProgress("Installing azurite");
        fs.rmSync(folder, { recursive: true, force: true });
        fs.cpSync(source, folder, { recursive: true });
        await run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
            env: process.env,
            cwd: folder,
        });
        fs.writeFileSync(installed, wanted);
    });
    return path.join(folder, "node_modules/azurite/dist/src/blob/main.js");
}
