package playlist_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/playlist"
)

// segments is an HLS playlist of n segments, as packagers write it.
func segments(n int) []byte {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI=\"init.mp4\"\n")
	for i := range n {
		fmt.Fprintf(&b, "#EXTINF:6.000000,\nsegment_%05d.m4s\n", i)
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return []byte(b.String())
}

// newSigner is a signer with a new RSA key.
func newSigner(tb testing.TB) *signer.Signer {
	tb.Helper()
	key, err := keys.Generate(keys.RSA2048)
	if err != nil {
		tb.Fatal(err)
	}
	s, err := signer.New("K2JCJMDEHXQW5F", key)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func BenchmarkPlaylist(b *testing.B) {
	r := playlist.For(newSigner(b), signer.Terms{For: time.Hour})
	for _, n := range []int{1000, 10000} {
		manifest := segments(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Rewrite(home+"index.m3u8", manifest); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDeployed asks for each of 10,000 segments whether it is private.
func BenchmarkDeployed(b *testing.B) {
	d := &deployment.Deployment{Hosts: []string{"d111111abcdef8.cloudfront.net"}, Behaviors: []deployment.Behavior{
		{PathPattern: "public/*", Access: deployment.Public}, {PathPattern: "*", Access: deployment.Signed},
	}}
	r := playlist.For(newSigner(b), signer.Terms{For: time.Hour})
	r.Private = func(host, path string) bool {
		behavior, _ := d.Behavior(path)
		return d.HasHost(host) && behavior.Access == deployment.Signed
	}
	manifest := segments(10000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Rewrite(home+"index.m3u8", manifest); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDASH signs a manifest of 1,000 Representations, each with a template
// of its own.
func BenchmarkDASH(b *testing.B) {
	var text strings.Builder
	text.WriteString("<Period><AdaptationSet>")
	for i := range 1000 {
		fmt.Fprintf(&text,
			`<Representation id="v%d" bandwidth="%d"><SegmentTemplate media="$RepresentationID$/$Number$.m4s" `+
				`initialization="$RepresentationID$/init.mp4" startNumber="1" duration="2"/></Representation>`, i, 1000+i)
	}
	text.WriteString("</AdaptationSet></Period>")
	manifest := []byte(mpd(text.String()))
	r := playlist.For(newSigner(b), signer.Terms{For: time.Hour})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Rewrite(home+"index.mpd", manifest); err != nil {
			b.Fatal(err)
		}
	}
}
