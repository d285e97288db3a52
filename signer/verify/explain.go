package verify

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/privatecdn/signer/policy"
)

// Explain says in one sentence what was decided and why, and in another what
// to do; the second is empty where there is nothing to do. For a signature
// that does not fit it tries what signers commonly get wrong with the keys at
// hand, which takes a few milliseconds: it is for people, not for every
// request.
func (d Decision) Explain() (what, todo string) {
	switch d.Reason {
	case "":
		return d.explainAllowed()
	case PublicPath:
		if d.presigned {
			return "S3 checks the signature of this path, not CloudFront: whether it opens is for S3 to say", ""
		}
		return "allowed: the path is public, no signature is looked at", "do not sign URLs of public paths"
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
		return fmt.Sprintf(
				"not valid for another %s, until %s",
				span(d.Policy.From.Sub(d.request.Time)),
				stamp(d.Policy.From),
			),
			"wait, or sign with an earlier start; if it should be valid, check the signer's clock"
	case IPMismatch:
		return d.explainIP()
	case ResourceMismatch:
		return d.explainResource()
	}
	return "refused: " + string(d.Reason), ""
}

func (d Decision) explainAllowed() (what, todo string) {
	what = "allowed: the signature is good and its policy covers the request"
	if path, _, _ := strings.Cut(d.base, "?"); strings.Contains(path, "+") {
		todo = "if the bucket then refuses it: S3 reads a + in a path as a space, so write %2B for a + in a key"
	}
	return what, todo
}

func (d Decision) explainMissingKey() (what, todo string) {
	switch {
	case d.parts == (parts{fromCookies: true}):
		return "not signed: neither the query nor a cookie holds a Key-Pair-Id",
			"sign the URL, or set signed cookies for this host and path; " +
				"a player that fetches from another host must send credentials"
	case d.parts.fromCookies:
		return "the signed cookies lack CloudFront-Key-Pair-Id",
			"set all cookies of one signature, with the same Domain and Path"
	}
	return "the signed URL lacks Key-Pair-Id; cookies are not looked at once the query holds part of a signature",
		"take the URL whole: & must not be cut off by a shell or escaped twice in HTML; " +
			"rename own parameters called like CloudFront's"
}

func (d Decision) explainUnknownKey() (what, todo string) {
	what = "the behavior trusts no key with the ID " + quote(d.KeyID)
	var refused *policy.Error
	if errors.As(policy.CheckKeyPairID(d.KeyID), &refused) {
		return what + ": " + refused.What, "sign with the ID of the public key (K…), not of its key group or anything else"
	}
	return what, "sign with a key that is in the behavior's trusted key group, or deploy the key group with this key first"
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// span writes a duration for people: its largest unit, and the next one where
// the first alone would be coarse.
func span(d time.Duration) string {
	units := []struct {
		name string
		size time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}}
	for i, u := range units {
		n := d / u.size
		if n == 0 && u.size > time.Second {
			continue
		}
		text := count(int64(n), u.name)
		if i+1 < len(units) && n < 3 {
			if rest := d % u.size / units[i+1].size; rest > 0 {
				text += " " + count(int64(rest), units[i+1].name)
			}
		}
		return text
	}
	return ""
}

func count(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
