package main

import (
	"crypto"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

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
		return signer.Open(e, source, hash, signer.WithReload(0), signer.WithOpeners(openers))
	case f.Key == "" || f.KeyPairID == "":
		return nil, cli.Hint(errors.New("nothing says what to sign with"),
			"--deployment FILE|ssm:NAME|stack:NAME, or --key FILE|URI --key-pair-id ID")
	}
	key, err := awsuri.PrivateKey(e, f.Key)
	if err != nil {
		return nil, err
	}
	return signer.New(f.KeyPairID, key, hash)
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
}

func (c signURL) Run(e *env) error {
	s, terms, err := c.open(e)
	if err != nil {
		return err
	}
	signed, err := s.URL(c.URL, terms)
	if err != nil {
		return err
	}
	return e.print(signedURL{signed, s.KeyPairID()}, func(w io.Writer) { fmt.Fprintln(w, signed) })
}

type signCookies struct {
	Pattern string `arg:"" help:"What they open: https://HOST/PATH with wildcards, or a path pattern of the deployment."`
	signFlags
	Format string `help:"header (Cookie: …), json (names and values), curl (arguments) or netscape (a cookie file)." enum:"header,json,curl,netscape" default:"header"`
	Domain string `help:"Domain whose hosts get the cookies; the pattern's host alone by default." placeholder:"DOMAIN"`
	Path   string `help:"Path below which they are sent; the pattern's directory by default." placeholder:"PATH"`
}

func (c signCookies) Run(e *env) error {
	s, terms, err := c.open(e)
	if err != nil {
		return err
	}
	pattern := c.Pattern
	if c.Deployment != "" && pattern != "" && !strings.HasPrefix(pattern, "/") && !strings.HasPrefix(pattern, "*") && !strings.Contains(pattern, "://") {
		pattern = "/" + pattern // as in a behavior's path pattern
	}
	cookies, err := s.Cookies(pattern, terms, signer.CookieOptions{Domain: c.Domain, Path: c.Path})
	if err != nil {
		return err
	}
	if e.json || c.Format == "json" {
		return e.printJSON(cookieValues(cookies))
	}
	switch c.Format {
	case "curl":
		fmt.Fprintln(e.out, curlCookies(cookies))
	case "netscape":
		host, err := hostOf(s, pattern)
		if err != nil && c.Domain == "" {
			return err
		}
		netscape(e.out, host, cookies)
	default:
		fmt.Fprintln(e.out, "Cookie: "+cookieHeader(cookies))
	}
	return nil
}

// hostOf is the host, without its port, that cookies for a pattern belong to.
func hostOf(s *signer.Signer, pattern string) (string, error) {
	if d := s.Deployment(); d != nil && strings.HasPrefix(pattern, "/") {
		pattern = d.BaseURL() + pattern
	}
	_, rest, _ := strings.Cut(pattern, "://")
	host, _, _ := strings.Cut(rest, "/")
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "" || strings.ContainsAny(host, "*?") {
		return "", cli.Hint(fmt.Errorf("%s names no one host to keep cookies for", pattern), "--domain DOMAIN")
	}
	return host, nil
}
