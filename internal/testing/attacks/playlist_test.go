package attacks_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/playlist"
	"example.com/privatecdn/signer/policy"
)

const (
	manifestURL  = "https://d111111abcdef8.cloudfront.net/films/7/index"
	manifestMark = "Policy=eyJ_&Signature=PRIVATE-signature&Key-Pair-Id=K2JCJMDEHXQW5F"
)

// rewrite signs a manifest with a signature that is easy to find.
func rewrite(manifest string) (string, error) {
	r := playlist.Rewriter{Query: func(string) (string, error) { return manifestMark, nil }}
	signed, err := r.Rewrite(manifestURL, []byte(manifest))
	return string(signed), err
}

// hls is a playlist of lines.
func hls(lines ...string) string { return "#EXTM3U\n" + strings.Join(lines, "\n") + "\n" }

// mpd is a manifest with a template in an AdaptationSet.
func mpd(media, representation string) string {
	return `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet>` +
		`<SegmentTemplate media="` + media + `"/>` + representation + `</AdaptationSet></Period></MPD>`
}

// unsigned fails the test if one of the manifests gets a signature.
func unsigned(t *testing.T, manifests ...string) {
	t.Helper()
	t.Parallel()
	for _, manifest := range manifests {
		if signed, err := rewrite(manifest); strings.Contains(signed, "Signature") {
			t.Errorf("%q became %q, %v", manifest, signed, err)
		}
	}
}

// refused fails the test if one of the manifests is not refused with an error of a kind.
func refused(t *testing.T, kind error, manifests ...string) {
	t.Helper()
	t.Parallel()
	for _, manifest := range manifests {
		signed, err := rewrite(manifest)
		if !errors.Is(err, kind) || signed != "" {
			t.Errorf("%.80q: %.80q, %v", manifest, signed, err)
		}
		if strings.Contains(err.Error(), "PRIVATE-signature") || len(err.Error()) > 400 {
			t.Errorf("the error is %q", err)
		}
	}
}

// A variable's value names another variable, which names another host. Values are expanded as players expand them,
// and the URI stays unsigned.
func TestPlaylistNestedVariable(t *testing.T) {
	unsigned(
		t,
		hls(
			`#EXT-X-DEFINE:NAME="h",VALUE="https://other.example.org"`,
			`#EXT-X-DEFINE:NAME="p",VALUE="{$h}/a"`,
			"{$p}/s.ts",
		),
		hls(
			`#EXT-X-DEFINE:NAME="s",VALUE="//"`,
			`#EXT-X-DEFINE:NAME="p",VALUE="{$s}other.example.org"`,
			`#EXT-X-MAP:URI="{$p}/s.ts"`,
		),
	)
}

// A variable is defined twice, once for each host. Refused.
func TestPlaylistVariableTwice(t *testing.T) {
	refused(t, playlist.ErrVariable,
		hls(`#EXT-X-DEFINE:NAME="h",VALUE="."`, `#EXT-X-DEFINE:NAME="h",VALUE="//other.example.org"`, "{$h}/s.ts"),
		hls(`#EXT-X-DEFINE:NAME="h",VALUE=".",VALUE="//other.example.org"`, "{$h}/s.ts"),
		hls(`#EXT-X-DEFINE:IMPORT="h"`, `#EXT-X-DEFINE:NAME="h",VALUE="."`, "{$h}/s.ts"),
		hls(`#EXT-X-DEFINE:NAME="h",VALUE=".",QUERYPARAM="h"`, "{$h}/s.ts"))
}

// A variable's name or value is built so that players of one kind expand it once more. Refused.
func TestPlaylistVariableInName(t *testing.T) {
	refused(
		t,
		playlist.ErrVariable,
		hls(
			`#EXT-X-DEFINE:NAME="a",VALUE="{"`,
			`#EXT-X-DEFINE:NAME="b",VALUE="$h}"`,
			`#EXT-X-DEFINE:NAME="c",VALUE="{$a}{$b}"`,
			"{$c}/s.ts",
		),
		hls(`#EXT-X-DEFINE:NAME="a b",VALUE="."`, "{$a b}/s.ts"),
		hls(`#EXT-X-DEFINE:NAME="{$a}",VALUE="."`, "{$a}/s.ts"),
	)
}

