package verify

import (
	"slices"
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

// field returns the part that a parameter carries; nil for an own parameter.
func (p *parts) field(name string) *string {
	switch name {
	case policy.ParamKeyPairID:
		return &p.keyID
	case policy.ParamPolicy:
		return &p.policy
	case policy.ParamExpires:
		return &p.expires
	case policy.ParamSignature:
		return &p.signature
	case policy.ParamHashAlgorithm:
		return &p.hash
	}
	return nil
}

func fromQuery(query string) (p parts, signedURL bool) {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(pair, "=")
		field := p.field(name)
		if field == nil {
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
	p := parts{fromCookies: true}
	for _, name := range policy.Params() {
		*p.field(name) = cookies[policy.CookiePrefix+name]
	}
	return p
}

// Strip returns a raw query without the reserved parameters, the rest byte for
// byte and in order: what goes into the cache key and on to the origin.
func Strip(rawQuery string) string {
	for { // in most cases they come last, and are cut off without an allocation
		last := strings.LastIndexByte(rawQuery, '&')
		if !reserved(rawQuery[last+1:]) {
			break
		}
		rawQuery = rawQuery[:max(last, 0)]
	}
	for pair := range strings.SplitSeq(rawQuery, "&") {
		if reserved(pair) {
			return strings.Join(slices.DeleteFunc(strings.Split(rawQuery, "&"), reserved), "&")
		}
	}
	return rawQuery
}

func reserved(pair string) bool {
	name, _, _ := strings.Cut(pair, "=")
	return policy.IsReserved(name)
}

// ParseCookies finds CloudFront's cookies in the values of a request's Cookie
// headers, or in whole headers, also those that set them: their raw values, the
// first of each name; nil when there are none.
func ParseCookies(headers []string) map[string]string {
	var found map[string]string
	for _, header := range headers {
		if name, value, ok := strings.Cut(header, ":"); ok && isCookieHeader(strings.TrimSpace(name)) {
			header = value
		}
		for pair := range strings.SplitSeq(header, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			if !strings.HasPrefix(name, policy.CookiePrefix) {
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

func isCookieHeader(name string) bool {
	return strings.EqualFold(name, "Cookie") || strings.EqualFold(name, "Set-Cookie")
}
