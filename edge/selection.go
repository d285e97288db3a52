package edge

import (
	"net/http"
	"strings"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// selection decides by name which headers, cookies or query strings a policy
// includes.
type selection struct {
	kind  string
	names []string
	fold  bool // names are headers, which have no case
}

func selectionOf(s infra.Selection) selection {
	return selection{kind: s.Kind, names: s.Names}
}

func headerSelection(s infra.Selection) selection {
	sel := selection{kind: s.Kind, fold: true}
	for _, n := range s.Names {
		sel.names = append(sel.names, http.CanonicalHeaderKey(n))
	}
	return sel
}

func (s selection) includes(name string) bool {
	switch s.kind {
	case "all", "allViewer":
		return !s.fold || !isCloudFrontHeader(name)
	case "allViewerAndWhitelistCloudFront":
		return !isCloudFrontHeader(name) || s.listed(name)
	case "allExcept":
		return !s.listed(name) && (!s.fold || !isCloudFrontHeader(name))
	case "whitelist":
		return s.listed(name)
	default:
		return false
	}
}

// listed allows wildcards, which names of cookies may hold.
func (s selection) listed(name string) bool {
	for _, n := range s.names {
		if n == name || !s.fold && strings.ContainsAny(n, "*?") && pathpattern.Glob(n, name) {
			return true
		}
	}
	return false
}

// isCloudFrontHeader holds for the headers that CloudFront itself adds, of
// which a policy has to name each.
func isCloudFrontHeader(name string) bool { return strings.HasPrefix(name, "Cloudfront-") }

// either includes what one of several policies includes.
type either []selection

func (e either) includes(name string) bool {
	for _, s := range e {
		if s.includes(name) {
			return true
		}
	}
	return false
}

// named lists the headers that policies ask for by name.
func (e either) named() []string {
	var all []string
	for _, s := range e {
		if s.kind == "whitelist" || s.kind == "allViewerAndWhitelistCloudFront" {
			all = append(all, s.names...)
		}
	}
	return all
}

// filterQuery keeps the parameters includes holds for, in order and byte for
// byte.
func filterQuery(raw string, includes func(string) bool) string {
	if raw == "" {
		return ""
	}
	var b strings.Builder
	for part := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(part, "=")
		if !includes(name) {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(part)
	}
	return b.String()
}

// filterCookies joins the cookies includes holds for. CloudFront's own never
// reach the origin or the cache key.
func filterCookies(cookies []cookie, includes func(string) bool) string {
	var b strings.Builder
	for _, c := range cookies {
		if isSignedCookie(c.name) || !includes(c.name) {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(c.name + "=" + c.value)
	}
	return b.String()
}
