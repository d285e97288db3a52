package signer_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/signer"
)

// The name of a download is part of the signed URL, in a form that every client
// sends alike.
func TestDownload(t *testing.T) {
	t.Parallel()
	s := newSigner(t, ecKey())
	const header = `attachment; filename="B_cher _ May's.pdf"; filename*=UTF-8''B%C3%BCcher%20%E2%80%93%20May%27s.pdf`
	for raw, terms := range map[string]signer.Terms{
		page:          {Until: end},
		page + "?a=b": {Until: end, IP: ip},
		host + "/a":   {Until: end, Resource: host + "/*"},
	} {
		terms.Download = "Bücher – May's.pdf"
		u, err := s.URL(raw, terms)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := url.Parse(u)
		if err != nil || parsed.Query().Get("response-content-disposition") != header || strings.ContainsAny(u, `*'"; `) {
			t.Errorf("%s: %v", u, err)
		}
		if !strings.HasPrefix(u, raw) {
			t.Errorf("%s does not begin with %s", u, raw)
		}
		if d := check(ecKey(), u, now); !d.Allowed {
			t.Errorf("%s: %s", u, d.Reason)
		}
	}
	for _, raw := range []string{page + "?response-content-disposition=inline", page + "?a&response-content-disposition"} {
		if u, err := s.URL(raw, signer.Terms{Until: end, Download: "x"}); !errors.Is(err, signer.ErrDownload) {
			t.Errorf("a second name: %s, %v", u, err)
		}
	}
	for _, name := range []string{"a/b", "a\nb", `a\b`, strings.Repeat("x", 300)} {
		if u, err := s.URL(page, signer.Terms{Until: end, Download: name}); !errors.Is(err, signer.ErrDownload) {
			t.Errorf("%q: %s, %v", name, u, err)
		}
	}
	if _, err := s.Cookies(page, signer.Terms{Until: end, Download: "x"}, signer.CookieOptions{}); !errors.Is(
		err,
		signer.ErrTerms,
	) {
		t.Errorf("cookies: %v", err)
	}
	if _, err := s.URL(page, signer.Terms{Until: end, Download: "x", Resource: page}); !errors.Is(
		err,
		signer.ErrNotCovered,
	) {
		t.Errorf("a resource without the query: %v", err)
	}
}

// A name that the behavior would drop is refused, not signed.
func TestDownloadIsNotDropped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		parameters deployment.QueryParameters
		want       error
	}{
		{nil, signer.ErrDropped},
		{deployment.QueryParameters{"v"}, signer.ErrDropped},
		{deployment.QueryParameters{"*", "!response-content-disposition"}, signer.ErrDropped},
		{deployment.QueryParameters{"response-content-disposition"}, nil},
		{deployment.QueryParameters{"*"}, nil},
	} {
		path, d := deployed(t)
		for i := range d.Behaviors {
			d.Behaviors[i].QueryParameters = c.parameters
		}
		write(t, d, path)
		s := open(t, path)
		if _, err := s.URL("/a", signer.Terms{For: time.Hour, Download: "a.pdf"}); !errors.Is(err, c.want) {
			t.Errorf("%v: %v", c.parameters, err)
		}
		if _, err := s.URL("/a?response-content-type=x", signer.Terms{For: time.Hour}); len(c.parameters) == 0 &&
			!errors.Is(err, signer.ErrDropped) {
			t.Errorf("%v, an own parameter: %v", c.parameters, err)
		}
		if _, err := s.URL("/a?w=1", signer.Terms{For: time.Hour}); err != nil {
			t.Errorf("%v, another parameter: %v", c.parameters, err)
		}
	}
}

// waiting is a key that signs elsewhere, and does not answer.
type waiting struct{ *ecdsa.PrivateKey }

func (waiting) SignContext(ctx context.Context, _ []byte, _ crypto.SignerOpts) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (waiting) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("signed without a context")
}

// What waits for a key ends with its context.
func TestContexts(t *testing.T) {
	t.Parallel()
	s := newSigner(t, waiting{ecKey()})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, sign := range map[string]func() error{
		"URL":      func() error { _, err := s.URLContext(ctx, page, signer.Terms{Until: end}); return err },
		"resource": func() error { _, err := s.URLContext(ctx, page, signer.Terms{Until: end, Resource: "*"}); return err },
		"grant":    func() error { _, err := s.GrantContext(ctx, page, signer.Terms{Until: end}); return err },
		"cookies": func() error {
			_, err := s.CookiesContext(ctx, []string{page}, signer.Terms{Until: end}, signer.CookieOptions{})
			return err
		},
	} {
		if err := sign(); !errors.Is(err, context.Canceled) || !errors.Is(err, signer.ErrSign) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
