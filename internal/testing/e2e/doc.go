// Package e2e holds tests that take the ring, the template, the signer and the
// edge together, as they are deployed.
package e2e