// Variables double in length from one to the next. Refused once a value is longer than a URL can be.
func TestPlaylistVariableBomb(t *testing.T) {
	lines := []string{`#EXT-X-DEFINE:NAME="v0",VALUE="xxxxxxxxxx"`}
	for i := range 60 {
		lines = append(lines, fmt.Sprintf(`#EXT-X-DEFINE:NAME="v%d",VALUE="{$v%d}{$v%d}"`, i+1, i, i))
	}
	var many []string
	for i := range 200_000 {
		many = append(many, fmt.Sprintf(`#EXT-X-DEFINE:NAME="v%d",VALUE="x"`, i))
	}
	refused(t, playlist.ErrVariable, hls(append(lines, "{$v60}")...), hls(many...))
}

// A blank, or another character that some players trim, hides an absolute URI. Trimmed before it is resolved, or
// refused.
func TestPlaylistBlankBeforeURI(t *testing.T) {
	var manifests []string
	for _, blank := range []string{" ", "\t", "\v", "\f", "\u00a0", "\ufeff", "\u200b", "\u2028", "\u2029",
		"\u0085", "\u3000", "\x00", " \u00a0 "} {
		uri := blank + "https://other.example.org/k"
		manifests = append(
			manifests,
			hls(uri),
			hls(`#EXT-X-KEY:METHOD=AES-128,URI="`+uri+`"`),
			hls(`#EXT-X-MAP:URI=`+uri),
			mpd(uri, ""),
			`<MPD><BaseURL>`+uri+`.mp4</BaseURL></MPD>`,
		)
	}
	unsigned(t, manifests...)
}

// A line is two lines for players that end one at CR, VT, FF, NEL or a Unicode separator. Refused where a signature
// would come to stand in it.
func TestPlaylistHiddenLine(t *testing.T) {
	var manifests []string
	for _, end := range []string{"\r", "\v", "\f", "\u0085", "\u2028", "\u2029"} {
		manifests = append(manifests, hls("a.ts"+end+"https://other.example.org/b.ts"),
			hls("#EXT-X-MAP:X=1"+end+`https://other.example.org/,URI="a.ts"`))
	}
	refused(t, playlist.ErrURI, manifests...)
}

// A host that is the distribution's by one reading only: user names, backslashes, tabs, missing slashes, percent
// escapes. Refused or left alone.
func TestPlaylistConfusedHost(t *testing.T) {
	var manifests []string
	for _, uri := range []string{
		"https://d111111abcdef8.cloudfront.net@other.example.org/1.ts",
		`https://d111111abcdef8.cloudfront.net\@other.example.org/1.ts`,
		`\\other.example.org\1.ts`, `/\other.example.org/1.ts`, "https:\\\\other.example.org/1.ts",
		"https:other.example.org/1.ts",
		"https:/other.example.org/1.ts", "https:///other.example.org/1.ts", "///other.example.org/1.ts",
		"ht\ttps://other.example.org/1.ts",
		"//d111111abcdef8.cloudfront.net.other.example.org/1.ts",
		"//d111111abcdef8.cloudfront.net%2Eother.example.org/1.ts",
		"//d111111abcdef8.cloudfront.net:8443/1.ts", "//[::1]/1.ts", "//d111111abcdef8。other.example.org/1.ts",
		"//other.example.org?/films/7/",
	} {
		manifests = append(manifests, hls(uri), mpd(uri, ""))
	}
	unsigned(t, manifests...)
}

// The distribution's host is written so that only a browser finds it: in capitals, full-width letters, with a port.
// Signed all the same.
func TestPlaylistOwnHostSpelled(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"D111111ABCDEF8.CloudFront.net", "d111111abcdef8.cloudfront.net:443",
		"d111111abcdef8.cloudfront.net:0443",
		"d111111abcdef8.cloudfront.net:", "ｄ111111abcdef8.cloudfront.net", "user@d111111abcdef8.cloudfront.net"} {
		signed, err := rewrite(hls("//" + host + "/films/7/1.ts"))
		if err != nil || !strings.Contains(signed, "/films/7/1.ts?"+manifestMark) {
			t.Errorf("%s: %q, %v", host, signed, err)
		}
	}
}

