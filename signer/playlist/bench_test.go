package playlist_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/signer/playlist"
	"example.com/privatecdn/signer/policy"
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

// rsaQuery signs a wildcard as CloudFront wants it, with a new RSA key.
func rsaQuery(tb testing.TB) func(string) (string, error) {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		tb.Fatal(err)
	}
	return func(resource string) (string, error) {
		text := policy.Policy{Resource: resource, Until: time.Unix(1_800_000_000, 0)}.Append(nil)
		digest := sha256.Sum256(text)
		sig, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
		return "Policy=" + policy.Encode(text) + "&Signature=" + policy.Encode(sig) + "&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256", err
	}
}

func BenchmarkPlaylist(b *testing.B) {
	r := playlist.Rewriter{Query: rsaQuery(b)}
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
