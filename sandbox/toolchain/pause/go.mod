module private-registry/sandbox/toolchain/pause

go 1.26
