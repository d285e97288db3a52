// Package scripts_test runs the scripts of the workflows as a workflow does,
// with stand-ins for the programs that reach a network: npx, gh, git push.
package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"example.com/privatecdn/internal/testing/golden"
)

// tool builds the command-line tool once.
var tool = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "scripts")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "privatecdn")
	out, err := exec.Command("go", "build", "-o", path, "../../../cmd/privatecdn").CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: string(out), Err: err}
	}
	return path, nil
})

// stage is a directory in which a script runs, with programs of its own.
type stage struct {
	t   *testing.T
	dir string
	env []string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	t.Parallel()
	path, err := tool()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, dir: t.TempDir()}
	s.env = append(os.Environ(), "PATH="+filepath.Join(s.dir, "programs")+":"+os.Getenv("PATH"), "TOOL="+path,
		"LOG="+s.dir+"/log",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a",
		"GIT_COMMITTER_EMAIL=a@example.com", "AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=")
	// go build -o TARGET ./cmd/privatecdn
	s.program("go", `case $3 in */) mkdir -p "$3"; cp "$TOOL" "$3/privatecdn";; *) cp "$TOOL" "$3";; esac`)
	return s
}

func (s *stage) write(name, text string, mode os.FileMode) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) program(name, script string) {
	s.t.Helper()
	s.write("programs/"+name, "#!/usr/bin/env bash\nset -eu\n"+script+"\n", 0o755)
}

func (s *stage) read(name string) string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Error(err)
	}
	return string(text)
}

// run runs a script, or a program, and returns its exit code and output.
func (s *stage) run(name string, args ...string) (int, string) {
	s.t.Helper()
	if strings.HasPrefix(name, "scripts/") {
		path, err := filepath.Abs("../../../" + name)
		if err != nil {
			s.t.Fatal(err)
		}
		name = path
	}
	command := exec.Command(name, args...)
	command.Dir, command.Env = s.dir, s.env
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		s.t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), string(out)
}

// cdk stands in for the CDK: cdk synth --output DIR writes the checkout's
// template, cdk diff prints something that tries to get out of its block.
const cdk = `case $2 in
synth) for last; do :; done; [ ! -f broken ] || { echo "it does not compile"; exit 1; }
  mkdir -p "$last"; cp template.json "$last/PrivateCdn.template.json"
  echo '{"artifacts": {"PrivateCdn": {"type": "aws:cloudformation:stack",
    "properties": {"templateFile": "PrivateCdn.template.json"}}}}' >"$last/manifest.json";;
diff) printf 'Stack PrivateCdn\n~~~~~~~~\n[~] a change\033[31m\n';;
esac`

// checkouts puts two checkouts in place, of which the second opens a path.
func (s *stage) checkouts() {
	s.t.Helper()
	s.program("npx", cdk)
	text, err := os.ReadFile("../../../testdata/PrivateCdn.template.json")
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("base/template.json", string(text), 0o644)
	s.write("head/template.json", strings.ReplaceAll(string(text), `"PathPattern": "public/*"`, `"PathPattern": "p*"`),
		0o644)
}

func TestReview(t *testing.T) {
	s := newStage(t)
	s.checkouts()
	if code, out := s.run("scripts/review", "base", "head", "out"); code != 1 {
		t.Errorf("exit %d: %s", code, out)
	}
	golden.Equal(t, "testdata/comment.md", []byte(s.read("out/comment.md")))
}

func TestReviewNothing(t *testing.T) {
	s := newStage(t)
	s.checkouts()
	if code, out := s.run("scripts/review", "base", "base", "out"); code != 0 ||
		!strings.Contains(s.read("out/comment.md"), "nothing changes") {
		t.Errorf("exit %d: %s", code, out)
	}
}

// A label or the base's list accepts, the change's own list does not.
func TestReviewAccepts(t *testing.T) {
	for name, c := range map[string]struct {
		labels, file string
		code         int
	}{
		"label":             {`["bug", "accept: became-public"]`, "", 0},
		"another label":     {`["accept: key-removed", "became-public"]`, "", 1},
		"label with a flag": {`["accept: became-public --allow-file x"]`, "", 1},
		"list of the base":  {"[]", "base", 0},
		"list of the head":  {"[]", "head", 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.checkouts()
			s.env = append(s.env, "LABELS="+c.labels)
			if c.file != "" {
				s.write(c.file+"/access.allow", "became-public p*\n", 0o644)
			}
			if code, out := s.run("scripts/review", "base", "head", "out"); code != c.code {
				t.Errorf("exit %d: %s", code, out)
			}
		})
	}
}

