package browser_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"

	"example.com/privatecdn/internal/testing/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

// The hosts of these tests: a site and its media, and another site.
const (
	app   = "https://app.example.com"
	media = "https://media.example.com"
	other = "https://other.test"
)

// blank is a host with an empty page on every path.
var blank = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	io.WriteString(w, `<!doctype html><link rel="icon" href="data:,">`)
})

// deployed is the golden template of a scenario of the construct, at media.
// CORS origins, if there are any, take the place of the template's.
func deployed(t *testing.T, scenario string, origins ...any) map[string]any {
	t.Helper()
	text, err := os.ReadFile("../../../constructs/privatecdn/testdata/golden/" + scenario + ".template.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for _, resource := range doc["Resources"].(map[string]any) {
		properties, _ := resource.(map[string]any)["Properties"].(map[string]any)
		switch resource.(map[string]any)["Type"] {
		case "AWS::CloudFront::Distribution":
			properties["DistributionConfig"].(map[string]any)["Aliases"] = []any{"media.example.com"}
		case "AWS::CloudFront::ResponseHeadersPolicy":
			cors := properties["ResponseHeadersPolicyConfig"].(map[string]any)["CorsConfig"].(map[string]any)
			if len(origins) > 0 {
				cors["AccessControlAllowOrigins"] = map[string]any{"Items": origins}
			}
		}
	}
	return doc
}
