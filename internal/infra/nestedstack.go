package infra

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/wholefile"
)

// maxNested bounds how deep stacks may nest, since a template may name itself.
const maxNested = 10

// addNestedStacks adds the stacks that the AWS::CloudFormation::Stack
// resources of s make. Their templates are assets that CDK puts beside the
// template.
func (r *reader) addNestedStacks(s *cloudformation.Stack, dir string) error {
	for _, id := range s.LogicalIDs() {
		res := s.Resources[id]
		if res.Type != typeStack {
			continue
		}
		at := res.At().Key("Properties.TemplateURL")
		if depth(s) == maxNested || len(r.app.Stacks()) >= maxStacks {
			return at.Unsupported("nest them less deep", "there are too many nested stacks")
		}
		path, err := nestedTemplate(res, at, dir)
		if err != nil {
			return err
		}
		if path == "" {
			continue // left out; its outputs are asked for
		}
		text, err := wholefile.Read(path, cloudformation.MaxSize)
		if err != nil {
			return err
		}
		nested, err := res.Nest(text)
		if err != nil {
			return err
		}
		if err := r.addNestedStacks(nested, dir); err != nil {
			return err
		}
	}
	return nil
}

// maxStacks bounds the stacks of an assembly with nested ones.
const maxStacks = 1000

func depth(s *cloudformation.Stack) int {
	n := 0
	for s = s.Parent(); s != nil; s = s.Parent() {
		n++
	}
	return n
}

// nestedTemplate returns the file of which the template's URL names the hash or
// the path, "" if there is none.
func nestedTemplate(res *cloudformation.Resource, at cloudformation.Location, dir string) (string, error) {
	v, err := res.Stack.Resolve(at, res.Properties["TemplateURL"])
	if errors.Is(err, cloudformation.ErrUnresolved) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	url, _ := v.(string)
	hash, _, _ := strings.Cut(url[strings.LastIndexByte(url, '/')+1:], ".")
	files, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".assets.json") {
			continue
		}
		if path := assetPath(filepath.Join(dir, f.Name()), hash); path != "" {
			return filepath.Join(dir, path), nil
		}
	}
	if _, err := os.Stat(filepath.Join(dir, url)); err == nil && filepath.IsLocal(url) {
		return filepath.Join(dir, url), nil // as `aws cloudformation package` finds it
	}
	return "", nil
}

// maxAssets bounds an asset manifest, in bytes.
const maxAssets = 16 << 20

// assetPath looks a hash up in an asset manifest; "" when it is not there.
func assetPath(manifest, hash string) string {
	data, err := wholefile.Read(manifest, maxAssets)
	if err != nil {
		return ""
	}
	var assets struct {
		Files map[string]struct {
			Source struct {
				Path string `json:"path"`
			} `json:"source"`
		} `json:"files"`
	}
	if json.Unmarshal(data, &assets) != nil {
		return ""
	}
	if path := assets.Files[hash].Source.Path; filepath.IsLocal(path) {
		return path
	}
	return ""
}
