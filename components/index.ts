export { PrivateRegistryArgs } from "./args";
export { KeyAlgorithm } from "./authority";
export { RegistryTls } from "./certificates";
export { CertManagerCertificate, CertManagerIssuer, EdgeCertManager, IssuerKind } from "./certManager";
export { LogFormat, LogLevel, RegistryLog } from "./configuration";
export { RegistryUser } from "./credentials";
export { EdgeCertificate, EdgeSecret } from "./edge";
export { RegistryExpose } from "./expose";
export { GatewayParent, RegistryGateway } from "./gateway";
export { IngressController, RegistryIngress } from "./ingress";
export { RegistryIngressRoute, TraefikMiddleware } from "./ingressRoute";
export { NetworkDestination, RegistryNetworkPolicy } from "./networkPolicy";
export { ContainerRuntime } from "./nodeFiles";
export { RegistryNodes } from "./nodes";
export { ExistingCertificate, PemCertificate } from "./ownCertificate";
export { PrivateRegistry } from "./privateRegistry";
export { PullSecrets } from "./pullSecrets";
export { RegistryAccess, RegistryAccessArgs } from "./registryAccess";
export { SelfSignedCertificate } from "./selfSigned";
export {
    RegistryResources,
    RegistryRollout,
    RegistryScheduling,
    RegistryToleration,
    ResourceAmounts,
    RolloutStrategy,
} from "./server";
export { RegistryLoadBalancer, RegistryNodePort } from "./service";
export {
    AccessMode,
    ExistingClaimStorage,
    HostPathStorage,
    MemoryStorage,
    RegistryStorage,
    VolumeStorage,
} from "./storage";
export { ArgumentError, Problem } from "./validation";
