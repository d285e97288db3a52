package wholefile

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
)

// ErrNotIgnored is a private key in a git work tree where git does not ignore it.
var ErrNotIgnored = errors.New("git would pick up the private key")

// checkIgnored refuses a file that git would pick up, path being what resolve
// returns. Git is asked about the name that will be written and about that of
// its temporary file, in the repository around it and, where the environment
// names another one (GIT_DIR, GIT_WORK_TREE), in that one too.
func checkIgnored(ctx context.Context, path string) error {
	named := os.Getenv("GIT_DIR") != "" || os.Getenv("GIT_WORK_TREE") != ""
	if ignoredHere(ctx, path) && !(named && pickedUpThere(ctx, path)) {
		return nil
	}
	dir := filepath.Dir(path)
	remedy := "choose a directory outside of the repository"
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err != nil {
		file := filepath.Join(filepath.Dir(dir), ".gitignore")
		remedy = "add the line /" + filepath.Base(dir) + "/ to " + file + ", or " + remedy
	}
	return &fault.Error{
		Kind: ErrNotIgnored, Remedy: remedy,
		What: "the private key would be in " + dir + ", which is in a git work tree and not ignored",
	}
}

// ignoredHere reports whether git ignores path in the repository around it, or
// there is none. A work tree has a .git, a linked one or a submodule a file.
func ignoredHere(ctx context.Context, path string) bool {
	for top := filepath.Dir(path); ; top = filepath.Dir(top) {
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			plain := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
			ignored, err := askGit(ctx, plain, top, path)
			return ignored || err != nil && plainlyIgnored(filepath.Dir(path))
		}
		if top == filepath.Dir(top) {
			return true
		}
	}
}

// pickedUpThere reports whether path is in the work tree that the environment
// names, and git does not ignore it there.
func pickedUpThere(ctx context.Context, path string) bool {
	out, err := git(ctx, os.Environ(), ".", "rev-parse", "--show-toplevel")
	if err != nil {
		return false // there is no such repository
	}
	top, _ := filepath.EvalSymlinks(strings.TrimRight(string(out), "\r\n")) // or else git is asked
	if rel, err := filepath.Rel(top, path); err == nil && !filepath.IsLocal(rel) {
		return false
	}
	ignored, _ := askGit(ctx, os.Environ(), ".", path)
	return !ignored
}

// resolve returns where a file is or will be, with the symbolic links of its
// directories followed: git looks at the place, not at the way to it.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(path)
	place, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, os.ErrNotExist) && dir != filepath.Dir(dir) {
		place, err = resolve(dir)
	}
	return filepath.Join(place, filepath.Base(path)), err
}

// askGit asks git, started in a directory, whether it ignores path and its
// temporary file. Without a git program that is an error, or when git refuses
// to look, as it does at a repository of somebody else's.
func askGit(ctx context.Context, env []string, in, path string) (ignored bool, err error) {
	dir, name := filepath.Split(path)
	for _, p := range []string{path, filepath.Join(dir, tempPrefix+"1-"+name)} {
		_, err := git(ctx, env, in, "check-ignore", "--quiet", "--", p)
		var exit *exec.ExitError
		switch {
		case errors.As(err, &exit) && exit.ExitCode() == 1:
			return false, nil
		case err != nil:
			return false, err
		}
	}
	return true, nil
}

func git(ctx context.Context, env []string, dir string, args ...string) ([]byte, error) {
	// The repository's settings must not have git start another program.
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "core.fsmonitor=false"}, args...)...)
	cmd.Env = env
	return cmd.Output()
}

// maxIgnore bounds a .gitignore, in bytes.
const maxIgnore = 1 << 20

// plainlyIgnored reports, without git, what needs no knowledge of git's rules:
// the .gitignore beside dir names dir and takes nothing back. What is in an
// excluded directory cannot be included again. Git reads no .gitignore that is a
// symbolic link.
func plainlyIgnored(dir string) bool {
	base, path := filepath.Base(dir), filepath.Join(filepath.Dir(dir), ".gitignore")
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || strings.ContainsAny(base, `[]\#`) {
		return false
	}
	data, err := Read(path, maxIgnore)
	if err != nil {
		return false
	}
	named := false
	for line := range bytes.Lines(data) {
		line := string(bytes.TrimRight(line, "\r\n"))
		if strings.HasPrefix(line, "!") {
			return false
		}
		named = named || line == "/"+base+"/" || line == base+"/"
	}
	return named
}
