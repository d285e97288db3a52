//go:build !unix

package cdkapp

import "os/exec"

// ownGroup changes nothing: there are no groups of processes to end.
func ownGroup(*exec.Cmd) {}
