// Which files may import which. `npm run lint` checks it; imports of types count too.

/** Files at `from` must not import files at `to`. */
const never = (name, comment, from, to) => ({
    name,
    comment,
    severity: "error",
    from: { path: from },
    to: { path: to },
});

module.exports = {
    forbidden: [
        {
            name: "no-circles",
            comment: "A circle means that a noun is in the wrong file. Move it to the file that owns it.",
            severity: "error",
            from: {},
            to: { circular: true },
        },
        {
            name: "no-unresolved-imports",
            comment: "An import leads to a file, or to a package that is installed.",
            severity: "error",
            from: {},
            to: { couldNotResolve: true },
        },
        never(
            "component-alone",
            "npm packs cli/ and components/ and nothing else.",
            "^components/",
            "^(index|settings)\\.ts$|^(cli|examples|policy|sandbox|scripts|test)/",
        ),
        {
            name: "component-declares-packages",
            comment: "A program that installs the package gets its dependencies and peers, but no devDependencies.",
            severity: "error",
            from: { path: "^components/" },
            to: {
                dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
                dependencyTypesNot: ["npm", "npm-peer", "npm-optional"],
            },
        },
        never(
            "shared-folders-first",
            "arguments/ and kubernetes/ are what every part uses, so they use no part.",
            "^components/(arguments|kubernetes)/",
            "^components/(?!(arguments|kubernetes)/)",
        ),
        never(
            "entry-points-last",
            "A part does not know the components that it is part of.",
            "^components/[^/]+/",
            "^components/(index|privateRegistry|privateRegistryArgs|registryAccess)\\.ts$",
        ),
        never(
            "command-alone",
            "npx private-registry starts without the component and its packages. It reads schedules and durations, and runs rclone, with the same functions.",
            "^cli/",
            "^(index|settings)\\.ts$|^components/(?!arguments/(formats/|duration\\.)|maintenance/(rclone|script)\\.)|^(examples|policy|sandbox|scripts|test)/|^node_modules/",
        ),
        never(
            "policy-alone",
            "The pack also judges stacks that do not use the component. It reads certificates and logins with the same functions.",
            "^policy/",
            "^(index|settings)\\.ts$|^components/(?!arguments/formats/)|^(examples|sandbox|scripts|test)/",
        ),
        never(
            "formats-are-pure",
            "arguments/formats/ reads and writes the files of other programs, from values to values. Packages only parse for it. The policies use it without the component.",
            "^components/arguments/formats/",
            "^components/(?!arguments/formats/)|^node_modules/(?!@peculiar/asn1-)",
        ),
        never(
            "program-is-a-consumer",
            "index.ts and settings.ts need what any program needs: the component.",
            "^(index|settings)\\.ts$",
            "^(examples|policy|sandbox|scripts|test)/",
        ),
        never(
            "sandbox-knows-no-product",
            "The sandbox is a cluster and a toolchain for any Pulumi program.",
            "^sandbox/",
            "^(index|settings)\\.ts$|^(components|examples|policy|scripts|test)/",
        ),
        never(
            "commands-are-no-libraries",
            "What tests and commands share is in sandbox/stack/, and generators are in scripts/docs/.",
            "^(test/(?!unit/scripts/)|scripts/docs/)",
            "^scripts/[^/]+$",
        ),
        never("code-needs-no-tests", "Tests use the code, and not the other way round.", "^(?!test/)", "^test/"),
    ],
    options: {
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
        doNotFollow: { path: "node_modules" },
        exclude: { path: "^(dist|coverage)/" },
    },
};
