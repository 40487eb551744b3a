// Prints, for each content of a pull secret and each image in the input, the logins that a kubelet would try.
package main

import (
	"encoding/json"
	"os"

	"keyring/credentialprovider"
)

type input struct {
	Content, Image string
}

// The first login; an error if the kubelet cannot read the content.
type result struct {
	Username, Password, Error string
}

func look(in input) result {
	var config credentialprovider.DockerConfigJSON
	if err := json.Unmarshal([]byte(in.Content), &config); err != nil {
		return result{Error: err.Error()}
	}
	ring := &credentialprovider.BasicDockerKeyring{}
	ring.Add(nil, config.Auths)
	logins, found := ring.Lookup(in.Image)
	if !found {
		return result{}
	}
	return result{Username: logins[0].Username, Password: logins[0].Password}
}

func main() {
	var inputs []input
	if err := json.NewDecoder(os.Stdin).Decode(&inputs); err != nil {
		panic(err)
	}
	results := []result{}
	for _, in := range inputs {
		results = append(results, look(in))
	}
	json.NewEncoder(os.Stdout).Encode(results)
}
