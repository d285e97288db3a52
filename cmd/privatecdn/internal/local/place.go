package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/filelock"
	"example.com/privatecdn/internal/wholefile"
)

// The files of a place beside those of its authority.
const (
	lockFile  = "lock"    // held while it is used; it stays behind, empty
	whereFile = "running" // the address of what runs there
)

// ErrRunning says that another run has the directory.
var ErrRunning = errors.New("privatecdn up already runs in this directory")

// claim takes the directory for this run, and makes it where there is none. A
// second run never takes it over.
func (l *Local) claim() error {
	dir := l.options.State
	running := filepath.Join(dir, whereFile)
	_, err := os.Stat(dir)
	missing := errors.Is(err, fs.ErrNotExist)
	var lock *os.File
	if err = makeState(dir); err == nil {
		lock, err = filelock.Try(filepath.Join(dir, lockFile))
	}
	if errors.Is(err, filelock.ErrHeld) {
		return &fault.Error{
			Kind: ErrRunning, What: ErrRunning.Error() + where(running),
			Remedy: "use that one, or stop it with Ctrl-C first; `privatecdn up --check` works beside it",
		}
	}
	l.stop = append(l.stop, func() {
		if missing && l.Deployment() == nil { // this run has not come as far as to serve
			os.RemoveAll(dir)
		}
		os.Remove(running)
		lock.Close()
	})
	if err != nil {
		return fault.New(fmt.Errorf("cannot write to the directory %s: %w", dir, err),
			"run this in a directory that you may write to")
	}
	os.Remove(running) // of one that was killed
	return nil
}

// stepAside has this run put everything into a temporary directory.
func (l *Local) stepAside() error {
	dir, err := os.MkdirTemp("", "privatecdn-")
	if err != nil {
		return err
	}
	l.stop = append(l.stop, func() { os.RemoveAll(dir) })
	for _, path := range []*string{&l.options.Document, &l.options.Assembly} {
		*path = filepath.Join(dir, filepath.Base(*path))
	}
	l.options.State = dir
	return l.claim()
}

// makeState makes the directory for what belongs to this machine alone, which
// git ignores.
func makeState(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	ignore := filepath.Join(dir, ".gitignore")
	if _, err := os.Lstat(ignore); err == nil {
		return nil
	}
	return wholefile.Write(ignore, []byte("*\n"), 0o644)
}

// where returns the address in a file, of what runs, as part of a sentence.
func where(running string) string {
	address, err := os.ReadFile(running)
	if err != nil {
		return "" // it is only about to run
	}
	return ", at " + strings.TrimSpace(string(address))
}
