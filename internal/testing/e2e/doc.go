// Package e2e tests the ring, the template, the signer and the edge together,
// as they are deployed.
package e2e
