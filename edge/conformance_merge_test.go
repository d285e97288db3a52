package edge_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// mergedTemplate is one template with a distribution for each case, by an alias
// of its own. What cases have in common is in it once: a resource is named by
// its content.
type mergedTemplate struct {
	t          *testing.T
	originPort int
	resources  map[string]any
}

// caseHost is the alias of a case's distribution, as long as cdn.example.com.
func caseHost(n int) string { return fmt.Sprintf("%03d.example.com", n) }

// add adds the template of case number n.
func (m *mergedTemplate) add(n int, text string) {
	m.t.Helper()
	text = strings.ReplaceAll(text, "cdn.example.com", caseHost(n))
	var doc struct {
		Resources map[string]any `yaml:"Resources"`
	}
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		m.t.Fatal(err)
	}
	for _, r := range doc.Resources {
		properties, _ := r.(map[string]any)["Properties"].(map[string]any)
		if config, ok := properties["DistributionConfig"].(map[string]any); ok {
			m.origins(n, config)
		}
	}
	for id := range doc.Resources {
		m.rename(doc.Resources, id)
	}
}

// origins sends what is for origin.example.com to the cases' origin on this
// machine, which knows a case by its path.
func (m *mergedTemplate) origins(n int, config map[string]any) {
	all, _ := config["Origins"].([]any)
	for _, o := range all {
		origin := o.(map[string]any)
		if origin["DomainName"] != "origin.example.com" {
			continue
		}
		path, _ := origin["OriginPath"].(string)
		origin["DomainName"], origin["OriginPath"] = "localhost", fmt.Sprintf("/%03d%s", n, path)
		custom, _ := origin["CustomOriginConfig"].(map[string]any)
		custom["OriginProtocolPolicy"], custom["HTTPPort"] = "http-only", m.originPort
	}
}

// rename returns the merged template's name of a resource, and puts it there.
func (m *mergedTemplate) rename(all map[string]any, id string) string {
	if all[id] == nil {
		return id // a pseudo parameter
	}
	resource := m.references(all, all[id])
	text, err := json.Marshal(resource)
	if err != nil {
		m.t.Fatal(err)
	}
	name := fmt.Sprintf("%s%x", id, sha256.Sum256(text))[:len(id)+12]
	if r := resource.(map[string]any); r["Type"] == "AWS::CloudFront::Function" {
		r["Properties"].(map[string]any)["Name"] = name
	}
	m.resources[name] = resource
	return name
}

var variable = regexp.MustCompile(`\$\{(\w+)`)

// references returns a value with its references renamed.
func (m *mergedTemplate) references(all map[string]any, value any) any {
	switch v := value.(type) {
	case []any:
		renamed := make([]any, len(v))
		for i := range v {
			renamed[i] = m.references(all, v[i])
		}
		return renamed
	case map[string]any:
		renamed := map[string]any{}
		for name, inner := range v {
			text, _ := inner.(string)
			list, _ := inner.([]any)
			switch {
			case name == "Ref":
				renamed[name] = m.rename(all, text)
			case name == "Fn::GetAtt" && len(list) == 2:
				renamed[name] = []any{m.rename(all, list[0].(string)), list[1]}
			case name == "Fn::Sub" && text != "":
				renamed[name] = variable.ReplaceAllStringFunc(text, func(s string) string { return "${" + m.rename(all, s[2:]) })
			default:
				renamed[name] = m.references(all, inner)
			}
		}
		return renamed
	}
	return value
}

func (m *mergedTemplate) text() string {
	m.t.Helper()
	text, err := json.Marshal(map[string]any{"Resources": m.resources})
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}
