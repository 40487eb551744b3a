import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import puppeteer, { type Page } from "puppeteer-core";
import { ensureDebianPackages } from "../../sandbox/debian";
import { printProgress } from "../../sandbox/progress";
import { theSandbox } from "./harness";

/**
 * Opens a page in Chromium on a node, which resolves host names like the node, and logs in when the server asks for a password. The
 * certificate must be of the key with this hash (SHA-256 of its SubjectPublicKeyInfo, in base64).
 */
export async function inBrowser<T>(
    url: string,
    login: { username: string; password: string },
    publicKeyHash: string,
    look: (page: Page) => Promise<T>,
): Promise<T> {
    await ensureDebianPackages(["chromium-headless-shell"], printProgress);
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-browser-"));
    const executablePath = path.join(work, "chromium");
    const command = [...theSandbox().enter(1, { all: true }), "chromium-headless-shell"].map((word) => `'${word}'`);
    fs.writeFileSync(executablePath, `#!/bin/sh\nexec ${command.join(" ")} "$@"\n`, { mode: 0o700 });
    const browser = await puppeteer.launch({
        executablePath,
        pipe: true,
        userDataDir: path.join(work, "profile"),
        // Chromium's own sandbox refuses to run as root.
        args: ["--no-sandbox", `--ignore-certificate-errors-spki-list=${publicKeyHash}`],
    });
    try {
        const page = await browser.newPage();
        await page.authenticate(login);
        await page.goto(url, { waitUntil: "networkidle0" });
        return await look(page);
    } finally {
        await browser.close();
        fs.rmSync(work, { recursive: true, force: true });
    }
}
