// Command pulumi-resource-kubernetes is Pulumi's Kubernetes provider as published in the provider's Go module.
package main

import (
	_ "embed" // for the files below

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// The release that the module's version is the source of, and the version of the npm package @pulumi/kubernetes.
const version = "4.25.0"

// The build takes both files from the module.
//
//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

func main() {
	provider.Serve("kubernetes", version, schema, terraformMapping)
}
