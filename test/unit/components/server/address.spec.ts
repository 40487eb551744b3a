import { refusesValues } from "../../refusals";
import * as must from "../../sentences";

refusesValues("serviceName, clusterDomain, host and hostAliases", [
    [
        "serviceName",
        "1st",
        "must be lower-case letters, digits and hyphens, beginning with a letter, at most 55 characters",
    ],
    ["clusterDomain", "cluster_local", must.dnsName],
    ["host", "https://registry.example.com", must.host, "did you mean `registry.example.com`?"],
    ["host", "registry.example.com/team", must.host, "did you mean `registry.example.com`?"],
    ["hostAliases[0]", "Registry.example.com", must.host, "did you mean `registry.example.com`?"],
    ["host", "registry", must.host, must.dockerHub("registry")],
    ["hostAliases[0]", "images", must.host, must.dockerHub("images")],
]);
