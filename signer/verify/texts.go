package verify

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
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
	var compact bytes.Buffer
	_ = json.Compact(&compact, text) // not JSON in the case of \?: then there is nothing to try
	const exactly = "send the policy exactly as it was signed"
	return sent, func(yield func(variant) bool) {
		for _, v := range []variant{
			{sent + "\n", "signed with a newline after the policy, which was not sent", "sign the policy without the newline"},
			{sent + "\r\n", "signed with a newline after the policy, which was not sent", "sign the policy without the newline"},
			{strings.TrimSpace(sent), "signed without the white space around the policy", exactly},
			{compact.String(), "signed without the policy's white space", exactly},
			{strings.ReplaceAll(sent, "\r\n", "\n"), "signed with the policy's lines ended in \\n, sent with \\r\\n", exactly},
			{strings.ReplaceAll(sent, "\n", "\r\n"), "signed with the policy's lines ended in \\r\\n, sent with \\n", exactly},
			{encoded, "the policy's base64 was signed instead of the policy", "sign the policy's text itself"},
			{base64.StdEncoding.EncodeToString(text), "the policy's base64 was signed instead of the policy", "sign the policy's text itself"},
			{url.QueryEscape(sent), "signed the policy percent-encoded", "sign the policy's text itself"},
		} {
			if v.text != sent && !yield(v) {
				return
			}
		}
	}
}

// cannedTexts returns the canned policy that CloudFront rebuilds, and the
// texts that may have been signed in its place.
func (d Decision) cannedTexts() (sent string, texts iter.Seq[variant]) {
	sent = d.Policy.String()
	return sent, func(yield func(variant) bool) {
		for v := range d.urls() {
			if !yield(variant{policy.Policy{Resource: v.text, Until: d.Policy.Until}.String(), v.what, v.todo}) {
				return
			}
		}
		for _, v := range cannedForms(d.Policy) {
			if v.text != sent && !yield(v) {
				return
			}
		}
		for v := range d.encodings() {
			if !yield(variant{policy.Policy{Resource: v.text, Until: d.Policy.Until}.String(), v.what, v.todo}) {
				return
			}
		}
	}
}

// cannedForms returns a canned policy in other texts than CloudFront's, with
// other ends, and over patterns.
func cannedForms(p policy.Policy) []variant {
	compact := p.String()
	end := p.Until.Unix()
	spaced := fmt.Sprintf(
		`{"Statement": [{"Resource": "%s", "Condition": {"DateLessThan": {"AWS:EpochTime": %d}}}]}`,
		p.Resource,
		end,
	)
	swapped := fmt.Sprintf(
		`{"Statement":[{"Condition":{"DateLessThan":{"AWS:EpochTime":%d}},"Resource":"%s"}]}`,
		end,
		p.Resource,
	)
	const exact = "CloudFront rebuilds a canned policy without white space: sign " +
		`{"Statement":[{"Resource":"URL","Condition":{"DateLessThan":{"AWS:EpochTime":END}}}]}, or send the policy that was signed`
	forms := []variant{
		{compact + "\n", "the canned policy was signed with a newline at its end", exact},
		{spaced, "the canned policy was signed with spaces in its JSON, such as Python's json.dumps writes", exact},
		{spaced + "\n", "the canned policy was signed with spaces in its JSON and a newline at its end", exact},
		{
			strings.ReplaceAll(compact, "/", `\/`),
			`the canned policy was signed with \/ for /, such as PHP's json_encode writes`,
			exact,
		},
		{
			strings.ReplaceAll(compact, "&", `\u0026`),
			`the canned policy was signed with \u0026 for &, such as Go's encoding/json writes`,
			exact,
		},
		{swapped, "the canned policy was signed with its members in another order", exact},
		{`{"Statement":` + compact[len(`{"Statement":[`):len(compact)-len("]}")] + "}",
			"the canned policy was signed with its statement outside a list", exact},
	}
	for _, indent := range []string{"  ", "    ", "\t"} {
		var b bytes.Buffer
		if json.Indent(&b, []byte(compact), "", indent) == nil {
			forms = append(forms, variant{b.String(), "the canned policy was signed as indented JSON", exact},
				variant{b.String() + "\n", "the canned policy was signed as indented JSON", exact})
		}
	}
	for _, other := range []int64{end - 1, end + 1, end * 1000} {
		text := policy.Policy{Resource: p.Resource, Until: time.Unix(other, 0)}.String()
		forms = append(forms, variant{text, "signed until " + strconv.FormatInt(other, 10) + ", sent with Expires=" +
			strconv.FormatInt(end, 10), "send the end that was signed, in seconds since 1970"})
	}
	for _, pattern := range patternsOver(p.Resource) {
		forms = append(forms, variant{policy.Policy{Resource: pattern, Until: p.Until}.String(),
			"the pattern " + quote(pattern) + " was signed, and Expires sent in place of the policy",
			"a canned policy covers one URL: send the policy (Policy, CloudFront-Policy) instead of Expires"})
	}
	return forms
}

// patternsOver returns patterns that signers make of a URL, the nearest first.
func patternsOver(u string) []string {
	path, _, _ := strings.Cut(u, "?")
	scheme, rest, _ := strings.Cut(path, "://")
	patterns := []string{"*", u + "*", path + "*", "http*://" + rest}
	for i := strings.LastIndexByte(rest, '/'); i >= 0 && len(patterns) < 12; i = strings.LastIndexByte(rest[:i], '/') {
		patterns = append(patterns, scheme+"://"+rest[:i+1]+"*", "http*://"+rest[:i+1]+"*")
	}
	return patterns
}
