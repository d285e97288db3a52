package playlist_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/internal/testing/golden"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/playlist"
	"example.com/privatecdn/signer/policy"
)

const (
	home      = "https://d111111abcdef8.cloudfront.net/films/7/"
	signature = "Policy=eyJ_&Signature=c2ln-~_&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256"
)

// stub signs every resource alike.
func stub(string) (string, error) { return signature, nil }

// TestGolden holds what becomes of every kind of manifest, as the distribution
// serves it, as a program that relays it does, and as any host may.
func TestGolden(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, input := range inputs {
		for place, r := range map[string]playlist.Rewriter{
			"signed": {}, "relayed": {Relay: true, RelayURL: "https://app.example.com/relay/films/7/index", Carry: "token=a%20b"}, "absolute": {Absolute: true},
		} {
			file := filepath.Join("testdata", place, filepath.Base(input))
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				manifest := read(t, input)
				r.Query, r.Resource = stub, "https://d111111abcdef8.cloudfront.net/films/*"
				got, err := r.Rewrite(home+"index.m3u8?token=a%20b", manifest)
				if err != nil {
					t.Fatal(err)
				}
				golden.Equal(t, file, got)
				if place == "signed" && filepath.Ext(input) != ".json" &&
					unsign(string(got)) != unsign(string(manifest)) {
					t.Errorf("without the signatures, it is not the manifest:\n%s", unsign(string(got)))
				}
			})
		}
	}
}

// unsign takes the signatures out again.
func unsign(manifest string) string {
	escaped := strings.ReplaceAll(signature, "&", "&amp;")
	return strings.NewReplacer(
		"?"+signature, "", "&"+signature, "", "?"+escaped, "", "&amp;"+escaped, "",
		"seg-6.m4s?\n", "seg-6.m4s\n", // the ? was there before
	).Replace(manifest)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func hls(lines ...string) string { return "#EXTM3U\n" + strings.Join(lines, "\n") + "\n" }

func mpd(inside string) string {
	return `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">` + inside + `</MPD>`
}

// TestOneSignature holds that a manifest asks for one signature, of its own
// directory unless told otherwise, and for none when it needs none.
func TestOneSignature(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, url, resource, manifest string
		want                          []string
	}{
		{"directory", home + "a.m3u8", "", hls("1.ts", "2.ts", "x/3.ts"), []string{home + "*"}},
		{"root", "https://h.example/a.m3u8?x=1", "", hls("1.ts"), []string{"https://h.example/*"}},
		{"encoded once", "https://h.example/two words/a.m3u8", "", hls("1.ts", "https://h.example/two words/é.ts"),
			[]string{"https://h.example/two%20words/*"}},
		{"given", home + "a.m3u8", "https://*.cloudfront.net/films/*", hls("1.ts", "../8/2.ts"),
			[]string{"https://*.cloudfront.net/films/*"}},
		{"nothing private", home + "a.m3u8", "", hls("https://other.example/1.ts", "data:,x"), nil},
		{"dash", home + "a.mpd", "",
			mpd(`<Period><SegmentList><SegmentURL media="1"/><SegmentURL media="2"/></SegmentList></Period>`),
			[]string{home + "*"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			r := playlist.Rewriter{Resource: test.resource, Query: func(resource string) (string, error) {
				asked = append(asked, resource)
				return signature, nil
			}}
			got, err := r.Rewrite(test.url, []byte(test.manifest))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Join(asked, " ") != strings.Join(test.want, " ") {
				t.Errorf("asked to sign %q, want %q", asked, test.want)
			}
			if len(asked) == 0 && string(got) != test.manifest {
				t.Errorf("nothing to sign, but it became %s", got)
			}
		})
	}
}

// TestPrivate holds that what Private rules out is left alone.
func TestPrivate(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub, Resource: "https://*/films/*", Private: func(host, path string) bool {
		return strings.HasSuffix(host, ".example") && !strings.HasPrefix(path, "/films/public/")
	}}
	manifest := hls(
		"1.ts",
		"../public/2.ts",
		"https://b.example:443/films/3.ts",
		"https://c.test/films/4.ts",
		"https://b.example@c.test/films/5.ts",
	)
	got, err := r.Rewrite("https://a.example/films/7/a.m3u8", []byte(manifest))
	if err != nil {
		t.Fatal(err)
	}
	want := hls(
		"1.ts?"+signature,
		"../public/2.ts",
		"https://b.example:443/films/3.ts?"+signature,
		"https://c.test/films/4.ts",
		"https://b.example@c.test/films/5.ts",
	)
	if string(got) != want {
		t.Errorf("got\n%s", got)
	}
}

