export { ArgumentError, Problem } from "./arguments/check";
export { DescriptorCache, InMemoryCache } from "./descriptorCache/descriptorCache";
export { ExternalRedis, RedisCache, RedisPasswordReference } from "./descriptorCache/redis";
export { EdgeCertificate, EdgeSecret } from "./expose/edge";
export { RegistryExpose } from "./expose/expose";
export { GatewayParent, RegistryGateway } from "./expose/gateway";
export { IngressController, RegistryIngress } from "./expose/ingress";
export { RegistryIngressRoute, TraefikMiddleware } from "./expose/ingressRoute";
export { RegistryChart } from "./helm/helm";
export { RegistryResources, ResourceAmounts, ResourceLimits } from "./kubernetes/resources";
export { RegistryScheduling, RegistryToleration } from "./kubernetes/scheduling";
export { BackupVerification, RegistryBackup } from "./maintenance/backup/backup";
export { BackupBucket, BackupCredentials } from "./maintenance/backup/bucket";
export { BackupEncryption } from "./maintenance/backup/password";
export { ImagesInUse, ReferencingResource } from "./maintenance/imagesInUse";
export { GarbageCollection, RegistryMaintenance } from "./maintenance/maintenance";
export { KeptTags, TagRetention, TagRetentionRule } from "./maintenance/retention";
export { NetworkDestination, RegistryNetworkPolicy } from "./networkPolicy";
export { ContainerRuntime } from "./nodes/nodeFiles";
export { RegistryNodes } from "./nodes/nodes";
export { SshNode } from "./nodes/ssh";
export { PrivateRegistry } from "./privateRegistry";
export { PrivateRegistryArgs } from "./privateRegistryArgs";
export { RegistryAccess, RegistryAccessArgs } from "./registryAccess";
export { RegistryRestore } from "./restore/restore";
export { LogFormat, LogLevel, RegistryLog } from "./server/log";
export { RegistryRollout, RolloutStrategy } from "./server/rollout";
export { RegistryLoadBalancer, RegistryNodePort } from "./server/service";
export { RegistryServiceAccount } from "./server/serviceAccount";
export { HostPathStorage } from "./storage/hostPath";
export { AccessMode } from "./storage/kind";
export { MinioStorage } from "./storage/minio";
export {
    S3Credentials,
    S3Encryption,
    S3Keys,
    S3KeysReference,
    S3Multipart,
    S3Role,
    S3Storage,
    S3StorageClass,
} from "./storage/s3";
export { ExistingClaimStorage, MemoryStorage, RegistryStorage, VolumeStorage } from "./storage/storage";
export { KeyAlgorithm } from "./tls/authority";
export { CertManagerCertificate, CertManagerIssuer, EdgeCertManager, IssuerKind } from "./tls/certManager";
export { SelfSignedCertificate } from "./tls/selfSigned";
export { ExistingCertificate, PemCertificate } from "./tls/supplied";
export { RegistryTls } from "./tls/tls";
export { RegistryUi } from "./ui/ui";
export { PullSecrets } from "./users/pullSecrets";
export { RegistryUser } from "./users/users";
export { RegistryVerification } from "./verify/verify";
