import * as assert from "node:assert/strict";
import { problems, refuses, refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";
import { clientKey, hostKey, lockedKey, pemKey, sshNode } from "../../sshNode";

refusesValues("nodes.ssh", [
    ["nodes.ssh[0].name", "Node 1", must.label(40)],
    ["nodes.ssh[0].host", "ssh://a", "must be a host name or an IP address"],
    ["nodes.ssh[0].host", "a.example.com:22", "must be a host name or an IP address"],
    ["nodes.ssh[0].port", 0, "must be an integer from 1 to 65535"],
    ["nodes.ssh[0].user", "root; reboot", "must be a user name of letters, digits, dots, hyphens and underscores"],
    ["nodes.ssh[0].hostKey", "SHA256:x", "must be a public host key on one line, e.g. `ecdsa-sha2-nistp256 AAAA…`"],
    ["nodes.ssh[0].directories[0]", "certs.d", must.nodeDirectory],
    ["nodes.ssh[0].runtimes[0]", "podman", 'must be one of "containerd", "k3s", "rke2", "cri-o", "docker"'],
]);

refuses("nodes.ssh", {
    "machines without their required fields": {
        of: { nodes: { ssh: [{}] } },
        says: [
            "nodes.ssh[0].name: is missing; give every machine a name",
            "nodes.ssh[0].host: is missing; set the host name or IP address to connect to",
            "nodes.ssh[0].privateKey: is missing; set a key that the machine accepts",
            "nodes.ssh[0].hostKey: is missing; set it to what `ssh-keyscan -t ecdsa <host>` prints after the host name",
        ],
    },
    "directories that are repeated or belong to a runtime": {
        of: {
            nodes: { ssh: [sshNode("a", { directories: ["/srv/certs.d", "/srv/certs.d", "/etc/docker/certs.d"] })] },
        },
        says: [
            'nodes.ssh[0].directories[1]: repeats "/srv/certs.d"; name each once',
            "nodes.ssh[0].directories[2]: is the directory of docker; add docker to nodes.ssh[0].runtimes instead",
        ],
    },
    "machines of the same name, and without a runtime": {
        of: { nodes: { ssh: [sshNode("a"), sshNode("a"), sshNode("b", { runtimes: [] })] } },
        says: [
            "nodes.ssh[1].name: duplicates nodes.ssh[0].name; give every machine a unique name",
            "nodes.ssh[2].runtimes: is empty; list the machine's container runtimes, or omit it",
        ],
    },
});

describe("nodes.ssh[].privateKey", () => {
    it("can be in PEM or OpenSSH format", async () => {
        for (const privateKey of [clientKey, pemKey]) {
            await registry({ nodes: { ssh: [sshNode("a", { privateKey })] } });
        }
    });

    const lockedOpenssh = clientKey.replace(/\n[\s\S]+(?=\n-----END)/, (body) => {
        const content = Buffer.from(body, "base64").toString("latin1");
        return `\n${Buffer.from(content.replace("\u0004none", "\naes256-ctr"), "latin1").toString("base64")}`;
    });
    for (const privateKey of ["hunter2", lockedKey, lockedOpenssh, hostKey]) {
        it(`rejects a wrong key without repeating it: ${privateKey.slice(0, 30).trim()}`, async () => {
            assert.deepEqual(await problems({ nodes: { ssh: [sshNode("a", { privateKey })] } }), [
                "nodes.ssh[0].privateKey: must be a private key in PEM or OpenSSH format without a passphrase",
            ]);
        });
    }
});
