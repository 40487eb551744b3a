const time = /^(\d+y)??\s*(\d+M)??\s*(\d+w)??\s*(\d+d)??\s*(\d+h)??\s*(\d+m)??\s*(\d+s?)??\s*(\d+ms)??$/;

/**
 * Facts about F5's NGINX Ingress Controller 5.5.4.
 * Read from internal/configs/annotations.go, internal/configs/parsing_helpers.go, internal/k8s/validation.go and
 * internal/k8s/configuration.go of https://github.com/nginx/kubernetes-ingress at the tag v5.5.4
 * (f92a24e4fd2b52c72739c4a1f4f9bb6424bf5731). Of two Ingresses with the same host, it serves one, unless annotations make them master
 * and minion.
 */
export const nginxIngress = {
    prefix: "nginx.org",
    /** Annotations that the component sets, with the values that the controller accepts. It ignores an Ingress with another value. */
    annotations: {
        "client-max-body-size": /^\d+[kmg]?$/i,
        "proxy-read-timeout": time,
        "proxy-send-timeout": time,
        "redirect-to-https": /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/,
    },
    /** The annotation with the Services that are reached over TLS, separated by commas. Each must be a backend of the Ingress. */
    tlsServices: "ssl-services",
} as const;
