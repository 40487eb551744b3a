const fs = require("node:fs");
const path = require("node:path");

/**
 * The files that take longest, according to the table at the end of `.ci/run`. They run first, so that at the end no worker has to
 * finish one of them alone.
 */
const slowest = [
    "storage/storage",
    "storage/objectStorage",
    "helm/release",
    "expose/expose",
    "maintenance/cronJob",
    "restore/runbook",
    "verify/steps",
    "maintenance/stress",
    "restore/restore",
    "maintenance/backup",
    "policy/pack",
    "docs",
    "privateRegistry",
    "expose/definitions",
    "kubernetes/scope",
    "tls/certManager",
    "tls/supplied",
    "storage/versitygw",
    "users/rotation",
    "verify/steps",
    "registryAccess",
    "protect",
    "package/typescript",
].map((name) => path.join(__dirname, `${name}.spec.ts`));

const all = fs
    .readdirSync(__dirname, { recursive: true })
    .filter((file) => file.endsWith(".spec.ts"))
    .map((file) => path.join(__dirname, file));

module.exports = {
    require: ["ts-node/register", "./test/integration/harness.ts"],
    spec: [...slowest, ...all.filter((file) => !slowest.includes(file)).sort()],
    parallel: true,
    jobs: 3,
    timeout: 600_000,
    reporter: "test/countingReporter.js",
    bail: false,
};
