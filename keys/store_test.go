package keys_test

import (
	"context"
	"crypto"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/internal/testing/keytest"
	"example.com/privatecdn/internal/testing/need"
	"example.com/privatecdn/keys"
)

// git runs git in dir, without the user's settings.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command(
		need.Need(t, "git", "install git"),
		append([]string{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@example.com"}, args...)...,
	)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "--quiet")
	return dir
}

func put(t *testing.T, text string, path ...string) {
	t.Helper()
	name := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// refusedInTree checks that a store refuses, and writes nothing.
func refusedInTree(t *testing.T, s keys.FileStore, dir string) {
	t.Helper()
	_, _, err := s.New(context.Background(), keys.ECDSAP256)
	if !errors.Is(err, keys.ErrNotIgnored) || !strings.Contains(keytest.Said(err), ".gitignore") {
		t.Errorf("%v, want a refusal", err)
	}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s was made", dir)
	}
}

func accepted(t *testing.T, s keys.FileStore) {
	t.Helper()
	if _, _, err := s.New(context.Background(), keys.ECDSAP256); err != nil {
		t.Error(err)
	}
}

func TestGitIgnore(t *testing.T) {
	t.Parallel()
	t.Run("a ring as it is made", func(t *testing.T) {
		t.Parallel()
		repo := repository(t)
		r, err := keys.Create(filepath.Join(repo, "keys", "ring"))
		if err != nil {
			t.Fatal(err)
		}
		k := add(t, r)
		git(t, repo, "add", "--all")
		want := "keys/ring/.gitignore\nkeys/ring/" + k.Public + "\nkeys/ring/ring.json\n"
		if got := git(t, repo, "ls-files"); got != want {
			t.Errorf("git takes up:\n%s", got)
		}
		git(t, repo, "commit", "--quiet", "-m", "x")
		clone := filepath.Join(t.TempDir(), "clone")
		git(t, repo, "clone", "--quiet", repo, clone)
		if r, err = keys.Open(filepath.Join(clone, "keys", "ring")); err != nil {
			t.Fatal(err)
		}
		add(t, r)
	})
	t.Run("not ignored", func(t *testing.T) {
		t.Parallel()
		repo := repository(t)
		refusedInTree(t, keys.FileStore{Ring: repo}, filepath.Join(repo, "private"))
		refusedInTree(t, keys.FileStore{Ring: repo, Dir: "a/b"}, filepath.Join(repo, "a"))
		refusedInTree(t, keys.FileStore{Ring: t.TempDir(), Dir: filepath.Join(repo, "secret")}, filepath.Join(repo, "secret"))
	})
	t.Run("ignored from above", func(t *testing.T) {
		t.Parallel()
		repo := repository(t)
		put(t, "secret/\n", repo, ".gitignore")
		accepted(t, keys.FileStore{Ring: filepath.Join(repo, "ring"), Dir: "../secret"})
		accepted(t, keys.FileStore{Ring: repo, Dir: "deep/secret"})
	})
	t.Run("taken back", func(t *testing.T) {
		t.Parallel()
		repo := repository(t)
		put(t, "private/*\n!private/*.pem\n", repo, ".gitignore")
		refusedInTree(t, keys.FileStore{Ring: repo}, filepath.Join(repo, "private"))
	})
	t.Run("a linked work tree", func(t *testing.T) {
		t.Parallel()
		repo := repository(t)
		git(t, repo, "commit", "--quiet", "--allow-empty", "-m", "x")
		linked := filepath.Join(t.TempDir(), "linked")
		git(t, repo, "worktree", "add", "--quiet", linked)
		refusedInTree(t, keys.FileStore{Ring: linked}, filepath.Join(linked, "private"))
	})
	t.Run("through a symbolic link", func(t *testing.T) {
		t.Parallel()
		repo, link := repository(t), filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(repo, link); err != nil {
			t.Fatal(err)
		}
		refusedInTree(t, keys.FileStore{Ring: link}, filepath.Join(repo, "private"))
	})
	t.Run("outside of a repository", func(t *testing.T) {
		t.Parallel()
		accepted(t, keys.FileStore{Ring: t.TempDir()})
	})
}

