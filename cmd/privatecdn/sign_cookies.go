package main

import (
	"fmt"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

type signCookies struct {
	Patterns []string `arg:"" name:"pattern" help:"${patterns}"`
	signFlags
	Format      string `help:"${formats}" enum:"header,json,curl,netscape,set-cookie" default:"header"`
	Domain      string `help:"Domain of the cookies; by default the pattern's host alone." placeholder:"DOMAIN"`
	Path        string `help:"Path of the cookies; by default the pattern's directory." placeholder:"PATH"`
	Partitioned bool   `help:"For pages of another site: SameSite=None; Partitioned."`
}

func (c signCookies) Run(e *env) error {
	s, terms, err := c.open(e)
	if err != nil {
		return err
	}
	for i, pattern := range c.Patterns {
		if c.Deployment != "" && pattern != "" && pattern != "*" && pattern[0] != '/' && !strings.Contains(pattern, "://") {
			c.Patterns[i] = "/" + pattern // as in a behavior's path pattern
			if host, _, _ := strings.Cut(pattern, "/"); s.Deployment().HasHost(host) {
				return fault.Of(host+" is a host, and the pattern lacks its scheme", "give https://"+pattern)
			}
		}
	}
	o := signer.CookieOptions{Domain: c.Domain, Path: c.Path, Partitioned: c.Partitioned}
	cookies, err := s.CookiesContext(e, c.Patterns, terms, o)
	if err != nil {
		return err
	}
	groups := byPath(cookies)
	if e.json || c.Format == "json" {
		if len(groups) == 1 {
			return e.printJSON(cookieValues(cookies))
		}
		var list []object
		for _, group := range groups {
			list = append(list, object{"path": group[0].Path, "cookies": cookieValues(group)})
		}
		return e.printJSON(list)
	}
	if c.Format == "netscape" {
		host, err := hostOf(s, c.Patterns[0])
		if err == nil || c.Domain != "" {
			netscape(e.out, host, cookies)
			err = nil
		}
		return err
	}
	for _, group := range groups {
		switch c.Format {
		case "curl":
			fmt.Fprintln(e.out, curlCookies(group))
		case "header":
			fmt.Fprintln(e.out, "Cookie: "+cookieHeader(group))
		default:
			for _, cookie := range group {
				fmt.Fprintln(e.out, "Set-Cookie: "+cookie.String())
			}
		}
	}
	return nil
}

// hostOf returns the host, without its port, that cookies for a pattern belong
// to, as browsers write it.
func hostOf(s *signer.Signer, pattern string) (string, error) {
	if d := s.Deployment(); d != nil && strings.HasPrefix(pattern, "/") {
		pattern = d.BaseURL() + pattern
	}
	encoded, err := policy.EncodeResource(pattern)
	if err != nil {
		return "", err
	}
	_, host, _ := strings.Cut(encoded, "://")
	host, _, _ = strings.Cut(host, "/")
	host, _, _ = strings.Cut(host, ":")
	if host == "" || strings.ContainsAny(host, "*?") {
		return "", fault.Of("the pattern "+pattern+" is not limited to one host, which a cookie file needs",
			"give --domain DOMAIN")
	}
	return host, nil
}
