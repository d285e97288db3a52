package attacks_test

import (
	"testing"
	"testing/fstest"

	"example.com/privatecdn/edge/edgetest"
)

// serveGolden starts an edge over a golden template of the construct.
func serveGolden(t *testing.T, name string) *edgetest.Server {
	t.Helper()
	t.Parallel()
	return edgetest.NewServer(t, golden(name), fstest.MapFS{
		"film.mp4":            {Data: []byte("PRIVATE film")},
		"private/a.jpg":       {Data: []byte("PRIVATE picture")},
		"a.jpg":               {Data: []byte("public picture")},
		"public/a.txt":        {Data: []byte("public text")},
		"public/refused.html": {Data: []byte("public page")},
	})
}

// A viewer escapes the slash of a signed folder that a public pattern follows. 403: the construct lets no signed
// pattern before a public one end at a slash.
func TestEscapedSlashOfSignedFolder(t *testing.T) {
	s := serveGolden(t, "ordered")
	opened(t, get(t, s, "/a.jpg"))
	for _, path := range []string{"/private%2Fa.jpg", "/private%2fa.jpg", "/%70rivate%2Fa.jpg", "//private%2Fa.jpg",
		"/x/..%2Fprivate/a.jpg", "/./private/a.jpg"} {
		closed(t, get(t, s, path))
	}
}

// A viewer leaves a public folder by dot segments, plain, escaped and mixed. 403: patterns see the path without them,
// S3 takes them for names.
func TestDotSegmentsOfPublicFolder(t *testing.T) {
	s := serveGolden(t, "public")
	opened(t, get(t, s, "/public/a.txt"))
	for _, path := range []string{
		"/public/../film.mp4", "/public/%2e%2e/film.mp4", "/public/.%2E/film.mp4", "/public/..%2Ffilm.mp4",
		"/public%2F..%2Ffilm.mp4",
		"/public/%2E%2E%2Ffilm.mp4", "/public//../film.mp4", "/public/%252e%252e/film.mp4",
	} {
		closed(t, get(t, s, path))
	}
}

// A viewer who is refused gets the error page, and asks for a private object so that the page's behavior answers for
// it. The page alone, with the status of the refusal.
func TestErrorPageIsAllThatIsShown(t *testing.T) {
	s := serveGolden(t, "front")
	for _, path := range []string{"/film.mp4", "/public/../film.mp4", "/public/refused.html/../../film.mp4"} {
		if r := get(t, s, path); r.StatusCode != 403 || r.Text != "public page" {
			t.Errorf("%s: %d %q, want the error page with 403", path, r.StatusCode, r.Text)
		}
	}
}

// A viewer sends a write to a bucket that a behavior reads. 403: the method is not allowed, and the origin access
// grants s3:GetObject alone.
func TestWriteThroughBehavior(t *testing.T) {
	s := serveGolden(t, "public")
	for _, method := range []string{"PUT", "POST", "PATCH", "DELETE"} {
		closed(t, raw(t, s, method+" /public/a.txt HTTP/1.1\nHost: "+host(s)+"\nContent-Length: 0\nConnection: close\n\n"))
	}
	opened(t, get(t, s, "/public/a.txt"))
}
