package verify

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/policy"
)

// policyTexts returns the policy that was sent, and the texts that may have
// been signed in its place.
func policyTexts(encoded string) (sent string, texts variants) {
	text, _ := policy.Decode(encoded) // decoded once already
	sent = string(text)
	var b bytes.Buffer
	_ = json.Compact(&b, text) // fails for \?, and then no other text of the policy's JSON is tried
	compact := b.String()
	const exactly, itself = "send the policy exactly as it was signed", "sign the policy's text itself"
	const newline = "signed with a newline after the policy, which was not sent"
	const unsent = "sign the policy without the newline"
	others := []variant{
		{strings.TrimSpace(sent), "signed without the white space around the policy", exactly},
		{compact, "signed without the policy's white space", exactly},
		{strings.ReplaceAll(sent, "\r\n", "\n"), `signed with the policy's lines ended in \n, sent with \r\n`, exactly},
		{strings.ReplaceAll(sent, "\n", "\r\n"), `signed with the policy's lines ended in \r\n, sent with \n`, exactly},
		{encoded, "the policy's base64 was signed instead of the policy", itself},
		{base64.StdEncoding.EncodeToString(text), "the policy's base64 was signed instead of the policy", itself},
		{url.QueryEscape(sent), "signed the policy percent-encoded", itself},
		{sent + "\n", newline, unsent},
		{sent + "\r\n", newline, unsent},
	}
	for _, w := range writings(compact) {
		others = append(others, variant{w.text, "the policy was signed " + w.what + ", and sent without", exactly})
	}
	return sent, slices.Values(others)
}

// writings returns how JSON libraries write a policy that is compact.
func writings(compact string) []variant {
	indented := func(by string) string {
		var b bytes.Buffer
		_ = json.Indent(&b, []byte(compact), "", by) // it is JSON, or nothing
		return b.String()
	}
	slashed := replace("/", `\/`)
	spaced := strings.NewReplacer(",\n", ", ", "\n", "").Replace(indented(""))
	found := []variant{
		{text: spaced, what: "with spaces in its JSON, such as Python's json.dumps writes"},
		{text: replace("&", `\u0026`)(compact), what: `with \u0026 for &, such as Go's encoding/json writes`},
		{text: slashed(compact), what: `with \/ for /, such as PHP's json_encode writes`},
		{text: slashed(spaced), what: `with \/ for / and spaces in its JSON`},
	}
	for _, by := range []string{"  ", "    ", "\t"} {
		found = append(found, variant{text: indented(by), what: "as indented JSON"},
			variant{text: slashed(indented(by)), what: `as indented JSON with \/ for /`})
	}
	for _, w := range found {
		found = append(found, variant{text: w.text + "\n", what: w.what + ", and a newline at its end"})
	}
	return found
}

// cannedTexts yields the texts that may have been signed in place of the canned
// policy that CloudFront rebuilds, what is common first.
func (d Decision) cannedTexts(yield func(variant) bool) {
	for _, v := range cannedForms(d.Policy) {
		if !yield(v) {
			return
		}
	}
	for _, urls := range []variants{d.likely, d.encodings, d.rare} {
		for v := range urls {
			v.text = policy.Policy{Resource: v.text, Until: d.Policy.Until}.String()
			if !yield(v) {
				return
			}
		}
	}
}

func (d Decision) likely(yield func(variant) bool) {
	slices.Values(slices.Concat(d.urls(), patternsOver(d.base)))(yield)
}

func (d Decision) rare(yield func(variant) bool) {
	slices.Values(slices.Concat(letterCases(d.base), prefixesOf(d.base)))(yield)
}

// cannedForms returns a canned policy in other texts than CloudFront's, and with
// other ends.
func cannedForms(p policy.Policy) (forms []variant) {
	compact, end := p.String(), p.Until.Unix()
	const exact = "CloudFront rebuilds a canned policy without white space: sign " +
		`{"Statement":[{"Resource":"URL","Condition":{"DateLessThan":{"AWS:EpochTime":END}}}]}, ` +
		"or send the policy that was signed"
	swapped := fmt.Sprintf(
		`{"Statement":[{"Condition":{"DateLessThan":{"AWS:EpochTime":%d}},"Resource":"%s"}]}`, end, p.Resource,
	)
	for _, b := range append([]variant{
		{text: compact + "\n", what: "with a newline at its end"},
		{text: compact + "\r\n", what: "with a newline at its end"},
		{text: swapped, what: "with its members in another order"},
		{text: strings.NewReplacer(":[{", ":{", "}]}", "}}").Replace(compact), what: "with its statement outside a list"},
	}, writings(compact)...) {
		forms = append(forms, variant{b.text, "the canned policy was signed " + b.what, exact})
	}
	for _, other := range []int64{end - 1, end + 1, end * 1000} {
		p.Until = time.Unix(other, 0)
		forms = append(forms, variant{p.String(), fmt.Sprintf("signed until %d, sent with Expires=%d", other, end),
			"send the end that was signed, in seconds since 1970"})
	}
	return forms
}

// signedPattern is a pattern signed as if it were a canned policy's URL.
func signedPattern(pattern string) variant {
	return variant{pattern, "the pattern " + fault.Quote(pattern) + " was signed, and Expires sent in place of the policy",
		"a canned policy covers one URL: send the policy (Policy, CloudFront-Policy) instead of Expires"}
}

// patternsOver returns patterns that signers make of a URL, the nearest first.
func patternsOver(u string) (found []variant) {
	path, _, _ := strings.Cut(u, "?")
	scheme, rest, _ := strings.Cut(path, "://")
	for _, pattern := range []string{"*", u + "*", path + "*", "http*://" + rest} {
		found = append(found, signedPattern(pattern))
	}
	extension := rest[max(strings.LastIndexByte(rest, '.'), strings.LastIndexByte(rest, '/')+1):]
	for len(found) < maxPatterns && strings.Contains(rest, "/") {
		rest = rest[:strings.LastIndexByte(rest, '/')]
		in := "://" + rest + "/*"
		found = append(found, signedPattern(scheme+in), signedPattern("http*"+in), signedPattern(scheme+in+extension))
	}
	return found
}

// prefixesOf returns the patterns of a URL's beginning and a *, the longest first.
func prefixesOf(u string) (found []variant) {
	for end := len(u) - 1; end > max(0, len(u)-maxPrefixes); end-- {
		found = append(found, signedPattern(u[:end]+"*"))
	}
	return found
}
