package edge_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
)

// A trace has what was decided, and its URL has no signature.
func TestTrace(t *testing.T) {
	t.Parallel()
	var traces []edge.Trace
	e := newEdge(t, "s3", edge.Options{Clock: func() time.Time { return caseStart },
		OnRequest: func(r edge.Trace) { traces = append(traces, r) }})
	signed := parseGrant(t, "canned", caseStart).signURL(t, "https://cdn.example.com/private/a.txt")
	get(t, e, signed)
	get(t, e, signed)
	get(t, e, "https://cdn.example.com/private/a.txt")
	if len(traces) != 3 {
		t.Fatalf("%d traces", len(traces))
	}
	for i, want := range []edge.Trace{
		{Status: 200, Cache: "Miss", KeyID: keyID(t, "p256"), Bytes: 7},
		{Status: 200, Cache: "Hit", KeyID: keyID(t, "p256"), Bytes: 7},
		{Status: 403, Cache: "Error"},
	} {
		r := traces[i]
		if r.Status != want.Status || r.Cache != want.Cache || r.KeyID != want.KeyID ||
			want.Bytes != 0 && r.Bytes != want.Bytes {
			t.Errorf("%d: %d %s %s, %d bytes", i, r.Status, r.Cache, r.KeyID, r.Bytes)
		}
		if r.URL() != "https://cdn.example.com/private/a.txt" || r.Distribution != "Distribution" || r.Behavior != "*" ||
			r.Access != deployment.Signed || !r.Time.Equal(caseStart) || r.Response.Get("X-Amz-Cf-Id") == "" {
			t.Errorf("%d: %s %+v", i, r.URL(), r)
		}
		if (r.Refusal != nil) != (r.Status == 403) || (r.Origin != nil) != (i == 0) || (r.CacheKey() != nil) != (i < 2) {
			t.Errorf("%d: refusal %v, origin %v, key %q", i, r.Refusal, r.Origin, r.CacheKey())
		}
		for _, part := range r.CacheKey() {
			if part.Name == "" || part.Value == "" {
				t.Errorf("%d: an empty part of the cache key: %q", i, part)
			}
		}
	}
}

// The access log has CloudFront's 33 fields, in one line a request, whatever a
// viewer sends.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	e := newEdge(t, "s3", edge.Options{Clock: func() time.Time { return caseStart },
		OnRequest: edge.AccessLog(&log, func(err error) { t.Error(err) })})
	sent, err := httputil.DumpResponse(get(t, e, "https://cdn.example.com/public/a.txt?a=1", "Range", "bytes=1-2",
		"User-Agent", "a b\t\"c\"", "X-Forwarded-For", "192.0.2.9"), true)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(log.String(), "\n")
	fields := strings.Fields(strings.TrimPrefix(lines[1], "#Fields: "))
	values := strings.Split(lines[2], "\t")
	if lines[0] != "#Version: 1.0" || len(lines) != 4 || len(fields) != 33 || len(values) != 33 {
		t.Fatalf("%d lines, %d fields, %d values: %s", len(lines), len(fields), len(values), log.String())
	}
	for i, name := range fields {
		want, checked := map[string]string{
			"date": "2026-01-01", "time": "00:00:00", "sc-bytes": strconv.Itoa(len(sent)),
			"cs-method": "GET", "cs-uri-stem": "/public/a.txt",
			"cs(Host)":  e.Deployments()[0].Hosts[0],
			"sc-status": "206", "cs(User-Agent)": "a%20b%09%22c%22", "cs-uri-query": "a=1", "cs(Referer)": "-",
			"x-host-header": "cdn.example.com", "cs-protocol": "https", "ssl-protocol": "TLSv1.3",
			"cs-protocol-version": "HTTP/1.1",
			"ssl-cipher":          "TLS_AES_128_GCM_SHA256", "sc-range-start": "1", "sc-range-end": "2", "sc-content-len": "2",
			"x-edge-result-type": "Miss", "x-forwarded-for": "192.0.2.9", "c-port": "-",
		}[name]
		if checked && values[i] != want {
			t.Errorf("%s is %q, want %q", name, values[i], want)
		}
	}
	size := len("https://cdn.example.com/public/a.txt?a=1Range: bytes=1-2\r\nUser-Agent: a b\t\"c\"\r\n" +
		"X-Forwarded-For: 192.0.2.9\r\n")
	if got := values[slices.Index(fields, "cs-bytes")]; got != strconv.Itoa(size) {
		t.Errorf("cs-bytes is %s, want %d", got, size)
	}
	for _, name := range []string{"time-taken", "time-to-first-byte"} {
		if _, digits, _ := strings.Cut(values[slices.Index(fields, name)], "."); len(digits) != 3 {
			t.Errorf("%s has the decimals %q, want 3", name, digits)
		}
	}
	get(t, e, "https://cdn.example.com/public/a.txt", "User-Agent", "~")
	lines = strings.Split(log.String(), "\n")
	if len(lines) != 5 || strings.Count(log.String(), "#") != 2 || !strings.Contains(lines[3], "\t~\t") {
		t.Errorf("the second request makes it %s", log.String())
	}
	failure := errors.New("disk full")
	var told error
	broken := newEdge(t, "s3", edge.Options{
		OnRequest: edge.AccessLog(failingWriter{failure}, func(err error) { told = err })})
	broken.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "https://cdn.example.com/", nil))
	if !errors.Is(told, failure) {
		t.Errorf("told %v", told)
	}
}

