package verify

import (
	"strings"

	"example.com/privatecdn/signer/policy"
)

// parts are a request's signature parameters, undecoded. Of a parameter given
// more than once the first value counts; CloudFront's own choice is unverified, and
// nothing hangs on it, because the signature must fit what is read here.
type parts struct {
	keyID, policy, expires, signature, hash string
	fromCookies                             bool
}

// take finds the signature parameters and the URL they were put on.
func take(r Request) (parts, string) {
	base, query, hasQuery := strings.Cut(r.URL, "?")
	if !hasQuery {
		return fromCookies(r.Cookies), r.URL
	}
	p, signedURL := fromQuery(query)
	if !signedURL {
		p = fromCookies(r.Cookies)
	}
	own := query
	if signedURL {
		own = Strip(query)
	}
	switch {
	case own == "":
		return p, base
	case strings.HasPrefix(query, own):
		return p, r.URL[:len(base)+1+len(own)]
	}
	return p, base + "?" + own
}

func fromQuery(query string) (p parts, signedURL bool) {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(pair, "=")
		var field *string
		switch name {
		case "Key-Pair-Id":
			field = &p.keyID
		case "Policy":
			field = &p.policy
		case "Expires":
			field = &p.expires
		case "Signature":
			field = &p.signature
		case "Hash-Algorithm":
			field = &p.hash
		default:
			continue
		}
		signedURL = true
		if *field == "" {
			*field = value
		}
	}
	return p, signedURL
}

func fromCookies(cookies map[string]string) parts {
	return parts{
		keyID:       cookies["CloudFront-Key-Pair-Id"],
		policy:      cookies["CloudFront-Policy"],
		expires:     cookies["CloudFront-Expires"],
		signature:   cookies["CloudFront-Signature"],
		hash:        cookies["CloudFront-Hash-Algorithm"],
		fromCookies: true,
	}
}

// Reserved reports whether a raw query holds any of the parameters that make
// a request a signed-URL request: Expires, Policy, Signature, Key-Pair-Id and
// Hash-Algorithm, letter by letter.
func Reserved(rawQuery string) bool {
	for pair := range strings.SplitSeq(rawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if policy.IsReserved(name) {
			return true
		}
	}
	return false
}

// Strip returns a raw query without the reserved parameters, the rest byte for
// byte and in order: what goes into the cache key and on to the origin.
func Strip(rawQuery string) string {
	if !Reserved(rawQuery) {
		return rawQuery
	}
	kept := make([]byte, 0, 64)
	any := false
	for pair := range strings.SplitSeq(rawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if policy.IsReserved(name) {
			continue
		}
		if any {
			kept = append(kept, '&')
		}
		kept, any = append(kept, pair...), true
	}
	return string(kept)
}

// ParseCookies finds CloudFront's cookies in the values of a request's Cookie
// headers: their raw values, the first of each name; nil when there are none.
func ParseCookies(headers []string) map[string]string {
	var found map[string]string
	for _, header := range headers {
		for pair := range strings.SplitSeq(header, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			if !strings.HasPrefix(name, "CloudFront-") {
				continue
			}
			if found == nil {
				found = make(map[string]string, 4)
			}
			if _, ok := found[name]; !ok {
				found[name] = value
			}
		}
	}
	return found
}
