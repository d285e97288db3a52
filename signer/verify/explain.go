package verify

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/internal/urlparts"
	"example.com/privatecdn/signer/policy"
)

// Explain says in one sentence what was decided and why, and in another what
// to do; the second is empty where there is nothing to do. For a signature
// that does not match it tries what signers commonly get wrong with the keys at
// hand, which takes a few milliseconds: it is for people, not for every
// request.
func (d Decision) Explain() (what, todo string) {
	switch d.Reason {
	case "":
		return d.explainAllowed()
	case PublicPath:
		if d.presigned {
			return "S3, not CloudFront, checks the signature of this path: S3 decides whether it opens", ""
		}
		return "allowed: the path is public, and CloudFront checks no signature", "do not sign URLs of public paths"
	case MissingKey:
		return d.explainMissingKey()
	case UnknownKey:
		return d.explainUnknownKey()
	case MalformedPolicy:
		return d.explainPolicy()
	case MalformedSignature:
		return explainEncoding("signature", d.parts.signature)
	case SignatureMismatch:
		return d.explainMismatch()
	case Expired:
		return fmt.Sprintf("expired %s ago, at %s", span(d.request.Time.Sub(d.Policy.Until)), stamp(d.Policy.Until)),
			"sign again; if it was signed just now, check the signer's clock"
	case NotYetValid:
		return fmt.Sprintf("not valid until %s, in %s", stamp(d.Policy.From), span(d.Policy.From.Sub(d.request.Time))),
			"wait, or sign with an earlier start; if it should be valid, check the signer's clock"
	case IPMismatch:
		return d.explainIP()
	}
	return d.explainResource()
}

func (d Decision) explainAllowed() (what, todo string) {
	what = "allowed: the signature is good and its policy covers the request"
	if strings.Contains(urlparts.Cut(d.base).Path, "+") {
		todo = "if the bucket then refuses it: S3 reads a + in a path as a space, so write %2B for a + in a key"
	}
	return what, todo
}

func (d Decision) explainMissingKey() (what, todo string) {
	switch {
	case d.parts == (parts{fromCookies: true}):
		return "not signed: neither the query nor a cookie has a Key-Pair-Id",
			"sign the URL, or set signed cookies for this host and path; " +
				"a player that fetches from another host must send credentials"
	case d.parts.fromCookies:
		return "the signed cookies lack CloudFront-Key-Pair-Id",
			"set all cookies of one signature, with the same Domain and Path"
	}
	return "the signed URL lacks Key-Pair-Id; CloudFront ignores cookies once the query has part of a signature",
		"request the whole URL: a shell cuts it off at &, and HTML escaped twice changes &; " +
			"rename parameters of your own that have CloudFront's names"
}

