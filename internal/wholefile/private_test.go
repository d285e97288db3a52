package wholefile_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/testing/need"
	"example.com/privatecdn/internal/wholefile"
)

// git runs git in dir, without the user's settings.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command(need.Need(t, "git", "install git"), append([]string{
		"-C", dir, "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "protocol.file.allow=always"}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// repository makes a repository with these files, by name.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "--quiet")
	for name, content := range files {
		put(t, filepath.Join(dir, name), content)
	}
	return dir
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// check writes a key at path, in dir or absolute. It must be where git does not
// pick it up from the repositories given, or not there at all.
func check(t *testing.T, accepted bool, dir, path string, repositories ...string) {
	t.Helper()
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	err := wholefile.WritePrivate(t.Context(), path, []byte("key"))
	if accepted && err != nil {
		t.Errorf("%s: %v", path, err)
	}
	if !accepted && (!errors.Is(err, wholefile.ErrNotIgnored) || fault.Hint(err) == "") {
		t.Errorf("%s: %v, want a refusal that says what to do", path, err)
	}
	if _, err := os.Lstat(path); accepted != (err == nil) {
		t.Errorf("%s: %v", path, err)
	}
	for _, r := range append(repositories, dir) {
		if _, err := os.Lstat(filepath.Join(r, ".git")); err != nil {
			continue
		}
		if out := git(t, r, "add", "--all", "--dry-run"); strings.Contains(out, ".pem") {
			t.Errorf("%s: git picks it up: %s", path, out)
		}
	}
}

// TestIgnored asks about every way in which a rule of git's can be about
// another name than the one that is written.
func TestIgnored(t *testing.T) {
	t.Parallel()
	const key = "secrets/8006d9c19d9bc810.pem"
	for name, c := range map[string]struct {
		ignore   string
		path     string
		accepted bool
	}{
		"no rule":                        {"", key, false},
		"another name's rule":            {"key.pem\n", key, false},
		"a rule for any name but this":   {"*\n!8006*\n!*/\n", key, false},
		"the directory":                  {"/secrets/\n", key, true},
		"the directory, anywhere":        {"secrets\n", "deep/" + key, true},
		"the directory in other letters": {"/Secrets/\n", key, false},
		"all in the directory":           {"secrets/*\n", key, true},
		"all in it but keys":             {"secrets/*\n!secrets/*.pem\n", key, false},
		"all in it but hidden files":     {"secrets/*\n!secrets/.*\n", key, false},
		"names of keys":                  {"*.pem\n", key, true},
		"names of keys, one letter off":  {"*.PEM\n", key, false},
		"the final name only":            {"8006*.pem\n", key, false},
		"a comment":                      {"#/secrets/\n", key, false},
		"an escaped name":                {"\\secrets/\n", key, true},
		"a blank before it":              {" secrets/\n", key, false},
		"taken back below":               {"/secrets/\n!/secrets/\n", key, false},
		"the repository itself":          {"", "8006d9c19d9bc810.pem", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := repository(t, map[string]string{".gitignore": c.ignore})
			check(t, c.accepted, dir, c.path)
			err := wholefile.WritePrivate(t.Context(), filepath.Join(dir, c.path), nil)
			if line := strings.Contains(fault.Hint(err), "/secrets/"); !c.accepted &&
				line != strings.HasPrefix(c.path, "secrets/") {
				t.Errorf("hint: %s", fault.Hint(err))
			}
		})
	}
	t.Run("a rule inside of the directory", func(t *testing.T) {
		t.Parallel()
		check(t, true, repository(t, map[string]string{"secrets/.gitignore": "*\n"}), key)
	})
	t.Run("taken back inside of the directory", func(t *testing.T) {
		t.Parallel()
		files := map[string]string{".gitignore": "*.pem\n", "secrets/.gitignore": "!*.pem\n"}
		check(t, false, repository(t, files), key)
	})
	t.Run("a rule of the clone's", func(t *testing.T) {
		t.Parallel()
		check(t, true, repository(t, map[string]string{".git/info/exclude": "/secrets/\n"}), key)
	})
	t.Run("letters of any case in the clone's settings", func(t *testing.T) {
		t.Parallel()
		r := repository(t, map[string]string{".gitignore": "/Secrets/\n"})
		git(t, r, "config", "core.ignorecase", "true")
		check(t, true, r, key)
	})
	t.Run("a directory that is tracked", func(t *testing.T) {
		t.Parallel()
		r := repository(t, map[string]string{key: "old"})
		git(t, r, "add", "--all")
		put(t, filepath.Join(r, ".gitignore"), "/secrets/\n")
		if err := os.Remove(filepath.Join(r, key)); err != nil {
			t.Fatal(err)
		}
		err := wholefile.WritePrivate(t.Context(), filepath.Join(r, key), []byte("key"))
		if !errors.Is(err, wholefile.ErrNotIgnored) {
			t.Errorf("%v: git commits what it tracks", err)
		}
	})
}

