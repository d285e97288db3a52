package edge_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
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

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }
