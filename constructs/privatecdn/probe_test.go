package privatecdn_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/deployment"
)

// probe is one request to a scenario's distribution and what must come back.
type probe struct {
	path   string
	how    string // plain, signed or presigned; of a viewer over HTTPS
	bucket string // presigned for, where that is not the distribution's
	method string // GET when empty
	origin string // the page's, for CORS
	auth   string // the request's Authorization
	status int
	body   string            // part of it
	header map[string]string // "-" for one that must not be there
}

// probes are what the properties of a scenario promise to viewers, beside what
// every scenario does.
var probes = map[string][]probe{
	"public": {
		{path: "/public/a.txt", how: "plain", status: 200, body: "content of public/a.txt"},
		{path: "/public/%2e%2e/film.mp4", how: "plain", status: 403, body: "MissingKey"},
		{path: "/public/../film.mp4", how: "plain", status: 403, body: "MissingKey"},
	},
	"ordered": {
		{path: "/a.jpg", how: "plain", status: 200},
		{path: "/private/a.jpg", how: "plain", status: 403, body: "MissingKey"},
		{path: "/private/a.jpg", how: "signed", status: 200},
		{path: "/img/a.png?w=1", how: "plain", status: 200},
		{path: "/live/a.ts", how: "signed", method: "OPTIONS", status: 403},
		{path: "/film.mp4", how: "plain", status: 403, body: "MissingKey"},
	},
	"presigned": {
		{path: "/s3/a.txt", how: "plain", status: 403, body: "<Message>Access Denied</Message>"},
		{path: "/s3/a.txt", how: "presigned", status: 200, body: "content of s3/a.txt"},
		{path: "/own/a.txt", how: "presigned", bucket: "own-content", status: 200, body: "content of own/a.txt"},
		{path: "/own/a.txt", how: "plain", status: 403, body: "<Message>Access Denied</Message>"},
	},
	"presigned-whole": {
		{path: "/film.mp4", how: "plain", status: 403, body: "<Message>Access Denied</Message>"},
		{path: "/film.mp4", how: "presigned", status: 200},
	},
	"front": {
		{path: "/", how: "signed", status: 200, body: "content of index.html"},
		{path: "/film.mp4", how: "plain", status: 403, body: "content of public/refused.html"},
	},
	"cookies-across-origins": {
		{path: "/film.mp4", how: "signed", origin: "https://app.example.com", status: 200, header: map[string]string{
			"Access-Control-Allow-Origin": "https://app.example.com", "Access-Control-Allow-Credentials": "true",
		}},
		{path: "/film.mp4", how: "signed", origin: "https://evil.example", status: 200, header: map[string]string{
			"Access-Control-Allow-Origin": "-", "Access-Control-Allow-Credentials": "-",
		}},
	},
	"headers": {
		{path: "/film.mp4", how: "signed", origin: "https://www.example.com", status: 200, header: map[string]string{
			"Access-Control-Allow-Origin": "https://www.example.com", "Access-Control-Expose-Headers": "ETag",
			"Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
			"X-Frame-Options":           "DENY", "Content-Security-Policy": "default-src 'none'",
		}},
	},
	"two-rings": {
		{path: "/partners/a.txt", how: "signed", status: 200},
		{path: "/partners/a.txt", how: "plain", status: 403, body: "MissingKey"},
	},
	"origins": {
		{path: "/archive/a.txt", how: "signed", status: 200},
		{path: "/archive/a.txt", how: "plain", status: 403, body: "MissingKey"},
		{path: "/api/x?q=1", how: "plain", method: "DELETE", auth: "Bearer a", status: 200,
			body: "DELETE /api/x?q=1 of api.example.com [Bearer a]"},
		{path: "/api/x?q=1", how: "plain", auth: "Bearer a", status: 200, body: "[Bearer a]"},
		{path: "/api/x?q=1", how: "plain", auth: "Bearer b", status: 200, body: "[Bearer b]",
			header: map[string]string{"X-Cache": "Miss from cloudfront"}},
	},
	"live": {
		{path: "/live/a.m3u8", how: "plain", status: 403, body: "MissingKey"},
		{path: "/live/a.m3u8?_HLS_msn=7", how: "signed", origin: "https://app.example.com", status: 200,
			header: map[string]string{
				"Access-Control-Allow-Credentials": "true",
			}},
	},
	"downloads": {
		{path: "/downloads/a.txt?response-content-disposition=attachment%3B%20filename%3D%22A.txt%22", how: "signed",
			status: 200,
			header: map[string]string{"Content-Disposition": `attachment; filename="A.txt"`}},
		{path: "/film.mp4?response-content-disposition=attachment", how: "signed", status: 200,
			header: map[string]string{"Content-Disposition": "-"}},
	},
	"bucket-origin": {
		{path: "/a.jpg", how: "signed", status: 200, body: "content of private/a.jpg"},
		{path: "/public/a.txt", how: "signed", status: 403, body: "AccessDenied"},
	},
	"failover": {
		{path: "/film.mp4", how: "signed", status: 200, body: "content of film.mp4"},
		{path: "/broken.mp4", how: "plain", status: 403, body: "MissingKey"},
		{path: "/broken.mp4", how: "signed", status: 200, body: "content of the replica"},
		{path: "/missing.mp4", how: "signed", status: 403, body: "<Message>Access Denied</Message>"},
	},
	"zeros": {
		{path: "/film.mp4", how: "signed", status: 200, header: map[string]string{
			"Strict-Transport-Security": "-", "X-Frame-Options": "-", "X-Content-Type-Options": "nosniff",
			"Timing-Allow-Origin": "*", "X-Robots-Tag": "noindex",
		}},
	},
	"existing-keys": {
		{path: "/partners/a.txt", how: "plain", status: 403, body: "MissingKey"},
	},
	"default": {
		{path: "/film.mp4", how: "signed", origin: "https://anyone.example", status: 200, header: map[string]string{
			"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN",
			"Strict-Transport-Security": "max-age=31536000", "Referrer-Policy": "strict-origin-when-cross-origin",
		}},
		{path: "/film.mp4", how: "signed", method: "PUT", status: 403},
		{path: "/missing.mp4", how: "signed", status: 403, body: "<Message>Access Denied</Message>"},
	},
}

