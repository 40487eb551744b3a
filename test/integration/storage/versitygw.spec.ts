import { inSandbox, kubectl, namespaceOfPods, RegistryStack } from "../harness";
import { everyBlobIsWhole, takesGivesAndDeletes } from "../images";
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
    let image: string;
    before(() => kubectl("apply --filename -", JSON.stringify(versitygw("gateway-team"))));
    after(() => gateway.remove());

    it("stores images on another S3-compatible server, over plain HTTP", async () => {
        await kubectl("wait pod/versitygw --namespace gateway-team --for=condition=Ready --timeout=60s");
        await gateway.up();
        await gateway.expectNoChange();
        image = await takesGivesAndDeletes(gateway, "gateway-team", "gateway");
    });

    it("serves the same images with the driver in config, with a network policy for the server's namespace", async () => {
        const s3 = { bucket: "images", regionendpoint: "http://versitygw.gateway-team.svc:7070", accesskey: "root" };
        gateway.args = { ...gateway.args, storage: undefined, config: { storage: { s3 } }, networkPolicy: {} };
        gateway.secrets = { "config-storage.s3.secretkey": "of-versitygw" };
        await gateway.up();
        await gateway.expectNoChange();
        await everyBlobIsWhole(gateway, image);
        await takesGivesAndDeletes(gateway, "gateway-team", "gateway");
    });
});
