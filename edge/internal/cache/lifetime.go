package cache

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Policy is the part of a cache policy that says how long an object is kept.
type Policy struct {
	Min, Default, Max time.Duration
	Error             time.Duration // error caching minimum TTL of the status
}

// Lifetime returns how long an answer is served without asking the origin
// again, and whether it is stored at all. With 0 and true it is kept to be
// revalidated.
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
	asked, said := d.lifetime(now)
	switch status {
	case 404, 414:
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
	if said {
		ttl = max(ttl, min(asked, p.Max))
	}
	return ttl, ttl > 0
}

// directives is what Cache-Control and Expires say about a shared cache.
type directives struct {
	noStore, noCache, private bool
	hasMaxAge                 bool
	maxAge                    time.Duration // s-maxage before max-age
	expires                   string
}

func parseDirectives(h http.Header) directives {
	d := directives{expires: h.Get("Expires")}
	shared := false
	for _, line := range h["Cache-Control"] {
		for part := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			switch strings.ToLower(name) {
			case "no-store":
				d.noStore = true
			case "no-cache":
				d.noCache = true
			case "private":
				d.private = true
			case "s-maxage":
				shared = d.setMaxAge(value) || shared
			case "max-age":
				if !shared {
					d.setMaxAge(value)
				}
			}
		}
	}
	return d
}

func (d *directives) setMaxAge(value string) bool {
	n, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 32)
	if err != nil || n < 0 {
		return false
	}
	d.hasMaxAge, d.maxAge = true, time.Duration(n)*time.Second
	return true
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