// The access log repeats nothing that proves a viewer's right, wherever the viewer
// repeats it, and hides nothing else.
func TestSecretsAreHidden(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	e := newEdge(t, "s3", edge.Options{
		OnRequest: edge.AccessLog(&log, func(err error) { t.Error(err) })})
	for _, c := range []struct {
		query, name, value, told string
		hidden                   bool
	}{
		{"?own=longvalue", "", "", "longvalue", false},
		{"?X-Amz-Security-Tokens=longvalue", "", "", "longvalue", false},
		{"?Signature=longvalue", "", "", "longvalue", true},
		{"?X-Amz-Signature=longvalue", "", "", "longvalue", true},
		{"?own=1&x-amz-%73ignature=longvalue", "", "", "longvalue", true},
		{"?X-Amz-Security-Token=longvalue", "", "", "longvalue", true},
		{"?Signature=12345678", "", "", "12345678", true},
		{"?Signature=1234567", "", "", "1234567", false},
		{"?Signature=long%2Fvalue", "", "", "long/value", true},
		{"?Signature=long%2Fvalue", "", "", "long%2Fvalue", true},
		{"", "Cookie", "own=longvalue", "longvalue", false},
		{"", "Cookie", "own=1; CloudFront-Signature=longvalue", "longvalue", true},
		{"", "Authorization", "longvalue", "longvalue", true},
		{"", "Authorization", "AWS4-HMAC-SHA256 Credential=a, Signature=longvalue", "longvalue", true},
		{"", "X-Amz-Security-Token", "longvalue", "longvalue", true},
	} {
		log.Reset()
		get(t, e, publicURL+c.query, "Referer", "https://example.com/"+c.told, or(c.name, "X-Own"), c.value)
		got := strings.ReplaceAll(log.String(), "%25", "%")
		if strings.Contains(got, c.told) == c.hidden || !strings.Contains(got, "https://example.com/") {
			t.Errorf("%s %s %s: %s", c.query, c.name, c.value, got)
		}
	}
}

// A request that no distribution gets is in the access log too.
func TestAccessLogOfInvalidRequest(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	e := newEdge(t, "s3", edge.Options{OnRequest: edge.AccessLog(&log, func(err error) { t.Error(err) })})
	r := parseRequest(t, http.MethodGet, "http://cdn.example.com/public/a.txt", "HTTP/1.1", http.Header{}, "")
	r.Host, r.RemoteAddr = "a b", "192.0.2.1:4711"
	e.ServeHTTP(httptest.NewRecorder(), r)
	_, line, _ := strings.Cut(log.String(), "sc-range-end\n")
	values := strings.Split(line, "\t")
	if got := strings.Join(values[4:9], " "); len(values) != 33 || got != "192.0.2.1 GET - - 400" || values[26] != "4711" {
		t.Errorf("%q of %q", got, line)
	}
}

// Only an http or https URL in the request line is a URL of which the path is asked.
func TestAbsoluteForm(t *testing.T) {
	t.Parallel()
	e := newEdge(t, "s3", edge.Options{})
	for target, want := range map[string]int{
		"https://cdn.example.com/public/a.txt":     200,
		"HTTP://cdn.example.com/public/a.txt?a=/b": 200,
		"ftp://cdn.example.com/public/a.txt":       400,
		"public/a.txt":                             400,
		"https://cdn.example.com":                  403,
		"https://cdn.example.com?/public/a.txt":    403,
		"/public/a.txt?from=http://x/private":      200,
		"":                                         200,
	} {
		r := parseRequest(t, http.MethodGet, publicURL, "HTTP/1.1", http.Header{}, "")
		r.RequestURI = target
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }
