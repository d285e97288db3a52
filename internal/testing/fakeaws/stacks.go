package fakeaws

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// stack is a CloudFormation stack.
type stack struct {
	name, id, status string
	protected        bool
	template         string
	parameters       map[string]string
	resources        map[string]*resource // by logical ID
	outputs          map[string]string
	changeSets       map[string]*changeSet
	events           []event // the newest first
}

// changeSet is a template that may become the stack's.
type changeSet struct {
	name, id, template string
	status, reason     string
	parameters         map[string]string
	wanted             map[string]*resource
	outputs            map[string]string
	changes            []change
}

type event struct {
	EventId, StackId, StackName             string
	LogicalResourceId, PhysicalResourceId   string
	ResourceType, Timestamp, ResourceStatus string
	ResourceStatusReason                    string `xml:",omitempty"`
}

type pair struct{ OutputKey, OutputValue string }

func (s *Server) find(name string) *stack {
	for _, k := range s.stacks {
		if (k.name == name || k.id == name) && k.status != "DELETE_COMPLETE" || k.id == name {
			return k
		}
	}
	return nil
}

// ofStack makes an action of what is done with the stack that a request names.
func (s *Server) ofStack(do func(*stack, url.Values) any) func(url.Values) (any, *Failure) {
	return func(form url.Values) (any, *Failure) {
		name := form.Get("StackName")
		if k := s.find(name); k != nil {
			return do(k, form), nil
		}
		return nil, failed("ValidationError", "Stack with id "+name+" does not exist")
	}
}

// ofChangeSet makes an action of what is done with the change set that a request
// names.
func (s *Server) ofChangeSet(do func(*stack, *changeSet) any) func(url.Values) (any, *Failure) {
	return func(form url.Values) (any, *Failure) {
		if k, c := s.changeSet(form); c != nil {
			return do(k, c), nil
		}
		return nil, failed("ChangeSetNotFound", "ChangeSet ["+form.Get("ChangeSetName")+"] does not exist")
	}
}

// SetStack puts a stack in place that has outputs and nothing else.
func (s *Server) SetStack(name string, outputs map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.find(name)
	if k == nil {
		k = &stack{name: name, id: stackID(name, 0), status: "CREATE_COMPLETE"}
		s.stacks = append(s.stacks, k)
	}
	k.outputs = outputs
}

func stackID(name string, n int) string {
	return fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/%08x-0000-0000-0000-000000000000", Region, Account, name, n)
}