func (d Decision) explainUnknownKey() (what, todo string) {
	what = "the behavior trusts no key with the ID " + fault.Quote(d.KeyID)
	if err := policy.CheckKeyPairID(d.KeyID); err != nil {
		return what + ": " + err.Error(), "sign with the ID of the public key (K…), not of its key group or anything else"
	}
	return what, "sign with a key of the behavior's trusted key groups, or add this key to one and deploy it first"
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// span writes a duration for people, in the largest unit that makes at least two.
func span(d time.Duration) string {
	for _, u := range []struct {
		name string
		size time.Duration
	}{{"days", 24 * time.Hour}, {"hours", time.Hour}, {"minutes", time.Minute}, {"seconds", time.Second}} {
		if n := d / u.size; n >= 2 {
			return fmt.Sprintf("%d %s", n, u.name)
		}
	}
	return "less than 2 seconds"
}

const sendAll = "send all parameters, or all cookies, of one signature"

func (d Decision) explainPolicy() (what, todo string) {
	expires := d.parts.expires
	switch {
	case d.parts.policy != "":
		text, err := policy.Decode(d.parts.policy)
		if err != nil {
			return explainEncoding("policy", d.parts.policy)
		}
		_, err = policy.Parse(text)
		return err.Error(), fault.Hint(err)
	case expires == "":
		return "there is a key ID but neither a policy nor an end (Expires)", sendAll
	case len(expires) == 13 && strings.Trim(expires, "0123456789") == "":
		return "Expires=" + expires + " is in milliseconds", "sign with seconds since 1970"
	}
	return "Expires=" + expires + " is not a time in whole seconds since 1970, up to 2038", "sign again with such a time"
}

// explainEncoding is about a value that is not base64 in CloudFront's alphabet.
func explainEncoding(name, value string) (what, todo string) {
	escaped := ""
	if decoded := decode(url.PathUnescape)(value); decoded != value {
		value, escaped = decoded, " and percent-encoded"
	}
	_, err := policy.Decode(value)
	switch {
	case value == "":
		return "there is no " + name, sendAll
	case isHexText(value):
		return "the " + name + " is in hexadecimal", inBase64
	case escaped != "" && err == nil:
		return "the " + name + " is percent-encoded", "send it as it was made: every character of it may stand as it is; " +
			"players that add parameters (CMCD, _HLS_msn) turn ~ into %7E: sign playlists with a P-256 key, or use cookies"
	case strings.ContainsAny(value, "\r\n"):
		return "the " + name + " contains line breaks", "write the base64 on one line, such as openssl base64 -A does"
	case strings.ContainsAny(value, "+/"), strings.Contains(value, "=") && !strings.ContainsAny(value, "-_"):
		return "the " + name + " is in plain base64" + escaped, "replace + with -, = with _ and / with ~"
	case !strings.Contains(value, "~") && strings.Contains(strings.TrimRight(value, "_="), "_"),
		strings.Contains(value, "="): // and - or _
		return "the " + name + " is in base64url" + escaped, "write ~ where it has _, and _ where it has = or lacks padding"
	}
	return "the " + name + " is not base64 in CloudFront's alphabet", "check that it was not cut off or wrapped"
}

func (d Decision) explainIP() (what, todo string) {
	viewer := d.request.IP.Unmap()
	what = fmt.Sprintf("signed for viewers from %s, requested from %s", d.Policy.IP, viewer)
	switch {
	case !viewer.IsValid():
		return fmt.Sprintf("signed for viewers from %s, and the viewer's address is not known", d.Policy.IP),
			"give the address to check"
	case viewer.Is6():
		return what, "a policy can name IPv4 addresses only: turn IPv6 off for the distribution, or sign without an address"
	}
	return what, "sign for the address the viewer has now, or for its network; a proxy or a change of network changes it"
}

// demandsQuery reports whether a resource covers a URL's path, but only with a
// query.
func demandsQuery(resource, base string) bool {
	path, _, found := strings.Cut(resource, "?")
	return found && policy.Policy{Resource: strings.TrimSuffix(path, `\`)}.Matches(base)
}

func (d Decision) explainResource() (what, todo string) {
	resource := d.Policy.Resource
	what = "signed for " + fault.Printable(resource) + ", requested " + fault.Printable(d.base)
	base, _, hasQuery := strings.Cut(d.base, "?")
	switch {
	case hasQuery && d.Policy.Matches(base):
		return "the resource does not reach into the query: " + what,
			"end it with *, which covers any query after the path"
	case !hasQuery && demandsQuery(resource, base):
		return "the resource covers the path only with a query: " + what,
			"end the path with *, which covers any query and none"
	case !strings.Contains(resource, "://") && !strings.HasPrefix(resource, "*"):
		return "the resource has no scheme and host, so that it covers no URL: " + what,
			"sign whole URLs, or begin the pattern with *"
	case strings.HasPrefix(d.base, resource):
		return "the resource covers one URL alone: " + what, "end it with * to cover what begins with it"
	case policy.Policy{Resource: strings.ToLower(resource)}.Matches(strings.ToLower(d.base)):
		return "the resource has letters in another case: " + what, asSigned
	}
	for _, v := range d.urls() {
		if d.Policy.Matches(v.text) {
			return v.spelled(d.base) + ": " + what, v.todo
		}
	}
	return what, "sign for a resource that covers the request" + d.unicodeForms() + "; " +
		"* does not reach from the host into the path, or from .jpg into a query"
}
