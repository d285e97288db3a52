package fakeaws

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/infra"
)

// resource is one resource of a stack, as it is or as it is wanted.
type resource struct {
	logicalID, physicalID, typ string
	retained                   bool
	properties                 map[string]any // resolved
	needs                      []string       // logical IDs of the same stack that must be there first
}

// change is what a change set does to a resource.
type change struct {
	Action, LogicalResourceId, PhysicalResourceId, ResourceType string
	Replacement                                                 string   `xml:",omitempty"`
	Details                                                     []detail `xml:"Details>member"`
}

// detail is one property of a resource that changes.
type detail struct {
	Attribute          string `xml:"Target>Attribute"`
	Name               string `xml:"Target>Name"`
	RequiresRecreation string `xml:"Target>RequiresRecreation"`
	Evaluation         string
	ChangeSource       string
}

// replaced are the properties whose change makes CloudFormation create another
// resource, by type.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/introduction.html
var replaced = map[string][]string{
	"AWS::S3::Bucket":       {"BucketName"},
	"AWS::S3::BucketPolicy": {"Bucket"},
	"AWS::SSM::Parameter":   {"Name"},
	"AWS::IAM::Role":        {"RoleName", "Path"},
	"AWS::ECR::Repository":  {"RepositoryName"},
}

// plan resolves a change set's template and finds what it changes.
func (s *Server) plan(k *stack, c *changeSet) *Failure {
	values := maps.Clone(c.parameters)
	options := cloudformation.Options{Account: Account, Region: Region, Values: values}
	cs, err := cloudformation.NewApp(options, attribute).Add(k.name, Account, Region, []byte(c.template))
	if err != nil {
		return failed("ValidationError", "Template format error: "+err.Error())
	}
	for name, p := range cs.Parameters { // values are looked up when they are needed
		if value, ok := values[name]; ok && strings.HasPrefix(p.Type, "AWS::SSM::Parameter::Value") {
			values[name] = s.parameters[value].Value
		} else if text, ok := p.Default.(string); ok && strings.HasPrefix(p.Type, "AWS::SSM::Parameter::Value") {
			values[name] = s.parameters[text].Value
		}
	}
	c.wanted = map[string]*resource{}
	for _, id := range cs.LogicalIDs() {
		r := cs.Resources[id]
		if exists, err := r.Exists(); err != nil || !exists {
			if err != nil {
				return failed("ValidationError", err.Error())
			}
			continue
		}
		resolved, err := cs.Resolve(r.At(), any(r.Properties))
		if err != nil {
			return failed("ValidationError", err.Error())
		}
		properties, _ := resolved.(map[string]any)
		c.wanted[id] = &resource{logicalID: id, typ: r.Type, retained: r.Retained, properties: properties,
			needs: referred(cs.Template, r.Properties)}
		c.wanted[id].physicalID = physicalID(k.name, id, r.Type, properties)
	}
	if err := c.derive(cs, options); err != nil {
		return failed("ValidationError", err.Error())
	}
	c.changes = changes(k.resources, c.wanted)
	return nil
}

// derive sets the outputs of a stack, and the values of its parameters; of one
// with a distribution with the names that a local edge derives.
func (c *changeSet) derive(s *cloudformation.Stack, o cloudformation.Options) error {
	tmpl, err := infra.Read([]byte(c.template), infra.Options{Stack: s.Name, Options: o})
	if err == nil {
		c.outputs = tmpl.Outputs
		for _, r := range c.wanted {
			if value, ok := tmpl.Parameters[r.physicalID]; ok && r.typ == "AWS::SSM::Parameter" {
				r.properties["Value"] = value
			}
		}
		return nil
	}
	if strings.Contains(c.template, "AWS::CloudFront::Distribution") {
		return err
	}
	c.outputs = map[string]string{}
	for id := range s.Outputs {
		value, ok, err := s.Output(id)
		if err != nil {
			return err
		}
		if ok {
			c.outputs[id] = value
		}
	}
	return nil
}

func attribute(r *cloudformation.Resource, name string) (any, error) {
	resolved, err := r.Stack.Resolve(r.At(), any(r.Properties))
	if err != nil {
		return nil, err
	}
	properties, _ := resolved.(map[string]any)
	id := physicalID(r.Stack.Name, r.LogicalID, r.Type, properties)
	switch {
	case name == "Ref":
		return id, nil
	case r.Type == "AWS::IAM::Role" && name == "Arn":
		return "arn:aws:iam::" + Account + ":role/" + id, nil
	case r.Type == "AWS::S3::Bucket" && name == "Arn":
		return "arn:aws:s3:::" + id, nil
	}
	return "arn:aws:fake:" + Region + ":" + Account + ":" + id + "/" + name, nil
}

// physicalID returns the name that a resource's properties give it, or one
// derived from its logical ID.
func physicalID(stack, id, typ string, properties map[string]any) string {
	name := map[string]string{"AWS::S3::Bucket": "BucketName", "AWS::IAM::Role": "RoleName", "AWS::SSM::Parameter": "Name",
		"AWS::ECR::Repository": "RepositoryName"}[typ]
	if text, ok := properties[name].(string); ok && name != "" {
		return text
	}
	return strings.ToLower(fmt.Sprintf("%s-%s-%x", stack, id, sha256.Sum256([]byte(stack+id)))[:min(60,
		len(stack)+len(id)+12)])
}

// referred returns the resources of a template that a value refers to.
func referred(t *cloudformation.Template, v any) []string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var all []string
	for id := range t.Resources {
		if strings.Contains(string(text), `"`+id+`"`) || strings.Contains(string(text), "${"+id) ||
			strings.Contains(string(text), `"`+id+".") {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// changes lists what turns one set of resources into another, in the order of
// the logical IDs. What refers to a replaced resource changes too.
func changes(old, wanted map[string]*resource) []change {
	var all []change
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		w, o := wanted[id], old[id]
		switch {
		case o == nil:
			all = append(all, change{"Add", id, "", w.typ, "", nil})
		case o.typ != w.typ || replaces(o, w):
			all = append(all, change{"Modify", id, o.physicalID, w.typ, "True", details(o, w)})
		case !reflect.DeepEqual(o.properties, w.properties):
			all = append(all, change{"Modify", id, o.physicalID, w.typ, "False", details(o, w)})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(old)) {
		if wanted[id] == nil {
			all = append(all, change{"Remove", id, old[id].physicalID, old[id].typ, "", nil})
		}
	}
	return all
}

func replaces(o, w *resource) bool {
	return slices.ContainsFunc(details(o, w), func(d detail) bool { return d.RequiresRecreation == "Always" })
}

// details are the properties that differ.
func details(o, w *resource) (all []detail) {
	names := map[string]any{}
	maps.Copy(names, o.properties)
	maps.Copy(names, w.properties)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if reflect.DeepEqual(o.properties[name], w.properties[name]) {
			continue
		}
		recreation := "Never"
		if slices.Contains(replaced[w.typ], name) {
			recreation = "Always"
		}
		all = append(all, detail{"Properties", name, recreation, "Static", "DirectModification"})
	}
	return all
}
