// The app: settings from CDK's context in, the stack out.
//
//	access        what opens the content: signed, the default, or presigned
//	ring          directory of the key ring, keys/ring by default
//	deployed      file of the deployment document now in force; with it, synthesis
//	              refuses a step of a rotation that comes before its time
//	public        path patterns that need no signature, in order
//	originAccess  OAI, the default, OAIToOAC or OAC
//	destroy       true: the buckets go with the stack, and all that is in them
//	stackName     the stack's name, PrivateCdn by default
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/stacks"
)

func main() {
	os.Exit(run())
}

// run synthesizes the app and returns the exit code. CDK reports mistakes by
// panicking, through jsii; here they become plain lines.
func run() (code int) {
	defer jsii.Close()
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprint(os.Stderr, complaint(r))
			code = 2
		}
	}()
	app := awscdk.NewApp(nil)
	if err := build(app); err != nil {
		for _, e := range fault.All(err) {
			fmt.Fprint(os.Stderr, complaint(e))
			if hint := fault.Hint(e); hint != "" {
				fmt.Fprintln(os.Stderr, "hint:", fault.Printable(fault.Text(hint)))
			}
		}
		return 2
	}
	app.Synth(nil)
	return 0
}

// build reads the app's settings and makes its stack.
func build(app awscdk.App) error {
	s, err := readSettings(app.Node())
	if err != nil {
		return err
	}
	props := privatecdn.DistributionProps{
		OriginAccess: privatecdn.OriginAccess(s.originAccess),
		Destroy:      s.destroy,
	}
	for _, pattern := range s.public {
		props.Behaviors = append(props.Behaviors, privatecdn.Behavior{PathPattern: pattern, Access: privatecdn.Public})
	}
	switch privatecdn.Access(s.access) {
	case privatecdn.Presigned:
		stacks.NewPresignedStack(app, s.stackName, &stacks.PresignedStackProps{DistributionProps: props})
		return nil
	case privatecdn.Signed:
		return buildSigned(app, s, props)
	}
	return fmt.Errorf("context \"access\" is %s; use signed or presigned", fault.Quote(s.access))
}

func buildSigned(app awscdk.App, s settings, props privatecdn.DistributionProps) (err error) {
	if props.Keys, err = keys.Open(s.ring); err != nil {
		return err
	}
	if s.deployed != "" {
		if props.Deployed, err = deployment.File(s.deployed).Load(context.Background()); err != nil {
			return err
		}
	}
	stacks.NewPrivateCdnStack(app, s.stackName, &stacks.PrivateCdnStackProps{DistributionProps: props})
	return nil
}

// complaint is what a panic of CDK's says, without the trace behind it.
func complaint(r any) string {
	var b strings.Builder
	for line := range strings.Lines(fmt.Sprint(r)) {
		text := strings.TrimSpace(line)
		if strings.HasPrefix(text, "at ") || text == "" {
			continue
		}
		fmt.Fprintln(&b, "error:", fault.Printable(fault.Text(text)))
	}
	return b.String()
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

func readSettings(node constructs.Node) (s settings, err error) {
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
	if s.destroy, err = readFlag(node, "destroy"); err != nil {
		return s, err
	}
	s.public, err = readList(node, "public")
	return s, err
}

func readText(node constructs.Node, name, fallback string) (string, error) {
	switch v := node.TryGetContext(jsii.String(name)).(type) {
	case nil:
		return fallback, nil
	case string:
		return v, nil
	default:
		return "", fmt.Errorf("context %q is %s; use a string", name, fault.Quote(fmt.Sprint(v)))
	}
}

// readFlag takes true and, since -c gives only strings, "true".
func readFlag(node constructs.Node, name string) (bool, error) {
	switch v := node.TryGetContext(jsii.String(name)).(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	case string:
		if v == "true" || v == "false" {
			return v == "true", nil
		}
	}
	return false, fmt.Errorf("context %q must be true or false", name)
}

// readList takes a list or, since -c gives only strings, one with commas.
func readList(node constructs.Node, name string) ([]string, error) {
	var all []string
	switch v := node.TryGetContext(jsii.String(name)).(type) {
	case nil:
		return nil, nil
	case string:
		return strings.Split(v, ","), nil
	case []any:
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, fmt.Errorf("context %q must be a list of strings", name)
			}
			all = append(all, s)
		}
		return all, nil
	}
	return nil, fmt.Errorf("context %q must be a list of strings", name)
}
