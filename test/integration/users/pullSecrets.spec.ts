import * as assert from "node:assert/strict";
import { loginFaults, loginsOf } from "../../../components/arguments/formats/dockerConfig";
import { askKeyring, type KubeletLogin } from "./keyring";

const host = "registry.example.com";
const login = { auth: Buffer.from("ci:secret").toString("base64") };
const other = { username: "other", password: "secret" };

/** Keys of `auths`, for an image of the host. */
const keys = [
    ...[host, "", "https://", "http://"].map((scheme) => (scheme === host ? host : `${scheme}${host}`)),
    ...["/", "/v2/", "/v1/", "/v2", "/v1", "/v2/team", "/team", "/team/", "/te", "/other"].map((end) => host + end),
    ...["/", "/v2/", "/v1/", "/v2", "/team", "?x=1", "#x"].map((end) => `https://${host}${end}`),
    ...[
        "*.example.com",
        "*.*.com",
        "*.com",
        "*",
        "*.*",
        "*.*.*",
        "reg*.example.com",
        "*try.example.com",
        "registry.*.com",
    ],
    ...[":443", ":8443", ":5000/v2/"].map((end) => host + end),
    ...[
        "*.example.com:8443",
        "https://*.example.com/v1/",
        "user@registry.example.com",
        "https://u:p@registry.example.com/",
    ],
    ...[
        "Registry.example.com",
        `${host}.`,
        `a.${host}`,
        "example.com",
        "registryXexample.com",
        "re[g]istry.example.com",
    ],
    ...["https://index.docker.io/v1/", " registry.example.com", "registry.example.com ", "", "//registry.example.com"],
];

const entries: object[] = [
    login,
    other,
    { ...other, ...login },
    {},
    { auth: "" },
    { auth: login.auth.replace(/=+$/, "") },
    { auth: `${login.auth}\n` },
    { auth: `${login.auth}=` },
    { auth: "a" },
    { auth: "hunter2!" },
    { auth: Buffer.from("no colon").toString("base64") },
    { auth: Buffer.from("ci:with:colon").toString("base64") },
    { auth: Buffer.from("ci:").toString("base64") },
    { auth: Buffer.from(":secret").toString("base64") },
    { username: "ci" },
    { username: 1 },
    { identitytoken: "x" },
    { ...other, identitytoken: "x" },
    { registrytoken: "x" },
];

describe("the content of a pull secret", () => {
    const images = [host, `${host}:8443`, `${host}:443`];
    const contents = [
        ...keys.map((key) => ({ [key]: login })),
        ...entries.map((entry) => ({ [host]: entry })),
        ...entries.map((entry) => ({ [host]: login, "other.example.com": entry })),
        { [host]: null },
        { "*.example.com": other, [host]: login },
        { [`${host}/team`]: login, "*.example.com": {} },
    ].map((auths) => JSON.stringify({ auths }));
    const inputs = contents.flatMap((content) => images.map((image) => ({ content, host: image })));
    let answers: KubeletLogin[];
    before(async function () {
        this.timeout(300_000);
        answers = await askKeyring(
            inputs.map((input) => ({ content: input.content, image: `${input.host}/team/app` })),
        );
    });

    it("has a login where a kubelet finds one", () => {
        // A login for `other` does not apply to images of `team`, but to other images of the host.
        const isPartly = (content: string) => /\/(other|v[12])"/.test(content);
        const wrong = inputs.flatMap(({ content, host: name }, i) => {
            const { Username, Password, Error: unread } = answers[i];
            const expected = unread === "" && Username !== "" && Password !== "";
            const found = loginFaults(content, [name]).length === 0;
            return found === expected || (isPartly(content) && found) ? [] : [{ content, name, kubelet: answers[i] }];
        });
        assert.deepEqual(wrong, []);
        assert.ok(answers.filter(({ Username }) => Username !== "").length > 30);
        assert.ok(answers.filter(({ Error: unread }) => unread !== "").length > 10);
    });

    it("gives nodes the login that a kubelet uses", () => {
        for (const [i, { content, host: name }] of inputs.entries()) {
            if (loginFaults(content, [name]).length > 0 || answers[i].Username === "") continue;
            const encoded = Buffer.from(`${answers[i].Username}:${answers[i].Password}`).toString("base64");
            assert.equal(loginsOf(content, [name])[name], encoded, content);
        }
    });
});
