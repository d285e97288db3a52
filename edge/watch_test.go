package edge_test

import (
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/edge"
)

// A changed template is taken up, a broken one is told and the last good one
// goes on; a changed file is seen at once, as after an invalidation.
func TestWatching(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bucket := filepath.Join(dir, "bucket")
	writeFile(t, filepath.Join(bucket, "public", "a.txt"), "one")
	file := writeFile(t, filepath.Join(dir, "template.yaml"), templateText(t, "s3"))
	reloads := make(chan error, 16)
	var log syncBuffer
	e, err := edge.New(edge.Options{Template: file, Bucket: bucket, OnReload: func(err error) { reloads <- err },
		Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if got := body(t, get(t, e, publicURL)); got != "one" {
		t.Fatalf("the content is %q", got)
	}

	writeFile(t, filepath.Join(bucket, "public", "a.txt"), "two")
	eventually(t, "the changed object", func() bool { return body(t, get(t, e, publicURL)) == "two" })
	writeFile(t, filepath.Join(bucket, "public", "new", "b.txt"), "three")
	eventually(t, "the new object", func() bool {
		return body(t, get(t, e, "https://cdn.example.com/public/new/b.txt")) == "three"
	})

	writeFile(t, file, strings.Replace(templateText(t, "s3"), "PathPattern: public/*", "PathPattern: open/*", 1))
	if err := nextReload(t, reloads); err != nil {
		t.Fatal(err)
	}
	if r := get(t, e, publicURL); r.StatusCode != http.StatusForbidden {
		t.Errorf("after the change: %s", r.Status)
	}
	if got := log.String(); strings.Contains(got, "level=WARN") || strings.Contains(got, "level=ERROR") ||
		!strings.Contains(got, "reloaded the template") {
		t.Errorf("after the change the log says %s", got)
	}

	writeFile(t, file, "Resources: {A: {Type: Unknown}}")
	if err := nextReload(t, reloads); err == nil {
		t.Error("a broken template was taken up")
	}
	if r := get(t, e, "https://cdn.example.com/open/a.txt"); reason(r) != edge.ReasonOriginRefused {
		t.Errorf("the last good template does not go on: %s %v", r.Status, r.Header)
	}
	if !strings.Contains(log.String(), "still serving the previous one") {
		t.Errorf("the log says %s", log.String())
	}
}

// nextReload skips reloads that saw the file half written.
func nextReload(t *testing.T, reloads <-chan error) error {
	t.Helper()
	select {
	case err := <-reloads:
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("no reload")
		return nil
	}
}

// The template of an assembly is in the directory that is given. What changes
// there is no object of a bucket.
func TestWatchingAssembly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "public")
	writeFile(t, filepath.Join(dir, "manifest.json"), `{"version":"40.0.0","artifacts":{"S":`+
		`{"type":"aws:cloudformation:stack","properties":{"templateFile":"a.txt"}}}}`)
	file := writeFile(t, filepath.Join(dir, "a.txt"), templateText(t, "s3"))
	reloads := make(chan error, 16)
	e, err := edge.New(edge.Options{Template: dir, OnReload: func(err error) { reloads <- err },
		Buckets: map[string]fs.FS{"": fstest.MapFS{"public/a.txt": {Data: []byte("one")}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	get(t, e, publicURL)
	writeFile(t, file, "Resources: {A: {Type: Unknown}}")
	if err := nextReload(t, reloads); err == nil {
		t.Error("a broken template was taken up")
	}
	if from := get(t, e, publicURL).Header.Get("X-Cache"); from != "Hit from cloudfront" {
		t.Errorf("an object named like the template is a %s", from)
	}
}

// What changes in the bucket directory is invalidated, and nothing else.
func TestWatchingContent(t *testing.T) {
	t.Parallel()
	bucket := filepath.Join(t.TempDir(), "bucket")
	write := func(name, text string) { writeFile(t, filepath.Join(bucket, "public", name), text) }
	write("a.txt", "one")
	write("kept.txt", "kept")
	e, err := edge.New(edge.Options{Text: []byte(templateText(t, "s3")), Bucket: bucket})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	const kept, deep = "https://cdn.example.com/public/kept.txt", "https://cdn.example.com/public/new/b.txt"
	get(t, e, kept)
	get(t, e, publicURL)
	write("a.txt", "two")
	eventually(t, "the changed object", func() bool { return body(t, get(t, e, publicURL)) == "two" })
	if from := get(t, e, kept).Header.Get("X-Cache"); from != "Hit from cloudfront" {
		t.Errorf("an object that did not change is a %s", from)
	}
	write("new/b.txt", "three")
	eventually(t, "the new object", func() bool { return body(t, get(t, e, deep)) == "three" })
	eventually(t, "a change in the new directory", func() bool {
		write("new/b.txt", "four")
		return body(t, get(t, e, deep)) == "four"
	})
	if err := os.Rename(filepath.Join(bucket, "public", "new"), filepath.Join(bucket, "old")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the missing directory", func() bool { return get(t, e, deep).StatusCode != http.StatusOK })
}