// A Representation's id leads a template to another host. The template is resolved with every id.
func TestManifestRepresentationID(t *testing.T) {
	unsigned(
		t,
		mpd("$RepresentationID$/$Number$.m4s", `<Representation id="//other.example.org"/>`),
		mpd("$RepresentationID%05d$/$Number$.m4s", `<Representation id="//other.example.org"/>`),
		mpd("$RepresentationID$//other.example.org/", `<Representation id="https:"/>`),
		mpd(
			"$RepresentationID$/$Number$.m4s",
			`<Representation id="a"/><Representation id="https://other.example.org"/>`,
		),
		mpd("$RepresentationID$/$Number$.m4s", `<Representation id="a" id="//other.example.org"/>`),
		mpd("$RepresentationID$/$Number$.m4s", `<Representation id=" //other.example.org"/>`),
		mpd("$RepresentationID$/$Number$.m4s", `<Representation id="a?b"/>`),
		mpd("$RepresentationID$/$Number$.m4s", `<Representation id="../../.."/>`),
	)
}

// Another value that players put into templates is not a number. Refused.
func TestManifestTemplateNumbers(t *testing.T) {
	refused(
		t,
		playlist.ErrURI,
		mpd("$Bandwidth$/1.m4s", `<Representation id="a" bandwidth="//other.example.org"/>`),
		mpd(`$Number$/1.m4s" startNumber="//other.example.org`, `<Representation id="a"/>`),
		mpd(
			"$Time$/1.m4s",
			`<Representation><SegmentTemplate>`+
				`<SegmentTimeline><S t="//other.example.org"/></SegmentTimeline></SegmentTemplate></Representation>`,
		),
	)
}

// A BaseURL or Representation of another namespace counts for players that look at no namespace. Refused.
func TestManifestForeignNamespace(t *testing.T) {
	refused(t, playlist.ErrFormat,
		mpd("1.m4s", `<x:BaseURL xmlns:x="urn:x">https://other.example.org/</x:BaseURL>`),
		mpd("$RepresentationID$/1.m4s", `<x:Representation xmlns:x="urn:x" id="//other.example.org"/>`),
		mpd("1.m4s", `<Representation xmlns="urn:x"><BaseURL>//other.example.org/</BaseURL></Representation>`))
}

// A document type declares entities, attributes or an expansion without end. Refused.
func TestManifestDocumentType(t *testing.T) {
	refused(t, playlist.ErrFormat,
		`<!DOCTYPE MPD [<!ENTITY a "https://other.example.org/">]>`+mpd("1.m4s", "<BaseURL>&a;</BaseURL>"),
		`<!DOCTYPE MPD [<!ATTLIST SegmentTemplate media CDATA "https://other.example.org/1.m4s">]>`+mpd("1.m4s", ""),
		`<!DOCTYPE MPD [<!ENTITY a "xxxxxxxx"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>`+mpd("&c;", ""),
		`<!DOCTYPE MPD SYSTEM "https://other.example.org/mpd.dtd">`+mpd("1.m4s", ""), mpd("&undefined;", ""))
}

// A manifest is half on the distribution, half on another host, under one template. Refused.
func TestManifestTwoHosts(t *testing.T) {
	refused(t, playlist.ErrMixed,
		mpd("1.m4s", "<BaseURL>https://other.example.org/</BaseURL><BaseURL>./</BaseURL>"),
		mpd("1.m4s", "<Representation/><Representation><BaseURL>//other.example.org/</BaseURL></Representation>"))
}

// Dot segments, escaped or not, lead a URI out of the signed directory. Refused: the signature is never widened.
func TestPlaylistDotSegments(t *testing.T) {
	refused(
		t,
		playlist.ErrOutside,
		hls("../8/1.ts"),
		hls("%2e%2E/8/1.ts"),
		hls("a/.%2e/../../8/1.ts"),
		hls("/films/1.ts"),
		mpd("../8/$Number$.m4s", ""),
		mpd("a", "<BaseURL>../8/</BaseURL>"),
	)
}

