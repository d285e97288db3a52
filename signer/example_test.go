package signer_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

// With a key and the ID of its public key, any URL can be signed.
func ExampleNew() {
	key, err := keys.Generate(keys.ECDSAP256) // keys.ParsePrivate reads one from PEM
	if err != nil {
		log.Fatal(err)
	}
	s, err := signer.New("K2JCJMDEHXQW5F", key)
	if err != nil {
		log.Fatal(err)
	}
	url, err := s.URL("https://media.example.com/films/7/trailer.mp4", signer.Terms{For: time.Hour})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.HasSuffix(url, "&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256"))
	// Output: true
}

// With what is deployed, paths are enough, and a mistake is an error here
// instead of a 403 there.
func ExampleOpen() {
	defer os.RemoveAll(filepath.Dir(exampleDocument()))
	ctx, stop := context.WithCancel(context.Background()) // reloads until then
	defer stop()
	s, err := signer.Open(ctx, deployment.File(exampleDocument()),
		signer.WithReloadError(func(err error) { log.Print(err) }))
	if err != nil {
		log.Fatal(err)
	}
	url, err := s.URL("/films/7/trailer.mp4", signer.Terms{For: time.Hour})
	if err != nil {
		log.Fatal(err)
	}
	before, _, _ := strings.Cut(url, "?")
	fmt.Println(before)
	_, err = s.URL("/public/logo.svg", signer.Terms{For: time.Hour})
	fmt.Println(errors.Is(err, signer.ErrPublicPath))
	_, err = s.URL("/films/7/trailer.mp4", signer.Terms{For: 30 * 24 * time.Hour})
	fmt.Println(errors.Is(err, signer.ErrLifetime))
	// Output:
	// https://d111111abcdef8.cloudfront.net/films/7/trailer.mp4
	// true
	// true
}

// A URL is encoded as viewers send it, and what CloudFront would refuse later
// is refused now.
func ExampleSigner_URL() {
	s := exampleSigner()
	url, err := s.URL("https://Bücher.example/it's 50% off.pdf?lang=de", signer.Terms{For: time.Hour})
	if err != nil {
		log.Fatal(err)
	}
	before, _, _ := strings.Cut(url, "&Expires=")
	fmt.Println(before)
	_, err = s.URL("https://media.example.com/a?policy=gold", signer.Terms{For: time.Hour})
	fmt.Println(err)
	// Output:
	// https://xn--bcher-kva.example/it's%2050%25%20off.pdf?lang=de
	// the URL's query contains a parameter that CloudFront reserves for signatures: Policy
}

// A login handler sets cookies that open a course for eight hours.
func ExampleSigner_Cookies() {
	s := exampleSigner()
	login := func(w http.ResponseWriter, r *http.Request) {
		cookies, err := s.Cookies("https://media.example.com/courses/7/*",
			signer.Terms{For: 8 * time.Hour}, signer.CookieOptions{Domain: "example.com"})
		if err != nil {
			http.Error(w, "no course", http.StatusInternalServerError)
			return
		}
		for _, c := range cookies {
			http.SetCookie(w, c)
		}
	}
	answer := httptest.NewRecorder()
	login(answer, httptest.NewRequest("POST", "https://app.example.com/login", nil))
	for _, c := range answer.Result().Cookies() {
		fmt.Println(c.Name, c.Domain, c.Path, c.Secure, c.HttpOnly)
	}
	// Output:
	// CloudFront-Policy example.com /courses/7/ true true
	// CloudFront-Signature example.com /courses/7/ true true
	// CloudFront-Key-Pair-Id example.com /courses/7/ true true
	// CloudFront-Hash-Algorithm example.com /courses/7/ true true
}

// A logout handler drops them, given the same pattern and options.
func ExampleSigner_ClearCookies() {
	cookies, err := exampleSigner().ClearCookies(
		"https://media.example.com/courses/7/*", signer.CookieOptions{Domain: "example.com"},
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cookies[1])
	// Output: CloudFront-Policy=; Path=/courses/7/; Domain=example.com; Max-Age=0; HttpOnly; Secure; SameSite=Lax
}

// One signature for many URLs: made once, checked to cover each of them.
func ExampleSigner_Grant() {
	g, err := exampleSigner().Grant("https://media.example.com/films/7/*", signer.Terms{For: time.Hour})
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"segment 1.ts", "../8/segment.ts"} {
		url, err := g.URL("https://media.example.com/films/7/" + name)
		before, _, _ := strings.Cut(url, "?")
		fmt.Println(before, errors.Is(err, policy.ErrDotSegment))
	}
	// Output:
	// https://media.example.com/films/7/segment%201.ts false
	//  true
}

// All viewers of one half hour get the same URL, good for an hour at least, so
// that browsers and proxies on the way can cache what it leads to.
func ExampleTerms_window() {
	s := exampleSigner()
	terms := signer.Terms{For: time.Hour, Window: 30 * time.Minute}
	one, err := s.URL("https://media.example.com/logo.png", terms)
	if err != nil {
		log.Fatal(err)
	}
	other, err := s.URL("https://media.example.com/logo.png", terms)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(one == other)
	// Output: true
}

// A policy that exists as text is signed as it is, byte for byte.
func ExampleTerms_policy() {
	text := fmt.Sprintf(
		`{"Statement": {"Resource": "https://media.example.com/*", "Condition": {"DateLessThan": {"AWS:EpochTime": %d}}}}`,
		time.Now().Add(time.Hour).Unix(),
	)
	_, err := exampleSigner().URL("https://www.example.com/", signer.Terms{Policy: text})
	fmt.Println(errors.Is(err, signer.ErrNotCovered))
	// Output: true
}

func exampleSigner() *signer.Signer {
	at := time.Unix(1767225600, 0)
	s, err := signer.New(keyID, ecKey(), signer.WithClock(func() time.Time { return at.Add(time.Since(started)) }))
	if err != nil {
		log.Fatal(err)
	}
	return s
}

var started = time.Now()

// exampleDocument is a deployment document and the private key it names.
var exampleDocument = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "deployment")
	if err != nil {
		log.Fatal(err)
	}
	private, err := keys.MarshalPrivate(ecKey())
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), private, 0o600); err != nil {
		log.Fatal(err)
	}
	public, err := keys.NewPublic(ecKey().Public())
	if err != nil {
		log.Fatal(err)
	}
	d := &deployment.Deployment{
		Version: deployment.Version, Stack: "PrivateCdn",
		Hosts: []string{"d111111abcdef8.cloudfront.net"},
		Behaviors: []deployment.Behavior{
			{PathPattern: "public/*", Access: deployment.Public},
			{PathPattern: "*", Access: deployment.Signed, Keys: []string{keyID}},
		},
		Keys: []deployment.Key{{
			ID: keyID, Fingerprint: public.Fingerprint(), Algorithm: public.Algorithm(),
			State: keys.Signing, PrivateKey: "file:key.pem",
		}},
		MaxLifetime: 7 * 86400,
	}
	path := filepath.Join(dir, "deployment.json")
	if err := d.Write(path); err != nil {
		log.Fatal(err)
	}
	return path
})
