package verify_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

type loaded struct{ d *deployment.Deployment }

func (l loaded) Load(context.Context) (*deployment.Deployment, error) { return l.d, nil }

// deployed is a deployment of the test's keys: KRSA known from the document,
// KEC from its private key, KGONE not at all.
func deployed(t *testing.T) *deployment.Deployment {
	t.Helper()
	public, err := keys.NewPublic(pair().rsa.Public())
	if err != nil {
		t.Fatal(err)
	}
	return &deployment.Deployment{
		Version: 1, Stack: "S", Hosts: []string{"d111111abcdef8.cloudfront.net", "127.0.0.1:8443"},
		Bucket: deployment.Bucket{Name: "media", Region: "eu-west-1"},
		Behaviors: []deployment.Behavior{
			{PathPattern: "public/*", Access: deployment.Public},
			{PathPattern: "s3/*", Access: deployment.Presigned},
			{PathPattern: "ec/*", Access: deployment.Signed, Keys: []string{"KEC"}},
			{PathPattern: "*", Access: deployment.Signed, Keys: []string{"KRSA", "KEC", "KGONE"}},
		},
		Keys: []deployment.Key{
			{ID: "KRSA", PublicKey: public.PEM()}, {ID: "KEC", PrivateKey: "test:ec"}, {ID: "KGONE", Fingerprint: "SHA256:x"},
		},
	}
}

