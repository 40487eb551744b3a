/** An S3-compatible server for a directory. */
export function versitygw(namespace: string): object {
    const labels = { app: "versitygw" };
    const metadata = { name: "versitygw", namespace, labels };
    const start = "mkdir -p /data/images && exec versitygw --port :7070 posix /data";
    const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata,
        spec: {
            containers: [
                {
                    name: "versitygw",
                    image: "docker.io/versity/versitygw:v1.8.0",
                    command: ["sh", "-c", start],
                    env: [
                        { name: "ROOT_ACCESS_KEY", value: "root" },
                        { name: "ROOT_SECRET_KEY", value: "of-versitygw" },
                    ],
                    readinessProbe: { tcpSocket: { port: 7070 }, periodSeconds: 1 },
                    volumeMounts: [{ name: "data", mountPath: "/data" }],
                },
            ],
            volumes: [{ name: "data", emptyDir: {} }],
        },
    };
    const service = {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { selector: labels, ports: [{ port: 7070 }] },
    };
    return { apiVersion: "v1", kind: "List", items: [pod, service] };
}