func (s *Server) describeStacks(k *stack, _ url.Values) any {
	type parameter struct{ ParameterKey, ParameterValue string }
	type described struct {
		StackName, StackId, StackStatus, CreationTime string
		EnableTerminationProtection                   bool
		Outputs                                       []pair      `xml:"Outputs>member"`
		Parameters                                    []parameter `xml:"Parameters>member"`
	}
	d := described{StackName: k.name, StackId: k.id, StackStatus: k.status, CreationTime: stamp(time.Unix(0, 0)),
		EnableTerminationProtection: k.protected}
	for _, name := range slices.Sorted(maps.Keys(k.outputs)) {
		d.Outputs = append(d.Outputs, pair{name, k.outputs[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(k.parameters)) {
		d.Parameters = append(d.Parameters, parameter{name, k.parameters[name]})
	}
	return struct {
		Stacks []described `xml:"Stacks>member"`
	}{[]described{d}}
}

func (s *Server) getTemplate(k *stack, _ url.Values) any {
	return struct{ TemplateBody string }{cmp.Or(k.template, "{}")} // of a stack in review, nothing
}

func (s *Server) updateTerminationProtection(k *stack, form url.Values) any {
	k.protected = form.Get("EnableTerminationProtection") == "true"
	return struct{ StackId string }{k.id}
}

// body returns the template of a request: its text, or an object of the bucket
// that assets are in.
func (s *Server) body(form url.Values, k *stack) (string, *Failure) {
	if form.Get("UsePreviousTemplate") == "true" && k != nil {
		return k.template, nil
	}
	address := form.Get("TemplateURL")
	if address == "" {
		return form.Get("TemplateBody"), nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", failed("ValidationError", err.Error())
	}
	path := strings.TrimPrefix(u.Path, "/")
	if bucket, _, ok := strings.Cut(u.Host, ".s3."); ok {
		path = bucket + "/" + path
	}
	bucket, key, _ := strings.Cut(path, "/")
	text, err := s.object(bucket, key)
	if err != nil {
		return "", failed("ValidationError", "S3 error: "+err.Error())
	}
	return string(text), nil
}

func (s *Server) createChangeSet(form url.Values) (any, *Failure) {
	name := form.Get("StackName")
	k := s.find(name)
	creates := form.Get("ChangeSetType") == "CREATE"
	switch {
	case creates && k != nil && k.status != "REVIEW_IN_PROGRESS":
		return nil, failed("AlreadyExistsException", "Stack ["+name+"] already exists")
	case !creates && k == nil:
		return nil, failed("ValidationError", "Stack ["+name+"] does not exist")
	case k == nil:
		k = &stack{name: name, id: stackID(name, len(s.stacks)+1), status: "REVIEW_IN_PROGRESS",
			changeSets: map[string]*changeSet{}}
		s.stacks = append(s.stacks, k)
	}
	template, failure := s.body(form, k)
	if failure != nil {
		return nil, failure
	}
	c := &changeSet{name: form.Get("ChangeSetName"), template: template, parameters: parameters(form, k),
		status: "CREATE_COMPLETE"}
	c.id = "arn:aws:cloudformation:" + Region + ":" + Account + ":changeSet/" + c.name + "/" +
		fmt.Sprint(len(k.changeSets))
	if failure := s.plan(k, c); failure != nil {
		return nil, failure
	}
	if len(c.changes) == 0 && !creates && maps.Equal(c.outputs, k.outputs) {
		c.status, c.reason = "FAILED", "The submitted information didn't contain changes."
	}
	k.changeSets[c.name] = c
	return struct{ Id, StackId string }{c.id, k.id}, nil
}

func parameters(form url.Values, k *stack) map[string]string {
	all := map[string]string{}
	for i := 1; ; i++ {
		prefix := fmt.Sprintf("Parameters.member.%d.", i)
		name := form.Get(prefix + "ParameterKey")
		if name == "" {
			return all
		}
		all[name] = form.Get(prefix + "ParameterValue")
		if form.Get(prefix+"UsePreviousValue") == "true" {
			all[name] = k.parameters[name]
		}
	}
}

func (s *Server) changeSet(form url.Values) (*stack, *changeSet) {
	name := form.Get("ChangeSetName")
	for _, k := range s.stacks {
		for _, c := range k.changeSets {
			if c.id == name || c.name == name && (k.name == form.Get("StackName") || k.id == form.Get("StackName")) {
				return k, c
			}
		}
	}
	return nil, nil
}

func (s *Server) describeChangeSet(k *stack, c *changeSet) any {
	type member struct {
		Type           string
		ResourceChange change
	}
	var members []member
	for _, one := range c.changes {
		members = append(members, member{"Resource", one})
	}
	return struct {
		ChangeSetName, ChangeSetId, StackName, StackId      string
		Status, StatusReason, ExecutionStatus, CreationTime string

		Changes []member `xml:"Changes>member"`
	}{c.name, c.id, k.name, k.id, c.status, c.reason, "AVAILABLE", stamp(time.Unix(0, 0)), members}
}

func (s *Server) deleteChangeSet(form url.Values) (any, *Failure) {
	if k, c := s.changeSet(form); c != nil {
		delete(k.changeSets, c.name)
	}
	return struct{}{}, nil
}

func (s *Server) executeChangeSet(k *stack, c *changeSet) any {
	delete(k.changeSets, c.name)
	s.execute(k, c)
	return struct{}{}
}

func (s *Server) deleteStack(form url.Values) (any, *Failure) {
	k := s.find(form.Get("StackName"))
	if k == nil {
		return struct{}{}, nil
	}
	if k.protected {
		return nil, failed("ValidationError", "Stack ["+k.name+"] cannot be deleted while TerminationProtection is enabled")
	}
	s.remove(k)
	return struct{}{}, nil
}

func (s *Server) describeStackEvents(k *stack, _ url.Values) any {
	return struct {
		Events []event `xml:"StackEvents>member"`
	}{k.events}
}

func (s *Server) describeStackResources(k *stack, _ url.Values) any {
	type member struct {
		StackName, StackId, LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus,
		Timestamp string
	}
	var members []member
	for _, id := range slices.Sorted(maps.Keys(k.resources)) {
		r := k.resources[id]
		members = append(members, member{k.name, k.id, id, r.physicalID, r.typ, "CREATE_COMPLETE", stamp(time.Unix(0, 0))})
	}
	return struct {
		Resources []member `xml:"StackResources>member"`
	}{members}
}

func (k *stack) tell(r *resource, status, reason string) {
	e := event{EventId: fmt.Sprint(len(k.events) + 1), StackId: k.id, StackName: k.name, Timestamp: stamp(time.Now()),
		ResourceStatus: status, ResourceStatusReason: reason,
		LogicalResourceId: k.name, PhysicalResourceId: k.id, ResourceType: "AWS::CloudFormation::Stack"}
	if r != nil {
		e.LogicalResourceId, e.PhysicalResourceId, e.ResourceType = r.logicalID, r.physicalID, r.typ
	} else {
		k.status = status
	}
	k.events = append([]event{e}, k.events...)
}

// SetTemplate makes a text the template of a stack.
func (s *Server) SetTemplate(name, text string) {
	s.SetStack(name, nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.find(name).template = text
}
