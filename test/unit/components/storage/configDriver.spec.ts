import * as assert from "node:assert/strict";
import type { Section } from "../../../../components/server/configYml";
import { driverDefaults } from "../../../../components/storage/configDriver";

const defaults = (driver: string, parameters: Section) => driverDefaults(driver, parameters, "cluster.local");

describe("the defaults of a storage driver in config", () => {
    it("name the type of Azure's credentials, which registry 3 requires", () => {
        const type = (parameters: Section) => (defaults("azure", parameters).azure as Section).credentials;
        assert.deepEqual(type({ accountkey: "a2V5" }), { type: "shared_key" });
        assert.deepEqual(type({ credentials: { secret: "hidden" } }), { type: "client_secret" });
        assert.deepEqual(type({}), { type: "default_credentials" });
    });

    it("serve blobs through the registry if nodes cannot reach the storage", () => {
        const redirect = (driver: string, parameters: Section) => defaults(driver, parameters).redirect;
        for (const serviceurl of [
            "http://203.0.113.7:10000/team",
            "https://azurite.storage.svc/team",
            "https://azurite/",
        ]) {
            assert.deepEqual(redirect("azure", { serviceurl }), { disable: true }, serviceurl);
        }
        assert.deepEqual(redirect("s3", { regionendpoint: "http://minio.minio.svc:9000" }), { disable: true });
        assert.deepEqual(redirect("azure", { serviceurl: "https://team.blob.core.windows.net" }), { disable: false });
        assert.equal(redirect("azure", {}), undefined);
        assert.equal(redirect("gcs", {}), undefined);
    });

    it("are those of storage.s3 for S3", () => {
        assert.deepEqual(defaults("s3", { bucket: "images" }), { s3: { region: "us-east-1" } });
        assert.deepEqual(defaults("s3", { regionendpoint: "https://s3.example.com" }), {
            s3: { region: "us-east-1", secure: true, forcepathstyle: true },
            redirect: { disable: false },
        });
        assert.deepEqual(defaults("s3", { regionendpoint: "http://minio:9000" }), {
            s3: { region: "us-east-1", secure: false, forcepathstyle: true },
            redirect: { disable: true },
        });
    });

    it("are none for other drivers", () => {
        for (const driver of ["gcs", "inmemory", "swift"]) assert.deepEqual(defaults(driver, {}), { [driver]: {} });
    });
});