func open(t *testing.T) *verify.Deployed {
	t.Helper()
	d, err := verify.Open(t.Context(), loaded{deployed(t)}, verify.WithOpeners(keys.Openers{
		"test": func(context.Context, string) (crypto.Signer, error) { return pair().ec, nil },
	}))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Every way to write a URL that clients send alike is decided on alike.
func TestDeployedCheck(t *testing.T) {
	t.Parallel()
	const host = "https://d111111abcdef8.cloudfront.net"
	_, query, _ := strings.Cut(canned(t, "KEC", crypto.SHA256, host+"/a", end), "?")
	_, root, _ := strings.Cut(canned(t, "KRSA", crypto.SHA256, host+"/", end), "?")
	_, spaced, _ := strings.Cut(canned(t, "KRSA", crypto.SHA256, host+"/%C3%A9%20b", end), "?")
	_, deleted, _ := strings.Cut(canned(t, "KRSA", crypto.SHA256, host+"/%7F", end), "?")
	for u, want := range map[string]verify.Reason{
		host + "/a?" + query: "",
		"/a?" + query:        "",
		"https://d111111abcdef8.cloudfront.net:443/a?" + query:  "",
		"HTTPS://D111111ABCDEF8.CloudFront.NET/a?" + query:      "",
		" " + host + "/a?" + query + "#top ":                    "",
		host + "?" + root:                                       "",
		host + "/é b?" + spaced:                                 "",
		host + "/\x7f?" + deleted:                               "",
		host + "/A?" + query:                                    verify.SignatureMismatch,
		"http://d111111abcdef8.cloudfront.net/a?" + query:       verify.SignatureMismatch,
		host + "/public/a":                                      verify.PublicPath,
		host + "/public/../a?" + query:                          verify.SignatureMismatch,
		host + "/s3/a":                                          verify.PublicPath,
		host + "/a":                                             verify.MissingKey,
		host + "/ec/a?" + root:                                  verify.UnknownKey,
		host + "/a?" + strings.Replace(query, "=KEC", "=KX", 1): verify.UnknownKey,
	} {
		if d, err := open(t).Check(verify.Request{URL: u, Time: now}); err != nil || d.Reason != want ||
			d.Allowed != (d.Status == 200) {
			t.Errorf("%s: %q, %d, %v; want %q", u, d.Reason, d.Status, err, want)
		}
	}
	for u, want := range map[string]error{
		"https://other.example/a":                           verify.ErrUnknownHost,
		"https://d111111abcdef8.cloudfront.net:8443/a":      verify.ErrUnknownHost,
		"ftp://d111111abcdef8.cloudfront.net/a":             policy.ErrURL,
		"d111111abcdef8.cloudfront.net/a":                   policy.ErrURL,
		"https://b.s3.eu-west-1.amazonaws.com/a?" + query:   policy.ErrEndpoint,
		"/a?" + strings.Replace(query, "=KEC", "=KGONE", 1): verify.ErrNoPublicKey,
	} {
		if d, err := open(t).Check(verify.Request{URL: u, Time: now}); !errors.Is(err, want) {
			t.Errorf("%s: %q, %v; want %v", u, d.Reason, err, want)
		}
	}
	d, err := open(t).Check(verify.Request{URL: "/s3/a", Time: now})
	if what, todo := d.Explain(); err != nil || !strings.Contains(what, "S3, not CloudFront, checks") || todo != "" {
		t.Errorf("%s, %s, %v", what, todo, err)
	}
	for _, host := range []string{"127.0.0.1:8443", "media.s3.eu-west-1.amazonaws.com"} {
		_, query, _ = strings.Cut(canned(t, "KEC", crypto.SHA256, "https://"+host+"/a", end), "?")
		d, err = open(t).Check(verify.Request{URL: "/a?" + query, Time: now})
		if what, _ := d.Explain(); err != nil || !strings.Contains(what, "signed for "+host) {
			t.Errorf("%s, %v", what, err)
		}
	}
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	if _, err := verify.Open(t.Context(), deployment.File("missing.json")); !errors.Is(err, deployment.ErrNotFound) {
		t.Error(err)
	}
	damaged := deployed(t)
	damaged.Keys[0].PublicKey = "x"
	if _, err := verify.Open(t.Context(), loaded{damaged}); !errors.Is(err, keys.ErrNoPEM) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := verify.Open(ctx, loaded{deployed(t)}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, err = verify.Open(t.Context(), loaded{deployed(t)}, verify.WithOpeners(keys.Openers{
		"test": func(context.Context, string) (crypto.Signer, error) { return p384, nil },
	}))
	if !errors.Is(err, keys.ErrAlgorithm) {
		t.Error(err)
	}
}

// A public key that is neither in the document nor at a private key is in the
// ring.
func TestOpenWithRing(t *testing.T) {
	t.Parallel()
	ring, err := keys.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	public, err := keys.NewPublic(pair().ec.Public())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Add(t.Context(), keys.ECDSAP256, ownKey{public}); err != nil {
		t.Fatal(err)
	}
	d := deployed(t)
	d.Keys[1].PrivateKey, d.Keys[1].Fingerprint = "", public.Fingerprint()
	o, err := verify.Open(t.Context(), loaded{d}, verify.WithRing(ring))
	if err != nil {
		t.Fatal(err)
	}
	u := canned(t, "KEC", crypto.SHA256, page, end)
	if got, err := o.Check(verify.Request{URL: u, Time: now}); err != nil || !got.Allowed || o.Deployment() != d {
		t.Errorf("%q, %v", got.Reason, err)
	}
}

// ownKey is a store that has a key pair already.
type ownKey struct{ public *keys.Public }

func (o ownKey) New(context.Context, keys.Algorithm) (*keys.Public, string, error) {
	return o.public, "test:x", nil
}

func TestParseCookies(t *testing.T) {
	t.Parallel()
	want := "CloudFront-Key-Pair-Id=KEC"
	for _, header := range []string{
		want, "Cookie: " + want, "cookie: " + want, "Cookie:" + want, "COOKIE : a=b; " + want + "; CloudFront-Key-Pair-Id=K2",
	} {
		if got := verify.ParseCookies([]string{header, "CloudFront-Key-Pair-Id=K3"}); len(got) != 1 ||
			got["CloudFront-Key-Pair-Id"] != "KEC" {
			t.Errorf("%q: %v", header, got)
		}
	}
	if got := verify.ParseCookies([]string{"a=b; cloudfront-Policy=x"}); got != nil {
		t.Errorf("%v", got)
	}
}
