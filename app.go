// The app: settings from CDK's context in, the stack out.
//
//	ring          directory of the key ring, keys/ring by default
//	public        path patterns that need no signature, in order
//	originAccess  OAI, the default, or OAC
//	destroy       true: the buckets go with the stack, and all that is in them
//	stackName     the stack's name, PrivateCdn by default
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
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
		fmt.Fprintln(os.Stderr, "error:", err)
		if errors.Is(err, keys.ErrNoRing) {
			fmt.Fprintln(os.Stderr, "hint: `privatecdn keys new` makes a ring; `privatecdn up` makes one by itself")
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
	ring, err := keys.Open(s.ring)
	if err != nil {
		return err
	}
	props := &stacks.PrivateCdnStackProps{DistributionProps: privatecdn.DistributionProps{
		Keys:         ring,
		OriginAccess: privatecdn.OriginAccess(s.originAccess),
		Destroy:      s.destroy,
	}}
	for _, pattern := range s.public {
		props.Behaviors = append(props.Behaviors, privatecdn.Behavior{PathPattern: pattern, Access: privatecdn.Public})
	}
	stacks.NewPrivateCdnStack(app, s.stackName, props)
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
		fmt.Fprintln(&b, "error:", text)
	}
	return b.String()
}

// settings are what the app reads from CDK's context: cdk.json or -c NAME=VALUE.
type settings struct {
	ring         string
	public       []string
	originAccess string
	destroy      bool
	stackName    string
}

func readSettings(node constructs.Node) (s settings, err error) {
	if s.ring, err = text(node, "ring", "keys/ring"); err != nil {
		return s, err
	}
	if s.originAccess, err = text(node, "originAccess", ""); err != nil {
		return s, err
	}
	if s.stackName, err = text(node, "stackName", "PrivateCdn"); err != nil {
		return s, err
	}
	if s.destroy, err = flag(node, "destroy"); err != nil {
		return s, err
	}
	s.public, err = list(node, "public")
	return s, err
}

func text(node constructs.Node, name, fallback string) (string, error) {
	switch v := node.TryGetContext(jsii.String(name)).(type) {
	case nil:
		return fallback, nil
	case string:
		return v, nil
	default:
		return "", fmt.Errorf("context %q is %v; give a string", name, v)
	}
}

// flag takes true and, since -c gives only strings, "true".
func flag(node constructs.Node, name string) (bool, error) {
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

func list(node constructs.Node, name string) ([]string, error) {
	v := node.TryGetContext(jsii.String(name))
	if v == nil {
		return nil, nil
	}
	items, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("context %q must be a list of strings", name)
	}
	var all []string
	for _, item := range items {
		s, ok := item.(string)
		if !ok {
			return nil, fmt.Errorf("context %q must be a list of strings", name)
		}
		all = append(all, s)
	}
	return all, nil
}
