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
	"cmp"
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

// build makes the stack that the app's settings describe.
func build(app awscdk.App) error {
	name, props, err := readProps(app.Node())
	if err == nil {
		stacks.NewPrivateCdnStack(app, name, &stacks.PrivateCdnStackProps{DistributionProps: props})
	}
	return err
}

// contextReader is a construct's node, as far as settings are concerned.
type contextReader interface {
	TryGetContext(key *string) any
}

// readProps reads the stack's name and properties from CDK's context: cdk.json
// or -c NAME=VALUE.
func readProps(node contextReader) (name string, props privatecdn.DistributionProps, err error) {
	r := reader{node: node}
	access := privatecdn.Access(r.text("access", string(privatecdn.Signed)))
	ring, deployed := r.text("ring", "keys/ring"), r.text("deployed", "")
	for _, pattern := range r.list("public") {
		props.Behaviors = append(props.Behaviors, privatecdn.Behavior{PathPattern: pattern, Access: privatecdn.Public})
	}
	props.OriginAccess = privatecdn.OriginAccess(r.text("originAccess", ""))
	if r.flag("destroy") {
		props.RemovalPolicy = awscdk.RemovalPolicy_DESTROY
	}
	name = r.text("stackName", "PrivateCdn")
	switch access {
	case privatecdn.Signed:
		if r.wrong == nil {
			err = readKeys(&props, ring, deployed)
		}
	case privatecdn.Presigned:
		props.Default = &privatecdn.Behavior{Access: access}
	default:
		r.refuse("access", access, "use signed or presigned")
	}
	return name, props, cmp.Or(errors.Join(r.wrong...), err)
}

func readKeys(props *privatecdn.DistributionProps, ring, deployed string) (err error) {
	if props.Keys, err = keys.Open(ring); err != nil || deployed == "" {
		return err
	}
	source, err := awssource.Open(context.Background(), deployed)
	if err == nil {
		props.Deployed, err = source.Load(context.Background())
	}
	return err
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
	switch v := r.node.TryGetContext(&name).(type) {
	case string:
		return v
	case nil:
	default:
		r.refuse(name, v, "use a string")
	}
	return fallback
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
