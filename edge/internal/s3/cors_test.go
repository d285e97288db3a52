package s3_test

import (
	"net/http"
	"testing"
	"time"

	"example.com/privatecdn/internal/infra"
)

func TestCORS(t *testing.T) {
	t.Parallel()
	bucket := publicBucket()
	bucket.CORS = []infra.CORS{
		{AllowOrigins: []string{"https://*.example.com"}, AllowMethods: []string{"GET"}, AllowHeaders: []string{"x-*"},
			ExposeHeaders: []string{"ETag"}, MaxAge: time.Hour},
		{AllowOrigins: []string{"*"}, AllowMethods: []string{"HEAD"}},
	}
	const allowed, elsewhere = "https://www.example.com", "https://example.org"
	cases := map[string]struct {
		bucket  *infra.Bucket
		method  string
		headers map[string]string
		status  int
		want    map[string]string
	}{
		"preflight": {bucket, "OPTIONS", map[string]string{"Origin": allowed, "Access-Control-Request-Method": "GET",
			"Access-Control-Request-Headers": "X-One, x-two"}, 200,
			map[string]string{
				"Access-Control-Allow-Origin": allowed, "Access-Control-Allow-Methods": "GET",
				"Access-Control-Allow-Headers":  "x-one, x-two",
				"Access-Control-Expose-Headers": "ETag", "Access-Control-Max-Age": "3600",
				"Access-Control-Allow-Credentials": "true",
			}},
		"preflight by *": {bucket, "OPTIONS", map[string]string{"Origin": elsewhere,
			"Access-Control-Request-Method": "HEAD"}, 200, map[string]string{
			"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "", "Access-Control-Allow-Headers": "",
			"Access-Control-Expose-Headers": "", "Access-Control-Max-Age": "",
		}},
		"preflight, other origin": {bucket, "OPTIONS", map[string]string{"Origin": elsewhere,
			"Access-Control-Request-Method": "GET"}, 403, nil},
		"preflight, other header": {bucket, "OPTIONS", map[string]string{"Origin": allowed,
			"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"}, 403, nil},
		"preflight, no origin": {bucket, "OPTIONS", nil, 400, nil},
		"preflight, no method": {bucket, "OPTIONS", map[string]string{"Origin": allowed}, 400, nil},
		"preflight, no rules": {publicBucket(), "OPTIONS", map[string]string{"Origin": allowed,
			"Access-Control-Request-Method": "GET"}, 403, nil},
		"GET": {bucket, "GET", map[string]string{"Origin": allowed}, 200,
			map[string]string{"Access-Control-Allow-Origin": allowed,
				"Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"}},
		"GET, other origin": {bucket, "GET", map[string]string{"Origin": elsewhere}, 200,
			map[string]string{"Access-Control-Allow-Origin": "", "Vary": ""}},
		"HEAD by *": {bucket, "HEAD", map[string]string{"Origin": elsewhere}, 200,
			map[string]string{"Access-Control-Allow-Origin": "*"}},
		"HEAD without origin": {bucket, "HEAD", nil, 200, map[string]string{"Access-Control-Allow-Origin": "",
			"Vary": ""}},
		"GET without origin": {bucket, "GET", nil, 200, map[string]string{"Access-Control-Allow-Origin": "",
			"Vary": ""}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, body := ask(t, newServer(t, c.bucket), c.method, "/index.html", func(r *http.Request) {
				for name, value := range c.headers {
					r.Header.Set(name, value)
				}
			})
			if response.StatusCode != c.status {
				t.Errorf("%d, want %d: %s", response.StatusCode, c.status, body)
			}
			for name, want := range c.want {
				if got := response.Header.Get(name); got != want || want == "" && response.Header[name] != nil {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}
