package template

import (
	"encoding/json"
	"maps"
	"slices"
)

// DeploymentDocument returns the deployment document the templates hold as an
// output or else as an SSM parameter, resolved; ok is false when there is none.
func (i *Infrastructure) DeploymentDocument() (document string, ok bool) {
	for _, values := range []map[string]string{i.Outputs, i.Parameters} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if isDeployment(values[name]) {
				return values[name], true
			}
		}
	}
	return "", false
}

// isDeployment tells the document from other values by what every one has.
func isDeployment(value string) bool {
	var d struct {
		Version   *int              `json:"version"`
		Hosts     []string          `json:"hosts"`
		Behaviors []json.RawMessage `json:"behaviors"`
	}
	return json.Unmarshal([]byte(value), &d) == nil && d.Version != nil && len(d.Hosts) > 0 && len(d.Behaviors) > 0
}
