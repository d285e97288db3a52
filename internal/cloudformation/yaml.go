package cloudformation

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parseYAML reads YAML as CloudFormation does: short tags stand for intrinsic
// functions, dates stay text, and aliases are refused.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
func parseYAML(data []byte) (tree any, twice []Twice, err error) {
	d := yaml.NewDecoder(strings.NewReader(string(data)))
	var document yaml.Node
	switch err := d.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, nil, errors.New("the file is empty")
	case err != nil:
		return nil, nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if d.Decode(new(yaml.Node)) == nil {
		return nil, nil, errors.New("there is more than one YAML document")
	}
	var r yamlReader
	tree, err = r.value(document.Content[0], 0)
	return tree, r.twice, err
}

type yamlReader struct{ twice []Twice }

func (r *yamlReader) value(n *yaml.Node, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	if short, ok := strings.CutPrefix(n.Tag, "!"); ok && !strings.HasPrefix(short, "!") {
		return r.short(n, short, depth)
	}
	switch n.Kind {
	case yaml.MappingNode:
		return r.object(n, depth)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			var err error
			if list[i], err = r.value(c, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	case yaml.ScalarNode:
		return yamlScalar(n)
	default:
		return nil, fmt.Errorf("line %d: YAML aliases are not part of CloudFormation's YAML", n.Line)
	}
}

func (r *yamlReader) object(n *yaml.Node, depth int) (any, error) {
	o := map[string]any{}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			return nil, fmt.Errorf("line %d: expected a plain text key", key.Line)
		}
		if _, twice := o[key.Value]; twice {
			r.twice = append(r.twice, Twice{brief(key.Value), fmt.Sprintf("line %d", key.Line)})
		}
		var err error
		if o[key.Value], err = r.value(n.Content[i+1], depth+1); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// yaml11 are the texts that are true or false in YAML 1.1, which CloudFormation
// reads, unless they are quoted.
var yaml11 = map[string]bool{"yes": true, "on": true, "no": false, "off": false}

func yamlScalar(n *yaml.Node) (any, error) {
	switch n.Tag {
	case "!!null":
		return nil, nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true"), nil
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return json.Number(n.Value), nil
		}
	case "!!str":
		if truth, ok := yaml11[strings.ToLower(n.Value)]; ok && n.Style == 0 {
			return truth, nil
		}
	case "!!binary":
		return nil, fmt.Errorf("line %d: !!binary is not part of CloudFormation's YAML", n.Line)
	}
	return n.Value, nil // 007 and 1_000 are texts, too, to whoever wrote them
}

// short turns !Ref X into {Ref: X} and !Name V into {Fn::Name: V}.
func (r *yamlReader) short(n *yaml.Node, name string, depth int) (any, error) {
	plain := *n
	plain.Tag = ""
	v, err := r.value(&plain, depth+1)
	if err != nil {
		return nil, err
	}
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	return map[string]any{name: v}, nil
}
