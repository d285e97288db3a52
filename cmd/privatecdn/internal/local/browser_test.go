package local_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/cmd/privatecdn/internal/local"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/testing/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

// A browser whose user trusts the authority of `privatecdn up` takes its
// certificate, and follows its redirect from HTTP.
//
// It is not parallel: what is trusted is said before the browser starts.
func TestLocalAuthority(t *testing.T) {
	dir := t.TempDir()
	running, err := local.Start(t.Context(), local.Options{
		Edge: edge.Options{
			Template: "../../../../constructs/privatecdn/testdata/golden/public.template.json",
			Bucket:   "../../../../examples/content",
		},
		HTTPS: "127.0.0.1:0", HTTP: "127.0.0.1:0", S3: "127.0.0.1:0",
		Document: filepath.Join(dir, "deployment.json"), State: dir, Progress: t.Logf,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	browser.Trust(t, filepath.Join(dir, running.Deployment().CA))
	page := browser.Open(t, nil)
	endpoint := running.Deployment().Endpoint
	_, port, _ := strings.Cut(strings.TrimPrefix(endpoint, "https://"), ":")
	for url, want := range map[string]string{
		running.HTTP() + "/public/logo.svg?q=1":          endpoint + "/public/logo.svg?q=1",
		"https://localhost:" + port + "/public/logo.svg": "https://localhost:" + port + "/public/logo.svg",
	} {
		page.Go(url)
		got := browser.Eval[string](page, `() => location.href + " " + document.documentElement.tagName`)
		if got != want+" svg" {
			t.Errorf("%s leads to %s, want the picture at %s", url, got, want)
		}
	}
}
