import { inSandbox, kubectl, namespaceOfPods, RegistryStack } from "../harness";
import { takesGivesAndDeletes } from "../images";
import { versitygw } from "../versitygw";

describe("storage.s3 with versitygw", () => {
    inSandbox("versitygw");
    namespaceOfPods("gateway-team");

    const gateway = new RegistryStack(
        "gateway",
        {
            namespace: "gateway",
            storage: {
                s3: {
                    bucket: "images",
                    endpoint: "http://versitygw.gateway-team.svc:7070",
                    credentials: { keys: { accessKeyId: "root" } as never },
                },
            },
            pullSecrets: { namespaces: ["gateway-team"], name: "gateway" },
        },
        { "s3-secret-access-key": "of-versitygw" },
    );
    before(() => kubectl("apply --filename -", JSON.stringify(versitygw("gateway-team"))));
    after(() => gateway.remove());

    it("stores images on another S3-compatible server, over plain HTTP", async () => {
        await kubectl("wait pod/versitygw --namespace gateway-team --for=condition=Ready --timeout=60s");
        await gateway.up();
        await gateway.expectNoChange();
        await takesGivesAndDeletes(gateway, "gateway-team", "gateway");
    });
});
