package playlist_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/playlist"
)

// TestMoved holds what becomes of a URI where viewers get the manifest from
// elsewhere than the distribution. SIGNED stands for the signature.
func TestMoved(t *testing.T) {
	t.Parallel()
	const host, place = "https://h.example", "https://h.example/a,b/"
	public := func(_, path string) bool { return !strings.HasPrefix(path, "/public/") }
	relay := playlist.Rewriter{Relay: true, RelayURL: "https://app.example/r/a,b/x", Carry: "t=1"}
	absolute := playlist.Rewriter{Absolute: true}
	for _, test := range []struct {
		name, manifest, want string
		r                    playlist.Rewriter
	}{
		{"no quotes, and a comma in the directory", hls("#EXT-X-MAP:URI=i.mp4,X=1"),
			hls(`#EXT-X-MAP:URI="` + place + `i.mp4?SIGNED",X=1`), absolute},
		{"no quotes, and it comes back", hls("#EXT-X-MEDIA:URI= a.m3u8 ,X=1"),
			hls(`#EXT-X-MEDIA:URI= "a.m3u8?t=1" ,X=1`), relay},
		{"no quotes and nothing in them", hls("#EXT-X-MEDIA:URI=,X=1"), hls("#EXT-X-MEDIA:URI=,X=1"), relay},
		{"an attribute without a name", hls(`#EXT-X-MAP:=a,URI="i.mp4"`),
			hls(`#EXT-X-MAP:=a,URI="` + place + `i.mp4?SIGNED"`), absolute},
		{"a quotation mark", hls(`/public/".ts`), hls(host + "/public/%22.ts"), absolute},
		{"a quotation mark in JSON", `{"ASSETS": [{"URI": "/public/\"?\""}]}`,
			`{"ASSETS": [{"URI": "https://h.example/public/%22?%22"}]}`, absolute},
		{"escapes in JSON", `{"ASSETS": [{"URI": " \u0061?x&amp; "}]}`,
			`{"ASSETS": [{"URI": " ` + place + `a?x&amp;&SIGNED "}]}`, absolute},
		{"a fragment", hls("a.ts?#t=1", "https://h.example/a,b/c.ts#t"),
			hls(place+"a.ts?SIGNED#t=1", place+"c.ts?SIGNED#t"), absolute},
		{"no path", hls("?x=1", `#EXT-X-MAP:URI="#t"`), hls(place+"x?x=1&SIGNED",
			`#EXT-X-MAP:URI="`+place+`x?q=1&SIGNED#t"`), absolute},
		{"a fragment behind a reference", mpd("<BaseURL>a&#38;b&#35;t</BaseURL><Location>c&amp;d&#x23;t</Location>"),
			mpd("<BaseURL>" + place + "a&amp;b?SIGNED&#35;t</BaseURL><Location>" + place + "c&amp;d?SIGNED&#x23;t</Location>"),
			absolute},
		{"an anchor of a manifest", mpd("<Location>a.mpd#t=1</Location>"),
			mpd("<BaseURL>" + place + "</BaseURL><Location>" + place + "a.mpd?SIGNED#t=1</Location>"), absolute},
		{"documents beside a base", mpd("<BaseURL>c/</BaseURL><Location>a</Location><ContentSteering>s</ContentSteering>"),
			mpd("<BaseURL>" + place + "c/</BaseURL><Location>" + place + "a?SIGNED</Location><ContentSteering>" + place +
				"c/s?SIGNED</ContentSteering>"), absolute},
		{"a base directory", mpd("<BaseURL>c/#x</BaseURL><Period><BaseURL>d/</BaseURL></Period>"),
			mpd("<BaseURL>" + place + "c/#x</BaseURL><Period><BaseURL>d/</BaseURL></Period>"), absolute},
		{"a base directory elsewhere", mpd("<BaseURL>//o.example/</BaseURL><BaseURL>data:/</BaseURL>"),
			mpd("<BaseURL>https://o.example/</BaseURL><BaseURL>data:/</BaseURL>"), absolute},
		{"a base file", mpd("<BaseURL>c.mp4</BaseURL>"), mpd("<BaseURL>" + place + "c.mp4?SIGNED</BaseURL>"), relay},
		{"an identifier outside a template",
			mpd(`<BaseURL>./</BaseURL><Representation id="//o.example/"><SegmentURL ` +
				`media="$RepresentationID$a"/></Representation>`),
			mpd(`<BaseURL>` + place + `</BaseURL><Representation id="//o.example/">` +
				`<SegmentURL media="$RepresentationID$a?SIGNED"/></Representation>`), relay},
		{"CDATA", mpd("<BaseURL><![CDATA[c.mp4?a&b]]></BaseURL>"),
			mpd("<BaseURL><![CDATA[" + place + "c.mp4?a&b&SIGNED]]></BaseURL>"), relay},
		{"a colon in the first segment", hls("#EXT-X-MEDIA:URI=\"/a,b/../c:d.m3u8\""),
			hls(`#EXT-X-MEDIA:URI="../c:d.m3u8?t=1"`), relay},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.r.Query, test.r.Private = func(string) (string, error) { return "SIGNED", nil }, public
			test.r.Resource, test.r.OtherHosts = host+"/*", []string{"o.example"}
			got, err := test.r.Rewrite(place+"x?q=1", []byte(test.manifest))
			if err != nil || string(got) != test.want {
				t.Errorf("%v, got\n%s\nwant\n%s", err, got, test.want)
			}
		})
	}
	absolute.Query = stub
	for manifest, want := range map[string]error{
		hls(`#EXT-X-MAP:URI=a"b`): playlist.ErrURI, `{"ASSETS": [{"URI": "a\u0023b"}]}`: playlist.ErrURI,
		hls(`#EXT-X-MAP:URI=../b`): playlist.ErrOutside,
	} {
		if _, err := absolute.Rewrite(place+"x", []byte(manifest)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", manifest, err, want)
		}
	}
}

