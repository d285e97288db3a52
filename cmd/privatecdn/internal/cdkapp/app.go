// Package cdkapp reads a CDK app's cdk.json and runs the app, as the CDK's
// command line would.
package cdkapp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/internal/assembly"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

// App is a CDK app as its cdk.json describes it.
type App struct {
	Dir     string         `json:"-"`
	Command string         `json:"app"`
	Context map[string]any `json:"context"`

	// What the CDK's command line can be told to leave out of a template.
	PathMetadata, AssetMetadata, VersionReporting *bool
}

// ErrNoApp says that a directory holds no CDK app.
var ErrNoApp = errors.New("this directory has no CDK app")

// Open reads dir/cdk.json and the context beside it.
func Open(dir string) (*App, error) {
	app := &App{Dir: dir}
	path := filepath.Join(dir, "cdk.json")
	err := readJSON(path, app)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fmt.Errorf("%w: %s is missing", ErrNoApp, path),
			"run this in the app's directory, or give a template: --template FILE")
	}
	if err != nil {
		return nil, err
	}
	if app.Command == "" {
		return nil, fmt.Errorf(`%s has no "app": add a line such as "app": "go run ."`, path)
	}
	// What lookups have found stands beside cdk.json, under what cdk.json says itself.
	found := map[string]any{}
	if err := readJSON(filepath.Join(dir, "cdk.context.json"), &found); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	maps.Copy(found, app.Context)
	app.Context = found
	return app, nil
}

// RingDir returns the directory of a key ring: the one that is given or, if that is
// empty, the one of the app in dir, keys/ring where there is no app.
func RingDir(dir, given string) (string, error) {
	if given != "" {
		return given, nil
	}
	app, err := Open(dir)
	if errors.Is(err, ErrNoApp) {
		app, err = &App{Dir: dir}, nil
	}
	if err != nil {
		return "", err
	}
	return app.Ring(), nil
}

// OpenRing opens the key ring in dir, or creates one.
func OpenRing(dir string) (*keys.Ring, error) {
	ring, err := keys.Open(dir)
	if errors.Is(err, keys.ErrNoRing) {
		return keys.Create(dir)
	}
	return ring, err
}

func readJSON(path string, into any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Ring returns the directory of the app's key ring: its setting `ring`, keys/ring
// by default.
func (a *App) Ring() string {
	dir, _ := a.Context["ring"].(string)
	dir = cmp.Or(dir, filepath.Join("keys", "ring"))
	if filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(a.Dir, dir)
}

// settings returns the context as the CDK's command line hands it to an app: its
// own switches and, over them, the app's. With them the template is, byte for
// byte, the one that `cdk deploy` deploys.
func (a *App) settings() map[string]any {
	all := map[string]any{"aws:cdk:bundling-stacks": []string{"**"}}
	for name, value := range map[string]*bool{
		"aws:cdk:enable-path-metadata":  a.PathMetadata,
		"aws:cdk:enable-asset-metadata": a.AssetMetadata,
		"aws:cdk:version-reporting":     a.VersionReporting,
	} {
		if value == nil || *value {
			all[name] = true
		}
	}
	maps.Copy(all, a.Context)
	return all
}

// Synthesize runs the app and has it write its cloud assembly into out. It
// runs the app as the CDK's command line does, without that command line and
// the time it takes, and without CDK's own validation, which takes most of the
// app's and belongs to `cdk synth`.
func (a *App) Synthesize(ctx context.Context, out string) error {
	if err := checkNode(ctx); err != nil {
		return err
	}
	settings, err := json.Marshal(a.settings())
	if err != nil {
		return err
	}
	temporary, err := os.MkdirTemp("", "privatecdn-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary) // with all that an app which is interrupted leaves there
	app := shell(ctx, a.Command)
	app.Dir = a.Dir
	app.Env = append(os.Environ(),
		"TMPDIR="+temporary, "CDK_OUTDIR="+out, "CDK_CONTEXT_JSON="+string(settings),
		"CDK_DEFAULT_REGION="+defaultRegion(), "CDK_VALIDATION=false",
		"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=16,18,20")
	app.WaitDelay = time.Second // what the shell has started may hold on to its output
	var said bytes.Buffer
	app.Stdout, app.Stderr = &said, &said
	if err := app.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("synthesis failed (%s: %w)\n%s", a.Command, err, strings.TrimSpace(said.String()))
	}
	return annotated(out)
}

// oldestNode is the oldest version of Node.js that the CDK runs with.
const oldestNode = 18

// checkNode looks for the Node.js that every CDK app runs in, before the app,
// which says little when it is missing or too old.
func checkNode(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "node", "--version").Output()
	version := strings.TrimSpace(string(out))
	major := oldestNode
	_, _ = fmt.Sscanf(version, "v%d", &major) // a version that is written otherwise is not refused
	what := ""
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		what = "Node.js is not installed, and the AWS CDK needs it"
	case err != nil:
		what = "Node.js does not run: node --version: " + err.Error()
	case major < oldestNode:
		what = "Node.js " + fault.Quote(version) + " is too old for the AWS CDK"
	default:
		return nil
	}
	return fault.Of(what, "install Node.js 22 or newer: https://nodejs.org/")
}

// defaultRegion returns the region of a stack that names none.
func defaultRegion() string {
	return cmp.Or(os.Getenv("CDK_DEFAULT_REGION"), os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), "us-east-1")
}

// annotated returns the errors that constructs have left in the assembly as
// annotations: the app ends well with them, and it is `cdk synth` that fails.
func annotated(dir string) error {
	var said []string
	err := assembly.Walk(dir, func(a *assembly.Artifact) error {
		for path, entries := range a.Metadata {
			for _, e := range entries {
				if e.Type == "aws:cdk:error" {
					said = append(said, fmt.Sprintf("[%s] %v", path, e.Data))
				}
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("the app did not write a cloud assembly: %w", err)
	case len(said) > 0:
		slices.Sort(said)
		return fmt.Errorf("synthesis failed:\n%s", strings.Join(said, "\n"))
	}
	return nil
}
