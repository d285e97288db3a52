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

// commandTime bounds one command of the documentation; the first may compile
// the CDK.
const commandTime = 8 * time.Minute

// Every command of the README and of docs/ runs, page by page, in one fresh
// checkout, and prints what the page says. docs/contributing.md says how a page
// is written for that.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	need.NodeModule(t, "aws-cdk")
	need.Need(t, "curl", "install curl")
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := checkout(t)
	shell(t, dir, `go build -o bin/ ./cmd/privatecdn`)
	t.Run("template", func(t *testing.T) { sameTemplate(t, dir) })
	for _, page := range append([]string{filepath.Join(root, "README.md")}, pages...) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			commands, err := docstest.Commands(string(text))
			if err != nil {
				t.Fatal(err)
			}
			runPage(t, dir, commands)
			shell(t, dir, `git clean -qxfd -e bin -e node_modules -e cdk.out && git checkout -q .`)
		})
	}
}

// sameTemplate checks that the template which the tool synthesizes and serves is,
// byte for byte, the one that the CDK's own command line deploys.
func sameTemplate(t *testing.T, dir string) {
	shell(t, dir, `bin/privatecdn up --check --https 127.0.0.1:0 --http 127.0.0.1:0`)
	theirs := t.TempDir()
	shell(t, dir, `npx cdk synth --quiet --output "$1"`, theirs)
	shell(t, dir, `ls "$1"/*.template.json | while read -r t; do cmp "$t" "cdk.out/$(basename "$t")"; done`, theirs)
	shell(t, dir, `rm -r keys/ring`)
}

func runPage(t *testing.T, dir string, commands []docstest.Command) {
	if len(commands) == 0 {
		return
	}
	https, http := freePort(t), freePort(t)
	ports := strings.NewReplacer("127.0.0.1:8443", https, "127.0.0.1:8080", http)
	env := append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "PRIVATECDN_HTTPS="+https, "PRIVATECDN_HTTP="+http,
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
		if c.Account {
			if err := known(dir, c.Text); err != nil {
				t.Errorf("line %d: %s\n%v", c.Line, c.Text, err)
			}
			continue
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
		Line: commands[i].Line, Text: "privatecdn up", Background: true, Output: []string{"Ctrl-C ends it.…"},
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
func known(dir, text string) error {
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		line, _, _ = strings.Cut(comment.ReplaceAllString(line, ""), "|")
		words := strings.Fields(line)
		if len(words) == 0 || slices.Contains(programs, words[0]) {
			continue
		}
		var check *exec.Cmd
		switch filepath.Base(words[0]) {
		case "privatecdn":
			check = exec.Command("bash", "-c", "go run ./cmd/"+strings.TrimPrefix(strings.TrimSpace(line), "bin/")+" --help")
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
