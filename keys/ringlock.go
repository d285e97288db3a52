package keys

import (
	"errors"
	"path/filepath"
	"time"

	"example.com/privatecdn/internal/filelock"
)

// lockFile is held while a ring changes. It stays behind, empty; the lock is
// the system's and ends with the process that holds it, however it ends.
const lockFile = ".lock"

// lockWait is how long a step waits for another one to finish.
const lockWait = 10 * time.Second

// lock takes a ring's lock and returns what gives it back.
func lock(dir string) (unlock func(), err error) {
	path := filepath.Join(dir, lockFile)
	for end := time.Now().Add(lockWait); ; time.Sleep(20 * time.Millisecond) {
		f, err := filelock.Try(path)
		switch {
		case err == nil:
			return func() { f.Close() }, nil
		case !errors.Is(err, filelock.ErrHeld):
			return nil, err
		case time.Now().After(end):
			return nil, wrong(ErrLocked, "another process is changing the key ring in "+dir, "try again in a moment")
		}
	}
}