// TestRefused holds what every wrong input gets.
func TestRefused(t *testing.T) {
	t.Parallel()
	refused := errors.New("no key")
	for _, test := range []struct {
		name, url, resource, manifest string
		want                          error
		line                          int
	}{
		{"empty", home, "", "", playlist.ErrFormat, 0},
		{"a picture", home, "", "\x89PNG\r\n", playlist.ErrFormat, 0},
		{"a page", home, "", "<html><body></body></html>", playlist.ErrFormat, 1},
		{"broken XML", home, "", "<MPD><Period></MPD>", playlist.ErrFormat, 0},
		{"a DTD's entity", home, "", `<!DOCTYPE MPD [<!ENTITY x "y">]><MPD><BaseURL>&x;</BaseURL></MPD>`,
			playlist.ErrFormat, 1},
		{"relative URL", "films/a.m3u8", "", hls("1.ts"), policy.ErrURL, 0},
		{"wildcard in the URL", "https://h.example/*/a.m3u8", "", hls("1.ts"), policy.ErrWildcard, 0},
		{"signed URL", home + "a.m3u8?" + signature, "", hls("1.ts"), policy.ErrReserved, 0},
		{"signed before", home, "", hls("0.ts", "1.ts?x=1&"+signature), policy.ErrReserved, 3},
		{"reserved in another case", home, "", hls("1.ts?POLICY=x"), policy.ErrReserved, 2},
		{"outside", home, "", hls("#EXTINF:1,", "../8/1.ts"), playlist.ErrOutside, 3},
		{"outside by escaped dots", home, "", hls("%2e%2E/8/1.ts"), playlist.ErrOutside, 2},
		{"another protocol", home, "", hls("http://d111111abcdef8.cloudfront.net/films/7/1.ts"),
			playlist.ErrOutside, 2},
		{"outside a given resource", home, "https://*/films/7/hd/*", hls("sd/1.ts"), playlist.ErrOutside, 2},
		{"backslashes", home, "", hls(`\\evil.example\1.ts`), playlist.ErrURI, 2},
		{"control character", home, "", hls("/\tevil.example/1.ts"), playlist.ErrURI, 2},
		{"no authority", home, "", hls("https:1.ts"), playlist.ErrURI, 2},
		{"quote in a URI line", home, "", hls(`"1.ts"`), policy.ErrCharacter, 2},
		{"undefined variable", home, "", hls("{$x}/1.ts"), playlist.ErrVariable, 2},
		{"variable not given", home, "", hls(`#EXT-X-DEFINE:IMPORT="x"`, "{$x}/1.ts"), playlist.ErrVariable, 3},
		{"attribute", home, "", hls(`#EXT-X-MAP:BYTERANGE="1@0",URI="/1.mp4"`), playlist.ErrOutside, 2},
		{"dash outside", home, "", mpd("\n<BaseURL>../8/film.mp4</BaseURL>"), playlist.ErrOutside, 2},
		{"dash in pieces", home, "", mpd("<BaseURL>film<!-- -->.mp4</BaseURL>"), playlist.ErrURI, 1},
		{"dash BaseURL", home, "", mpd(`<BaseURL>\film\</BaseURL>`), playlist.ErrURI, 1},
		{"dash on two CDNs", home, "",
			mpd("<BaseURL>https://other.example/</BaseURL><BaseURL>./</BaseURL>" +
				"<Period><SegmentTemplate media='$Number$'/></Period>"), playlist.ErrMixed, 1},
		{"dash on another CDN below", home, "",
			mpd("<Period><AdaptationSet><SegmentTemplate media='$Number$'/><Representation/>" +
				"<Representation><BaseURL>//other.example/</BaseURL></Representation></AdaptationSet></Period>"), playlist.ErrMixed, 1},
		{"dash alternatives", home, "", mpd(strings.Repeat("<BaseURL>a/</BaseURL><BaseURL>b/</BaseURL><Period>",
			20) + strings.Repeat("</Period>", 20)), playlist.ErrTooLarge, 0},
		{"too long", home, "", hls("1.ts", strings.Repeat("x", 8192)+".ts"), signer.ErrTooLong, 3},
		{"dash too long", home, "", mpd("<BaseURL>" + strings.Repeat("x", 8192) + ".mp4</BaseURL>"),
			signer.ErrTooLong, 1},
		{"dash signer", home, "", mpd("<BaseURL>refuse.mp4</BaseURL>"), refused, 0},
		{"signer", home, "", hls("1.ts", "refuse.ts"), refused, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := playlist.Rewriter{Resource: test.resource, Query: stub}
			if test.want == refused {
				r.Query = func(string) (string, error) { return "", refused }
			}
			got, err := r.Rewrite(test.url, []byte(test.manifest))
			if !errors.Is(err, test.want) || got != nil {
				t.Fatalf("got %q, %v; want %v", got, err, test.want)
			}
			if where := fmt.Sprintf("line %d: ", test.line); strings.HasPrefix(
				err.Error(),
				"line",
			) != (test.line > 0) ||
				test.line > 0 && !strings.HasPrefix(err.Error(), where) {
				t.Errorf("%v, want it in line %d", err, test.line)
			}
		})
	}
}

// TestVariables holds that variables lead where their values say.
func TestVariables(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub, Variables: map[string]string{"cdn": "https://other.example/", "here": home}}
	manifest := hls(`#EXT-X-DEFINE:IMPORT="cdn"`, `#EXT-X-DEFINE:IMPORT="here"`, "{$cdn}1.ts", "{$here}1.ts")
	got, err := r.Rewrite(home+"a.m3u8", []byte(manifest))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(manifest, "{$here}1.ts", "{$here}1.ts?"+signature, 1); string(got) != want {
		t.Errorf("got\n%s", got)
	}
}
