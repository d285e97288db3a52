package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

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

// quote quotes a word for a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// quoteIfNeeded quotes a word for a shell where it has to be.
func quoteIfNeeded(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-") == "" {
		return s
	}
	return quote(s)
}
