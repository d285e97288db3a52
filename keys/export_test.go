package keys

// SetAttempt puts f between this package and the file system, for the whole
// process.
func SetAttempt(f func(op, path string, change func() error) error) { attempt = f }
