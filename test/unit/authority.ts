/** A CA certificate without a key. */
export const caCertificate = `-----BEGIN CERTIFICATE-----
MIIBiTCCAS+gAwIBAgIUWZVhocFP+vX4GHZhTGPQsmAjty8wCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwIBcNMjYxMTIxMTU0NDM4WhgPMjEy
NjEwMjgxNTQ0MzhaMBkxFzAVBgNVBAMMDnRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEBZAYh6ME2SRHNgO8gsfoAPZuir0aUEf3Z4gzNqyU
tpxhIomvY2OKXpLNh8h91V5bOQXc4BYvD/ug1IdwgVzal6NTMFEwHQYDVR0OBBYE
FB3gZftPXBhgfg50FtDiH6xGdRtRMB8GA1UdIwQYMBaAFB3gZftPXBhgfg50FtDi
H6xGdRtRMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAK/K2t5+
own08SHkYzGhcHkxDdKuGh7DaWIcNs0J8lPXAiBXQGbghpkD+xEPUYGagt+s6RWQ
PM0m2f8Iy8PsDvnleQ==
-----END CERTIFICATE-----
`;

/** A CA certificate that is valid for as long as the policies allow. */
const decade = `-----BEGIN CERTIFICATE-----
MIIBhzCCAS2gAwIBAgIUU9iN1vFJvGC4ffI1uF+uEP5F0z8wCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwHhcNMjYxMTI3MTEzNDAzWhcNMzYx
MTE0MTEzNDAzWjAZMRcwFQYDVQQDDA50ZXN0IGF1dGhvcml0eTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABLXfN+9AFD34Upa0vgv+Rpf6vdMGzX7owBRDR/Blkby9
LcnEaz68XE1lD0PZ1HYGZmuGIweYdW47uUBa4rKPHomjUzBRMB0GA1UdDgQWBBTf
pL6Q9pd67aCnWw3df/KLnH9zujAfBgNVHSMEGDAWgBTfpL6Q9pd67aCnWw3df/KL
nH9zujAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEoSlj4fG4lE
I9zFkMC0atsvFgdsANxLdx//iUtqodM1AiEA1cu8SksV0utSbcS0yJyUuxOBz+Lc
xxc4SwjwoiB4gEo=
-----END CERTIFICATE-----
`;

/** A certificate with a name before it, which PEM allows, so that tests can distinguish several. */
export const namedCertificate = (name: string) => `${name}\n${decade}`;
