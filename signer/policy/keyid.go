package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"example.com/privatecdn/internal/fault"
)

// The kinds of a key pair ID that was refused.
var (
	ErrKeyID      = errors.New("not a valid key pair ID")
	ErrKeyGroupID = errors.New("a key group's ID in place of a public key's")
)

type idForm struct {
	pattern *regexp.Regexp
	kind    error
	is      string
}

// ids are the IDs of public keys, and what is given in their place. The first
// that matches counts; the last matches all. IDs in use are K and 12 or 13
// letters and digits, as many as a number of 64 bits has; APKA… is an account's
// older key pair.
var ids = []idForm{
	{regexp.MustCompile(`^(K[A-Z0-9]{1,14}|APKA[A-Z0-9]{1,28})$`), nil, ""},
	{regexp.MustCompile(`^$`), ErrKeyID, "is empty"},
	{regexp.MustCompile(`(?i)^[\da-f]{8}(-?[\da-f]{4}){3}-?[\da-f]{12}$`), ErrKeyGroupID, "is the ID of a key group"},
	{regexp.MustCompile(`^A[KS]IA[A-Z0-9]*$`), ErrKeyID, "is the ID of an IAM access key"},
	{regexp.MustCompile(`^E[A-Z0-9]*$`), ErrKeyID, "is the ID of a distribution or an origin access"},
	{regexp.MustCompile(``), ErrKeyID, "is not valid"},
}

// CheckKeyPairID refuses what cannot be the ID of a public key in CloudFront.
// The ID of a key group is ErrKeyGroupID, everything else ErrKeyID.
func CheckKeyPairID(id string) error {
	found := ids[slices.IndexFunc(ids, func(f idForm) bool { return f.pattern.MatchString(id) })]
	if found.kind == nil {
		return nil
	}
	return &Error{
		Kind: found.kind, What: fmt.Sprintf("the key pair ID %s %s", fault.Quote(id), found.is),
		Remedy: "give the ID of the public key in CloudFront, K and 13 letters and digits",
	}
}
