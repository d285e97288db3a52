// The app: settings from CDK's context in, the stack out.
//
//	access        what opens the content: signed, the default, or presigned
//	ring          directory of the key ring, keys/ring by default
//	deployed      the deployment document now in force: a file, ssm:NAME or
//	              stack:NAME; with it, synthesis
//	              refuses a step of a rotation that comes before its time
//	public        path patterns that need no signature, in order
//	originAccess  OAI, the default, OAIToOAC or OAC
//	destroy       true: the buckets go with the stack, and all that is in them
//	stackName     the stack's name, PrivateCdn by default
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/deployment/awssource"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/stacks"
)

func main() { os.Exit(privatecdn.Run(build)) }

// build reads the app's settings and makes its stack.
func build(app awscdk.App) error {
	s, err := readSettings(app.Node())
	if err != nil {
		return err
	}
	props := privatecdn.DistributionProps{OriginAccess: privatecdn.OriginAccess(s.originAccess)}
	if s.destroy {
		props.RemovalPolicy = awscdk.RemovalPolicy_DESTROY
	}
	for _, pattern := range s.public {
		props.Behaviors = append(props.Behaviors, privatecdn.Behavior{PathPattern: pattern, Access: privatecdn.Public})
	}
	if s.access == string(privatecdn.Presigned) {
		props.Default = &privatecdn.Behavior{Access: privatecdn.Presigned}
	} else if err := readRing(s, &props); err != nil {
		return err
	}
	stacks.NewPrivateCdnStack(app, s.stackName, &stacks.PrivateCdnStackProps{DistributionProps: props})
	return nil
}

func readRing(s settings, props *privatecdn.DistributionProps) (err error) {
	if props.Keys, err = keys.Open(s.ring); err != nil || s.deployed == "" {
		return err
	}
	source, err := awssource.Open(context.Background(), s.deployed)
	if err != nil {
		return err
	}
	props.Deployed, err = source.Load(context.Background())
	return err
}

// settings are what the app reads from CDK's context: cdk.json or -c NAME=VALUE.
type settings struct {
	access       string
	ring         string
	deployed     string
	public       []string
	originAccess string
	destroy      bool
	stackName    string
}

// contextReader is a construct's node, as far as settings are concerned.
type contextReader interface {
	TryGetContext(key *string) any
}

func readSettings(node contextReader) (settings, error) {
	r := reader{node: node}
	s := settings{
		access:       r.text("access", string(privatecdn.Signed)),
		ring:         r.text("ring", "keys/ring"),
		deployed:     r.text("deployed", ""),
		public:       r.list("public"),
		originAccess: r.text("originAccess", ""),
		destroy:      r.flag("destroy"),
		stackName:    r.text("stackName", "PrivateCdn"),
	}
	if s.access != string(privatecdn.Signed) && s.access != string(privatecdn.Presigned) {
		r.refuse("access", s.access, "use signed or presigned")
	}
	return s, errors.Join(r.wrong...)
}

// reader reads settings, and collects what is wrong with them.
type reader struct {
	node  contextReader
	wrong []error
}

func (r *reader) refuse(name string, value any, remedy string) {
	r.wrong = append(r.wrong, &fault.Error{
		Kind: privatecdn.ErrSynth, Where: fmt.Sprintf("context %q", name),
		What: fault.Quote(fmt.Sprint(value)) + " is not valid", Remedy: remedy,
	})
}

func (r *reader) text(name, fallback string) string {
	value := r.node.TryGetContext(&name)
	text, ok := value.(string)
	if value != nil && !ok {
		r.refuse(name, value, "use a string")
	}
	if !ok {
		return fallback
	}
	return text
}

// flag accepts true and, since -c has only strings, "true".
func (r *reader) flag(name string) bool {
	switch v := r.node.TryGetContext(&name); v {
	case nil, false, "false":
	case true, "true":
		return true
	default:
		r.refuse(name, v, "use true or false")
	}
	return false
}

// list accepts a list or, since -c has only strings, one with commas.
func (r *reader) list(name string) (list []string) {
	value := r.node.TryGetContext(&name)
	if text, ok := value.(string); ok {
		return strings.Split(text, ",")
	}
	items, valid := value.([]any)
	for _, item := range items {
		text, ok := item.(string)
		list, valid = append(list, text), valid && ok
	}
	if !valid && value != nil {
		r.refuse(name, value, "use a list of strings")
	}
	return list
}
