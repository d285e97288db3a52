package signer

import (
	"crypto"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/policy"
)

// CookieOptions say which of a viewer's requests the cookies come with.
type CookieOptions struct {
	// Domain is the domain whose hosts get the cookies; empty for the host
	// alone that sets them. A backend on app.example.com that sets cookies for
	// media.example.com needs example.com. It must hold the resource's host
	// (ErrCookieDomain).
	Domain string

	// Path is the path the cookies are sent below; empty for the resource's
	// directory. It must hold the whole resource (ErrCookiePath).
	Path string

	// SameSite is http.SameSiteLaxMode when zero, which sends the cookies
	// from pages of the same site. A player on another site's page needs
	// http.SameSiteNoneMode.
	SameSite http.SameSite
}

// Cookies returns the signed cookies for resource, a pattern as in Grant, to
// be set all together. A resource without wildcards and plain terms make a
// canned policy, others a custom one. A ? counts as a wildcard here, even where
// it begins a query: a custom policy covers what is meant either way.
//
// They are HttpOnly, Secure unless the resource is http:// alone, and session
// cookies, as AWS advises: the browser drops them when it closes, CloudFront
// refuses them after the end.
func (s *Signer) Cookies(resource string, t Terms, o CookieOptions) ([]*http.Cookie, error) {
	st := s.current.Load()
	g, err := s.grant(st, resource, t)
	if err != nil {
		return nil, err
	}
	template, err := o.cookie(g.policy.Resource)
	if err != nil {
		return nil, err
	}
	signature, err := s.appendSignature(nil, st, g.text)
	if err != nil {
		return nil, err
	}
	first := [2]string{policy.ParamPolicy, policy.Encode(g.text)}
	if t.Policy == "" && g.policy.Canned() && !strings.Contains(g.policy.Resource, "?") {
		first = [2]string{policy.ParamExpires, strconv.FormatInt(g.policy.Until.Unix(), 10)}
	}
	pairs := [][2]string{first, {policy.ParamSignature, string(signature)}, {policy.ParamKeyPairID, st.keyID}}
	if s.hash == crypto.SHA256 {
		pairs = append(pairs, [2]string{policy.ParamHashAlgorithm, policy.HashSHA256})
	}
	cookies := make([]*http.Cookie, len(pairs))
	values := make([]http.Cookie, len(pairs))
	for i, pair := range pairs {
		values[i] = template
		values[i].Name, values[i].Value = policy.CookiePrefix+pair[0], pair[1]
		cookies[i] = &values[i]
	}
	return cookies, nil
}

// ClearCookies returns cookies that make a browser drop those that Cookies
// returned for the same resource and options, whatever the policy was.
func (s *Signer) ClearCookies(resource string, o CookieOptions) ([]*http.Cookie, error) {
	encoded, err := s.current.Load().encodeResource(resource)
	if err != nil {
		return nil, err
	}
	template, err := o.cookie(encoded)
	if err != nil {
		return nil, err
	}
	var cookies []*http.Cookie
	for _, name := range policy.Params() {
		cookie := template
		cookie.Name, cookie.MaxAge = policy.CookiePrefix+name, -1
		cookies = append(cookies, &cookie)
	}
	return cookies, nil
}

// cookie returns a cookie for a resource that lacks its name and value.
func (o CookieOptions) cookie(resource string) (http.Cookie, error) {
	host, paths := patternsOf(resource)
	c := http.Cookie{
		Path: o.Path, Domain: strings.ToLower(strings.TrimPrefix(o.Domain, ".")),
		Secure: !strings.HasPrefix(resource, "http://"), HttpOnly: true, SameSite: o.SameSite,
	}
	if c.SameSite == 0 {
		c.SameSite = http.SameSiteLaxMode
	}
	if c.SameSite == http.SameSiteNoneMode && !c.Secure {
		return c, refuse(ErrCookieSameSite, "browsers take SameSite=None only with Secure, which an http:// resource rules out", "sign for https://")
	}
	if c.Domain != "" && !domainHolds(c.Domain, host) {
		return c, refuse(ErrCookieDomain, fmt.Sprintf("a cookie of domain %s does not reach %s", fault.Quote(c.Domain), host), "give a domain the host is in, of two labels at least and not one that is shared, such as cloudfront.net")
	}
	literal, exact := literalPath(paths[0])
	if c.Path == "" {
		c.Path = literal[:strings.LastIndexByte(literal, '/')+1]
	} else if !pathHolds(c.Path, literal, exact) {
		return c, refuse(ErrCookiePath, fmt.Sprintf("cookies of path %s are not sent with every request below %s", fault.Quote(c.Path), literal), "give a path that holds the resource, or none")
	}
	return c, nil
}

// domainHolds reports whether browsers send a domain's cookies to a host, or
// to every host of a pattern.
func domainHolds(domain, host string) bool {
	host, _, _ = strings.Cut(host, ":")
	_, notAddress := netip.ParseAddr(domain)
	if !strings.Contains(domain, ".") || domain == "cloudfront.net" || notAddress == nil || strings.ContainsAny(domain, "*;, ") {
		return false
	}
	return host == "*" || host == domain || strings.HasSuffix(host, "."+domain)
}

// literalPath returns a path pattern up to its first wildcard, and whether
// that is all of it. A semicolon, which cannot stand in a cookie's path, ends
// it too.
func literalPath(pattern string) (literal string, exact bool) {
	if !strings.HasPrefix(pattern, "/") {
		return "/", false
	}
	end := strings.IndexAny(pattern, "*?;")
	if end < 0 {
		return pattern, true
	}
	return pattern[:end], false
}

// pathHolds is RFC 6265's path-match for every path that begins with literal.
func pathHolds(path, literal string, exact bool) bool {
	if !strings.HasPrefix(path, "/") || strings.Contains(path, ";") {
		return false
	}
	if exact && path == literal {
		return true
	}
	rest, ok := strings.CutPrefix(literal, path)
	return ok && (strings.HasSuffix(path, "/") || strings.HasPrefix(rest, "/"))
}
