export { PrivateRegistryArgs } from "./args";
export { KeyAlgorithm, RegistryTls, SelfSignedCertificate } from "./certificates";
export { LogFormat, LogLevel, RegistryLog } from "./configuration";
export { RegistryUser } from "./credentials";
export { ContainerRuntime } from "./nodeFiles";
export { RegistryNodes } from "./nodes";
export { PrivateRegistry } from "./privateRegistry";
export { PullSecrets } from "./pullSecrets";
export { RegistryAccess, RegistryAccessArgs } from "./registryAccess";
export {
    RegistryResources,
    RegistryRollout,
    RegistryScheduling,
    RegistryToleration,
    ResourceAmounts,
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
