package playlist_test

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"example.com/privatecdn/signer/playlist"
)

// pieces make references that are easy to get wrong.
var pieces = []string{
	"a", "b.ts", "seg-1.m4s", "/", "//", ".", "..", "./", "../", "%2F", "x=1", "?", "&", "é", "+", "~", "$Number$",
	":", "https:", "https://d111111abcdef8.cloudfront.net", "https://other.example", "data:", "@", ":443", "#", ";",
	",",
}

func reference(random *rand.Rand) string {
	var b strings.Builder
	for range 1 + random.IntN(6) {
		b.WriteString(pieces[random.IntN(len(pieces))])
	}
	return b.String()
}

// TestOnlyInsertions holds, for manifests of random references, that taking
// the signatures out gives the manifest back, byte for byte.
func TestOnlyInsertions(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	const mark = "Policy=MARK"
	r := playlist.Rewriter{
		Query:    func(string) (string, error) { return mark, nil },
		Resource: "https://d111111abcdef8.cloudfront.net/*",
	}
	signed := 0
	for range 20000 {
		ref := reference(random)
		endings := []string{"\n", "\r\n", "\n\n", " \n"}
		if bare, _, _ := strings.Cut(ref, "#"); strings.HasSuffix(bare, "?") {
			continue // the signature follows without a joint of its own
		}
		manifest := "#EXTM3U\n" + ref + endings[random.IntN(4)] + `#EXT-X-MAP:URI="` + ref + `",BYTERANGE="1@0"`
		if random.IntN(2) == 0 {
			ref = strings.ReplaceAll(ref, "&", "&amp;")
			manifest = mpd(
				"<BaseURL> " + ref + "\r\n</BaseURL>" +
					"<Period><SegmentList><SegmentURL index='" + ref + "'/></SegmentList></Period>",
			)
		}
		got, err := r.Rewrite(home+"a", []byte(manifest))
		if err != nil {
			continue
		}
		if strings.Contains(string(got), mark) {
			signed++
		}
		checkInsertions(t, manifest, string(got))
	}
	if signed < 1000 {
		t.Errorf("only %d of 20000 were signed", signed)
	}
}

// TestResolvesAsGo holds that a URI leads where net/url says it does.
func TestResolvesAsGo(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(8, 8))
	base, err := url.Parse(home + "a")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for range 50000 {
		ref := reference(random)
		var host, path string
		r := playlist.Rewriter{Query: stub, Private: func(h, p string) bool {
			host, path = h, p
			return false
		}}
		_, err := r.Rewrite(home+"a", []byte("#EXTM3U\n#EXT-X-MAP:URI=\""+ref+"\"\n"))
		parsed, judged := base.Parse(ref)
		if err != nil || judged != nil || host == "" || strings.Contains(ref, "//") || strings.Contains(ref, "%2F") {
			continue // net/url resolves empty segments away, which RFC 3986 keeps
		}
		compared++
		want, _ := url.PathUnescape(path)
		if parsed.Path != want && !(parsed.Path == "" && path == "/") ||
			!strings.EqualFold(strings.TrimSuffix(parsed.Host, ":443"), host) {
			t.Fatalf("%q leads to %s%s, net/url says %s", ref, host, path, parsed)
		}
	}
	if compared < 10000 {
		t.Errorf("only %d of 50000 were compared", compared)
	}
}
