// Judges pods as the API server does in a namespace with the label `pod-security.kubernetes.io/enforce=restricted`: reads a
// PodTemplateSpec as JSON from each line, and writes the reasons for which each is refused, as a JSON list in a line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

func main() {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	check(err)
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var pod corev1.PodTemplateSpec
		check(json.Unmarshal(lines.Bytes(), &pod))
		results := evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec)
		reasons := []string{}
		for _, result := range results {
			if !result.Allowed {
				reasons = append(reasons, result.ForbiddenReason)
			}
		}
		written, err := json.Marshal(reasons)
		check(err)
		fmt.Println(string(written))
	}
	check(lines.Err())
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
