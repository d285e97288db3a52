package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/CycloneDX/cyclonedx-go"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"example.com/privatecdn/internal/testing/need"
)

// dryRun releases a package for this machine's platform and for Windows, where
// each gets the program of this machine: compiling the tool for all six
// platforms takes minutes, and the workflow does it.
func dryRun(t *testing.T, tag, from string) (dir string, platforms []platform, err error) {
	t.Helper()
	t.Chdir(need.Root(t))
	program := filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, from)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r := release{tag: tag, out: filepath.Join(t.TempDir(), "dist")}
	r.platforms = []platform{{runtime.GOOS, runtime.GOARCH}, {"windows", "arm64"}}
	r.compile = func(_ platform, file string) error {
		return errors.Join(os.Mkdir(filepath.Dir(file), 0o755), os.Link(program, file))
	}
	return r.out, r.platforms, r.run()
}

func TestRelease(t *testing.T) {
	dir, platforms, err := dryRun(t, "", "./cmd/privatecdn")
	if err != nil {
		t.Fatal(err)
	}
	check := exec.Command("sha256sum", "--check", "--strict", "checksums.txt")
	check.Dir = dir
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, p := range platforms {
		stem := filepath.Join(dir, "privatecdn_*_"+p.os+"_"+p.arch)
		contents := untar
		if p.os == "windows" {
			contents = unzip
		}
		got := contents(t, one(t, stem+".[tz]*"))
		want := []string{"CHANGELOG.md", "LICENSE", "THIRD-PARTY-LICENSES", "completion/_privatecdn",
			"completion/privatecdn", "completion/privatecdn.fish", p.program(), "privatecdn.1"}
		slices.Sort(want)
		if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
			t.Errorf("%v contains %q", p, names)
		}
		for name, part := range map[string]string{
			"privatecdn.1": ".TH PRIVATECDN 1", "completion/_privatecdn": "#compdef privatecdn",
			"completion/privatecdn": "complete -F", "completion/privatecdn.fish": "complete -c",
			"THIRD-PARTY-LICENSES": "QuickJS: LICENSE", "LICENSE": "Apache License", p.program(): "Go build",
		} {
			if !strings.Contains(got[name], part) {
				t.Errorf("%v: %q is not in %s", p, part, name)
			}
		}
		if n := len(got[p.program()]); n > 30e6 {
			t.Errorf("the program has %d bytes", n)
		}
		bom, linked := new(cyclonedx.BOM), false
		text, err := os.Open(one(t, stem+".cdx.json"))
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(cyclonedx.NewBOMDecoder(text, cyclonedx.BOMFileFormatJSON).Decode(bom), text.Close())
		if err != nil || bom.Metadata.Component.Name != "example.com/privatecdn" {
			t.Fatalf("%v: %+v", err, bom.Metadata)
		}
		for _, c := range *bom.Components {
			linked = linked || strings.HasPrefix(c.PackageURL, "pkg:golang/github.com/alecthomas/kong@v")
		}
		if !linked {
			t.Errorf("%v: the bill of materials is %+v", p, *bom.Components)
		}
	}
	checkImage(t, filepath.Join(dir, "image"))
}

func checkImage(t *testing.T, path string) {
	t.Helper()
	index, err := layout.ImageIndexFromPath(path)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var built []string
	for _, d := range manifest.Manifests {
		built = append(built, d.Platform.String())
		image, err := index.Image(d.Digest)
		if err != nil {
			t.Fatal(err)
		}
		config, err := image.ConfigFile()
		if err != nil || config.Config.User == "" || config.Architecture != d.Platform.Architecture {
			t.Errorf("%v: %+v", err, config)
		}
		files := entries(t, tar.NewReader(mutate.Extract(image)))
		if !strings.Contains(files["etc/ssl/certs/ca-certificates.crt"], "BEGIN CERTIFICATE") || files["privatecdn"] == "" {
			t.Errorf("the image contains %q", slices.Sorted(maps.Keys(files)))
		}
		if size := size(t, image); size > 25e6 {
			t.Errorf("the image for %s has %d bytes", d.Platform, size)
		}
	}
	if want := []string{runtime.GOOS + "/" + runtime.GOARCH}; !slices.Equal(built, want) {
		t.Errorf("images for %q", built)
	}
}

func size(t *testing.T, image v1.Image) (sum int64) {
	t.Helper()
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		n, err := l.Size()
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum
}

// A release is of the tag that is checked out, or it is none.
func TestReleaseOfAnotherTag(t *testing.T) {
	_, _, err := dryRun(t, "v999.0.0", "./scripts/testreport")
	if err == nil || !strings.Contains(err.Error(), "not v999.0.0") {
		t.Errorf("%v", err)
	}
}

func one(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %q, %v", pattern, found, err)
	}
	return found[0]
}

func untar(t *testing.T, path string) map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	uncompressed, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return entries(t, tar.NewReader(uncompressed))
}

// entries reads the regular files; the tool must be executable.
func entries(t *testing.T, archive *tar.Reader) map[string]string {
	t.Helper()
	files := map[string]string{}
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if executable := header.Mode&0o111 != 0; executable != (header.Name == "privatecdn") {
			t.Errorf("%s has mode %o", header.Name, header.Mode)
		}
		files[header.Name] = read(t, archive)
	}
}

func unzip(t *testing.T, path string) map[string]string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	files := map[string]string{}
	for _, f := range archive.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = read(t, content)
	}
	return files
}

func read(t *testing.T, r io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
