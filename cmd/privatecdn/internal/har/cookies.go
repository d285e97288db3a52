package har

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"example.com/privatecdn/signer/policy"
)

// explainMissingCookies explains a request without any signature: why the signed
// cookies that were set before it were not sent.
func (d *recording) explainMissingCookies(i int, e *entry) Finding {
	for _, setter := range slices.Backward(d.entries[:i]) {
		response := http.Response{Header: http.Header{"Set-Cookie": setter.Response.all("Set-Cookie")}}
		for _, c := range response.Cookies() {
			param, ok := strings.CutPrefix(c.Name, policy.CookiePrefix)
			if ok && policy.IsReserved(param) && c.MaxAge >= 0 {
				what, todo := whyNotSent(c, setter, e)
				return because(Cookie, what, todo)
			}
		}
	}
	if !slices.ContainsFunc(d.entries, func(e *entry) bool {
		return e.Request.get("Cookie") != "" || e.Response.get("Set-Cookie") != ""
	}) {
		return because(Signature, "the request is not signed, and the recording has no cookies at all",
			"sign the URL or set signed cookies; if cookies were set, save the recording with sensitive data")
	}
	return because(Signature, "the request is not signed: no response before it set signed cookies",
		"sign the URL, or let the session endpoint set signed cookies before the player starts")
}

// maxCookie is the most that browsers accept of a cookie's name and value.
const maxCookie = 4096

// whyNotSent compares a signed cookie with a request it was not sent with, in
// the order in which browsers do.
func whyNotSent(c *http.Cookie, setter, e *entry) (what, todo string) {
	from, to := setter.url.Hostname(), e.url.Hostname()
	domain := strings.ToLower(strings.TrimPrefix(c.Domain, "."))
	name := "the cookie " + c.Name + " of " + from
	isFor := name + " is for the domain " + domain
	size := len(c.Name) + len(c.Value)
	switch suffix, _ := publicsuffix.PublicSuffix(domain); {
	case size > maxCookie:
		return fmt.Sprintf("%s has %d bytes, and browsers ignore more than %d", name, size, maxCookie),
			"sign a shorter pattern"
	case domain != "" && domain == suffix:
		return isFor + ", which unrelated sites share, so browsers drop it", "Domain=" + to
	case domain != "" && !within(from, domain):
		return isFor + ", which its host is not in, so browsers drop it", "set it from a host in " + domain
	case domain != "" && !within(to, domain):
		return isFor + ", which does not contain " + to, "Domain=" + common(from, to)
	case domain == "" && from != to:
		return name + " has no Domain, so it is for that host alone, not for " + to, "Domain=" + common(from, to)
	case !pathMatches(c.Path, e.url.Path):
		return name + " is for the path " + c.Path + ", which " + e.url.Path + " is not below",
			"Path=" + e.url.Path[:strings.LastIndexByte(e.url.Path, '/')+1]
	case c.Secure && e.url.Scheme == "http":
		return name + " is Secure, and the request goes over HTTP", "request it over https://"
	case c.SameSite == http.SameSiteNoneMode && !c.Secure:
		return name + " has SameSite=None without Secure, so browsers drop it", "Secure"
	case crossSite(e) && c.SameSite != http.SameSiteNoneMode:
		return name + " is not sent from the pages of another site (" + e.origin() + ") with its SameSite",
			"SameSite=None; Secure; Partitioned"
	case crossSite(e) && !c.Partitioned:
		return name + " is a third party's for " + e.origin() + ", and the browser blocks those",
			"Partitioned (CookieOptions.Partitioned, --partitioned)"
	case e.crossOrigin():
		return name + " fits, and the request was made without credentials",
			"send credentials: withCredentials in hls.js and dash.js, request.allowCrossSiteCredentials in Shaka, " +
				`credentials: "include" in fetch`
	}
	return name + " fits the request, and the browser did not send it",
		"check that the browser has not dropped it: it ends with the session"
}

// crossSite reports whether a request comes from a page of another site.
func crossSite(e *entry) bool {
	page, err := url.Parse(e.origin())
	return err == nil && page.Host != "" &&
		(page.Scheme != e.url.Scheme || site(page.Hostname()) != site(e.url.Hostname()))
}

func site(host string) string {
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}

func within(host, domain string) bool {
	return strings.EqualFold(host, domain) || strings.HasSuffix(strings.ToLower(host), "."+domain)
}

// common returns the site of both hosts or, where they have none in common,
// what to do instead.
func common(from, to string) string {
	if s := site(from); s == site(to) {
		return s
	}
	return to + ", from an endpoint on that host"
}

// pathMatches is RFC 6265's path-match.
func pathMatches(cookie, path string) bool {
	if cookie == "" || cookie[0] != '/' {
		return true // the default path, which the recording does not have
	}
	rest, ok := strings.CutPrefix(path, cookie)
	return ok && (rest == "" || strings.HasSuffix(cookie, "/") || rest[0] == '/')
}
