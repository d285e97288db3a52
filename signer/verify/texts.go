package verify

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/signer/policy"
)

// policyTexts returns the policy that was sent, and the texts that may have
// been signed in its place.
func policyTexts(encoded string) (sent string, texts iter.Seq[variant]) {
	text, _ := policy.Decode(encoded) // decoded once already
	sent = string(text)
	var b bytes.Buffer
	_ = json.Compact(&b, text) // not JSON in the case of \?: then there is nothing to try
	compact := b.String()
	const exactly = "send the policy exactly as it was signed"
	const itself = "sign the policy's text itself"
	variants := []variant{
		{strings.TrimSpace(sent), "signed without the white space around the policy", exactly},
		{compact, "signed without the policy's white space", exactly},
		{strings.ReplaceAll(sent, "\r\n", "\n"), "signed with the policy's lines ended in \\n, sent with \\r\\n", exactly},
		{strings.ReplaceAll(sent, "\n", "\r\n"), "signed with the policy's lines ended in \\r\\n, sent with \\n", exactly},
		{encoded, "the policy's base64 was signed instead of the policy", itself},
		{base64.StdEncoding.EncodeToString(text), "the policy's base64 was signed instead of the policy", itself},
		{url.QueryEscape(sent), "signed the policy percent-encoded", itself},
	}
	for _, end := range []string{"\n", "\r\n"} {
		variants = append(variants, variant{sent + end, "signed with a newline after the policy, which was not sent",
			"sign the policy without the newline"})
	}
	if compact != "" {
		for _, w := range writings(compact) {
			variants = append(variants, variant{w.text, "the policy was signed " + w.what + ", and sent without", exactly})
		}
	}
	return sent, slices.Values(variants)
}

// writings returns how JSON libraries write a policy that is compact.
func writings(compact string) []variant {
	spaced := spacedJSON(compact)
	bodies := []variant{
		{text: spaced, what: "with spaces in its JSON, such as Python's json.dumps writes"},
		{text: strings.ReplaceAll(compact, "&", `\u0026`), what: `with \u0026 for &, such as Go's encoding/json writes`},
		{text: strings.ReplaceAll(compact, "/", `\/`), what: `with \/ for /, such as PHP's json_encode writes`},
		{text: strings.ReplaceAll(spaced, "/", `\/`), what: `with \/ for / and spaces in its JSON`},
	}
	for _, indent := range []string{"  ", "    ", "\t"} {
		var b bytes.Buffer
		if json.Indent(&b, []byte(compact), "", indent) == nil {
			bodies = append(bodies, variant{text: b.String(), what: "as indented JSON"},
				variant{text: strings.ReplaceAll(b.String(), "/", `\/`), what: `as indented JSON with \/ for /`})
		}
	}
	found := slices.Clone(bodies)
	for _, w := range bodies {
		found = append(found, variant{text: w.text + "\n", what: w.what + ", and a newline at its end"})
	}
	return found
}

// spacedJSON writes a space after every colon and comma of compact JSON.
func spacedJSON(compact string) string {
	var b strings.Builder
	quoted := false
	for i := range len(compact) {
		c := compact[i]
		quoted = quoted != (c == '"' && (i == 0 || compact[i-1] != '\\'))
		if b.WriteByte(c); !quoted && (c == ':' || c == ',') {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// cannedTexts returns the canned policy that CloudFront rebuilds, and the
// texts that may have been signed in its place, what is common first.
func (d Decision) cannedTexts() (sent string, texts iter.Seq[variant]) {
	over := func(resource string) string { return policy.Policy{Resource: resource, Until: d.Policy.Until}.String() }
	sent = d.Policy.String()
	return sent, func(yield func(variant) bool) {
		for v := range d.urls() {
			if !yield(variant{over(v.text), v.what, v.todo}) {
				return
			}
		}
		for _, v := range cannedForms(d.Policy) {
			if v.text != sent && !yield(v) {
				return
			}
		}
		for v := range d.encodings() {
			if !yield(variant{over(v.text), v.what, v.todo}) {
				return
			}
		}
		for i := len(d.base) - 1; i > 0; i-- { // a prefix of any length
			if !yield(signedPattern(over, d.base[:i]+"*")) {
				return
			}
		}
	}
}

// signedPattern is a pattern signed as if it were a canned policy's URL.
func signedPattern(over func(string) string, pattern string) variant {
	return variant{over(pattern), "the pattern " + quote(pattern) + " was signed, and Expires sent in place of the policy",
		"a canned policy covers one URL: send the policy (Policy, CloudFront-Policy) instead of Expires"}
}

// cannedForms returns a canned policy in other texts than CloudFront's, with
// other ends, and over patterns.
func cannedForms(p policy.Policy) []variant {
	compact := p.String()
	end := p.Until.Unix()
	const exact = "CloudFront rebuilds a canned policy without white space: sign " +
		`{"Statement":[{"Resource":"URL","Condition":{"DateLessThan":{"AWS:EpochTime":END}}}]}, ` +
		"or send the policy that was signed"
	swapped := fmt.Sprintf(
		`{"Statement":[{"Condition":{"DateLessThan":{"AWS:EpochTime":%d}},"Resource":"%s"}]}`, end, p.Resource,
	)
	bare := `{"Statement":` + strings.TrimSuffix(strings.TrimPrefix(compact, `{"Statement":[`), "]}") + "}"
	bodies := append([]variant{
		{text: compact + "\n", what: "with a newline at its end"},
		{text: compact + "\r\n", what: "with a newline at its end"},
		{text: swapped, what: "with its members in another order"},
		{text: bare, what: "with its statement outside a list"},
	}, writings(compact)...)
	var forms []variant
	for _, b := range bodies {
		forms = append(forms, variant{b.text, "the canned policy was signed " + b.what, exact})
	}
	over := func(resource string, until int64) string {
		return policy.Policy{Resource: resource, Until: time.Unix(until, 0)}.String()
	}
	for _, other := range []int64{end - 1, end + 1, end * 1000} {
		forms = append(forms, variant{over(p.Resource, other), "signed until " + strconv.FormatInt(other, 10) +
			", sent with Expires=" + strconv.FormatInt(end, 10), "send the end that was signed, in seconds since 1970"})
	}
	for _, pattern := range patternsOver(p.Resource) {
		forms = append(forms, signedPattern(func(resource string) string { return over(resource, end) }, pattern))
	}
	return forms
}

// patternsOver returns patterns that signers make of a URL, the nearest first.
func patternsOver(u string) []string {
	path, _, _ := strings.Cut(u, "?")
	scheme, rest, _ := strings.Cut(path, "://")
	patterns := []string{"*", u + "*", path + "*", "http*://" + rest}
	extension := rest[max(strings.LastIndexByte(rest, '.'), strings.LastIndexByte(rest, '/')+1):]
	for i := strings.LastIndexByte(rest, '/'); i >= 0 && len(patterns) < 14; i = strings.LastIndexByte(rest[:i], '/') {
		patterns = append(
			patterns, scheme+"://"+rest[:i+1]+"*", "http*://"+rest[:i+1]+"*", scheme+"://"+rest[:i+1]+"*"+extension,
		)
	}
	return patterns
}
