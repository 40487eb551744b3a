import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { planCluster } from "../../../../sandbox/cluster/cluster";
import { enterNode, nodeProcess } from "../../../../sandbox/cluster/node";

describe("a node's process", () => {
    let folder: string;
    const nodeOne = () => {
        const cluster = planCluster("test", folder, { index: 1, nodes: 1 });
        return [cluster, cluster.nodes[0]] as const;
    };
    const write = (content: string) => fs.writeFileSync(path.join(folder, "node1", "pid"), content);

    before(function () {
        if (process.platform !== "linux") this.skip();
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "node-"));
        fs.mkdirSync(path.join(folder, "node1"));
    });
    after(() => fs.rmSync(folder, { recursive: true }));

    it("does not exist before the first start, so it cannot be entered", () => {
        assert.equal(nodeProcess(...nodeOne()), undefined);
        assert.throws(() => enterNode(...nodeOne(), false), /node1 does not run; `npm run sandbox -- up` starts it\./);
    });

    it("is not another process with the same PID after a reboot", () => {
        write(`${process.pid} 1\n`);
        assert.equal(nodeProcess(...nodeOne()), undefined, "another start time");
        const stat = fs.readFileSync("/proc/self/stat", "utf8");
        write(`${process.pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}\n`);
        assert.equal(nodeProcess(...nodeOne()), undefined, "without separate namespaces");
        write("4194305 1\n");
        assert.equal(nodeProcess(...nodeOne()), undefined, "without a process");
    });
});
