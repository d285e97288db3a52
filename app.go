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

// errSetting is the kind of a setting that is not valid.
var errSetting = errors.New("invalid setting")

func wrong(name string, value any, remedy string) error {
	return &fault.Error{
		Kind: errSetting, Where: fmt.Sprintf("context %q", name),
		What: fault.Quote(fmt.Sprint(value)) + " is not valid", Remedy: remedy,
	}
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

func readSettings(node contextReader) (s settings, err error) {
	for _, t := range []struct {
		into           *string
		name, fallback string
	}{
		{&s.access, "access", string(privatecdn.Signed)},
		{&s.ring, "ring", "keys/ring"},
		{&s.deployed, "deployed", ""},
		{&s.originAccess, "originAccess", ""},
		{&s.stackName, "stackName", "PrivateCdn"},
	} {
		if *t.into, err = readText(node, t.name, t.fallback); err != nil {
			return s, err
		}
	}
	if s.access != string(privatecdn.Signed) && s.access != string(privatecdn.Presigned) {
		return s, wrong("access", s.access, "use signed or presigned")
	}
	if s.destroy, err = readFlag(node, "destroy"); err != nil {
		return s, err
	}
	s.public, err = readList(node, "public")
	return s, err
}

func readText(node contextReader, name, fallback string) (string, error) {
	switch v := node.TryGetContext(&name).(type) {
	case nil:
		return fallback, nil
	case string:
		return v, nil
	default:
		return "", wrong(name, v, "use a string")
	}
}

// readFlag accepts true and, since -c has only strings, "true".
func readFlag(node contextReader, name string) (bool, error) {
	switch v := node.TryGetContext(&name); v {
	case nil, false, "false":
		return false, nil
	case true, "true":
		return true, nil
	default:
		return false, wrong(name, v, "use true or false")
	}
}

// readList accepts a list or, since -c has only strings, one with commas.
func readList(node contextReader, name string) ([]string, error) {
	value := node.TryGetContext(&name)
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		return strings.Split(v, ","), nil
	case []any:
		all := make([]string, len(v))
		for i, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, wrong(name, value, "use a list of strings")
			}
			all[i] = s
		}
		return all, nil
	}
	return nil, wrong(name, value, "use a list of strings")
}
