const size = /^\d+[bkmg]?$/i;
const seconds = /^\d+$/;

/**
 * Facts about ingress-nginx of the Kubernetes project, controller 1.15.1.
 * Read from internal/ingress/annotations (parser, proxy, backendprotocol, rewrite) of https://github.com/kubernetes/ingress-nginx at
 * the tag controller-v1.15.1 (0a5901f3c64f11e92e487799b8da3f00cca37515).
 */
export const ingressNginx = {
    prefix: "nginx.ingress.kubernetes.io",
    /** Annotations that the component sets, with the values that the controller accepts. */
    annotations: {
        "backend-protocol": /^(auto_http|http|https|grpc|grpcs|fcgi)$/i,
        "proxy-body-size": size,
        "proxy-read-timeout": seconds,
        "proxy-request-buffering": /^(on|off)$/,
        "proxy-send-timeout": seconds,
        "ssl-redirect": /^(true|false)$/,
    },
} as const;