// TestBranches takes a step on each of two branches: they do not merge into a
// ring that nobody made.
func TestBranches(t *testing.T) {
	t.Parallel()
	repo := repository(t)
	r, err := keys.Create(filepath.Join(repo, "ring"))
	if err != nil {
		t.Fatal(err)
	}
	commit := func() {
		add(t, r)
		git(t, repo, "add", "--all")
		git(t, repo, "commit", "--quiet", "-m", "x")
	}
	commit()
	git(t, repo, "branch", "other")
	commit()
	git(t, repo, "checkout", "--quiet", "other")
	commit()
	if out, err := exec.Command("git", "-C", repo, "merge", "--quiet", "@{-1}").CombinedOutput(); err == nil {
		t.Fatalf("merged without a conflict: %s", out)
	}
	if _, err := keys.Open(r.Dir()); !errors.Is(err, keys.ErrRing) || !strings.Contains(
		keytest.Said(err), "merge conflict",
	) {
		t.Error(err)
	}
}

// TestGitMissing leaves only the plain case to be seen, without git's help.
func TestGitMissing(t *testing.T) {
	repo := repository(t)
	r, err := keys.Create(filepath.Join(repo, "ring"))
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(repo, "other")
	put(t, "private/\n!private/\n", other, ".gitignore")
	t.Setenv("PATH", "")
	accepted(t, keys.FileStore{Ring: r.Dir()})
	refusedInTree(t, keys.FileStore{Ring: other}, filepath.Join(other, "private"))
	refusedInTree(t, keys.FileStore{Ring: repo, Dir: "secret"}, filepath.Join(repo, "secret"))
}

// TestGitHook has git's own variables in the environment, as in a hook of
// another repository, which would ignore everything.
func TestGitHook(t *testing.T) {
	repo, other := repository(t), repository(t)
	put(t, "*\n", other, ".git", "info", "exclude")
	t.Setenv("GIT_DIR", filepath.Join(other, ".git"))
	t.Setenv("GIT_WORK_TREE", repo)
	refusedInTree(t, keys.FileStore{Ring: repo}, filepath.Join(repo, "private"))
}

func TestFileStore(t *testing.T) {
	t.Parallel()
	ring, elsewhere := t.TempDir(), t.TempDir()
	for _, s := range []keys.FileStore{{Ring: ring}, {Ring: ring, Dir: "a/b"}, {Ring: ring, Dir: elsewhere}} {
		for _, a := range []keys.Algorithm{keys.ECDSAP256, keys.RSA2048} {
			public, uri, err := s.New(context.Background(), a)
			if err != nil {
				t.Fatal(err)
			}
			key, err := keys.Openers{"file": keys.OpenFile(ring)}.Open(context.Background(), uri)
			if err != nil {
				t.Fatal(err)
			}
			if p, err := keys.NewPublic(
				key.Public(),
			); err != nil || p.Fingerprint() != public.Fingerprint() || p.Algorithm() != a {
				t.Errorf("%s opens another key: %v", uri, err)
			}
		}
	}
}

func TestOpeners(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	private := keytest.ECParam(t, "prime256v1", "-noout")
	put(t, string(keytest.PublicOf(t, private)), dir, "public.pem")
	openers := keys.Openers{
		"file": keys.OpenFile(dir),
		"kms":  func(context.Context, string) (crypto.Signer, error) { return nil, errBroken },
	}
	for uri, want := range map[string]error{
		"vault:secret/key":     keys.ErrScheme,
		"key.pem":              keys.ErrScheme,
		"":                     keys.ErrScheme,
		string(private):        keys.ErrScheme,
		"file:":                keys.ErrScheme,
		"file:none.pem":        fs.ErrNotExist,
		"file:public.pem":      keys.ErrPublicKey,
		"file:" + dir:          nil, // a directory: whatever the system says
		"kms:alias/the-signer": errBroken,
	} {
		_, err := openers.Open(context.Background(), uri)
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", uri, err, want)
			continue
		}
		keytest.HoldsNothing(t, keytest.Said(err), private)
		if want == keys.ErrScheme && uri != "file:" && !strings.Contains(keytest.Said(err), "file:, kms:") {
			t.Errorf("%v does not name the schemes there are", err)
		}
	}
}

// TestIsURI holds what can name a private key.
func TestIsURI(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]bool{
		"a:b": true, "a": false, ":b": false, "a:": false, "": false, "a:b\n": false, "a:\tb": false, "a:\x1b": false,
		"a:" + strings.Repeat("b", 2046): true, "a:" + strings.Repeat("b", 2047): false,
		"a:-----BEGIN PRIVATE KEY-----": false,
	} {
		if got := keys.IsURI(uri); got != want {
			t.Errorf("%q: %v", uri, got)
		}
	}
}
