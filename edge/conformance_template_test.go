package edge_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"go.yaml.in/yaml/v3"
)

// template returns the case's template with what it sets.
func (run *caseRun) template() []byte {
	run.t.Helper()
	data, err := os.ReadFile("testdata/templates/" + run.c.template + ".yaml")
	if err != nil {
		run.t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(fillKeys(string(data))), &doc); err != nil {
		run.t.Fatal(err)
	}
	for _, s := range run.c.set {
		var value any
		source := s[1]
		file, isFile := strings.CutPrefix(source, "@")
		if isFile {
			source = run.c.files[file]
		}
		if isFile && !strings.HasSuffix(file, ".yaml") {
			value = source
		} else if err := yaml.Unmarshal([]byte(source), &value); err != nil {
			run.t.Fatal(err)
		}
		if err := setPath(doc, strings.Split(abbreviation.Replace(s[0]), "."), value); err != nil {
			run.t.Fatalf("set %s: %v", s[0], err)
		}
	}
	if data, err = yaml.Marshal(doc); err != nil {
		run.t.Fatal(err)
	}
	return data
}

// fillKeys puts the cases' public keys into a template.
func fillKeys(text string) string {
	for name, key := range caseKeys() {
		text = strings.ReplaceAll(text, `"@`+name+`@"`, strconv.Quote(publicPEM(key)))
	}
	return text
}

// abbreviation shortens the paths that most cases set.
var abbreviation = strings.NewReplacer(
	"Default.", "Dist.DefaultCacheBehavior.",
	"Public.", "Dist.CacheBehaviors.0.",
	"Cache.", "Resources.CachePolicy.Properties.CachePolicyConfig.",
	"Key.", "Resources.CachePolicy.Properties.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.",
	"Forward.", "Resources.OriginRequestPolicy.Properties.OriginRequestPolicyConfig.",
	"CORS.", "Resources.ResponseHeadersPolicy.Properties.ResponseHeadersPolicyConfig.CorsConfig.",
	"Function.", "Resources.Fn.Properties.",
	"Headers.", "Resources.ResponseHeadersPolicy.Properties.ResponseHeadersPolicyConfig.",
)

func setPath(doc any, path []string, value any) error {
	if path[0] == "Dist" {
		path = append([]string{"Resources", "Distribution", "Properties", "DistributionConfig"}, path[1:]...)
	}
	for i, name := range path {
		last := i == len(path)-1
		switch node := doc.(type) {
		case map[string]any:
			if last && value == nil {
				delete(node, name)
			} else if last {
				node[name] = value
			} else if node[name] == nil {
				node[name] = map[string]any{}
			}
			doc = node[name]
		case []any:
			n, err := strconv.Atoi(name)
			if err != nil || n >= len(node) {
				return fmt.Errorf("no element %s", name)
			}
			if last {
				node[n] = value
			}
			doc = node[n]
		default:
			return fmt.Errorf("%s is neither a map nor a list", strings.Join(path[:i], "."))
		}
	}
	return nil
}

func (run *caseRun) bucket() fstest.MapFS {
	content := fstest.MapFS{}
	for _, name := range []string{"a.txt", "public/a.txt", "private/a.txt"} {
		content[name] = &fstest.MapFile{Data: []byte("content of " + name), ModTime: caseStart.Add(-time.Hour)}
	}
	for name, data := range run.c.files {
		if key, found := strings.CutPrefix(name, "bucket/"); found {
			content[key] = &fstest.MapFile{Data: []byte(expand(data)), ModTime: caseStart.Add(-time.Hour)}
		}
	}
	return content
}

// expand makes big contents of a short line: "repeat 2000 abc".
func expand(data string) string {
	var n int
	var word string
	if _, err := fmt.Sscanf(data, "repeat %d %s", &n, &word); err == nil {
		return strings.Repeat(word, n)
	}
	return data
}
