package signer

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/internal/urlparts"
	"example.com/privatecdn/signer/policy"
)

// CookieOptions set which of a viewer's requests the cookies are sent with.
type CookieOptions struct {
	// Domain is the domain whose hosts get the cookies; empty for the host
	// alone that sets them. A backend on app.example.com that sets cookies for
	// media.example.com needs example.com. The resource's host must be in it,
	// and unrelated sites must not share it (ErrCookieDomain): see
	// [WithPublicSuffixes].
	Domain string

	// Path is the path the cookies are sent below; empty for the resource's
	// directory. The whole resource must be below it (ErrCookiePath).
	Path string

	// SameSite is http.SameSiteLaxMode when zero, which sends the cookies
	// from pages of the same site. A player on another site's page needs
	// http.SameSiteNoneMode and, in browsers that block third-party cookies,
	// Partitioned.
	SameSite http.SameSite

	// Partitioned keeps the cookies apart for each site whose pages request
	// the content, which browsers accept where they block other cookies of
	// third parties. It implies http.SameSiteNoneMode.
	// https://developer.mozilla.org/docs/Web/Privacy/Guides/Privacy_sandbox/Partitioned_cookies
	Partitioned bool
}

// maxCookie is the most that browsers accept of a cookie's name and value, in
// bytes; a larger one is ignored.
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html
const maxCookie = 4096

// Cookies returns the signed cookies for resource, a pattern as in Grant, to
// be set all together. A resource without wildcards and plain terms make a
// canned policy, others a custom one. A ? counts as a wildcard here, even where
// it begins a query: a custom policy covers what is meant either way.
//
// They are HttpOnly, Secure unless the resource is http:// alone, and session
// cookies, as AWS advises: the browser drops them when it closes, CloudFront
// refuses them after the end. One that is larger than browsers accept is
// ErrCookieSize.
func (s *Signer) Cookies(resource string, t Terms, o CookieOptions) ([]*http.Cookie, error) {
	return s.CookiesContext(context.Background(), []string{resource}, t, o)
}

// CookiesContext is Cookies for several resources in one session, under a
// context as in URLContext. A browser tells their cookies apart by their paths,
// so that no path may be below another one (ErrCookiePath).
func (s *Signer) CookiesContext(
	ctx context.Context, resources []string, t Terms, o CookieOptions,
) ([]*http.Cookie, error) {
	st := s.current.Load()
	var all []*http.Cookie
	for _, resource := range resources {
		g, err := s.grant(st, resource, t)
		if err != nil {
			return nil, err
		}
		template, err := s.cookie(g.policy.Resource, o)
		if err != nil {
			return nil, err
		}
		for _, other := range all {
			if template.Path == other.Path || pathHolds(template.Path, other.Path) || pathHolds(other.Path, template.Path) {
				return nil, refuse(ErrCookiePath,
					"sign one pattern that covers both, or patterns in directories of their own",
					"the cookies of %s and of the resources before it would mix: their paths are %s and %s",
					fault.Quote(resource), template.Path, other.Path)
			}
		}
		var expires time.Time
		if t.Policy == "" && g.policy.Canned() && !strings.Contains(g.policy.Resource, "?") {
			expires = g.policy.Until
		}
		var buffer [896]byte
		query, err := s.appendQuery(ctx, buffer[:0], st, g.text, expires)
		if err != nil {
			return nil, err
		}
		for pair := range strings.SplitSeq(string(query), "&") {
			c := template
			c.Name, c.Value, _ = strings.Cut(policy.CookiePrefix+pair, "=")
			if size := len(c.Name) + len(c.Value); size > maxCookie {
				return nil, refuse(ErrCookieSize, "shorten the pattern or the policy",
					"the cookie %s has %d bytes, and browsers accept %d", c.Name, size, maxCookie)
			}
			all = append(all, &c)
		}
	}
	return all, nil
}

