// Package keys makes, reads and names the key pairs that sign for CloudFront,
// and keeps them in a ring that says which of them is in use.
//
// # Keys
//
// A key pair is ECDSA on P-256 or RSA of 2048 bits, which is what CloudFront
// accepts. [Generate] makes one; [ParsePrivate] and [ParsePublic] read one from
// PEM and refuse everything else with an [Error] that says what it is and what
// to do. A key is named by its fingerprint, the SHA-256 of its public key, or by
// the first digits of it. No error of this package contains key material.
//
// A [Store] stores a private key and an [OpenFunc] opens it; both name it by a
// URI: file:PATH, kms:…, secretsmanager:NAME, ssm:NAME. Those for files are here,
// those for AWS are in signer/awskms and signer/awsstore.
//
// # The ring
//
// A [Ring] is a directory with ring.json, the public key of each as
// FINGERPRINT.pem (its first 16 hex digits), and a .gitignore. All of that is
// committed. Private key files are in private/ below it, which git ignores. A key
// goes through these states:
//
//	pending    Add      in the key group, not signing yet (the first key of a ring signs at once)
//	signing    Promote  exactly one; the key that signed before is retiring
//	retiring            accepted, no longer signing; Retire gives it its end
//	(off)      Drop     after its end
//	revoked    Revoke   out of the key group at the next deployment, from any state
//
// Each step is deployed before the next one is taken: a rotation is a pull
// request per step. [Ring.Rotate] takes the step that comes next, [Ring.List]
// and [Ring.Overdue] say what that is and what is late, and [Ring.Check]
// refuses a ring that is more than a step ahead of what is deployed.
//
// No step takes away a key while a URL it signed can be alive, unless it is a
// revocation, which says how long those URLs would have lived. What a step
// refuses for that reason is a [StrandError] with the earliest safe date.
//
// # ring.json
//
//	version         1
//	maxLifetime     the longest lifetime a signer may grant, in seconds: 604800 (7 days) in a new ring
//	clockAllowance  seconds added to a retiring key's end, for clocks that differ and signers
//	                that hear of a promotion late: 900
//	rotateAfter     age in seconds from which the signing key should be replaced: 7776000 (90 days)
//	keys            the keys in order: fingerprint, algorithm, state, public (PEM file), private (URI),
//	                id (of a public key that CloudFront already has),
//	                created, promoted, replaced (by a promotion), until, revoked
//	steps           every step taken: at, step (new, promote, retire, revoke, drop, limit), key,
//	                until (of retire), maxLifetime (of limit: it is another one from there on)
//
// Dates are RFC 3339 in UTC. clockAllowance and rotateAfter may be edited, and
// maxLifetime lowered, which shortens no key's end; [Ring.Limit] raises it. The
// keys follow from the steps, and [Open] refuses a ring in which they do not
// ([ErrRing]): a key that was taken out, made to sign or given another end by
// hand. Steps are only ever added, so that two of them taken on two branches
// meet in a merge conflict and not in a broken ring.
//
// A ring is written whole or not at all, under a lock that ends with the
// process that holds it. A process killed at any time leaves the old ring or
// the new one, and at most a private key that no ring names, or a temporary file.
package keys
