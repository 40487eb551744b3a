import { object, unknown } from "./fixtures";
import { describeRule } from "./judge";

const openShift = (tls?: object) =>
    object(
        "route.openshift.io/v1",
        "Route",
        "images",
        { spec: { to: { kind: "Service", name: "registry" }, tls } },
        {},
    );
const contour = (virtualhost: object) =>
    object(
        "projectcontour.io/v1",
        "HTTPProxy",
        "images",
        { spec: { virtualhost, routes: [{ services: [{ name: "registry", port: 443 }] }] } },
        {},
    );
const virtualServer = (tls?: object) =>
    object("k8s.nginx.org/v1", "VirtualServer", "images", { spec: { tls, upstreams: [{ service: "registry" }] } }, {});

/** The routes of OpenShift, Contour and F5's controller. */
describeRule("tls-on-exposed-paths", {
    passes: {
        "other routes with TLS": [
            openShift({ termination: "reencrypt" }),
            contour({ tls: { secretName: "a" } }),
            virtualServer({ secret: "a" }),
        ],
    },
    fails: {
        "other routes without TLS": {
            of: [openShift(), contour({ fqdn: "a" }), virtualServer()],
            says: ["The Route has no tls", "The HTTPProxy has no virtualhost.tls", "The VirtualServer has no tls"],
        },
        "a Route that allows both": {
            of: [openShift({ termination: "edge", insecureEdgeTerminationPolicy: "Allow" })],
            says: "The Route allows plain HTTP",
        },
    },
    unknown: {
        "their TLS": [openShift(unknown as never), contour({ tls: unknown }), virtualServer(unknown as never)],
    },
});
