import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { rulesList } from "../../components/maintenance/retentionRules";
import { decideFunction } from "../../components/maintenance/script";
import { run } from "../../sandbox/command";
import { unpackDebianPackage } from "../../sandbox/debian";
import type { Progress } from "../../sandbox/progress";
import type { Figure } from "./figure";
import { seconds } from "./measured";

const tags = 10_000;
const repositories = 20;

/** The decision about 10,000 tags, by the shell and the awk of the image in which maintenance runs. */
export async function measureRetention(progress: Progress): Promise<Figure> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-retention-"));
    try {
        progress(`Deciding about ${tags} tags`);
        const busybox = path.join(await unpackDebianPackage("busybox-static", progress), "bin/busybox");
        const list = (name: string, lines: readonly string[]) => {
            fs.writeFileSync(path.join(folder, name), lines.map((line) => `${line}\n`).join(""));
            return path.join(folder, name);
        };
        const digest = (i: number) => `sha256:${i.toString(16).padStart(64, "0")}`;
        const numbers = Array.from({ length: tags }, (_, i) => i);
        const repository = (i: number) => `team/app-${i % repositories}`;
        const rules = list("rules", []);
        const rule = {
            repositories: ["team/**"],
            lastPushed: 10,
            pushedWithin: 86_400,
            matching: ["^v\\d+$"],
            protect: 0,
        };
        fs.writeFileSync(rules, rulesList([rule]));
        const lists = [
            rules,
            list(
                "uses",
                numbers.filter((i) => i % 10 === 0).map((i) => `${repository(i)}\t${digest(i)}`),
            ),
            list("children", []),
            list(
                "tags",
                numbers.map((i) =>
                    [repository(i), `build-${i}`, digest(i), 1_700_000_000 + i * 60, "ledger"].join("\t"),
                ),
            ),
        ];
        const script = `${decideFunction()}decide "$@"`;
        const command = [busybox, "sh", "-c", script, "decide", "1764288000", "", ...lists];
        let decided = "";
        const measured = await seconds(async () => {
            decided = await run(command, { env: { PATH: path.join(folder, "bin") } });
        });
        const count = decided.trim().split("\n").length;
        if (count !== tags) throw new Error(`${count} tags were decided instead of ${tags}`);
        const detail = `${repositories} repositories, one rule, a tenth of the images in use`;
        return { title: `decision about ${tags} tags`, limit: 5, measured, unit: "s", detail };
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}
