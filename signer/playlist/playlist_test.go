package playlist_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/testing/golden"
	"example.com/privatecdn/internal/testing/keytest"
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
			"signed": {}, "relayed": {Relay: true, RelayURL: "https://app.example.com/relay/films/7/index",
				Carry: "token=a%20b"}, "absolute": {Absolute: true},
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
		{"a document type inside", home, "", mpd("<!DOCTYPE MPD>"), playlist.ErrFormat, 1},
		{"relative URL", "films/a.m3u8", "", hls("1.ts"), policy.ErrURL, 0},
		{"wildcard in the URL", "https://h.example/*/a.m3u8", "", hls("1.ts"), policy.ErrWildcard, 0},
		{"signed URL", home + "a.m3u8?" + signature, "", hls("1.ts"), policy.ErrReserved, 0},
		{"signed before", home, "", hls("0.ts", "1.ts?x=1&"+signature), policy.ErrReserved, 3},
		{"reserved in another case", home, "", hls("1.ts?POLICY=x"), policy.ErrReserved, 2},
		{"outside", home, "", hls("#EXTINF:1,", "../8/1.ts"), playlist.ErrOutside, 3},
		{"outside by escaped dots", home, "", hls("%2e%2E/8/1.ts"), playlist.ErrOutside, 2},
		{"outside by dots inside", home, "", hls("a/../../8/1.ts"), playlist.ErrOutside, 2},
		{"another protocol", home, "", hls("http://d111111abcdef8.cloudfront.net/films/7/1.ts"),
			playlist.ErrOutside, 2},
		{"outside a given resource", home, "https://*/films/7/hd/*", hls("sd/1.ts"), playlist.ErrOutside, 2},
		{"a resource that is the directory", home, home, hls("1.ts"), playlist.ErrOutside, 2},
		{"a resource that is one URL", home, home + "1.ts", hls("1.ts", "1.tsx"), playlist.ErrOutside, 3},
		{"backslashes", home, "", hls(`\\evil.example\1.ts`), playlist.ErrURI, 2},
		{"control character", home, "", hls("/\tevil.example/1.ts"), playlist.ErrURI, 2},
		{"no authority", home, "", hls("https:1.ts"), playlist.ErrURI, 2},
		{"quote in a URI line", home, "", hls(`"1.ts"`), policy.ErrCharacter, 2},
		{"undefined variable", home, "", hls("{$x}/1.ts"), playlist.ErrVariable, 2},
		{"variable defined twice", home, "", hls(`#EXT-X-DEFINE:NAME="x",VALUE="a"`,
			`#EXT-X-DEFINE:NAME="x",VALUE="a"`),
			playlist.ErrVariable, 3},
		{"undefined variable in a variable", home, "", hls(`#EXT-X-DEFINE:NAME="x",VALUE="{$y}"`),
			playlist.ErrVariable, 2},
		{"variable defined in two ways", home, "", hls(`#EXT-X-DEFINE:NAME="x",VALUE="a",IMPORT="x"`),
			playlist.ErrVariable, 2},
		{"variable without a name", home, "", hls(`#EXT-X-DEFINE:NAME="",VALUE="a"`), playlist.ErrVariable, 2},
		{"variable with a bad name", home, "", hls(`#EXT-X-DEFINE:NAME="a b",VALUE="a"`), playlist.ErrVariable, 2},
		{"two values of a variable", home, "", hls(`#EXT-X-DEFINE:NAME="x",VALUE="a",VALUE="b"`),
			playlist.ErrVariable, 2},
		{"endless variable", home, "", hls(`#EXT-X-DEFINE:NAME="x",VALUE="`+strings.Repeat("x", 5000)+`"`, "{$x}{$x}"),
			playlist.ErrVariable, 3},
		{"variable that begins a fragment", home, "", hls(`#EXT-X-DEFINE:NAME="x",VALUE="#"`, "a{$x}b"),
			playlist.ErrURI, 3},
		{"hidden line", home, "", hls("#EXT-X-MAP:X=1\vhttps://other.example/,URI=\"a\""), playlist.ErrURI, 2},
		{"invisible end", home, "", hls("a.ts\u200b"), playlist.ErrURI, 2},
		{"dash id of another host", home, "",
			mpd(`<SegmentTemplate media="$RepresentationID$/1"/><Representation id="a?b"/>`),
			playlist.ErrURI, 1},
		{"dash identifier twice escaped", home, "", mpd(`<SegmentTemplate media="$$RepresentationID$$"/>`),
			playlist.ErrURI, 1},
		{"dash id twice", home, "", mpd(`<Representation id="a" id="b"/>`), playlist.ErrFormat, 1},
		{"dash number", home, "", mpd(`<S t="a"/>`), playlist.ErrURI, 1},
		{"dash blank as a reference", home, "", mpd(`<BaseURL>a.mp4&#32;</BaseURL>`), playlist.ErrURI, 1},
		{"dash list with a blank as a reference", home, "", mpd(
			`<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="a&#32;b"/>`), playlist.ErrURI, 1},
		{"dash encoding", home, "", `<?xml version="1.0" encoding="iso-8859-1"?>` + mpd(""), playlist.ErrFormat, 0},
		{"UTF-16", home, "", "\xff\xfe<\x00M\x00", playlist.ErrFormat, 0},
		{"a patch", home, "", "<Patch/>", playlist.ErrFormat, 1},
		{"JSON of another kind", home, "", `{"a": [1]}`, playlist.ErrFormat, 0},
		{"JSON in which a list is not at the top", home, "", `{"a": {"ASSETS": []}}`, playlist.ErrFormat, 0},
		{"broken JSON", home, "", `{"ASSETS": [`, playlist.ErrFormat, 0},
		{"JSON outside", home, "", `{"ASSETS": [{"URI": "/1.m3u8"}]}`, playlist.ErrOutside, 1},
		{"clone on another host", home, "",
			`{"PATHWAY-PRIORITY": [], "PATHWAY-CLONES": [{"URI-REPLACEMENT": {"HOST": "o.example"}}]}`,
			playlist.ErrMixed, 1},
		{"variable not given", home, "", hls(`#EXT-X-DEFINE:IMPORT="x"`, "{$x}/1.ts"), playlist.ErrVariable, 3},
		{"variable of a parameter that is there twice", home + "?h=a&h=//o.example", "",
			hls(`#EXT-X-DEFINE:QUERYPARAM="h"`, "{$h}/1.ts"), playlist.ErrVariable, 3},
		{"variable of a malformed parameter", home + "?h=//o.example;&g=b", "",
			hls(`#EXT-X-DEFINE:QUERYPARAM="g"`, "{$g}/1.ts"), playlist.ErrVariable, 3},
		{"variable that ends an attribute", home + "?h=//o.example/%22", "",
			hls(`#EXT-X-DEFINE:QUERYPARAM="h"`, `#EXT-X-MAP:URI="{$h}"`), playlist.ErrVariable, 3},
		{"byte order mark in the middle", home, "", "\ufeff" + hls("\ufeff1.ts"), playlist.ErrURI, 2},
		{"steering through a proxy", home, "",
			mpd("<ContentSteering proxyServerURL='//o.example/'>s.json</ContentSteering>"), playlist.ErrMixed, 1},
		{"attribute", home, "", hls(`#EXT-X-MAP:BYTERANGE="1@0",URI="/1.mp4"`), playlist.ErrOutside, 2},
		{"dash outside", home, "", mpd("\n<BaseURL>../8/film.mp4</BaseURL>"), playlist.ErrOutside, 2},
		{"dash in pieces", home, "", mpd("<BaseURL>film<!-- -->.mp4</BaseURL>"), playlist.ErrURI, 1},
		{"dash long BaseURL", home, "", mpd("<BaseURL>" + strings.Repeat("x", 8192) + "/</BaseURL>"), playlist.ErrURI, 1},
		{"dash BaseURL", home, "", mpd(`<BaseURL>\film\</BaseURL>`), playlist.ErrURI, 1},
		{"dash on two CDNs", home, "",
			mpd("<BaseURL>https://other.example/</BaseURL><BaseURL>./</BaseURL>" +
				"<Period><SegmentTemplate media='$Number$'/></Period>"), playlist.ErrMixed, 1},
		{"dash on another CDN below", home, "",
			mpd("<Period><AdaptationSet><SegmentTemplate media='$Number$'/><Representation/>" +
				"<Representation><BaseURL>//other.example/</BaseURL></Representation></AdaptationSet></Period>"),
			playlist.ErrMixed, 1},
		{"dash alternatives", home, "", mpd(strings.Repeat("<BaseURL>a/</BaseURL><BaseURL>b/</BaseURL><Period>",
			14) + strings.Repeat("</Period>", 14)), playlist.ErrTooLarge, 0},
		{"too long", home, "", hls("1.ts", strings.Repeat("x", 8192)+".ts"), signer.ErrTooLong, 3},
		{"too long with its signature", home, "", hls(strings.Repeat("x", 8100) + ".ts"), signer.ErrTooLong, 2},
		{"dash too long", home, "", mpd("<BaseURL>" + strings.Repeat("x", 8192) + ".mp4</BaseURL>"),
			signer.ErrTooLong, 1},
		{"dash signer", home, "", mpd("<BaseURL>refuse.mp4</BaseURL>"), refused, 0},
		{"signer", home, "", hls("1.ts?", "refuse.ts"), refused, 0},
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
			where := ""
			if test.line > 0 {
				where = fmt.Sprintf("line %d: ", test.line)
			}
			if !strings.HasPrefix(err.Error(), where) || where == "" && strings.HasPrefix(err.Error(), "line") {
				t.Errorf("%v, want it in line %d", err, test.line)
			}
			if test.want != refused && fault.Hint(err) == "" {
				t.Errorf("%v: no hint", err)
			}
		})
	}
}

