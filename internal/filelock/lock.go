// Package filelock keeps two processes from changing the same files at once. A
// lock is the system's and ends with the process that holds it, however it ends.
package filelock

import "errors"

// ErrHeld is returned by [Try] while another process holds the lock.
var ErrHeld = errors.New("locked by another process")