// TestPlaces writes to a place that is not where its path seems to lead.
func TestPlaces(t *testing.T) {
	t.Parallel()
	link := func(t *testing.T, target, path string) {
		t.Helper()
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
	}
	for name, place := range map[string]func(t *testing.T) (accepted bool, dir, path string){
		"outside of a repository": func(t *testing.T) (bool, string, string) { return true, t.TempDir(), "a/b/x.pem" },
		"a link out of the repository": func(t *testing.T) (bool, string, string) {
			r := repository(t, nil)
			link(t, t.TempDir(), filepath.Join(r, "out"))
			return true, r, "out/x.pem"
		},
		"a link into a repository": func(t *testing.T) (bool, string, string) {
			dir := t.TempDir()
			link(t, repository(t, nil), filepath.Join(dir, "in"))
			return false, dir, "in/secrets/x.pem"
		},
		"an ignored link to what is not": func(t *testing.T) (bool, string, string) {
			r := repository(t, map[string]string{".gitignore": "/secrets\n", "open/file": ""})
			link(t, "open", filepath.Join(r, "secrets"))
			return false, r, "secrets/x.pem"
		},
		"up and down again": func(t *testing.T) (bool, string, string) {
			r := repository(t, map[string]string{".gitignore": "/secrets/\n"})
			return false, r, "secrets/../open/x.pem"
		},
		"a repository in an ignored directory": func(t *testing.T) (bool, string, string) {
			r := repository(t, map[string]string{".gitignore": "/inner/\n"})
			git(t, r, "init", "--quiet", "inner")
			return false, filepath.Join(r, "inner"), "x.pem"
		},
		"a repository that ignores it in one that does not": func(t *testing.T) (bool, string, string) {
			r := repository(t, nil)
			git(t, r, "init", "--quiet", "inner")
			put(t, filepath.Join(r, "inner/.gitignore"), "/secrets/\n")
			return true, filepath.Join(r, "inner"), "secrets/x.pem"
		},
		"a submodule": func(t *testing.T) (bool, string, string) {
			sub := repository(t, map[string]string{"file": ""})
			git(t, sub, "add", "--all")
			git(t, sub, "commit", "--quiet", "-m", "x")
			r := repository(t, map[string]string{".gitignore": "*.pem\n"})
			git(t, r, "submodule", "--quiet", "add", sub, "sub")
			return false, filepath.Join(r, "sub"), "x.pem"
		},
		"a linked work tree": func(t *testing.T) (bool, string, string) {
			r := repository(t, nil)
			git(t, r, "commit", "--quiet", "--allow-empty", "-m", "x")
			linked := filepath.Join(t.TempDir(), "linked")
			git(t, r, "worktree", "add", "--quiet", linked)
			return false, linked, "private/x.pem"
		},
		"a broken .git": func(t *testing.T) (bool, string, string) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, ".git"), "gitdir: /nowhere\n")
			return false, dir, "private/x.pem"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			accepted, dir, path := place(t)
			if name == "a broken .git" {
				err := wholefile.WritePrivate(t.Context(), filepath.Join(dir, path), nil)
				if !errors.Is(err, wholefile.ErrNotIgnored) {
					t.Error(err)
				}
				return
			}
			check(t, accepted, dir, path)
		})
	}
}

// TestBelowFile writes below what is a file and not a directory: that is what
// the error says, wherever it is.
func TestBelowFile(t *testing.T) {
	t.Parallel()
	r := repository(t, map[string]string{"file": ""})
	if err := wholefile.WritePrivate(t.Context(), filepath.Join(r, "file/deep/x.pem"), nil); !errors.Is(err,
		syscall.ENOTDIR) {
		t.Error(err)
	}
}

