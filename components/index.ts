export { PrivateRegistryArgs } from "./args";
export { KeyAlgorithm } from "./authority";
export { RegistryTls } from "./certificates";
export { CertManagerCertificate, CertManagerIssuer, EdgeCertManager, IssuerKind } from "./certManager";
export { RegistryChart } from "./chart";
export { LogFormat, LogLevel, RegistryLog } from "./configuration";
export { RegistryUser } from "./credentials";
export { DescriptorCache, InMemoryCache } from "./descriptorCache";
export { EdgeCertificate, EdgeSecret } from "./edge";
export { RegistryExpose } from "./expose";
export { GatewayParent, RegistryGateway } from "./gateway";
export { IngressController, RegistryIngress } from "./ingress";
export { RegistryIngressRoute, TraefikMiddleware } from "./ingressRoute";
export { MinioStorage } from "./minio";
export { NetworkDestination, RegistryNetworkPolicy } from "./networkPolicy";
export { ContainerRuntime } from "./nodeFiles";
export { RegistryNodes } from "./nodes";
export { SshNode } from "./nodesOverSsh";
export { ExistingCertificate, PemCertificate } from "./ownCertificate";
export { PrivateRegistry } from "./privateRegistry";
export { PullSecrets } from "./pullSecrets";
export { ExternalRedis, RedisCache, RedisPasswordReference } from "./redis";
export { RegistryAccess, RegistryAccessArgs } from "./registryAccess";
export { RegistryResources, ResourceAmounts } from "./resources";
export {
    S3Credentials,
    S3Encryption,
    S3Keys,
    S3KeysReference,
    S3Multipart,
    S3Role,
    S3Storage,
    S3StorageClass,
} from "./s3";
export { SelfSignedCertificate } from "./selfSigned";
export {
    RegistryRollout,
    RegistryScheduling,
    RegistryToleration,
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
export { RegistryUi } from "./ui";
export { ArgumentError, Problem } from "./validation";
