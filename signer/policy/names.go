package policy

import (
	"slices"
	"strings"
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