// several is an error that cannot be compared.
type several []error

func (s several) Error() string { return fmt.Sprint(len(s), " errors") }

// TestQueryError holds that an error of Query's is returned as it is.
func TestQueryError(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: func(string) (string, error) { return "", several{nil} }}
	for _, manifest := range []string{hls("1.ts"), mpd("<BaseURL>1.mp4</BaseURL>"), `{"ASSETS": [{"URI": "a"}]}`} {
		if _, err := r.Rewrite(home, []byte(manifest)); !errors.As(err, &several{}) || err.Error() != "1 errors" {
			t.Errorf("%s: %v", manifest, err)
		}
	}
}

// TestLargest holds how many bytes a manifest may have.
func TestLargest(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub}
	for more, want := range []error{nil, playlist.ErrTooLarge} {
		manifest := hls("1.ts", strings.Repeat("#", playlist.MaxSize+more-len(hls("1.ts", ""))))
		if _, err := r.Rewrite(home, []byte(manifest)); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v", len(manifest), err)
		}
	}
}

// TestOtherFormats holds what is said of what is not a manifest.
func TestOtherFormats(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub}
	for text, says := range map[string]string{
		"\xff\xfe<\x00": "UTF-16", "#\x00E\x00": "UTF-16", "ABCD\x00": `begins with "ABCD`, "AB": `begins with "AB`,
		strings.Repeat("a", 60): `aaa"; give`, strings.Repeat("a", 61): `aaa"…; give`,
	} {
		if _, err := r.Rewrite(home, []byte(text)); !strings.Contains(keytest.Said(err), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestDepth holds how deep elements and arrays may lie.
func TestDepth(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub}
	for depth, want := range map[int]error{32: nil, 33: playlist.ErrFormat} {
		for _, manifest := range []string{
			strings.Repeat("<MPD>", depth) + strings.Repeat("</MPD>", depth),
			`{"ASSETS": ` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + "}",
		} {
			if _, err := r.Rewrite(home, []byte(manifest)); !errors.Is(err, want) {
				t.Errorf("%s: %v", manifest, err)
			}
		}
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

// TestEmpty holds that an empty URI, which players treat as a missing one,
// stays empty, and that what only looks like an attribute or a URI is none.
func TestEmpty(t *testing.T) {
	t.Parallel()
	for _, manifest := range []string{
		hls("", " ", "", "#EXTINF:1,", "https://o.example/1.ts", "", " ", ""),
		hls(`#EXTINF:1,a="b",URI="1.ts"`, `#EXT-X-KEY URI="1.key"`, "#EXT-X-KEY:URI="),
		hls(`#EXT-X-MEDIA:TYPE=AUDIO,URI=""`, `#EXT-X-KEY:METHOD=NONE,URI=" "`, `#EXT-X-DEFINE:NAME="x",VALUE=""`,
			`#EXT-X-MEDIA:TYPE=VIDEO,URI="{$x}"`),
		mpd("<BaseURL>https://o.example/</BaseURL><Period><SegmentTemplate initialization='' index=''/></Period>"),
		`{"RELOAD-URI": "", "PATHWAY-PRIORITY": [], "ASSETS": [{"URI": ""}]}`,
		`{"PATHWAY-PRIORITY": [], "HOST": "o.example", "URI": "/a", "X": {"RELOAD-URI": "/a", "URI": "/a"}, ` +
			`"ASSETS": [{"X": "/a", "RELOAD-URI": "/a"}], "PATHWAY-CLONES": [{"URI-REPLACEMENT": {"X": "o.example"}}]}`,
	} {
		for _, r := range []playlist.Rewriter{{}, {Absolute: true}, {Relay: true, Carry: "token=x"}} {
			r.Query = stub
			if got, err := r.Rewrite(home+"a", []byte(manifest)); err != nil || string(got) != manifest {
				t.Errorf("%s became %s, %v", manifest, got, err)
			}
		}
	}
}

// TestQuotes holds that what stands in the manifest's URL ends no attribute.
func TestQuotes(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub, Absolute: true}
	got, err := r.Rewrite("https://h.example/a'b/c", []byte(mpd("<AlternativeMPD uri='d.mpd'/>")))
	if err != nil || !strings.Contains(string(got), "uri='https://h.example/a&#39;b/d.mpd?Policy=") {
		t.Errorf("%s, %v", got, err)
	}
}

// TestSchemes holds what is a scheme of its own and what is a path.
func TestSchemes(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub}
	for ref, signed := range map[string]bool{
		"h0:a": false, "h9:a": false, "a+b.c-d:e": false, "z:a": false, "A:b": false, "Z:b": false, "0:a": true,
		"a_b:c": true, "a/b:c": true,
	} {
		got, err := r.Rewrite(home+"a.m3u8", []byte(hls(ref)))
		if err != nil || strings.Contains(string(got), "Signature") != signed {
			t.Errorf("%q became %q, %v", ref, got, err)
		}
	}
}

// TestNotes holds what is reported of what is left alone.
func TestNotes(t *testing.T) {
	t.Parallel()
	var notes []string
	r := playlist.Rewriter{Query: stub, Note: func(line int, uri, what string) {
		notes = append(notes, fmt.Sprint(line, " ", uri, " ", what))
	}, Private: func(host, path string) bool { return strings.HasPrefix(path, "/films/7/") && host != "o.example" }}
	if _, err := r.Rewrite(home+"a.m3u8", []byte(hls("1.ts", "t.vtt", "data:,x", "//o.example/a", "/public/a",
		`#EXT-X-MEDIA:URI="b.m3u8"`))); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"3 t.vtt signed, but the URIs in it are not", "4 data:,x left alone: it is not an http or https URL",
		"5 //o.example/a left alone: it leads to o.example", "6 /public/a left alone: it needs no signature",
		"7 b.m3u8 signed, but the URIs in it are not",
	}
	if strings.Join(notes, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(notes, "\n"))
	}
	notes = nil
	if _, err := r.Rewrite(home+"a.json", []byte(`{"ASSETS": [{"URI": "/public/a.m3u8"}]}`)); err != nil ||
		strings.Join(notes, "\n") != "1 /public/a.m3u8 left alone: it needs no signature" {
		t.Errorf("%v, got\n%s", err, strings.Join(notes, "\n"))
	}
}

