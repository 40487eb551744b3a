export { PrivateRegistryArgs } from "./args";
export { KeyAlgorithm, RegistryTls, SelfSignedCertificate } from "./certificates";
export { LogFormat, LogLevel, RegistryLog } from "./configuration";
export { RegistryUser } from "./credentials";
export { DescriptorCache, InMemoryCache } from "./descriptorCache";
export { MinioStorage } from "./minio";
export { ContainerRuntime } from "./nodeFiles";
export { RegistryNodes } from "./nodes";
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
export {
    RegistryRollout,
    RegistryScheduling,
    RegistryToleration,
    RolloutStrategy,
} from "./server";
export { RegistryExpose, RegistryNodePort } from "./service";
export {
    AccessMode,
    ExistingClaimStorage,
    HostPathStorage,
    MemoryStorage,
    RegistryStorage,
    VolumeStorage,
} from "./storage";
export { ArgumentError, Problem } from "./validation";
