package infra_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/wholefile"
)

// writeFiles writes a directory and returns the path of its template.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "S.template.json")
}

const (
	storeTemplate = `{"Resources":{"K":{"Type":"AWS::CloudFront::KeyValueStore","Properties":{"Name":"k",
		"ImportSource":{"SourceType":"S3","SourceArn":"arn:aws:s3:::assets/abc.json"}}}}}`
	onlyDistribution = "no AWS::CloudFront::Distribution" // is missing
)

// An asset that is not what a key value store imports, or larger, is refused.
func TestBadAsset(t *testing.T) {
	t.Parallel()
	const empty = `{"data":[]}`
	largest := empty + strings.Repeat(" ", 5<<20-len(empty))
	for name, c := range map[string]struct {
		asset, says string
		kind        error
	}{
		"form":      {"hello", "asset.abc.json: the file does not have the form", cloudformation.ErrInvalid},
		"largest":   {largest, onlyDistribution, infra.ErrNoDistribution},
		"too large": {largest + " ", "asset.abc.json: the file is larger than 5120 KiB", wholefile.ErrTooLarge},
	} {
		path := writeFiles(t, map[string]string{"S.template.json": storeTemplate, "asset.abc.json": c.asset})
		_, err := infra.ReadFile(path, infra.Options{})
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// A template that is not a file has no assets, whatever the directory contains.
func TestTextHasNoAssets(t *testing.T) {
	t.Chdir(filepath.Dir(writeFiles(t, map[string]string{"asset.abc.json": "hello"})))
	if _, err := infra.Read([]byte(storeTemplate), infra.Options{}); !errors.Is(err, infra.ErrNoDistribution) {
		t.Error(err)
	}
}

// What a BucketDeployment uploads has the keys that the bucket will have.
func TestUploadPrefix(t *testing.T) {
	t.Parallel()
	template, err := os.ReadFile("testdata/upload.template.json")
	if err != nil {
		t.Fatal(err)
	}
	const beside = `"SourceMarkers"`
	const asset = "76fc49a89ad00e8763960ecdd250c747c70ac8142c5932286682fdb58d212429.zip"
	for given, want := range map[string]string{"": "", "/": "", "films": "films/", "/films/new/": "films/new/"} {
		path := writeFiles(t, map[string]string{"asset." + asset: "", "S.template.json": strings.Replace(string(template),
			beside, `"Extract": true, "DestinationBucketKeyPrefix": "`+given+`", `+beside, 1)})
		read, err := infra.ReadFile(path, infra.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var uploads []infra.Upload
		for _, b := range read.Buckets {
			uploads = append(uploads, b.Uploads...)
		}
		upload := infra.Upload{Prefix: want, Path: filepath.Join(filepath.Dir(path), "asset."+asset)}
		if !slices.Equal(uploads, []infra.Upload{upload}) {
			t.Errorf("%q: the uploads are %v, want %v", given, uploads, upload)
		}
	}
}

// What is uploaded is a directory or a zip file beside the template, nothing else.
func TestUploadedAssets(t *testing.T) {
	t.Parallel()
	template, err := os.ReadFile("testdata/upload.template.json")
	if err != nil {
		t.Fatal(err)
	}
	const hash = "76fc49a89ad00e8763960ecdd250c747c70ac8142c5932286682fdb58d212429"
	for name, c := range map[string]struct {
		key, file, want string
	}{
		"zip":                     {hash + ".zip", "asset." + hash + ".zip", "asset." + hash + ".zip"},
		"directory":               {hash + ".zip", "asset." + hash + "/index.html", "asset." + hash},
		"file":                    {hash + ".zip", "asset." + hash, ""},
		"another's":               {hash + ".zip", "asset.other.zip", ""},
		"key in another's folder": {"other/" + hash + ".zip", "asset." + hash + ".zip", ""},
	} {
		path := writeFiles(t, map[string]string{"S.template.json": strings.ReplaceAll(string(template), hash+".zip", c.key)})
		file := filepath.Join(filepath.Dir(path), c.file)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		read, err := infra.ReadFile(path, infra.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, b := range read.Buckets {
			for _, u := range b.Uploads {
				got += filepath.Base(u.Path)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q is uploaded, want %q", name, got, c.want)
		}
	}
}

// A zip file that stays one is not looked into.
func TestUploadOfZip(t *testing.T) {
	t.Parallel()
	template, err := os.ReadFile("testdata/upload.template.json")
	if err != nil {
		t.Fatal(err)
	}
	path := writeFiles(t, map[string]string{
		"asset.76fc49a89ad00e8763960ecdd250c747c70ac8142c5932286682fdb58d212429.zip": "",
		"S.template.json": strings.Replace(string(template), `"SourceMarkers"`, `"Extract": false, "SourceMarkers"`, 1)})
	read, err := infra.ReadFile(path, infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range read.Buckets {
		if b.Uploads != nil {
			t.Errorf("%s: the uploads are %v", b.Name, b.Uploads)
		}
	}
}

// A stack nests ten deep, and what an asset manifest of at most 16 MiB names is found.
func TestNesting(t *testing.T) {
	t.Parallel()
	nest := func(url string) string {
		return `{"Resources":{"N":{"Type":"AWS::CloudFormation::Stack","Properties":{"TemplateURL":"` + url + `"}}}}`
	}
	chain := func(n int) map[string]string {
		files := map[string]string{"S.template.json": nest("1.json"), fmt.Sprintf("%d.json", n): `{"Resources":{}}`}
		for i := 1; i < n; i++ {
			files[fmt.Sprintf("%d.json", i)] = nest(fmt.Sprintf("%d.json", i+1))
		}
		return files
	}
	const manifest = `{"files":{"abc":{"source":{"path":"nested.json"}}}}`
	largest := manifest + strings.Repeat(" ", 16<<20-len(manifest))
	asset := func(manifest string) map[string]string {
		return map[string]string{"S.template.json": nest("https://s3.amazonaws.com/assets/abc.json"),
			"nested.json": "hello", "S.assets.json": manifest}
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"ten":                {chain(10), onlyDistribution},
		"eleven":             {chain(11), "there are too many nested stacks"},
		"largest manifest":   {asset(largest), "no Resources section"}, // it is read
		"too large manifest": {asset(largest + " "), onlyDistribution},
		"no manifest":        {asset("hello"), onlyDistribution},
		"outside":            {asset(strings.Replace(manifest, "nested.json", "../nested.json", 1)), onlyDistribution},
	} {
		_, err := infra.ReadFile(writeFiles(t, c.files), infra.Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// With those nested in it, an application has at most a thousand stacks.
func TestNumberOfNestedStacks(t *testing.T) {
	t.Parallel()
	nests := func(templates ...string) string {
		for i, name := range templates {
			templates[i] = fmt.Sprintf(
				`"N%d":{"Type":"AWS::CloudFormation::Stack","Properties":{"TemplateURL":"%s"}}`, i, name)
		}
		return `{"Resources":{` + strings.Join(templates, ",") + `}}`
	}
	files := map[string]string{
		"child.json": nests(), "332.json": nests(slices.Repeat([]string{"child.json"}, 332)...)}
	for says, parent := range map[string]string{
		onlyDistribution:                   nests("332.json", "332.json", "332.json"),
		"there are too many nested stacks": nests("332.json", "332.json", "332.json", "child.json"),
	} {
		files["S.template.json"] = parent
		_, err := infra.ReadFile(writeFiles(t, files), infra.Options{})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
