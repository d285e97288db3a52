package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"example.com/privatecdn/cmd/privatecdn/internal/lines"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

type signCommand struct {
	URL      signURL      `cmd:"" name:"url" help:"Sign one URL, or a path on the deployment's first host."`
	Cookies  signCookies  `cmd:"" help:"Create signed cookies for patterns of URLs or paths."`
	URLs     signURLs     `cmd:"" name:"urls" help:"Sign one URL per line, from standard input to standard output."`
	Playlist signPlaylist `cmd:"" help:"Sign everything an HLS or DASH manifest refers to, with one signature."`
}

type signedURL struct {
	URL       string `json:"url"`
	KeyPairID string `json:"keyPairId"`
}

type signURL struct {
	URL string `arg:"" help:"https://HOST/PATH, or a path on the deployment's first host."`
	signFlags
	Download string `help:"Name under which a browser saves the file." placeholder:"NAME"`
}

func (c signURL) Run(e *env) error {
	s, terms, err := c.open(e)
	if err != nil {
		return err
	}
	terms.Download = c.Download
	signed, err := s.URLContext(e, c.URL, terms)
	if err != nil {
		return err
	}
	return e.print(signedURL{signed, s.KeyPairID()}, signed)
}

type signURLs struct{ signFlags }

// Run signs each line of standard input. With one policy for all it is signed
// once, and each URL is held to it.
func (c signURLs) Run(e *env) error {
	s, terms, err := c.open(e)
	if err != nil {
		return err
	}
	sign := func(url string) (string, error) { return s.URL(url, terms) }
	if terms.Resource != "" || terms.Policy != "" {
		grant, err := s.Grant("", terms)
		if err != nil {
			return err
		}
		sign = grant.URL
	}
	return lines.Lines(e, e.out, e.in, func(line string) (string, error) {
		// Blanks around a URL and an editor's byte order mark are not part of it. An
		// empty line stays empty, so that lines stay in step.
		if line = strings.Trim(line, " \t\ufeff"); line == "" {
			return "", nil
		}
		signed, err := sign(line)
		if err != nil || !e.json {
			return signed, err
		}
		text, err := json.Marshal(signedURL{signed, s.KeyPairID()})
		return string(text), err
	})
}

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

// byPath returns cookies in groups of the same path: those of one signature.
func byPath(cookies []*http.Cookie) (groups [][]*http.Cookie) {
	for i, c := range cookies {
		if i == 0 || c.Path != cookies[i-1].Path {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], c)
	}
	return groups
}

// cookieValues returns cookies as an object of names and values.
func cookieValues(cookies []*http.Cookie) map[string]string {
	values := map[string]string{}
	for _, c := range cookies {
		values[c.Name] = c.Value
	}
	return values
}

// cookieHeader returns what a viewer sends: the value of a Cookie header.
func cookieHeader(cookies []*http.Cookie) string {
	pairs := make([]string, len(cookies))
	for i, c := range cookies {
		pairs[i] = c.Name + "=" + c.Value
	}
	return strings.Join(pairs, "; ")
}

// curlCookies returns cookies as arguments of curl, quoted for a shell.
func curlCookies(cookies []*http.Cookie) string { return "-b " + quote(cookieHeader(cookies)) }

// netscape writes cookies as the file that curl -b, wget and yt-dlp read:
// domain, subdomains too, path, secure, end (0: of the session), name, value.
// https://curl.se/docs/http-cookies.html
func netscape(w io.Writer, host string, cookies []*http.Cookie) {
	upper := map[bool]string{true: "TRUE", false: "FALSE"}
	fmt.Fprintln(w, "# Netscape HTTP Cookie File")
	for _, c := range cookies {
		domain := host
		if c.Domain != "" {
			domain = "." + strings.TrimPrefix(c.Domain, ".")
		}
		prefix := ""
		if c.HttpOnly {
			prefix = "#HttpOnly_"
		}
		fmt.Fprintf(w, "%s%s\t%s\t%s\t%s\t0\t%s\t%s\n",
			prefix, domain, upper[c.Domain != ""], c.Path, upper[c.Secure], c.Name, c.Value)
	}
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// quoteIfNeeded quotes a word for a shell where it has to be.
func quoteIfNeeded(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-") == "" {
		return s
	}
	return quote(s)
}