// TestRelayAtTheRoot holds that a document comes back by a reference that no
// player takes for a host or a scheme.
func TestRelayAtTheRoot(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub, Relay: true}
	manifest := []byte(hls(`#EXT-X-MEDIA:URI="https://h.example//v.m3u8"`, `#EXT-X-MEDIA:URI="/c:d.m3u8"`,
		`#EXT-X-MEDIA:URI="/e.m3u8?f"`))
	got, err := r.Rewrite("https://h.example/x", manifest)
	want := hls(`#EXT-X-MEDIA:URI=".//v.m3u8"`, `#EXT-X-MEDIA:URI="./c:d.m3u8"`, `#EXT-X-MEDIA:URI="e.m3u8?f"`)
	if err != nil || string(got) != want {
		t.Errorf("%v, got\n%s", err, got)
	}
}

// TestLongest holds that a URL may have as many bytes as CloudFront accepts, in
// whatever way the manifest writes it.
func TestLongest(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub}
	room := signer.MaxURL - len(home) - len("?") - len(signature)
	for more, want := range map[int]error{0: nil, 1: signer.ErrTooLong} {
		name := strings.Repeat("x", room+more)
		for _, manifest := range []string{hls(name), mpd("<BaseURL>" + name + "</BaseURL>")} {
			if _, err := r.Rewrite(home+"a", []byte(manifest)); !errors.Is(err, want) {
				t.Errorf("%d bytes more than there is room for: %v", more, err)
			}
		}
	}
}

// TestLongestParts holds how long what is put together of parts may be, where
// no signature makes it longer.
func TestLongestParts(t *testing.T) {
	t.Parallel()
	const other = "https://o.example/"
	r := playlist.Rewriter{Query: stub}
	for more, fails := range []bool{false, true} {
		part := strings.Repeat("x", (signer.MaxURL-len(other))/2+more)
		whole := strings.Repeat("x", signer.MaxURL+more)
		variables := hls(`#EXT-X-DEFINE:NAME="a",VALUE="`+other+part+`"`,
			`#EXT-X-DEFINE:NAME="b",VALUE="`+part+`"`, "{$a}{$b}")
		directory := mpd("<BaseURL>" + other + whole[len("//"):] + "/</BaseURL>")
		id := mpd("<BaseURL>" + other + `</BaseURL><SegmentTemplate media="$RepresentationID$"/><Representation id="` +
			whole + `"/>`)
		for manifest, want := range map[string]error{
			variables: playlist.ErrVariable, directory: playlist.ErrURI, id: playlist.ErrURI,
		} {
			if _, err := r.Rewrite(home+"a", []byte(manifest)); errors.Is(err, want) != fails || err != nil != fails {
				t.Errorf("%d bytes more, %s: %v", more, manifest[:60], err)
			}
		}
	}
}

// TestManyURIs holds that a manifest may have so many URIs, and no more.
func TestManyURIs(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub, Private: func(string, string) bool { return false }}
	for n, want := range map[int]error{playlist.MaxURIs: nil, playlist.MaxURIs + 1: playlist.ErrTooLarge} {
		if _, err := r.Rewrite(home+"a", []byte(hls(strings.Repeat("1.ts\n", n)))); !errors.Is(err, want) {
			t.Errorf("%d URIs: %v", n, err)
		}
	}
}

// TestManyBases holds that a Period with a base URL counts as two URIs.
func TestManyBases(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub}
	for more, want := range []error{nil, playlist.ErrTooLarge} {
		manifest := mpd(strings.Repeat("<Period><BaseURL>a/</BaseURL></Period>", playlist.MaxURIs/2+more))
		if _, err := r.Rewrite(home+"a", []byte(manifest)); !errors.Is(err, want) {
			t.Errorf("%d more: %v", more, err)
		}
	}
}

// TestAlike holds that base URLs that are alike count as one, however many
// elements or Representations name them.
func TestAlike(t *testing.T) {
	t.Parallel()
	r := playlist.Rewriter{Query: stub}
	for _, manifest := range []string{
		mpd(strings.Repeat("<BaseURL>a/</BaseURL>", 1001)),
		mpd("<Period><AdaptationSet><SegmentList>" + strings.Repeat(`<SegmentURL media="a"/>`, 300) + "</SegmentList>" +
			strings.Repeat("<Representation/>", 400) + "</AdaptationSet></Period>"),
	} {
		if _, err := r.Rewrite(home+"a.mpd", []byte(manifest)); err != nil {
			t.Error(err)
		}
	}
}

// TestManyPlaces holds that what Representations inherit is counted before it
// takes memory.
func TestManyPlaces(t *testing.T) {
	t.Parallel()
	var bases strings.Builder
	for i := range 900 {
		bases.WriteString("<BaseURL>a" + strings.Repeat("b", i) + "/</BaseURL>")
	}
	r := playlist.Rewriter{Query: stub}
	_, err := r.Rewrite(home+"a.mpd", []byte(mpd(
		bases.String()+"<Period>"+strings.Repeat("<Representation/>", 100_000)+"</Period>",
	)))
	if !errors.Is(err, playlist.ErrTooLarge) {
		t.Errorf("%v", err)
	}
}