// A manifest nests elements, or multiplies alternative base URLs and Representations, to make work grow faster than
// its length. Refused.
func TestManifestWork(t *testing.T) {
	bases := strings.Repeat(
		"<BaseURL>a/</BaseURL><BaseURL>b/</BaseURL><Period>",
		14,
	) + "<SegmentTemplate media='1'/>" + strings.Repeat(
		"</Period>",
		14,
	)
	many := strings.Repeat("<BaseURL>./</BaseURL>", 1000)
	refused(t, playlist.ErrTooLarge, "<MPD>"+bases+"</MPD>",
		mpd("1.m4s", many+strings.Repeat("<SegmentURL media='1'/>", 110_000)),
		mpd("$RepresentationID$", strings.Repeat("<Representation id='a'/>", 110_000)))
}

// A manifest nests elements without end. Refused at a depth that DASH never reaches.
func TestManifestDepth(t *testing.T) {
	refused(
		t,
		playlist.ErrFormat,
		strings.Repeat("<MPD>", 2_000_000),
		"<MPD>"+strings.Repeat("<Period>", 100_000)+strings.Repeat("</Period>", 100_000)+"</MPD>",
	)
}

// A playlist has so many segments that their signatures fill the memory. Refused over 100,000.
func TestPlaylistSegments(t *testing.T) {
	refused(
		t,
		playlist.ErrTooLarge,
		hls(strings.Repeat("a\n", 1_000_000)),
		hls(strings.Repeat("//o.example/a\n", 500_000)),
		hls(strings.Repeat(`#EXT-X-PART:URI="a"`+"\n", 300_000)),
	)
}

// A manifest is larger than any. Refused over 10 MB.
func TestPlaylistSize(t *testing.T) {
	refused(t, playlist.ErrTooLarge, hls(strings.Repeat("#", playlist.MaxSize)))
}

// A fragment behind a bare ampersand in a CDATA section keeps the scanner looking. It ends.
func TestManifestFragmentInCDATA(t *testing.T) {
	t.Parallel()
	signed, err := rewrite(`<MPD><BaseURL><![CDATA[film.mp4?a&b#c]]></BaseURL></MPD>`)
	if err != nil ||
		!strings.Contains(signed, "film.mp4?a&b&Policy=eyJ_&Signature=PRIVATE-signature&Key-Pair-Id=K2JCJMDEHXQW5F#c") {
		t.Errorf("%q, %v", signed, err)
	}
}

// An error repeats the signature of a URI that is signed already. It is left out.
func TestPlaylistErrorSignature(t *testing.T) {
	refused(
		t,
		policy.ErrReserved,
		hls("1.ts?"+manifestMark),
		hls("a.ts?Signature=PRIVATE-signature"),
		mpd("1.ts?Signature=PRIVATE-signature&amp;a", ""),
	)
}

// An error repeats control characters of a manifest to a terminal. They are escaped.
func TestPlaylistErrorControl(t *testing.T) {
	t.Parallel()
	for _, manifest := range []string{hls("\x1b[31mred"), hls("\u009b31m"), "\x1b]0;title\a",
		mpd("\u202egpj.\u2028", ""), "<MPD><\x1b></MPD>", "<MPD>&\u009b31m;</MPD>",
		"<?xml version='1.0' encoding='\u009b31m'?><MPD/>"} {
		_, err := rewrite(manifest)
		if err == nil || strings.ContainsAny(err.Error(), "\x1b\a\u009b\u202e\u2028\n") {
			t.Errorf("%q: %q", manifest, err)
		}
	}
}

// The host of a manifest responds without end, and so does standard input. The tool stops after 10 MB.
func TestPlaylistEndless(t *testing.T) {
	t.Parallel()
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, "#EXTM3U\n"+strings.Repeat("#", 1<<20)); err != nil {
				return
			}
		}
	}))
	t.Cleanup(endless.Close)
	dir := t.TempDir()
	key := privateKeyFile(t, filepath.Join(dir, "key.pem"))
	args := []string{"--for", "1h", "--key", key, "--key-pair-id", "K2JCJMDEHXQW5F"}
	for _, src := range []string{endless.URL + "/index.m3u8", "-"} {
		stdin := "#EXTM3U\n" + strings.Repeat("#\n", playlist.MaxSize/2)
		r := run(t, dir, stdin, append([]string{"sign", "playlist", src, "--url", manifestURL}, args...)...)
		if r.code != 2 || !strings.Contains(r.stderr, "too large") {
			t.Errorf("%s: %.300q, exit %d", src, r.stderr, r.code)
		}
	}
}