// A segment beside the manifest, the common case, costs no allocation.
func TestAllocations(t *testing.T) {
	manifest := segments(1000)
	for _, private := range []func(host, path string) bool{nil, func(string, string) bool { return true }} {
		r := playlist.For(newSigner(t), signer.Terms{For: time.Hour})
		r.Private = private
		allocations := testing.AllocsPerRun(3, func() {
			if _, err := r.Rewrite(home+"index.m3u8", manifest); err != nil {
				t.Fatal(err)
			}
		})
		if allocations > 500 {
			t.Errorf("%v allocations for 1,000 segments", allocations)
		}
	}
}

// TestOtherHosts holds that a template on several CDNs is signed if all of them
// may receive the signature.
func TestOtherHosts(t *testing.T) {
	t.Parallel()
	manifest := mpd("<BaseURL>./</BaseURL><BaseURL>//b.example/</BaseURL><BaseURL>//c.example/</BaseURL>" +
		"<Period><SegmentTemplate media='1'/></Period>")
	for _, test := range []struct {
		hosts []string
		want  error
	}{{nil, playlist.ErrMixed}, {[]string{"b.example"}, playlist.ErrMixed}, {[]string{"c.example", "b.example"}, nil}} {
		r := playlist.Rewriter{Query: stub, OtherHosts: test.hosts}
		if _, err := r.Rewrite(home+"a.mpd", []byte(manifest)); !errors.Is(err, test.want) {
			t.Errorf("%q: %v, want %v", test.hosts, err, test.want)
		}
	}
}