func TestReviewFails(t *testing.T) {
	for name, breaks := range map[string]func(*stage){
		"no synthesis": func(s *stage) { s.write("head/broken", "", 0o644) },
		"no tool":      func(s *stage) { s.program("go", "exit 1") },
		"no template":  func(s *stage) { s.write("head/template.json", "{", 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.checkouts()
			breaks(s)
			if code, out := s.run("scripts/review", "base", "head", "out"); code != 2 {
				t.Errorf("exit %d: %s", code, out)
			}
		})
	}
}

// A first review posts a comment, the next one updates it.
func TestComment(t *testing.T) {
	s := newStage(t)
	s.write("comment.md", "x", 0o644)
	s.program("gh", `echo "$*" >>"$LOG"; case $* in *--paginate*) cat ids 2>/dev/null || :;; esac`)
	for _, ids := range []string{"", "17\n18\n"} {
		s.write("ids", ids, 0o644)
		if code, out := s.run("scripts/review-comment", "o/r", "5", "comment.md"); code != 0 {
			t.Errorf("exit %d: %s", code, out)
		}
	}
	log := s.read("log")
	for _, want := range []string{"--method POST repos/o/r/issues/5/comments --field body=@comment.md",
		"--method PATCH repos/o/r/issues/comments/17 "} {
		if !strings.Contains(log, want) {
			t.Errorf("gh was not called with %q:\n%s", want, log)
		}
	}
}

func TestDeployScript(t *testing.T) {
	for name, code := range map[string]string{"green": "0", "red": "1"} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.write("tool", "#!/bin/sh\necho checked \"$@\"\nexit "+code+"\n", 0o755)
			s.env = append(s.env, "TOOL="+s.dir+"/tool")
			s.program("npx", `echo "$*" >>"$LOG"`)
			got, out := s.run("scripts/deploy", "PrivateCdn", "summary.md")
			if (got == 0) != (code == "0") || !strings.Contains(s.read("summary.md"),
				"checked check --deployment stack:PrivateCdn") ||
				!strings.Contains(s.read("log"), "cdk deploy PrivateCdn --require-approval never") {
				t.Errorf("exit %d: %s", got, out)
			}
		})
	}
}

// A step that is due becomes a pull request; without one nothing happens.
func TestRotationDue(t *testing.T) {
	for name, from := range map[string]string{"due": "2020-01-01T00:00:00Z", "not yet": "2999-01-01T00:00:00Z"} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.write("tool", `#!/bin/sh
case $2 in
list) echo '{"keys": [{"next": "promote", "from": "`+from+`"}]}';;
rotate) echo "$@" >>"$LOG"; mkdir -p keys/ring; echo x >keys/ring/ring.json; echo "It signs now.";;
esac
`, 0o755)
			s.env = append(s.env, "TOOL="+s.dir+"/tool")
			s.program("gh", `echo "$*" >>"$LOG"`)
			s.run("git", "init", "--quiet", "--bare", "remote.git")
			s.run("git", "init", "--quiet", ".")
			s.run("git", "remote", "add", "origin", "remote.git")
			if code, out := s.run("scripts/rotation-due", "PrivateCdn", "kms:alias/media"); code != 0 {
				t.Fatalf("exit %d: %s", code, out)
			}
			_, branches := s.run("git", "--git-dir", "remote.git", "branch", "--list")
			if name == "not yet" {
				if branches != "" {
					t.Errorf("pushed %s", branches)
				}
				return
			}
			log := s.read("log")
			if !strings.Contains(branches, "rotation/promote-") || !strings.Contains(log,
				"pr create --head rotation/promote-") ||
				!strings.Contains(log, "keys rotate --deployment stack:PrivateCdn --store kms:alias/media") {
				t.Errorf("branches %s, calls:\n%s", branches, log)
			}
		})
	}
}

// Actions of others are pinned by commit, with the version beside it.
func TestActionsArePinned(t *testing.T) {
	t.Parallel()
	uses := regexp.MustCompile(`(?m)uses: (.*)$`)
	pinned := regexp.MustCompile(`^(\./\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$`)
	for _, file := range workflows(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range uses.FindAllStringSubmatch(string(text), -1) {
			if !pinned.MatchString(m[1]) {
				t.Errorf("%s: %s is not pinned by commit", file, m[1])
			}
		}
	}
}
