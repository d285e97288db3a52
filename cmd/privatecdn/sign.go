package main

import (
	"crypto"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/net/publicsuffix"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

type signCommand struct {
	URL      signURL      `cmd:"" name:"url" help:"Sign one URL, or a path on the first host of a deployment."`
	Cookies  signCookies  `cmd:"" help:"Make signed cookies for a pattern of URLs or paths."`
	URLs     signURLs     `cmd:"" name:"urls" help:"Sign one URL a line, from standard input to standard output."`
	Playlist signPlaylist `cmd:"" help:"Sign all that an HLS or DASH manifest leads to, with one signature."`
}

// signFlags are what every way of signing takes.
type signFlags struct {
	For      cli.Duration `help:"How long it is good for: 90m, 36h, 7d." xor:"end" placeholder:"D"`
	Until    cli.Time     `help:"When it ends: RFC 3339 or epoch seconds." xor:"end" placeholder:"TIME"`
	Window   cli.Duration `help:"Round the end up to a multiple, so that viewers share one URL." placeholder:"D"`
	From     cli.Time     `help:"When it begins; at once by default." placeholder:"TIME"`
	IP       string       `name:"ip" help:"The viewers' IPv4 address or range." placeholder:"CIDR"`
	Policy   string       `help:"File with a policy, signed as it is." type:"path" placeholder:"FILE"`
	Hash     string       `help:"sha256 or sha1." enum:"sha256,sha1" default:"sha256"`
	Resource string       `help:"Pattern of URLs to sign in place of the one at hand." placeholder:"PATTERN"`

	deploymentFlag
	Key       string `help:"The private key, in place of a deployment: a PEM file, kms:…, secretsmanager:… or ssm:…." placeholder:"FILE|URI"`
	KeyPairID string `name:"key-pair-id" help:"ID of its public key in CloudFront (K…)." placeholder:"ID"`
}

// open returns the signer and the terms that the flags describe.
func (f signFlags) open(e *env) (*signer.Signer, signer.Terms, error) {
	terms, err := f.terms()
	if err != nil {
		return nil, terms, err
	}
	s, err := f.signer(e)
	return s, terms, err
}

func (f signFlags) signer(e *env) (*signer.Signer, error) {
	hash := signer.WithHash(map[string]crypto.Hash{"sha256": crypto.SHA256, "sha1": crypto.SHA1}[f.Hash])
	switch {
	case f.Deployment != "" && (f.Key != "" || f.KeyPairID != ""):
		return nil, errors.New("give --deployment, or --key and --key-pair-id, not both")
	case f.Deployment != "":
		source, err := awsuri.Deployment(e, f.Deployment)
		if err != nil {
			return nil, err
		}
		openers := awsuri.Openers(".")
		delete(openers, "file") // relative to the document, which the signer sees to
		return signer.Open(e, source, hash, signer.WithReload(0),
			signer.WithOpeners(openers), signer.WithPublicSuffixes(publicsuffix.List))
	case f.Key == "" || f.KeyPairID == "":
		return nil, cli.Hint(errors.New("nothing says what to sign with"),
			"--deployment FILE|ssm:NAME|stack:NAME, or --key FILE|URI --key-pair-id ID")
	}
	key, err := awsuri.PrivateKey(e, f.Key)
	if err != nil {
		return nil, err
	}
	return signer.New(f.KeyPairID, key, hash, signer.WithPublicSuffixes(publicsuffix.List))
}

func (f signFlags) terms() (signer.Terms, error) {
	t := signer.Terms{For: f.For.Std(), Until: f.Until.Time, Window: f.Window.Std(), From: f.From.Time, Resource: f.Resource}
	if f.Policy != "" {
		text, err := os.ReadFile(f.Policy)
		if err != nil {
			return t, err
		}
		t.Policy = string(text)
	}
	if f.IP != "" {
		var err error
		if t.IP, err = policy.ParseIP(f.IP); err != nil {
			return t, fmt.Errorf("--ip: %w", err)
		}
	}
	if t.For == 0 && t.Until.IsZero() && t.Policy == "" {
		return t, cli.Hint(errors.New("nothing says when the signature ends"), "--for 1h, or --until 2030-01-02T15:04:05Z")
	}
	return t, nil
}

// signedURL is a result.
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
	return e.print(signedURL{signed, s.KeyPairID()}, func(w io.Writer) { fmt.Fprintln(w, signed) })
}

type signCookies struct {
	Patterns []string `arg:"" name:"pattern" help:"Which URLs they open: https://HOST/PATH with wildcards, or a path pattern of the deployment; several are told apart by their paths."`
	signFlags
	Format      string `help:"header (Cookie: …), json (names and values), curl (arguments), netscape (a cookie file) or set-cookie (Set-Cookie: …)." enum:"header,json,curl,netscape,set-cookie" default:"header"`
	Domain      string `help:"Domain whose hosts get the cookies; the pattern's host alone by default." placeholder:"DOMAIN"`
	Path        string `help:"Path below which they are sent; the pattern's directory by default." placeholder:"PATH"`
	Partitioned bool   `help:"For pages of another site, in browsers that block third-party cookies: SameSite=None; Partitioned."`
}

func (c signCookies) Run(e *env) error {
	s, terms, err := c.open(e)
	if err != nil {
		return err
	}
	for i, pattern := range c.Patterns {
		if c.Deployment != "" && pattern != "" && pattern != "*" && pattern[0] != '/' && !strings.Contains(pattern, "://") {
			c.Patterns[i] = "/" + pattern // as in a behavior's path pattern
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
		return e.printJSON(cookiePaths(groups))
	}
	if c.Format == "netscape" {
		host, err := hostOf(s, c.Patterns[0])
		if err != nil && c.Domain == "" {
			return err
		}
		netscape(e.out, host, cookies)
		return nil
	}
	for _, group := range groups {
		switch c.Format {
		case "curl":
			fmt.Fprintln(e.out, curlCookies(group))
		case "set-cookie":
			for _, cookie := range group {
				fmt.Fprintln(e.out, "Set-Cookie: "+cookie.String())
			}
		default:
			fmt.Fprintln(e.out, "Cookie: "+cookieHeader(group))
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
	_, rest, _ := strings.Cut(encoded, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, ":")
	if host == "" || strings.ContainsAny(host, "*?") {
		return "", cli.Hint(fmt.Errorf("the pattern %s is not limited to one host, which a cookie file needs", pattern), "--domain DOMAIN")
	}
	return host, nil
}
