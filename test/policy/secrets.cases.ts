import { configMap, container, deployment, secret, unknown } from "./fixtures";
import { describeRule } from "./judge";

const environment = (...env: object[]) => deployment({ container: { env } });
const command = (...words: string[]) => deployment({ container: { command: words.slice(0, 1), args: words.slice(1) } });
const shell = (line: string) => command("sh", "-c", line);
const initCommand = (...words: string[]) =>
    deployment({ pod: { initContainers: [container({ name: "users", command: words })] } });

const annotatedPod = (annotations: object) => {
    const { props, ...rest } = deployment();
    const { spec } = props;
    const template = { ...spec.template, metadata: { annotations } };
    return { ...rest, props: { ...props, spec: { ...spec, template } } };
};

const login = Buffer.from("ci:hunter2-hunter2").toString("base64");
const zot = (http: object) =>
    configMap("zot", { "config.json": JSON.stringify({ storage: { rootDirectory: "/var/lib/registry" }, http }) });
const inCommand = "A command of the container";

describeRule("no-plaintext-secrets", {
    passes: {
        Secrets: [secret("any", { password: "x", config: "password: x" })],
        "a certificate in a ConfigMap": [configMap("ca", { "ca.crt": "-----BEGIN CERTIFICATE-----\nx\n" })],
        "a configuration with file paths": [
            configMap("config", { "config.yml": "auth:\n  htpasswd:\n    path: /auth\n" }),
        ],
        "zot's configuration with the path of an htpasswd file": [
            zot({ auth: { htpasswd: { path: "/etc/zot/htpasswd" } } }),
        ],
        "zot's configuration with a token service": [
            zot({
                auth: { bearer: { realm: "https://auth.example.com/token", service: "zot", cert: "/etc/zot/a.crt" } },
            }),
        ],
        "config.yml with a token service": [
            configMap("config", { "config.yml": "auth:\n  token:\n    realm: https://auth.example.com\n" }),
        ],
        "a pull secret without logins": [
            configMap("docker", { "config.json": '{"auths":{"registry.example.com":{}},"credsStore":"desktop"}' }),
        ],
        "a reference": [environment({ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "a", key: "b" } } })],
        "the path of a file": [environment({ name: "ROOT_PASSWORD", value: "/run/password" })],
        "another variable's value": [environment({ name: "PGPASSWORD", value: "$(DB_PASSWORD)" })],
        "a Redis without a password": [environment({ name: "ALLOW_EMPTY_PASSWORD", value: "yes" })],
        "a MySQL that draws its password": [environment({ name: "MYSQL_RANDOM_ROOT_PASSWORD", value: "true" })],
        "an empty password": [environment({ name: "REDIS_PASSWORD", value: "" })],
        "a URL whose password is a variable": [
            environment({ name: "DATABASE_URL", value: "postgres://app:$(PASSWORD)@db:5432/app" }),
        ],
        "a URL without a password": [environment({ name: "PROXY", value: "https://registry-1.docker.io" })],
        "commands that take passwords from elsewhere": [
            shell('htpasswd -Bbn "$USER" "$PASSWORD" > /auth/htpasswd'),
            shell("echo $PASSWORD | docker login --username ci --password-stdin registry.example.com"),
            command("redis-server", "--requirepass", "$(REDIS_PASSWORD)"),
            command("redis-server", "--requirepass=$REDIS_PASSWORD"),
            shell("htpasswd -cB /auth/htpasswd ci < /run/password"),
            shell("curl -u ci:$(cat /run/password) https://registry.example.com/v2/"),
        ],
        "a command without passwords": [command("registry", "serve", "/etc/distribution/config.yml")],
        "commands that hash and log in with passwords from elsewhere": [
            shell("htpasswd -Bbn admin $(cat /run/password)"),
            shell("echo $PASSWORD | htpasswd -Bni admin"),
            shell("openssl passwd -apr1 -stdin < /run/password"),
        ],
        "switches in a ConfigMap": [configMap("redis", { ALLOW_EMPTY_PASSWORD: "yes", REDIS_PASSWORD: "" })],
        "a variable whose name only ends like one": [environment({ name: "COMPASS", value: "north" })],
        "a port of a container in a command": [shell("docker run -p 5000:5000 registry:3.1.2")],
        checksums: [annotatedPod({ "checksum/config": "a".repeat(64) })],
    },
    fails: {
        "a key in a ConfigMap": {
            of: [configMap("keys", { "a.pem": "-----BEGIN RSA PRIVATE KEY-----\nx" })],
            says: 'The ConfigMap\'s key "a.pem" holds a private key',
        },
        "a key next to a certificate in one": {
            of: [configMap("ca", { "ca.crt": "-----BEGIN CERTIFICATE-----\nx\n-----BEGIN EC PRIVATE KEY-----\nx" })],
            says: 'The ConfigMap\'s key "ca.crt" holds a private key',
        },
        "an encoded key in one": {
            of: [
                configMap(
                    "ca",
                    {},
                    {
                        binaryData: { key: Buffer.from("-----BEGIN PRIVATE KEY-----\nx").toString("base64") },
                    },
                ),
            ],
            says: 'The ConfigMap\'s key "key" holds a private key',
        },
        "an htpasswd file in one": {
            of: [configMap("auth", { htpasswd: "ci:$2y$05$abc" })],
            says: "holds a password's hash",
        },
        "an htpasswd file in its binary data": {
            of: [configMap("auth", {}, { binaryData: { users: Buffer.from("ci:$2b$10$abc").toString("base64") } })],
            says: 'key "users" holds a password\'s hash',
        },
        "an htpasswd file of Apache": {
            of: [configMap("auth", { users: "ops:$apr1$abcdefgh$xyz\nci:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n" })],
            says: "holds a password's hash",
        },
        "a pull secret in one": {
            of: [configMap("pull", { a: '{"auths":{"b":{"auth":"eA=="}}}' })],
            says: "the login",
        },
        "a login in one": { of: [configMap("pull", { a: JSON.stringify({ auth: login }) })], says: "the login" },
        "an access key in one": {
            of: [configMap("config", { "config.yml": "s3:\n  secretkey: abc\n" })],
            says: "holds a password or secret",
        },
        "a password in JSON on one line": {
            of: [zot({ auth: { ldap: { address: "ldap", bindPassword: "hunter2" } } })],
            says: "holds a password or secret",
        },
        "a password in a properties file": {
            of: [configMap("app", { "a.properties": "db.user=app\ndb.password=hunter2\n" })],
            says: "holds a password or secret",
        },
        "a login in hosts.toml": {
            of: [configMap("nodes", { "hosts.toml": `[header]\n  Authorization = ["Basic ${login}"]\n` })],
            says: "holds an Authorization header",
        },
        "a variable by its name": {
            of: [environment({ name: "REGISTRY_HTTP_SECRET", value: "abc" })],
            says: "The environment variable REGISTRY_HTTP_SECRET holds its value in the manifest",
        },
        "a password of a Redis": {
            of: [environment({ name: "REDIS_PASSWORD", value: "hunter2" })],
            says: "The environment variable REDIS_PASSWORD holds its value",
        },
        "a variable by its value": {
            of: [environment({ name: "USERS", value: "ci:$2y$05$abc" })],
            says: "USERS holds a password's hash",
        },
        "a URL with a password": {
            of: [environment({ name: "DATABASE_URL", value: "postgres://app:hunter2@db:5432/app" })],
            says: "DATABASE_URL holds the login of a URL",
        },
        "a password for htpasswd in an init container": {
            of: [initCommand("htpasswd", "-Bbn", "admin", "Sup3rS3cret")],
            says: `${inCommand} users holds a password or secret`,
        },
        "one in a shell": {
            of: [
                initCommand(
                    "sh",
                    "-c",
                    "htpasswd -Bbc /auth/htpasswd admin 'Sup3r S3cret' && chmod 600 /auth/htpasswd",
                ),
            ],
            says: inCommand,
        },
        "one with separate options": { of: [shell("/usr/bin/htpasswd -n -b -C 10 admin hunter2")], says: inCommand },
        "a login for curl": { of: [shell("curl -fsS -u ci:hunter2 https://localhost:5000/v2/")], says: inCommand },
        "an option's value": { of: [command("app", "--password=hunter2")], says: inCommand },
        "an option's next word": { of: [command("redis-server", "--requirepass", "hunter2")], says: inCommand },
        "a login for Docker": {
            of: [shell("docker login -u ci -p hunter2 registry.example.com")],
            says: inCommand,
        },
        "a password before a command": { of: [shell("PGPASSWORD=hunter2 psql -h db")], says: inCommand },
        "a password that is piped": {
            of: [shell("echo hunter2 | docker login -u ci --password-stdin registry.example.com")],
            says: inCommand,
        },
        "a password for openssl": { of: [shell("openssl passwd -apr1 hunter2 >> /auth/htpasswd")], says: inCommand },
        "a literal for a Secret": {
            of: [shell("kubectl create secret generic users --from-literal=password=hunter2")],
            says: inCommand,
        },
        "a variable in a ConfigMap": {
            of: [configMap("redis", { REDIS_PASSWORD: "hunter2" })],
            says: 'The ConfigMap\'s key "REDIS_PASSWORD" holds a password or secret',
        },
        "a variable with a short name": {
            of: [environment({ name: "DB_PASS", value: "hunter2" })],
            says: "The environment variable DB_PASS holds its value",
        },
        "a probe's command": {
            of: [
                deployment({
                    container: { livenessProbe: { exec: { command: ["redis-cli", "-a", "hunter2", "ping"] } } },
                }),
            ],
            says: inCommand,
        },
        "a probe's header": {
            of: [
                deployment({
                    container: {
                        readinessProbe: {
                            httpGet: { port: 5000, httpHeaders: [{ name: "Authorization", value: `Basic ${login}` }] },
                        },
                    },
                }),
            ],
            says: "A probe's header of the container registry holds a login",
        },
        "an annotation": {
            of: [configMap("a", {}, { metadata: { annotations: { note: "password=abc" } } })],
            says: "The label or annotation note holds a password or secret",
        },
        "an annotation with a manifest": {
            of: [
                configMap(
                    "a",
                    {},
                    { metadata: { annotations: { applied: '{"data":{"a.yml":"password: hunter2"}}' } } },
                ),
            ],
            says: "annotation applied holds a password or secret",
        },
        "a pod's annotation": {
            of: [annotatedPod({ note: "-----BEGIN PRIVATE KEY-----" })],
            says: "annotation note holds a private key",
        },
    },
    unknown: {
        contents: [configMap("a", { b: unknown }), configMap("a", unknown)],
        values: [environment({ name: "DB_PASSWORD", value: unknown }), environment({ name: unknown, value: unknown })],
        commands: [deployment({ container: { command: unknown, args: [unknown] } })],
        annotations: [annotatedPod({ note: unknown })],
    },
});
