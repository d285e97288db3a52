package verify

import (
	"fmt"
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
	case ResourceMismatch:
		return d.explainResource()
	}
	return "refused: " + string(d.Reason), ""
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