// A line of standard input has no end, or holds control characters. The tool refuses it by its number, escaped.
func TestLinesEndless(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := privateKeyFile(t, filepath.Join(dir, "key.pem"))
	for _, line := range []string{strings.Repeat("x", 1<<20), "https://h.example/\x1b[31m", "\u009b31m",
		"ht\u202etps://h.example/"} {
		r := run(
			t,
			dir,
			"https://h.example/a\n"+line+"\n",
			"sign",
			"urls",
			"--for",
			"1h",
			"--key",
			key,
			"--key-pair-id",
			"K2JCJMDEHXQW5F",
		)
		if r.code != 2 || !strings.Contains(r.stderr, "line 2") || strings.ContainsAny(r.stderr, "\x1b\u009b\u202e") ||
			len(r.stderr) > 500 {
			t.Errorf("%.40q: %q, exit %d", line, r.stderr, r.code)
		}
	}
}

// privateKeyFile writes a new private key to a file.
func privateKeyFile(t *testing.T, name string) string {
	t.Helper()
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	text, err := keys.MarshalPrivate(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// relayed sends a request to a relay that knows one viewer, by a token, and keeps its manifests in memory.
func relayed(t *testing.T, method, target string) *httptest.ResponseRecorder {
	t.Helper()
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	s, err := signer.New("K2JCJMDEHXQW5F", key)
	if err != nil {
		t.Fatal(err)
	}
	h := &playlist.Handler{
		Signer: s, Terms: signer.Terms{For: time.Hour, Resource: "https://d111111abcdef8.cloudfront.net/films/*"},
		Base: "https://d111111abcdef8.cloudfront.net", Token: "token", OnError: func(*http.Request, error) {},
		Allow: func(r *http.Request) bool { return r.FormValue("token") == "good" },
		Fetch: func(_ context.Context, url string) (*http.Response, error) {
			text := hls("1.ts")
			if strings.Contains(url, "film.mp4") {
				text = "PRIVATE film"
			}
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(text))}, nil
		},
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

// A viewer asks the relay for what it should not hand out: without a token, for a segment, outside of its
// resource, by dot segments, with a signature of their own, by another method. Refused without a word of why.
func TestRelayRefuses(t *testing.T) {
	t.Parallel()
	if w := relayed(t, "GET", "/films/7/a.m3u8?token=good"); w.Code != 200 || !strings.Contains(w.Body.String(),
		"Signature=") {
		t.Fatalf("the request that is right: %d %q", w.Code, w.Body)
	}
	for target, status := range map[string]int{
		"GET /films/7/a.m3u8": 403, "GET /films/7/a.m3u8?token=bad&token=good": 403, "HEAD /films/7/a.m3u8": 403,
		"GET /films/7/film.mp4?token=good": 502, "GET /other/a.m3u8?token=good": 404,
		"GET /films/%2e%2e/a.m3u8?token=good":                 400,
		"GET /films/..%2fother/a.m3u8?token=good&Signature=x": 400, "GET /films/*?token=good": 400,
		"POST /films/7/a.m3u8?token=good":                 405,
		"GET //other.example.org/films/a.m3u8?token=good": 404, "GET /@other.example.org/films/a.m3u8?token=good": 404,
	} {
		method, path, _ := strings.Cut(target, " ")
		w := relayed(t, method, path)
		if body := w.Body.String(); w.Code != status || strings.Contains(body, "PRIVATE") || strings.Contains(body,
			"Signature") {
			t.Errorf("%s: %d %q, want %d", target, w.Code, body, status)
		}
	}
}

// A steering manifest names another host for URIs that are signed already. Refused.
func TestSteeringOtherHost(t *testing.T) {
	refused(t, playlist.ErrMixed,
		`{"PATHWAY-PRIORITY": [], "PATHWAY-CLONES": [{"URI-REPLACEMENT": {"HOST": "other.example.org"}}]}`,
		`{"PATHWAY-PRIORITY": [], "PATHWAY-CLONES": [{"URI-REPLACEMENT": {"HOST": `+
			`"d111111abcdef8.cloudfront.net@other.example.org"}}]}`)
}
