package verify

import (
	"cmp"
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

// take finds the signature's parameters and the URL they were put on.
func (d *Decision) take() {
	path, query, _ := strings.Cut(d.request.URL, "?")
	own, signed := d.parts.cut(query)
	if !signed {
		d.parts = fromCookies(d.request.Cookies)
	}
	switch {
	case own == "":
		d.base = path
	case strings.HasPrefix(query, own):
		d.base = d.request.URL[:len(path)+1+len(own)]
	default:
		d.base = path + "?" + own
	}
}

// field returns the part that a parameter carries; nil for an own parameter.
func (p *parts) field(name string) *string {
	switch name {
	case policy.ParamExpires:
		return &p.expires
	case policy.ParamPolicy:
		return &p.policy
	case policy.ParamSignature:
		return &p.signature
	case policy.ParamKeyPairID:
		return &p.keyID
	case policy.ParamHashAlgorithm:
		return &p.hash
	}
	return nil
}

// cut reads the signature's parameters from a query, and returns what is left
// of it and whether there were any.
func (p *parts) cut(query string) (own string, signed bool) {
	at, end, between := 0, 0, false
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		at += len(pair)
		switch field := p.field(name); {
		case field != nil:
			signed, *field = true, cmp.Or(*field, value)
		case signed:
			between = true
		default:
			end = at
		}
		at++
	}
	if between {
		reserved := func(pair string) bool { name, _, _ := strings.Cut(pair, "="); return p.field(name) != nil }
		return strings.Join(slices.DeleteFunc(strings.Split(query, "&"), reserved), "&"), true
	}
	return query[:end], signed // in most cases, and without an allocation
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
	own, _ := new(parts).cut(rawQuery)
	return own
}

// ParseCookies finds CloudFront's cookies in the values of a request's Cookie
// headers, or in whole headers, also those that set them: their raw values, the
// first of each name; nil when there are none.
func ParseCookies(headers []string) map[string]string {
	var found map[string]string
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ":")
		if name = strings.ToLower(strings.TrimSpace(name)); name == "cookie" || name == "set-cookie" {
			header = value
		}
		for pair := range strings.SplitSeq(header, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			if !strings.HasPrefix(name, policy.CookiePrefix) {
				continue
			}
			if found == nil {
				found = map[string]string{}
			}
			if _, ok := found[name]; !ok {
				found[name] = value
			}
		}
	}
	return found
}
