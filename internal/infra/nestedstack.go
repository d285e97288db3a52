package infra

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/wholefile"
)

// maxNested bounds how deep stacks may nest, since a template may name itself,
// maxStacks how many an assembly has with nested ones.
const (
	maxNested = 10
	maxStacks = 1000
)

// addNestedStacks adds the stacks that the AWS::CloudFormation::Stack
// resources of s, at a depth, make. Their templates are assets that CDK puts
// beside the template.
func (r *reader) addNestedStacks(s *cloudformation.Stack, dir string, depth int) error {
	for _, id := range s.LogicalIDs() {
		res := s.Resources[id]
		if res.Type != typeStack {
			continue
		}
		at := res.At().Key("Properties.TemplateURL")
		if depth == maxNested || len(r.app.Stacks()) >= maxStacks {
			return at.Unsupported("nest them less deep", "there are too many nested stacks")
		}
		v, err := s.Resolve(at, res.Properties["TemplateURL"])
		if err != nil && !errors.Is(err, cloudformation.ErrUnresolved) {
			return err
		}
		url, _ := v.(string)
		path := nestedTemplate(dir, url)
		if path == "" {
			continue // left out; its outputs are asked for
		}
		text, err := wholefile.Read(path, cloudformation.MaxSize)
		if err != nil {
			return err
		}
		nested, err := res.Nest(text)
		if err == nil {
			err = r.addNestedStacks(nested, dir, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nestedTemplate returns the file of which a template's URL names the hash or
// the path, "" if there is none.
func nestedTemplate(dir, url string) string {
	hash, _, _ := strings.Cut(url[strings.LastIndexByte(url, '/')+1:], ".")
	manifests, _ := fs.Glob(os.DirFS(dir), "*.assets.json") // of a directory that can be read
	for _, manifest := range manifests {
		if path := assetPath(filepath.Join(dir, manifest), hash); path != "" {
			return filepath.Join(dir, path)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, url)); err == nil && filepath.IsLocal(url) {
		return filepath.Join(dir, url) // as `aws cloudformation package` finds it
	}
	return ""
}

// maxAssets bounds an asset manifest, in bytes.
const maxAssets = 16 << 20

// assetPath looks a hash up in an asset manifest; "" when it is not there.
func assetPath(manifest, hash string) string {
	data, err := wholefile.Read(manifest, maxAssets)
	var assets struct {
		Files map[string]struct{ Source struct{ Path string } }
	}
	if err != nil || json.Unmarshal(data, &assets) != nil {
		return ""
	}
	if path := assets.Files[hash].Source.Path; filepath.IsLocal(path) {
		return path
	}
	return ""
}
