package keys

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// checkIgnored refuses a directory whose files git would take up.
func checkIgnored(ctx context.Context, dir string) error {
	dir, err := resolve(dir)
	if err != nil {
		return err
	}
	if !inWorkTree(dir) {
		return nil
	}
	ignored, known := askGit(ctx, dir)
	if !known {
		ignored = plainlyIgnored(dir)
	}
	if ignored {
		return nil
	}
	return &Error{
		Kind: ErrNotIgnored,
		What: "a private key in " + dir + " would be in a git work tree, where it is not ignored",
		Todo: "add the line /" + filepath.Base(dir) + "/ to " + filepath.Join(filepath.Dir(dir), ".gitignore") + ", or name a directory outside of the repository",
	}
}

// resolve returns where a directory is, or will be, with symbolic links
// followed: git looks at the place, not at the way to it.
func resolve(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	var rest []string
	for {
		real, err := filepath.EvalSymlinks(dir)
		if err == nil {
			return filepath.Join(append([]string{real}, rest...)...), nil
		}
		parent := filepath.Dir(dir)
		if !errors.Is(err, os.ErrNotExist) || parent == dir {
			return "", err
		}
		rest = slices.Insert(rest, 0, filepath.Base(dir))
		dir = parent
	}
}

// inWorkTree reports whether a directory or one above it has a .git, which is
// a file in a linked work tree.
func inWorkTree(dir string) bool {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return false
		}
		dir = parent
	}
}

// askGit asks git whether it ignores what is in dir. It does not know without
// a git program, or when git refuses to look, as it does at a repository of
// somebody else's.
func askGit(ctx context.Context, dir string) (ignored, known bool) {
	at := dir
	for {
		if info, err := os.Stat(at); err == nil && info.IsDir() {
			break
		}
		at = filepath.Dir(at)
	}
	cmd := exec.CommandContext(ctx, "git", "-C", at, "check-ignore", "--quiet", "--", filepath.Join(dir, "key.pem"))
	// A hook's GIT_DIR and GIT_WORK_TREE would have git look elsewhere.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true, true
	case errors.As(err, &exit) && exit.ExitCode() == 1:
		return false, true
	}
	return false, false
}

// plainlyIgnored reports, without git, what needs no knowledge of git's rules:
// the .gitignore beside dir names it, as Create's does, and takes nothing back.
// What is in an excluded directory cannot be included again.
func plainlyIgnored(dir string) bool {
	data, err := os.ReadFile(filepath.Join(filepath.Dir(dir), ".gitignore"))
	if err != nil {
		return false
	}
	named := false
	for line := range bytes.Lines(data) {
		line := string(bytes.TrimRight(line, "\r\n"))
		if strings.HasPrefix(line, "!") {
			return false
		}
		base := filepath.Base(dir)
		named = named || line == "/"+base+"/" || line == base+"/"
	}
	return named
}
