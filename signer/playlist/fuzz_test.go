package playlist_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/privatecdn/signer/playlist"
)

const mark = "Policy=MARK"

// marked signs with something that no manifest holds.
func marked(string) (string, error) { return mark, nil }

// seed adds the golden manifests that end in suffix.
func seed(f *testing.F, suffix string) {
	f.Helper()
	names, err := filepath.Glob("testdata/*" + suffix)
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
}

// joint matches what may stand between a URI and its signature.
var joint = regexp.MustCompile(`(?:\?|&amp;|&)$`)

// checkInsertions fails unless signatures are all that was added to a manifest.
func checkInsertions(t *testing.T, manifest, signed string) {
	t.Helper()
	rest := manifest
	for piece := range strings.SplitAfterSeq(signed, mark) {
		piece, cut := strings.CutSuffix(piece, mark)
		if cut && !strings.HasPrefix(rest, piece) {
			piece = joint.ReplaceAllString(piece, "")
		}
		after, ok := strings.CutPrefix(rest, piece)
		if !ok {
			t.Fatalf("%q became %q", manifest, signed)
		}
		rest = after
	}
	if rest != "" {
		t.Fatalf("%q became %q", manifest, signed)
	}
}

// lineEnds are where players end a line or an attribute of HLS, quotes where
// they end a value or an element of DASH.
var (
	lineEnds = regexp.MustCompile("[\r\n\v\f\u0085\u2028\u2029\"]")
	quotes   = regexp.MustCompile("[\"'<>]")
)

// checkHosts fails if a signature is part of a URI that leads to another host.
func checkHosts(t *testing.T, ends *regexp.Regexp, signed string) {
	t.Helper()
	for _, piece := range ends.Split(signed, -1) {
		uri := strings.TrimSpace(piece)
		if before, _, ok := strings.Cut(uri, mark); !ok || strings.ContainsAny(before, "{$,&") {
			continue // what a variable or an entity stands for is not known here
		}
		u, err := url.Parse(uri)
		if err == nil && u.Host != "" && !strings.EqualFold(u.Hostname(), "d111111abcdef8.cloudfront.net") {
			t.Errorf("%q is signed", uri)
		}
	}
}

func FuzzHLS(f *testing.F) {
	seed(f, ".m3u8")
	f.Add("#EXTM3U\n#EXT-X-MAP:URI=\"a\nb#?\r\n")
	f.Add("#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"//b\"\n#EXT-X-DEFINE:NAME=\"c\",VALUE=\"{$a}\"\n{$c}/d")
	f.Add("#EXTM3U\n#EXT-X-MAP:URI= //b ,X=\" https://c\",URI=\" https://c \"\n\u00a0//d\n")
	r, relay := playlist.Rewriter{Query: marked}, playlist.Rewriter{Query: marked, Relay: true}
	f.Fuzz(func(t *testing.T, manifest string) {
		manifest = "#EXTM3U\n" + strings.ReplaceAll(manifest, mark, "")
		if signed, err := r.Rewrite(home, []byte(manifest)); err == nil {
			checkInsertions(t, manifest, string(signed))
			checkHosts(t, lineEnds, string(signed))
		}
		if signed, err := relay.Rewrite(home, []byte(manifest)); err == nil {
			checkHosts(t, lineEnds, string(signed))
		}
	})
}

func FuzzMPD(f *testing.F) {
	seed(f, ".mpd")
	f.Add(mpd("<BaseURL><![CDATA[a?b&c#d]]></BaseURL><Period><SegmentTemplate media='a&#35;b'/></Period>"))
	f.Add(mpd("<Period><SegmentTemplate media=' $RepresentationID$/1 '/><Representation id='//b'/></Period>"))
	f.Add(
		`<?xml version="1.0" encoding="us-ascii"?>` + mpd(
			"<x:y xmlns:x='z'/><BaseURL>&#x20;//b</BaseURL><Location>a</Location>",
		),
	)
	r, relay := playlist.Rewriter{Query: marked}, playlist.Rewriter{Query: marked, Relay: true}
	f.Fuzz(func(t *testing.T, manifest string) {
		manifest = strings.ReplaceAll(manifest, mark, "")
		if signed, err := r.Rewrite(home, []byte(manifest)); err == nil {
			checkInsertions(t, manifest, string(signed))
			checkHosts(t, quotes, string(signed))
		}
		if signed, err := relay.Rewrite(home, []byte(manifest)); err == nil {
			checkHosts(t, quotes, string(signed))
		}
	})
}
