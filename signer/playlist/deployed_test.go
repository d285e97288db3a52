package playlist_test

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/playlist"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

// deployed is a signer for a deployment with a public path, and what checks
// its signatures.
func deployed(t *testing.T) (*signer.Signer, *verify.Verifier) {
	t.Helper()
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	public, err := keys.NewPublic(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	d := &deployment.Deployment{
		Version: 1, Stack: "PrivateCdn", Hosts: []string{"d111111abcdef8.cloudfront.net", "media.example.com"},
		MaxLifetime: 86400,
		Behaviors: []deployment.Behavior{
			{PathPattern: "films/*/public/*", Access: deployment.Public},
			{PathPattern: "*", Access: deployment.Signed, Keys: []string{public.LocalID()}},
		},
		Keys: []deployment.Key{
			{
				ID:          public.LocalID(),
				Fingerprint: public.Fingerprint(),
				Algorithm:   public.Algorithm(),
				State:       keys.Signing,
				PrivateKey:  "file:test",
			},
		},
	}
	s, err := signer.Open(t.Context(), fixed{d}, signer.WithReload(0), signer.WithOpeners(keys.Openers{
		"file": func(context.Context, string) (crypto.Signer, error) { return key, nil },
	}))
	if err != nil {
		t.Fatal(err)
	}
	return s, verify.New(map[string]crypto.PublicKey{public.LocalID(): key.Public()})
}

// fixed is the Source of a deployment that does not change.
type fixed struct{ d *deployment.Deployment }

func (f fixed) Load(context.Context) (*deployment.Deployment, error) { return f.d, nil }

var anyURI = regexp.MustCompile(
	`(?m)(?:media|initialization|index|sourceURL|href|URI)\s*=\s*["']([^"']*)["']` +
		`|<BaseURL>\s*(?:<!\[CDATA\[)?([^\]<]*?)(?:\]\]>)?\s*</BaseURL>|^([^#<\s].*)$`,
)

// TestOpens holds, URI by URI as a player resolves it, that CloudFront opens
// what is private in a rewritten manifest, and that nothing else is signed.
func TestOpens(t *testing.T) {
	t.Parallel()
	s, cloudFront := deployed(t)
	base, err := url.Parse(home + "index")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"media.m3u8", "multivariant.m3u8", "lowlatency.m3u8", "list.mpd"} {
		r := playlist.For(s, signer.Terms{For: time.Hour, Resource: "/films/*"})
		got, err := r.Rewrite(home+"index?token=x", read(t, filepath.Join("testdata", name)))
		if err != nil {
			t.Fatal(err)
		}
		opened := 0
		for _, m := range anyURI.FindAllStringSubmatch(string(got), -1) {
			uri := strings.ReplaceAll(m[1]+m[2]+m[3], "&amp;", "&")
			uri = strings.NewReplacer("{$dir}", "part two", "{$token}", "x", "&#x2F;", "/", "&#38;", "&").Replace(uri)
			u, err := base.Parse(uri)
			elsewhere := uri == "that/stays.m3u8" ||
				name == "list.mpd" && uri == "$Number$.m4s" // a comment, another CDN's
			if err != nil || u.Host != base.Host || strings.HasSuffix(u.Path, "/") || uri == "" || elsewhere {
				if strings.Contains(uri, "Signature=") {
					t.Errorf("%s: %s is signed", name, uri)
				}
				continue
			}
			u.Fragment = ""
			if d := cloudFront.Check(verify.Request{URL: u.String(), Time: time.Now()}); !d.Allowed {
				t.Errorf("%s: %s: %s", name, uri, d.Reason)
			}
			opened++
		}
		if opened < 5 {
			t.Errorf("%s: only %d URIs open", name, opened)
		}
	}
}

