import type { PublishedImage } from "./publishedImage";

/**
 * Facts about the image of curl 8.16.0.
 * Read from create_base_image.sh, create_appliance_image.sh and etc/entrypoint.sh of https://github.com/curl/curl-container at the tag
 * 8.16 (5e7e4debfc1397d7cd2f530000c94f284e7f5953), whose VERSION is 8.16.0.
 */
export const curlImage = {
    reference: "docker.io/curlimages/curl:8.16.0",
    /** A name, with which the kubelet cannot verify `runAsNonRoot`. The number is Alpine's choice. */
    user: "curl_user",
    entrypoint: ["/entrypoint.sh"],
    command: ["curl"],
    workingDirectory: "/home/curl_user",
    environment: { CURL_CA_BUNDLE: "/cacert.pem" },
    paths: ["/bin/sh", "/usr/bin/curl", "/entrypoint.sh", "/cacert.pem", "/home/curl_user"],
} as const satisfies PublishedImage;

/** What /entrypoint.sh runs with given arguments: curl, unless the first one is a command of the image. */
export const entrypoint = [
    { given: ["--version"], runs: ["curl", "--version"] },
    { given: ["https://example.com"], runs: ["curl", "https://example.com"] },
    { given: ["sleep", "1"], runs: ["sleep", "1"] },
] as const;

/**
 * Variables of `--write-out`, and the version that added each.
 * Read from docs/cmdline-opts/write-out.md of https://github.com/curl/curl at 022f9a428af682246b7fa336e73469114bdb27f7. `certs` needs
 * OpenSSL, GnuTLS, Schannel or Rustls; the image is built with `-with-ssl` (Makefile of curl-container at the tag 8.16).
 */
export const writeOut = { certs: "7.88.0", errormsg: "7.75.0", header: "7.84.0", http_code: undefined } as const;

/**
 * The commands of the image that the scripts of `verify` use, in addition to curl and the shell's. test/integration/verify runs them with
 * these only. The image is Alpine's, whose commands are busybox's.
 * Read from main/busybox/busyboxconfig of https://github.com/alpinelinux/aports at 05253d2ccfbc33afa159c80635963e9c34d8cf45
 * (`CONFIG_BASE64=y` and so on), and from create_base_image.sh of curl-container, which starts from Alpine.
 */
export const commands = [
    "awk",
    "base64",
    "cat",
    "cut",
    "date",
    "grep",
    "head",
    "sed",
    "sha256sum",
    "sleep",
    "tr",
    "wc",
] as const;
