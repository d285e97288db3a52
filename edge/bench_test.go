package edge_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/edge"
)

// discard is a viewer that throws everything away.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

// BenchmarkServe is what a request costs beside the network: 16 KiB from the
// cache, public, signed and seen before, and signed anew each time.
func BenchmarkServe(b *testing.B) {
	object := &fstest.MapFile{Data: bytes.Repeat([]byte("x"), 16<<10)}
	options := edge.Options{Clock: func() time.Time { return caseStart },
		Buckets: map[string]fs.FS{"": fstest.MapFS{"public/a.bin": object, "private/a.bin": object}}}
	e := newEdge(b, "s3", options)
	canned := func(key string) string {
		g := grant{kind: "canned", until: caseStart.Unix() + 3600, key: key, hash: "SHA256"}
		return g.signURL(b, "https://cdn.example.com/private/a.bin")
	}
	b.Run("public", func(b *testing.B) { serve(b, e, []string{"https://cdn.example.com/public/a.bin"}) })
	for _, key := range []string{"rsa", "p256"} {
		b.Run("remembered/"+key, func(b *testing.B) { serve(b, e, []string{canned(key)}) })
	}
	options.VerifyAnew = true
	anew := newEdge(b, "s3", options)
	for _, key := range []string{"rsa", "p256"} {
		b.Run("verified/"+key, func(b *testing.B) { serve(b, anew, []string{canned(key)}) })
	}
	b.Run("refused", func(b *testing.B) { serve(b, e, []string{"https://cdn.example.com/private/a.bin"}) })
}

func serve(b *testing.B, h http.Handler, urls []string) {
	b.Helper()
	requests := make([]*http.Request, len(urls))
	for i, u := range urls {
		_, target, _ := strings.Cut(u, "cdn.example.com")
		r, err := http.NewRequest(http.MethodGet, u, nil)
		if err != nil {
			b.Fatal(err)
		}
		r.RequestURI, r.TLS, r.RemoteAddr = target, &tls.ConnectionState{}, "192.0.2.1:1"
		requests[i] = r
		h.ServeHTTP(&discard{http.Header{}}, r) // into the cache
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h.ServeHTTP(&discard{http.Header{}}, requests[i%len(requests)])
	}
}

// BenchmarkMatch is what the number of behaviors, and of objects in the cache,
// adds to a request.
func BenchmarkMatch(b *testing.B) {
	for _, behaviors := range []int{2, 6, 25} {
		for _, objects := range []int{1, 1000, 10000} {
			b.Run(fmt.Sprintf("behaviors=%d/objects=%d", behaviors, objects), func(b *testing.B) {
				files := fstest.MapFS{}
				for i := range objects {
					files[fmt.Sprintf("public/%d.bin", i)] = &fstest.MapFile{Data: []byte("x")}
				}
				e := newEdge(b, "s3", edge.Options{Text: withBehaviors(b, behaviors), CacheSize: 1 << 30,
					Clock: func() time.Time { return caseStart }, Buckets: map[string]fs.FS{"": files}})
				urls := make([]string, objects)
				for i := range urls {
					urls[i] = fmt.Sprintf("https://cdn.example.com/public/%d.bin", i)
				}
				serve(b, e, urls)
			})
		}
	}
}

// withBehaviors returns the s3 template with so many behaviors, the last but one
// of which is public/*.
func withBehaviors(b *testing.B, n int) []byte {
	b.Helper()
	more := "        CacheBehaviors:\n"
	for i := range n - 2 {
		more += fmt.Sprintf("          - {PathPattern: \"section-%d/*\", TargetOriginId: bucket, "+
			"ViewerProtocolPolicy: https-only, CachePolicyId: {Ref: CachePolicy}}\n", i)
	}
	return []byte(strings.Replace(templateText(b, "s3"), "        CacheBehaviors:\n", more, 1))
}