// ClearCookies returns cookies that make a browser drop those that Cookies
// returned for the same resource and options, whatever the policy was.
func (s *Signer) ClearCookies(resource string, o CookieOptions) ([]*http.Cookie, error) {
	encoded, err := s.current.Load().encodeResource(resource)
	if err != nil {
		return nil, err
	}
	template, err := s.cookie(encoded, o)
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
func (s *Signer) cookie(resource string, o CookieOptions) (http.Cookie, error) {
	host, paths := patternsOf(resource)
	c := http.Cookie{
		Path: o.Path, Secure: !strings.HasPrefix(resource, "http://"), HttpOnly: true,
		SameSite: o.SameSite, Partitioned: o.Partitioned,
	}
	switch {
	case c.SameSite == 0 && o.Partitioned:
		c.SameSite = http.SameSiteNoneMode
	case c.SameSite == 0:
		c.SameSite = http.SameSiteLaxMode
	case o.Partitioned && c.SameSite != http.SameSiteNoneMode:
		return c, refuse(ErrCookieSameSite, "leave SameSite out",
			"partitioned cookies are for pages of other sites, to which another SameSite sends none")
	}
	if c.SameSite == http.SameSiteNoneMode && !c.Secure {
		return c, refuse(ErrCookieSameSite, "sign for https://",
			"browsers accept SameSite=None only with Secure, which an http:// resource rules out")
	}
	var err error
	if c.Domain, err = s.cookieDomain(o.Domain, host); err != nil {
		return c, err
	}
	literal, exact := literalPath(paths[0])
	if c.Path == "" {
		c.Path = literal[:strings.LastIndexByte(literal, '/')+1]
	} else if !pathHolds(c.Path, literal) && !(exact && c.Path == literal) {
		return c, refuse(ErrCookiePath, "give a path that contains the resource, or none",
			"cookies of path %s are not sent with every request below %s", fault.Quote(c.Path), literal)
	}
	return c, nil
}

// cookieDomain returns a domain as browsers write it, if they send its cookies
// to a host or to every host of a pattern.
func (s *Signer) cookieDomain(domain, host string) (string, error) {
	if domain == "" {
		return "", nil
	}
	const remedy = "give a domain that contains the host and is yours alone, or none"
	encoded, err := policy.EncodeURL("https://" + strings.TrimPrefix(domain, "."))
	name := urlparts.Cut(encoded).Host
	host, _, _ = strings.Cut(host, ":")
	_, notAddress := netip.ParseAddr(name)
	within := host == "*" || host == name || strings.HasSuffix(host, "."+name)
	if err != nil || !within || !strings.Contains(name, ".") || notAddress == nil ||
		strings.ContainsAny(domain, "*;,/:? ") {
		return "", refuse(ErrCookieDomain, remedy, "a cookie of domain %s is not sent to %s", fault.Quote(domain), host)
	}
	own, _, _ := strings.Cut(name, ".")
	shared := awsname.IsCloudFront(name) && !awsname.IsCloudFront(strings.TrimPrefix(name, own+"."))
	if shared || s.suffixes != nil && s.suffixes.PublicSuffix(name) == name {
		return "", refuse(ErrCookieDomain, remedy,
			"unrelated sites share the domain %s, and browsers drop cookies for it", name)
	}
	return name, nil
}

// literalPath returns a path pattern up to its first wildcard, and whether
// that is all of it. A semicolon, which cannot stand in a cookie's path, ends
// it too.
func literalPath(pattern string) (literal string, exact bool) {
	pattern = "/" + strings.TrimPrefix(pattern, "/")
	literal = pattern[:strings.IndexAny(pattern+"*", "*?;")]
	return literal, literal == pattern
}

// pathHolds is RFC 6265's path-match for the paths that begin with literal and
// are longer.
func pathHolds(path, literal string) bool {
	rest, ok := strings.CutPrefix(literal, path)
	return ok && (strings.HasSuffix(path, "/") || strings.HasPrefix(rest, "/"))
}
