package cache

import (
	"net/http"
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
		return p.errorLifetime(status, d, now)
	}
	if p.Max <= 0 || status == http.StatusPartialContent {
		return 0, false
	}
	if (status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect) && h["Cache-Control"] == nil {
		return 0, false // as HTTP 3xx status codes in the guide says
	}
	asked, said := d.lifetime(now)
	switch {
	case p.Min == 0 && (d.noStore || d.private):
		return 0, false
	case p.Min == 0 && d.noCache:
		return 0, true
	case d.noStore || d.private || d.noCache:
		return p.Min, true
	case said:
		return min(max(asked, p.Min), p.Max), true
	default:
		return max(p.Min, p.Default), true
	}
}

// errorLifetime follows
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
func (p Policy) errorLifetime(status int, d directives, now time.Time) (time.Duration, bool) {
	switch status {
	case 404, 410, 414, 501:
		if d.noStore || d.noCache || d.private {
			return 0, false
		}
	case 400, 403, 405, 412, 415:
		if !d.hasMaxAge {
			return 0, false
		}
	default:
		if status < 500 {
			return 0, false
		}
	}
	ttl := p.Error
	if asked, said := d.lifetime(now); said {
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
	until := func(s seconds, otherwise time.Time) time.Time {
		if at := expires.Add(s.d); s.given && at.Before(end) {
			return at
		} else if s.given {
			return end
		}
		return otherwise
	}
	return until(d.staleIfError, end), until(d.staleWhileRevalidate, now)
}

// Unstored returns the header that no-cache names, which must not be stored:
// Cache-Control: no-cache="Set-Cookie".
func Unstored(h http.Header) []string { return parseDirectives(h).unstored }

// seconds returns the value of a directive.
type seconds struct {
	d     time.Duration
	given bool
}

// directives are what Cache-Control and Expires tell a shared cache.
type directives struct {
	noStore, noCache, private bool
	unstored                  []string
	hasMaxAge                 bool
	maxAge                    time.Duration // s-maxage before max-age
	expires                   string

	staleIfError, staleWhileRevalidate seconds
}

func parseDirectives(h http.Header) directives {
	d := directives{expires: h.Get("Expires")}
	var shared, own seconds
	for _, line := range h["Cache-Control"] {
		for _, directive := range splitDirectives(line) {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			value = strings.Trim(value, `"`)
			switch strings.ToLower(name) {
			case "no-store":
				d.noStore = true
			case "no-cache":
				d.setNoCache(value)
			case "private":
				d.private = true
			case "s-maxage":
				setSeconds(&shared, value)
			case "max-age":
				setSeconds(&own, value)
			case "stale-if-error":
				setSeconds(&d.staleIfError, value)
			case "stale-while-revalidate":
				setSeconds(&d.staleWhileRevalidate, value)
			}
		}
	}
	if shared.given {
		own = shared
	}
	d.hasMaxAge, d.maxAge = own.given, own.d
	return d
}

// splitDirectives splits a line at its commas. A value may be quoted and then
// contain commas.
func splitDirectives(line string) []string {
	quoted := false
	return strings.FieldsFunc(line, func(c rune) bool {
		if c == '"' {
			quoted = !quoted
		}
		return c == ',' && !quoted
	})
}

func (d *directives) setNoCache(names string) {
	if names == "" {
		d.noCache = true
		return
	}
	for name := range strings.SplitSeq(names, ",") {
		d.unstored = append(d.unstored, http.CanonicalHeaderKey(strings.TrimSpace(name)))
	}
}

func setSeconds(s *seconds, value string) {
	if n, err := strconv.ParseInt(value, 10, 32); err == nil && n >= 0 {
		*s = seconds{time.Duration(n) * time.Second, true}
	}
}

func (d *directives) lifetime(now time.Time) (time.Duration, bool) {
	if d.hasMaxAge {
		return d.maxAge, true
	}
	if d.expires == "" {
		return 0, false
	}
	at, err := http.ParseTime(d.expires)
	if err != nil {
		return 0, true // "Expires: 0" and the like mean: expired
	}
	return max(0, at.Sub(now)), true
}
