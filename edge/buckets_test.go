package edge_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/privatecdn/edge"
)

// A bucket that is nobody's origin is empty unless its content is given by name.
func TestContentOfOtherBuckets(t *testing.T) {
	t.Parallel()
	s := shape{resources: `
L: {Type: AWS::S3::Bucket, Properties: {BucketName: logs}}
Q: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref L, PolicyDocument: {Statement: [{Effect: Allow,
  Principal: "*", Action: "s3:GetObject", Resource: !Sub "${L.Arn}/*"}]}}}`}
	files := fstest.MapFS{"a.txt": {Data: []byte("a")}}
	for name, want := range map[string]int{"logs": 200, "L": 200, "other": 403} {
		e := newEdge(t, "", edge.Options{Text: s.text(), Buckets: map[string]fs.FS{"": files, name: files}})
		if r := get(t, e, "https://logs.s3.localhost/a.txt"); r.StatusCode != want {
			t.Errorf("the content of %s: %s, want %d", name, r.Status, want)
		}
	}
}

// An object has up to 50 cache tags, the others are ignored.
func TestMostCacheTags(t *testing.T) {
	t.Parallel()
	var tags []string
	for i := range 51 {
		tags = append(tags, fmt.Sprint("t", i+1))
	}
	s := shape{config: "CacheTagConfig: {HeaderName: Cache-Tag}", origins: custom("o", "web.example.com")}
	e := newEdge(t, "", edge.Options{Text: s.text(), Origins: map[string]http.RoundTripper{
		"o": roundTripper(func(*http.Request) (*http.Response, error) {
			return answer(strings.NewReader("x"), 1, "Cache-Tag", strings.Join(tags, ",")), nil
		})}})
	get(t, e, homeOf(e))
	if last, first := e.Invalidate("#t51"), e.Invalidate("#t50"); last != 0 || first != 1 {
		t.Errorf("%d objects have the tag 51, %d the tag 50", last, first)
	}
}