// TestGitMissing leaves only the plain case to be seen, without git's help.
func TestGitMissing(t *testing.T) {
	plain := repository(t, map[string]string{".gitignore": "/private/\n"})
	back := repository(t, map[string]string{".gitignore": "private/\n!private/\n"})
	linked := repository(t, map[string]string{"rules": "/private/\n"})
	if err := os.Symlink("rules", filepath.Join(linked, ".gitignore")); err != nil {
		t.Fatal(err)
	}
	class := repository(t, map[string]string{".gitignore": "/[ab]/\n#x/\n"})
	t.Setenv("PATH", "")
	for path, accepted := range map[string]bool{
		plain + "/private/x.pem": true, plain + "/other/x.pem": false, back + "/private/x.pem": false,
		linked + "/private/x.pem": false, class + "/[ab]/x.pem": false, class + "/#x/x.pem": false,
	} {
		err := wholefile.WritePrivate(t.Context(), path, nil)
		if accepted != (err == nil) || err != nil && !errors.Is(err, wholefile.ErrNotIgnored) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A file that git tracks is picked up, whatever .gitignore says, and a way that
// leads nowhere is an error.
func TestTrackedAndLoop(t *testing.T) {
	t.Parallel()
	repo := repository(t, map[string]string{".gitignore": "/ring/\n", "ring/x.pem": "old"})
	git(t, repo, "add", "--force", "ring/x.pem")
	if err := os.Remove(filepath.Join(repo, "ring/x.pem")); err != nil {
		t.Fatal(err)
	}
	err := wholefile.WritePrivate(t.Context(), filepath.Join(repo, "ring/x.pem"), nil)
	if !errors.Is(err, wholefile.ErrNotIgnored) {
		t.Errorf("a tracked file: %v", err)
	}
	loop := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	err = wholefile.WritePrivate(t.Context(), filepath.Join(loop, "x.pem"), nil)
	if err == nil || !strings.Contains(err.Error(), "too many links") {
		t.Errorf("a loop: %v", err)
	}
}

// TestGitEnvironment has git's own variables in the environment, as in a hook
// or with a repository whose work tree is elsewhere: both are asked.
func TestGitEnvironment(t *testing.T) {
	repo, other := repository(t, nil), repository(t, map[string]string{".git/info/exclude": "*\n"})
	home, outside := t.TempDir(), t.TempDir()
	bare := filepath.Join(t.TempDir(), "bare")
	git(t, home, "init", "--quiet", "--bare", bare)

	t.Setenv("GIT_DIR", filepath.Join(other, ".git"))
	t.Setenv("GIT_WORK_TREE", repo)
	refused := func(path string) {
		t.Helper()
		if err := wholefile.WritePrivate(t.Context(), path, nil); !errors.Is(err, wholefile.ErrNotIgnored) {
			t.Errorf("%s: %v", path, err)
		}
	}
	refused(filepath.Join(repo, "private/x.pem"))

	// Without a repository, git looks for one around the directory it is started in.
	if err := os.Unsetenv("GIT_DIR"); err != nil { // t.Setenv restores it
		t.Fatal(err)
	}
	t.Setenv("GIT_WORK_TREE", home)
	t.Chdir(repo)
	refused(filepath.Join(home, "private/x.pem"))

	t.Setenv("GIT_DIR", bare)
	t.Setenv("GIT_WORK_TREE", home)
	refused(filepath.Join(home, "private/x.pem"))
	if err := wholefile.WritePrivate(t.Context(), filepath.Join(outside, "x.pem"), nil); err != nil {
		t.Error(err)
	}
	// Without a work tree, git takes the directory it is started in for it.
	if err := os.Unsetenv("GIT_WORK_TREE"); err != nil { // t.Setenv restores it
		t.Fatal(err)
	}
	t.Setenv("GIT_DIR", filepath.Join(repo, ".git"))
	t.Chdir(home)
	refused(filepath.Join(home, "private/x.pem"))
	if err := wholefile.WritePrivate(t.Context(), filepath.Join(outside, "y.pem"), nil); err != nil {
		t.Error(err)
	}
	put(t, filepath.Join(home, ".gitignore"), "/private/\n")
	if err := wholefile.WritePrivate(t.Context(), filepath.Join(home, "private/x.pem"), nil); err != nil {
		t.Error(err)
	}
}

func TestPrivateModes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "private", "x.pem")
	if err := wholefile.WritePrivate(t.Context(), path, []byte("key")); err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): fs.ModeDir | 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", p, info.Mode(), err)
		}
	}
	if err := wholefile.WritePrivate(t.Context(), path, []byte("other")); !errors.Is(err, fs.ErrExist) ||
		read(t, path) != "key" {
		t.Errorf("an existing key: %v", err)
	}
}
