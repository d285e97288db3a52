package infra

import (
	"encoding/json"
	"maps"
	"slices"
)

// DeploymentDocument returns the deployment document the templates hold as an
// output or else as an SSM parameter, resolved; ok is false when there is
// none. Where there are several it is that of the first distribution.
func (i *Infrastructure) DeploymentDocument() (document string, ok bool) {
	for _, d := range i.Distributions {
		if document, ok = i.DocumentOf(d); ok {
			return document, true
		}
	}
	return "", false
}

// DocumentOf returns the deployment document that has d's domain name among
// its hosts, see [Infrastructure.DeploymentDocument].
func (i *Infrastructure) DocumentOf(d *Distribution) (document string, ok bool) {
	for _, values := range []map[string]string{i.Outputs, i.Parameters} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if slices.Contains(hostsOf(values[name]), d.DomainName) {
				return values[name], true
			}
		}
	}
	return "", false
}

// hostsOf returns the hosts of a deployment document, nil of any other value.
func hostsOf(value string) []string {
	var d struct {
		Version   *int              `json:"version"`
		Hosts     []string          `json:"hosts"`
		Behaviors []json.RawMessage `json:"behaviors"`
	}
	if json.Unmarshal([]byte(value), &d) != nil || d.Version == nil || len(d.Behaviors) == 0 {
		return nil
	}
	return d.Hosts
}
