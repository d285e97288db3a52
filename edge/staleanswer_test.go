package edge_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/edge"
)

// clockEdge serves an HTTP origin at the time that now points to.
func clockEdge(t *testing.T, now *time.Time, origin roundTripper) *edge.Edge {
	t.Helper()
	return newEdge(t, "http", edge.Options{Clock: func() time.Time { return *now },
		Origins: map[string]http.RoundTripper{"origin.example.com": origin}})
}

const objectURL = "https://cdn.example.com/x"

// A cached response says when the origin sent it.
func TestDateOfCachedResponse(t *testing.T) {
	t.Parallel()
	const own = "Thu, 01 Jan 2026 00:00:30 GMT"
	for sent, want := range map[string]string{"": caseStart.Format(http.TimeFormat), own: own} {
		now := caseStart
		e := clockEdge(t, &now, func(*http.Request) (*http.Response, error) {
			return answer(strings.NewReader("x"), 1, "Cache-Control", "max-age=600", "Date", sent), nil
		})
		get(t, e, objectURL)
		now = now.Add(time.Minute)
		if h := get(t, e, objectURL).Header; h.Get("Date") != want || h.Get("X-Cache") != "Hit from cloudfront" {
			t.Errorf("an origin's Date %q becomes %q, %s", sent, h.Get("Date"), h.Get("X-Cache"))
		}
	}
}

// A cached error is not served in place of another error.
func TestErrorsAreNotServedStale(t *testing.T) {
	t.Parallel()
	for first, want := range map[int]int{301: 301, 400: 503} {
		now, status := caseStart, first
		e := clockEdge(t, &now, func(*http.Request) (*http.Response, error) {
			resp := answer(strings.NewReader("x"), 1, "Cache-Control", "max-age=60, stale-if-error=600")
			resp.StatusCode = status
			return resp, nil
		})
		get(t, e, objectURL)
		now, status = now.Add(2*time.Minute), 503
		if r := get(t, e, objectURL); r.StatusCode != want {
			t.Errorf("after a %d: %s, want %d", first, r.Status, want)
		}
	}
}

// The origin's answer to a HEAD request that is stored is closed.
func TestAnswerToHeadIsClosed(t *testing.T) {
	t.Parallel()
	now, closed := caseStart, false
	e := clockEdge(t, &now, closing{strings.NewReader(""), &closed}.RoundTrip)
	e.ServeHTTP(httptest.NewRecorder(), parseRequest(t, http.MethodHead, objectURL, "HTTP/1.1", http.Header{}, ""))
	if !closed {
		t.Error("it is left open")
	}
}
