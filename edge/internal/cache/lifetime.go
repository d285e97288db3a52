package cache

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Policy is the part of a cache policy that determines how long an object is
// cached.
type Policy struct {
	Min, Default, Max time.Duration
	Error             time.Duration // error caching minimum TTL of the status
}

// Lifetime returns how long a response is served without another request to the
// origin, and whether it is stored at all. A lifetime of 0 for a stored
// response means that it is revalidated each time.
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
func (p Policy) Lifetime(status int, h http.Header, now time.Time) (ttl time.Duration, store bool) {
	d := parseDirectives(h)
	if status >= 400 {
		return p.errorLifetime(status, d, h, now)
	}
	if p.Max <= 0 || status == http.StatusPartialContent {
		return 0, false
	}
	if (status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect) && h["Cache-Control"] == nil {
		return 0, false // as HTTP 3xx status codes in the guide says
	}
	never, revalidate := d.restrict()
	asked, said := lifetime(d, h, now)
	switch {
	case p.Min == 0 && never:
		return 0, false
	case never || revalidate:
		return p.Min, true
	case said:
		return min(max(asked, p.Min), p.Max), true
	default:
		return max(p.Min, p.Default), true
	}
}

// errorLifetime follows
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
func (p Policy) errorLifetime(status int, d directives, h http.Header, now time.Time) (time.Duration, bool) {
	store := status >= 500
	switch status {
	case 404, 410, 414, 501:
		never, revalidate := d.restrict()
		store = !never && !revalidate
	case 400, 403, 405, 412, 415:
		_, store = d.seconds("s-maxage", "max-age")
	}
	if !store {
		return 0, false
	}
	ttl := p.Error
	if asked, said := lifetime(d, h, now); said {
		ttl = max(ttl, min(asked, p.Max))
	}
	return ttl, ttl > 0
}

// Stale returns the times until which an object that is stored now may be
// served after it expires: if the origin fails, and while it is revalidated.
// The maximum TTL limits both.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html#stale-content
func (p Policy) Stale(h http.Header, now, expires time.Time) (ifError, whileRevalidate time.Time) {
	d := parseDirectives(h)
	end := now.Add(p.Max)
	until := func(directive string, otherwise time.Time) time.Time {
		longer, given := d.seconds(directive)
		if !given {
			return otherwise
		}
		return expires.Add(min(longer, end.Sub(expires)))
	}
	return until("stale-if-error", end), until("stale-while-revalidate", now)
}

// Unstored returns the headers that no-cache names, which must not be stored:
// Cache-Control: no-cache="Set-Cookie".
func Unstored(h http.Header) []string {
	var names []string
	for _, list := range parseDirectives(h)["no-cache"] {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, http.CanonicalHeaderKey(name))
			}
		}
	}
	return names
}

// directives are those of Cache-Control, by name in lower case, with their
// values or "".
type directives map[string][]string

func parseDirectives(h http.Header) directives {
	d := directives{}
	for _, line := range h["Cache-Control"] {
		quoted := false // a value may be quoted and then contain commas
		for _, directive := range strings.FieldsFunc(line, func(c rune) bool {
			quoted = quoted != (c == '"')
			return c == ',' && !quoted
		}) {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			name = strings.ToLower(name)
			d[name] = append(d[name], strings.Trim(value, `"`))
		}
	}
	return d
}

// restrict returns whether the response is not stored, and whether it is
// revalidated each time.
func (d directives) restrict() (never, revalidate bool) {
	return d["no-store"] != nil || d["private"] != nil, slices.Contains(d["no-cache"], "")
}

// seconds returns the last valid value of the first directive that has one.
func (d directives) seconds(names ...string) (value time.Duration, given bool) {
	for _, name := range names {
		for _, v := range slices.Backward(d[name]) {
			if n, err := strconv.ParseUint(v, 10, 31); err == nil {
				return time.Duration(n) * time.Second, true
			}
		}
	}
	return 0, false
}

// lifetime returns how long Cache-Control or Expires lets a shared cache store
// a response.
func lifetime(d directives, h http.Header, now time.Time) (value time.Duration, given bool) {
	if value, given = d.seconds("s-maxage", "max-age"); given || h.Get("Expires") == "" {
		return value, given
	}
	at, err := http.ParseTime(h.Get("Expires"))
	if err != nil {
		return 0, true // "Expires: 0" and the like mean: expired
	}
	return max(0, at.Sub(now)), true
}
