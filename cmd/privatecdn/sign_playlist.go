package main

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"example.com/privatecdn/cmd/privatecdn/internal/viewerclient"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/wholefile"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/playlist"
)

type signPlaylist struct {
	Src string `arg:"" help:"${manifest}" complete:"FILE"`
	URL string `help:"URL or path of the manifest for viewers, unless it is SRC." placeholder:"URL|PATH"`
	signFlags

	Relay     bool              `help:"${relay}" xor:"place"`
	Absolute  bool              `help:"Make all URIs absolute, so that it plays from anywhere." xor:"place"`
	Variable  map[string]string `help:"${variable}" placeholder:"NAME=VALUE" mapsep:"none"`
	OtherHost []string          `help:"Host of another CDN that may receive the signature." placeholder:"HOST"`
	Verbose   bool              `help:"List the URIs left unsigned on standard error."`
}

func (c signPlaylist) Run(e *env) error {
	s, terms, err := c.open(e)
	if err != nil {
		return err
	}
	manifest, at, err := c.read(e, s)
	if err != nil {
		return err
	}
	rewriter := playlist.For(s, terms)
	rewriter.Relay, rewriter.Absolute = c.Relay, c.Absolute
	rewriter.Variables, rewriter.OtherHosts = c.Variable, c.OtherHost
	if c.Verbose {
		rewriter.Note = func(line int, uri, what string) { e.note("line %d: %s: %s", line, uri, what) }
	}
	query := rewriter.Query
	rewriter.Query = func(resource string) (string, error) {
		signature, err := query(resource)
		if strings.Contains(signature, "~") {
			e.note("warning: the signature contains ~, which players that add parameters (CMCD) re-encode; " +
				"P-256 keys avoid it")
		}
		return signature, err
	}
	signed, err := rewriter.Rewrite(at, manifest)
	if err != nil {
		return err
	}
	if e.json {
		return e.printJSON(object{"url": at, "manifest": string(signed)})
	}
	_, err = e.out.Write(signed)
	return err
}

// read returns the manifest and the URL viewers get it at.
func (c signPlaylist) read(e *env, s *signer.Signer) (manifest []byte, at string, err error) {
	d := s.Deployment()
	at, src := absolute(d, c.URL), absolute(d, c.Src)
	_, statErr := os.Stat(c.Src)
	switch {
	case c.Src == "-":
		manifest, err = bounded(e.in)
	case statErr == nil:
		manifest, err = wholefile.Read(c.Src, playlist.MaxSize)
	case strings.Contains(src, "://"):
		at = cmp.Or(at, src)
		manifest, err = fetch(e, s, src)
	default:
		return nil, "", fmt.Errorf("the manifest %s does not exist", c.Src)
	}
	if err == nil && at == "" {
		at, err = c.guess(e, d)
	}
	return manifest, at, err
}

// guess is a place for a manifest that nothing says the place of.
func (c signPlaylist) guess(e *env, d *deployment.Deployment) (string, error) {
	if c.Resource != "" {
		resource := absolute(d, c.Resource)
		head, _, _ := strings.Cut(resource, "*")
		return head[:strings.LastIndex(head, "/")+1] + "manifest", nil
	}
	if d == nil {
		return "", fault.Of("the URL of the manifest is not known, and its URIs are relative to it",
			"give --url https://HOST/PATH")
	}
	e.note("warning: the signature opens all of %s/; --url PATH, the manifest's own, narrows it", d.BaseURL())
	return d.BaseURL() + "/manifest", nil
}

// absolute puts a path on the deployment's first host.
func absolute(d *deployment.Deployment, url string) string {
	if d != nil && strings.HasPrefix(url, "/") {
		return d.BaseURL() + url
	}
	return url
}

// fetch gets a manifest from where it is served, signed where it has to be.
func fetch(e *env, s *signer.Signer, url string) ([]byte, error) {
	client, err := viewerclient.New(cmp.Or(s.Deployment(), &deployment.Deployment{}))
	if err != nil {
		return nil, err
	}
	resp, err := playlist.Fetch(e, client, s, url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s responds %s", url, fault.Printable(resp.Status))
	}
	return bounded(resp.Body)
}

// bounded reads a manifest up to one byte more than Rewrite accepts.
func bounded(r io.Reader) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, playlist.MaxSize+1))
}
