package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
)

// The query parameters that carry a signature. The cookies that carry one have
// the same names after CookiePrefix.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html
const (
	ParamExpires       = "Expires"
	ParamPolicy        = "Policy"
	ParamSignature     = "Signature"
	ParamKeyPairID     = "Key-Pair-Id"
	ParamHashAlgorithm = "Hash-Algorithm"

	CookiePrefix = "CloudFront-"
)

// HashSHA256 is the value of ParamHashAlgorithm for SHA-256; SHA-1 has none.
const HashSHA256 = "SHA256"

// Params returns the names of the query parameters that carry a signature.
func Params() [5]string {
	return [5]string{ParamExpires, ParamPolicy, ParamSignature, ParamKeyPairID, ParamHashAlgorithm}
}

// IsReserved reports whether a query parameter's raw name is, letter by letter,
// one that carries a signature.
func IsReserved(name string) bool {
	params := Params()
	return slices.Contains(params[:], name)
}

// Exact returns the resource of a custom policy for one encoded URL alone: a ?
// that begins its query is written \?, because an unescaped one is a wildcard
// too.
func Exact(url string) string { return strings.Replace(url, "?", `\?`, 1) }

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
