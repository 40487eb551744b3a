import * as assert from "node:assert/strict";
import {
    addressBytes,
    nameCovers,
    namesCover,
    withoutPort,
} from "../../../../../components/arguments/formats/hostNames";

describe("nameCovers", () => {
    const host = "registry.example.com";
    for (const name of [host, "*.example.com", "REGISTRY.example.com"]) {
        it(`includes ${host} in ${name}`, () => assert.ok(nameCovers(name, host)));
    }
    for (const name of [
        "*.com",
        "*.*.com",
        "reg*.example.com",
        "registry.*.com",
        "*",
        "",
        "example.com",
        `a.${host}`,
    ]) {
        it(`does not include ${host} in ${name || "an empty name"}`, () => assert.ok(!nameCovers(name, host)));
    }

    it("includes a wildcard only in itself", () => {
        assert.ok(nameCovers("*.example.com", "*.example.com"));
        assert.ok(!nameCovers("*.com", "*.example.com"));
        assert.ok(!nameCovers(host, "*.example.com"));
    });
});

describe("namesCover", () => {
    const names = { dnsNames: ["*.example.com"], ipAddresses: ["10.0.0.9", "2001:db8:0:0:0:0:0:7"] };

    it("ignores ports, and compares addresses in every notation", () => {
        for (const host of ["a.example.com:8443", "10.0.0.9:443", "10.0.0.9", "2001:db8::7", "[2001:DB8:0::7]:443"]) {
            assert.ok(namesCover(names, host), host);
        }
        for (const host of ["example.com", "10.0.0.10", "2001:db8::8"]) assert.ok(!namesCover(names, host), host);
    });

    it("compares addresses with IP addresses only", () => {
        assert.ok(!namesCover({ dnsNames: ["10.0.0.9"], ipAddresses: [] }, "10.0.0.9"));
    });
});

describe("the notation of addresses", () => {
    it("is read and written", () => {
        for (const address of ["10.0.0.9", "255.255.255.255", "0.0.0.0"]) {
            assert.ok(addressBytes(`::ffff:${address}`).equals(addressBytes(address)));
        }
        assert.ok(addressBytes("::1").equals(addressBytes("0:0:0:0:0:0:0:1")));
        assert.ok(addressBytes("::").equals(Buffer.alloc(16)));
    });

    it("has no port", () => {
        assert.deepEqual(["a:1", "a", "10.0.0.9:1", "::1", "[::1]:1", "[::1]"].map(withoutPort), [
            "a",
            "a",
            "10.0.0.9",
            "::1",
            "::1",
            "::1",
        ]);
    });
});