// TestFor holds what a deployment leaves unsigned, and what it refuses.
func TestFor(t *testing.T) {
	t.Parallel()
	s, _ := deployed(t)
	r := playlist.For(s, signer.Terms{For: time.Hour, Resource: "https://*/films/*"})
	got, err := r.Rewrite(
		home+"a.m3u8",
		[]byte(hls("1.ts", "public/2.ts", "https://media.example.com/films/3.ts", "https://other.example/films/4.ts")),
	)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(got), "\n")
	for i, signed := range map[int]bool{1: true, 2: false, 3: true, 4: false} {
		if strings.Contains(lines[i], "Policy=") != signed {
			t.Errorf("signed %v: %s", !signed, lines[i])
		}
	}
	r.Relay = true
	got, err = r.Rewrite(
		home+"a.m3u8",
		[]byte(
			hls(
				"1.ts",
				"public/2.ts",
				"https://media.example.com/films/3.ts",
				"data:,x",
				"#EXT-X-STREAM-INF:BANDWIDTH=1",
				"public/v.m3u8",
			),
		),
	)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(got), "\n") {
		bare, _, signed := strings.Cut(line, "?Policy=")
		want := []string{"#EXTM3U", home + "1.ts", home + "public/2.ts", "https://media.example.com/films/3.ts",
			"data:,x", "#EXT-X-STREAM-INF:BANDWIDTH=1", "public/v.m3u8", ""}[i]
		if bare != want || signed != (i == 1 || i == 3) {
			t.Errorf("relayed, line %d is %s", i, line)
		}
	}
	text := func(resource string) string {
		return policy.Policy{Resource: resource, Until: time.Now().Add(time.Hour)}.String()
	}
	for _, test := range []struct {
		terms signer.Terms
		want  error
	}{
		{signer.Terms{Policy: text(home + "*")}, nil},
		{signer.Terms{Policy: text("*")}, nil},
		{signer.Terms{For: 48 * time.Hour}, signer.ErrLifetime},
		{signer.Terms{For: time.Hour, Window: time.Millisecond}, signer.ErrTerms},
		{signer.Terms{For: time.Hour, Resource: "https://other.example/*"}, playlist.ErrOutside},
		{signer.Terms{Policy: text(home + "8/*")}, playlist.ErrOutside},
		{signer.Terms{Policy: "{}"}, policy.ErrMalformed},
	} {
		r := playlist.For(s, test.terms)
		if _, err := r.Rewrite(home+"a.m3u8", []byte(hls("1.ts"))); !errors.Is(err, test.want) {
			t.Errorf("%+v: %v, want %v", test.terms, err, test.want)
		}
	}
}

func ExampleRewriter_Rewrite() {
	r := playlist.Rewriter{Query: func(resource string) (string, error) {
		fmt.Println("signing", resource)
		return "Policy=eyJ_&Signature=c2ln&Key-Pair-Id=K2JCJMDEHXQW5F", nil
	}}
	signed, err := r.Rewrite("https://d111111abcdef8.cloudfront.net/films/7/index.m3u8", []byte(`#EXTM3U
#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example.org/7"
#EXTINF:6,
1.ts
#EXTINF:6,
2.ts?angle=3
`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(signed))
	// Output:
	// signing https://d111111abcdef8.cloudfront.net/films/7/*
	// #EXTM3U
	// #EXT-X-KEY:METHOD=AES-128,URI="https://keys.example.org/7"
	// #EXTINF:6,
	// 1.ts?Policy=eyJ_&Signature=c2ln&Key-Pair-Id=K2JCJMDEHXQW5F
	// #EXTINF:6,
	// 2.ts?angle=3&Policy=eyJ_&Signature=c2ln&Key-Pair-Id=K2JCJMDEHXQW5F
}

func ExampleFor() {
	ctx := context.Background()
	s, err := signer.Open(ctx, deployment.File(".privatecdn/deployment.json"))
	if err != nil {
		log.Fatal(err)
	}
	manifest, err := os.ReadFile("films/7/index.m3u8")
	if err != nil {
		log.Fatal(err)
	}
	r := playlist.For(s, signer.Terms{For: 4 * time.Hour})
	signed, err := r.Rewrite(s.Deployment().BaseURL()+"/films/7/index.m3u8", manifest)
	if err != nil {
		log.Fatal(err)
	}
	_, _ = os.Stdout.Write(signed)
}
