import type { Rule } from "../rule";
import { allowedHosts } from "./allowedHosts";
import { allowedNamespaces } from "./allowedNamespaces";
import { allowedStorageClasses } from "./allowedStorageClasses";
import { bcryptCost } from "./bcryptCost";
import { certificateLifetime } from "./certificateLifetime";
import { certificateNames } from "./certificateNames";
import { dataProtected } from "./dataProtected";
import { keyStrength } from "./keyStrength";
import { loginOnExposedPaths } from "./loginOnExposedPaths";
import { networkPolicy } from "./networkPolicy";
import { noBasicAuthOverHttp } from "./noBasicAuthOverHttp";
import { noPlaintextSecrets } from "./noPlaintextSecrets";
import { noServiceAccountToken } from "./noServiceAccountToken";
import { passwordStrength } from "./passwordStrength";
import { persistentStorage } from "./persistentStorage";
import { pinnedImages } from "./pinnedImages";
import { privateDebugPort } from "./privateDebugPort";
import { pullAccess } from "./pullAccess";
import { readOnlyRoot } from "./readOnlyRoot";
import { registryVersion } from "./registryVersion";
import { resourcesSet } from "./resourcesSet";
import { restrictedNamespace } from "./restrictedNamespace";
import { restrictedPods } from "./restrictedPods";
import { scheduledMaintenance } from "./scheduledMaintenance";
import { sharedReplicas } from "./sharedReplicas";
import { tlsOnExposedPaths } from "./tlsOnExposedPaths";
import { trustedCertificate } from "./trustedCertificate";
import { unlimitedBodySize } from "./unlimitedBodySize";
import { validCertificate } from "./validCertificate";
import { versionedBackup } from "./versionedBackup";

/** All rules, in the order of the table in docs/policies.md. */
export const rules: readonly Rule[] = [
    tlsOnExposedPaths,
    loginOnExposedPaths,
    noBasicAuthOverHttp,
    registryVersion,
    pinnedImages,
    passwordStrength,
    bcryptCost,
    keyStrength,
    certificateLifetime,
    validCertificate,
    certificateNames,
    restrictedPods,
    readOnlyRoot,
    noServiceAccountToken,
    resourcesSet,
    noPlaintextSecrets,
    privateDebugPort,
    unlimitedBodySize,
    dataProtected,
    persistentStorage,
    sharedReplicas,
    scheduledMaintenance,
    versionedBackup,
    networkPolicy,
    restrictedNamespace,
    allowedHosts,
    allowedNamespaces,
    allowedStorageClasses,
    pullAccess,
    trustedCertificate,
];