// TestServed serves every scenario and asks what a viewer gets: a property is
// proved by that, not by the template's text.
func TestServed(t *testing.T) {
	for _, scenario := range scenarios {
		t.Run(scenario.name, func(t *testing.T) {
			t.Parallel()
			serve(t, scenario.name).probeAll(t, scenario.name)
		})
	}
}

// probeAll asks what every scenario promises, and what one of this name does.
func (s *served) probeAll(t *testing.T, name string) {
	t.Helper()
	for _, described := range s.Deployments() {
		s.probeAccess(t, described)
		s.probeBucket(t, described)
		if s.document != nil && len(s.Deployments()) == 1 {
			sameAccess(t, s.document, described)
		}
	}
	for _, p := range probes[name] {
		s.probe(t, p)
	}
}

// probeAccess asks for a film in every way that must and must not open it.
func (s *served) probeAccess(t *testing.T, d *deployment.Deployment) {
	t.Helper()
	host := d.Hosts[0]
	if redirect := s.do(http.MethodGet, "http://"+host+"/film.mp4",
		nil); redirect.StatusCode != http.StatusMovedPermanently {
		t.Errorf("over HTTP: %d, want a redirect", redirect.StatusCode)
	}
	if b, _ := d.Behavior("/film.mp4"); b.Access != deployment.Signed {
		return
	}
	if r := s.do(http.MethodGet, "https://"+host+"/film.mp4", nil); r.StatusCode != http.StatusForbidden {
		t.Errorf("without a signature: %d, want 403", r.StatusCode)
	}
	r := s.do(http.MethodGet, s.sign(t, d, "/film.mp4"), nil)
	if body, _ := io.ReadAll(r.Body); r.StatusCode != http.StatusOK || !strings.HasSuffix(string(body), "film.mp4\n") {
		t.Errorf("with a signature: %d %s", r.StatusCode, body)
	}
}

// probeBucket asks the bucket itself, which must refuse.
func (s *served) probeBucket(t *testing.T, d *deployment.Deployment) {
	t.Helper()
	bucket := s.Bucket(d.Bucket.Name)
	if bucket == nil {
		t.Fatalf("the edge has no bucket %s", d.Bucket.Name)
	}
	r := ask(bucket, http.MethodGet, "https://"+d.Bucket.Name+".s3.amazonaws.com/film.mp4", nil)
	if r.StatusCode != http.StatusForbidden {
		t.Errorf("the bucket itself: %d, want 403", r.StatusCode)
	}
}

// sameAccess holds the document that the stack gives to what the edge reads
// from the template.
func sameAccess(t *testing.T, document, described *deployment.Deployment) {
	t.Helper()
	if len(document.Behaviors) != len(described.Behaviors) {
		t.Fatalf("the document has %d behaviors, the template %d", len(document.Behaviors), len(described.Behaviors))
	}
	for i, got := range document.Behaviors {
		want := described.Behaviors[i]
		if got.PathPattern != want.PathPattern || got.Access != want.Access || got.MaxTTL != want.MaxTTL ||
			strings.Join(got.Keys, " ") != strings.Join(want.Keys, " ") ||
			!sameNames(got.QueryParameters, want.QueryParameters) ||
			(got.Bucket == nil) != (want.Bucket == nil) || got.Bucket != nil && *got.Bucket != *want.Bucket {
			t.Errorf("the document says %+v, the template %+v", got, want)
		}
	}
	if document.Hosts[0] != described.Hosts[0] || document.Bucket.Name != described.Bucket.Name {
		t.Errorf("the document is of %s before %s, the template of %s before %s",
			document.Hosts[0], document.Bucket.Name, described.Hosts[0], described.Bucket.Name)
	}
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func (s *served) probe(t *testing.T, p probe) {
	t.Helper()
	d := s.Deployments()[0]
	url := "https://" + d.Hosts[0] + p.path
	switch p.how {
	case "signed":
		url = s.sign(t, d, p.path)
	case "presigned":
		url = s.presigned(t, p.bucket, p.path)
	}
	header := http.Header{}
	if p.origin != "" {
		header.Set("Origin", p.origin)
	}
	if p.auth != "" {
		header.Set("Authorization", p.auth)
	}
	method := p.method
	if method == "" {
		method = http.MethodGet
	}
	r := s.do(method, url, header)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != p.status || !strings.Contains(string(body), p.body) {
		t.Errorf("%s %s %s: %d %s; want %d %s", p.how, method, p.path, r.StatusCode, body, p.status, p.body)
	}
	for name, want := range p.header {
		if got := r.Header.Get(name); got != want && !(want == "-" && got == "") {
			t.Errorf("%s %s: %s: %q, want %q", p.how, p.path, name, got, want)
		}
	}
}
