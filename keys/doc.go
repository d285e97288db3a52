// Package keys makes, reads and names the key pairs that sign for CloudFront,
// and keeps them in a ring that says which of them is in use.
//
// # Keys
//
// A key pair is ECDSA on P-256 or RSA of 2048 bits, which is what CloudFront
// accepts. [Generate] makes one, [ParsePrivate] and [ParsePublic] read one from
// PEM, and refuse everything else with an [Error] that says what it is and what
// to do. A key is named by its fingerprint: the SHA-256 of its public half.
//
// No error of this package holds key material.
package keys
