//go:build unix

package docstest_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/testing/docstest"
	"example.com/privatecdn/internal/testing/need"
)

// commandTime bounds one command of the documentation. What the commands
// compile has been compiled before.
const commandTime = 3 * time.Minute

// Every command of the README and of docs/ runs and prints what the page says.
// Pages run side by side, each in a copy of one checkout; docs/contributing.md
// says how a page is written for that.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	need.Need(t, "curl", "install curl")
	modules := filepath.Join(need.NodeModule(t, "aws-cdk"), "node_modules")
	original := checkout(t, root)
	// Compiled where everything else is, so that it is compiled once; run by all.
	// With -trimpath, as make up does: a checkout elsewhere then takes it from the cache.
	bin := t.TempDir()
	shell(t, root, `go build -trimpath -o "$1/" ./cmd/privatecdn && go build -o "$1/app" .`, bin)
	shell(t, original, `sed -i.before 's|"app": ".*"|"app": "bin/app"|' cdk.json && rm cdk.json.before && `+commit)
	fresh := func(t *testing.T) string {
		dir := filepath.Join(t.TempDir(), "checkout")
		shell(t, original, `cp -a . "$1" && mkdir "$1/bin" && ln "$2"/* "$1/bin" && ln -s "$3" "$1/node_modules"`, dir,
			bin, modules)
		return dir
	}
	t.Run("template", func(t *testing.T) {
		t.Parallel()
		sameTemplate(t, fresh(t))
	})
	pages, err := filepath.Glob(filepath.Join(original, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, filepath.Join(original, "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		commands, err := docstest.Commands(string(text))
		if err != nil {
			t.Fatalf("%s: %v", page, err)
		}
		var run []docstest.Command
		for _, c := range commands {
			if !c.Account {
				run = append(run, c)
			} else if err := known(original, bin, c.Text); err != nil {
				t.Errorf("%s, line %d: %s\n%v", page, c.Line, c.Text, err)
			}
		}
		if len(run) > 0 {
			t.Run(filepath.Base(page), func(t *testing.T) {
				t.Parallel()
				flags := "GOFLAGS=-trimpath" // so that what is compiled above is taken from the cache
				if filepath.Base(page) == "first-app.md" {
					flags = "GOFLAGS=" // as is the CDK, which the tests' own programs compile without it
				}
				runPage(t, fresh(t), run, flags)
			})
		}
	}
}

// sameTemplate checks that the template which the tool synthesizes and serves is,
// byte for byte, the one that the CDK's own command line deploys.
func sameTemplate(t *testing.T, dir string) {
	shell(t, dir, `bin/privatecdn keys new >/dev/null`)
	shell(t, dir, `timeout 60 bin/privatecdn up --https 127.0.0.1:0 --http 127.0.0.1:0 >up.log 2>&1 & up=$!
		until grep -q 'Press Ctrl-C' up.log || ! kill -0 $up; do sleep 0.1; done; kill -INT $up; wait $up || cat up.log`)
	theirs := t.TempDir()
	shell(t, dir, `CDK_VALIDATION=false npx cdk synth --quiet --output "$1"`, theirs)
	shell(t, dir, `ls "$1"/*.template.json | while read -r t; do cmp "$t" "cdk.out/$(basename "$t")"; done`, theirs)
}

func runPage(t *testing.T, dir string, commands []docstest.Command, env ...string) {
	https, http := freePort(t), freePort(t)
	ports := strings.NewReplacer("127.0.0.1:8443", https, "127.0.0.1:8080", http)
	env = append(append(os.Environ(), env...), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"),
		"PRIVATECDN_HTTPS="+https, "PRIVATECDN_HTTP="+http, "CDK_VALIDATION=false",
		"AWS_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true", "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=16,18,20")
	session, err := docstest.NewSession(t.Context(), dir, t.TempDir(), env)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for _, c := range withEdge(commands) {
		c.Text = ports.Replace(c.Text)
		for i := range c.Output {
			c.Output[i] = ports.Replace(c.Output[i])
		}
		ctx, cancel := context.WithTimeout(t.Context(), commandTime)
		err := session.Run(ctx, c)
		cancel()
		if err != nil {
			t.Fatalf("line %d: %s\n%v", c.Line, c.Text, err) // what follows builds on it
		}
	}
}

// withEdge starts the local edge before the first command that needs it.
func withEdge(commands []docstest.Command) []docstest.Command {
	i := slices.IndexFunc(commands, func(c docstest.Command) bool { return c.Up })
	if i < 0 {
		return commands
	}
	return slices.Insert(commands, i, docstest.Command{
		Line: commands[i].Line, Text: "privatecdn up", Background: true, Output: []string{"Press Ctrl-C to stop.…"},
	})
}

// freePort is a loopback address that nothing listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// programs are what a command that needs an account may begin with.
var programs = []string{"aws", "npx", "npm", "export", "git", "curl", "cd", "terraform"}

var comment = regexp.MustCompile(`(^|\s)#.*`)

// known checks a command that is not run: the tool's have flags that exist,
// make's a target.
func known(dir, bin, text string) error {
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		line, _, _ = strings.Cut(comment.ReplaceAllString(line, ""), "|")
		words := strings.Fields(line)
		if len(words) == 0 || slices.Contains(programs, words[0]) {
			continue
		}
		var check *exec.Cmd
		switch filepath.Base(words[0]) {
		case "privatecdn":
			check = exec.Command("bash", "-c", filepath.Join(bin, strings.TrimPrefix(strings.TrimSpace(line), "bin/"))+" --help")
		case "make":
			check = exec.Command("make", "-n", words[1])
		default:
			return fmt.Errorf("%s is not a program this page may use", words[0])
		}
		check.Dir = dir
		if out, err := check.CombinedOutput(); err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
	}
	return nil
}
