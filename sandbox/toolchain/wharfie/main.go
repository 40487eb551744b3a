// Reads an image with nothing but a registries.yaml, through the library by which k3s and RKE2 read that file: `wharfie FILE IMAGE`.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/rancher/wharfie/pkg/registries"
)

func main() {
	if err := read(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Prints the digest of the image once all of its layers have come.
func read(file, reference string) error {
	known, err := registries.GetPrivateRegistries(file)
	if err != nil {
		return err
	}
	tag, err := name.ParseReference(reference)
	if err != nil {
		return err
	}
	image, err := known.Image(tag)
	if err != nil {
		return err
	}
	layers, err := image.Layers()
	if err != nil {
		return err
	}
	for _, layer := range layers {
		content, err := layer.Compressed()
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, content); err != nil {
			return err
		}
		if err := content.Close(); err != nil {
			return err
		}
	}
	digest, err := image.Digest()
	if err != nil {
		return err
	}
	fmt.Println(digest)
	return nil
}
