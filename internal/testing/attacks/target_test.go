package attacks_test

import "testing"

// A viewer asks for a private object without a signature. 403 MissingKey.
func TestUnsigned(t *testing.T) {
	s := serve(t, app)
	status(t, get(t, s, "/report.pdf"), 403)
	opened(t, get(t, s, "/public/picture.jpg"))
}

// The signature of one object is put on another. 403 AccessDenied.
func TestOtherObject(t *testing.T) {
	s := serve(t, app)
	q := query(t, s, "/film")
	opened(t, get(t, s, "/film?"+q))
	status(t, get(t, s, "/report.pdf?"+q), 403)
}

// A wildcard for a directory is put on an object beside it. 403 AccessDenied.
func TestWildcardElsewhere(t *testing.T) {
	s := serve(t, app)
	q := wildcard(t, s, "/hls/*")
	opened(t, get(t, s, "/hls/1.ts?"+q))
	opened(t, h2Get(t, s, host(s), "/hls/1.ts?"+q))
	status(t, get(t, s, "/report.pdf?"+q), 403)
	status(t, get(t, s, "/hls2/1.ts?"+q), 403)
}

// Signed cookies for a directory are sent for an object beside it. 403 AccessDenied.
func TestCookiesElsewhere(t *testing.T) {
	s := serve(t, app)
	c := cookies(t, s, "/hls/*")
	opened(t, get(t, s, "/hls/1.ts", "Cookie: "+c))
	status(t, get(t, s, "/report.pdf", "Cookie: "+c), 403)
}

// A viewer asks for a private object over plain HTTP with a good signature. 301 to HTTPS, with no content.
func TestPlainHTTP(t *testing.T) {
	s := serve(t, app)
	q := query(t, s, "/film")
	if r := plain(t, s, "/film?"+q); r.StatusCode != 301 || r.Text == "PRIVATE film" {
		t.Errorf("%d %q, want a redirect", r.StatusCode, r.Text)
	}
}
