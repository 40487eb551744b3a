import { refuses, refusesValues } from "../../refusals";

const persistence = "verify.persistence: always fails with";
const proxy =
    "verify: pushes an image, which is not possible with config.proxy.remoteurl: the registry then only caches another one; remove one of the two";

describe("the arguments of verify", () => {
    refuses("verify", {
        "a registry that only caches another one": {
            of: { verify: {}, config: { proxy: { remoteurl: "https://registry.example.com" } } },
            says: [proxy],
        },
        "persistence without lasting storage": {
            of: { verify: { persistence: true }, storage: { memory: {} } },
            says: [`${persistence} storage.memory, which loses the images with the pod; remove one of the two`],
        },
        "persistence without lasting storage in config": {
            of: { verify: { persistence: true }, config: { storage: { inmemory: {} } } },
            says: [
                `${persistence} config.storage.inmemory, which loses the images with the pod; remove one of the two`,
            ],
        },
    });

    refusesValues("verify", [
        ["verify.enabled", "yes", "must be true or false"],
        ["verify.everyNode", "all", "must be true or false"],
        ["verify.persistence", 1, "must be true or false"],
    ]);
});