// TestRelayURL holds that what is relative to a BaseURL needs the relay's URL,
// and that it and what is carried are read as players read them.
func TestRelayURL(t *testing.T) {
	t.Parallel()
	const relay = "https://app.example/a"
	for _, test := range []struct {
		relay, carry string
		want         error
	}{
		{"", "", playlist.ErrRelay}, {relay, "", nil}, {relay, "t=1", nil}, {relay + `\`, "", playlist.ErrURI},
		{relay, `t=\`, playlist.ErrURI},
	} {
		r := playlist.Rewriter{Query: stub, Relay: true, RelayURL: test.relay, Carry: test.carry}
		manifest := mpd("<ContentSteering>s.json</ContentSteering>")
		if _, err := r.Rewrite(home+"a.mpd", []byte(manifest)); !errors.Is(err, test.want) {
			t.Errorf("%q, %q: %v, want %v", test.relay, test.carry, err, test.want)
		}
		two := mpd("<BaseURL>a/</BaseURL><BaseURL>b/</BaseURL><ContentSteering>s.json</ContentSteering>")
		if _, err := r.Rewrite(home+"a.mpd", []byte(two)); !errors.Is(err, playlist.ErrRelay) {
			t.Errorf("relative to two base URLs: %v", err)
		}
	}
}
