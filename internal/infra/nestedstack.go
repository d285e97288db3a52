package infra

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
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
		at := s.At(res).Key("Properties.TemplateURL")
		if depth(s) == maxNested || len(r.app.Stacks()) > maxStacks {
			return at.Unsupported("nest them less deep", "there are too many nested stacks")
		}
		path, err := r.nestedTemplate(s, res, at, dir)
		if err != nil {
			return err
		}
		data, err := readAtMost(path, cloudformation.MaxSize)
		if err != nil {
			return err
		}
		t, err := cloudformation.Parse(s.Name+"-"+id, data)
		if err != nil {
			return err
		}
		if err := r.addNestedStacks(s.Nest(res, t), dir); err != nil {
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

// nestedTemplate finds the file of which the template's URL names the hash.
func (r *reader) nestedTemplate(s *cloudformation.Stack, res *cloudformation.Resource, at cloudformation.Location, dir string) (string, error) {
	v, err := s.Resolve(at, res.Properties["TemplateURL"])
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
	return "", at.Unsupported("give the directory that `cdk synth` wrote", "the nested stack's template is not beside its parent's")
}

// assetPath looks a hash up in an asset manifest; "" when it is not there.
func assetPath(manifest, hash string) string {
	data, err := os.ReadFile(manifest)
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
