import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../../sandbox/command";
import { goModuleFolder } from "../goModule";

/** A kubelet's login for an image. Both are empty without one, and `Error` is why it cannot read the content. */
export interface KubeletLogin {
    readonly Username: string;
    readonly Password: string;
    readonly Error: string;
}

/** What a kubelet's own source needs for logs and feature gates, which do not change its logins. */
const stubs: Readonly<Record<string, string>> = {
    "k8s.io/klog/v2":
        "package klog\ntype Verbose bool\nfunc V(int) Verbose { return false }\nfunc (Verbose) Infof(string, ...any) {}\nfunc (Verbose) InfoS(string, ...any) {}\nfunc Errorf(string, ...any) {}\nfunc Infof(string, ...any) {}\nfunc InfoS(string, ...any) {}\n",
    "k8s.io/apimachinery/pkg/util/sets":
        'package sets\nimport "slices"\nimport "maps"\ntype String map[string]bool\nfunc NewString(all ...string) String {\n\ts := String{}\n\tfor _, one := range all {\n\t\ts[one] = true\n\t}\n\treturn s\n}\nfunc (s String) List() []string { return slices.Sorted(maps.Keys(s)) }\n',
    "k8s.io/apiserver/pkg/util/feature":
        "package feature\ntype gate struct{}\nfunc (gate) Enabled(string) bool { return false }\nvar DefaultFeatureGate gate\n",
    "k8s.io/kubernetes/pkg/features": 'package features\nconst KubeletEnsureSecretPulledImages = ""\n',
};

/** Asks the keyring of the kubelet in the sandbox, from its published source. */
export async function askKeyring(inputs: readonly { content: string; image: string }[]): Promise<KubeletLogin[]> {
    const source = path.join(await goModuleFolder("kubernetes", "k8s.io/kubernetes"), "pkg/credentialprovider");
    const work = fs.mkdtempSync(path.join(os.tmpdir(), "keyring-"));
    const write = (file: string, content: string) => {
        fs.mkdirSync(path.dirname(path.join(work, file)), { recursive: true });
        fs.writeFileSync(path.join(work, file), content);
    };
    try {
        for (const file of ["keyring.go", "config.go", "provider.go"]) {
            write(`credentialprovider/${file}`, fs.readFileSync(path.join(source, file), "utf8"));
        }
        const replaced = Object.entries(stubs).map(([name, content], i) => {
            write(`stub-${i}/go.mod`, `module ${name}\n\ngo 1.26\n`);
            write(`stub-${i}/stub.go`, content);
            const version = name.endsWith("/v2") ? "v2.0.0" : "v0.0.0";
            return `require ${name} ${version}\nreplace ${name} => ./stub-${i}\n`;
        });
        write("go.mod", `module keyring\n\ngo 1.26\n\n${replaced.join("")}`);
        write("main.go", fs.readFileSync(path.join(__dirname, "keyring", "main.go"), "utf8"));
        const stdout = await run(["go", "run", "."], {
            env: { ...process.env, GOFLAGS: "-mod=mod", GOPROXY: "off" },
            cwd: work,
            input: JSON.stringify(inputs),
        });
        return JSON.parse(stdout);
    } finally {
        fs.rmSync(work, { recursive: true, force: true });
    }
}
