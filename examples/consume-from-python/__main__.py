import pulumi
import pulumi_private_registry as private_registry

registry = private_registry.PrivateRegistry(
    "registry",
    storage=private_registry.RegistryStorageArgs(volume=private_registry.VolumeStorageArgs(size="5Gi")),
    pull_secrets=private_registry.PullSecretsArgs(namespaces=["default"]),
    log=private_registry.RegistryLogArgs(level=private_registry.LogLevel.WARN),
)

pulumi.export("host", registry.host)
pulumi.export("namespaceName", registry.namespace_name)
pulumi.export("serviceName", registry.service_name)
pulumi.export("username", registry.username)
pulumi.export("password", registry.password)
pulumi.export("dockerConfigJson", registry.docker_config_json)
pulumi.export("pullSecretNames", registry.pull_secret_names)
pulumi.export("caCertPem", registry.ca_cert_pem)
