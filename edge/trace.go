package edge

import (
	"net/http"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge/internal/forwarding"
	"example.com/privatecdn/signer/verify"
)

// Trace is one viewer request and what the edge decided, for Options.OnRequest.
// It refers to the request's own headers: do not change them, and do not show
// them or the request's URL without removing signatures (see [Trace.URL]).
type Trace struct {
	Time         time.Time // when the request arrived
	Duration     time.Duration
	FirstByte    time.Duration // until the response's header was sent
	Bytes        int64         // of the response's body
	Distribution string        // logical ID, "" if no distribution has the host
	Request      *http.Request // as the viewer sent it
	Behavior     string        // the path pattern of the behavior, "" if none was reached
	Access       deployment.Access
	KeyID        string // of the key pair that signed, "" for an unsigned request
	Status       int
	Cache        string        // Hit, RefreshHit, Miss, Error, Redirect or FunctionGeneratedResponse
	Age          time.Duration // of the cached object, 0 on a miss
	Origin       http.Header   // what was sent to the origin, nil if it was not asked
	Response     http.Header   // what the viewer received
	Refusal      *Refusal      // why the viewer was refused, nil if the object was served

	request *request
}

// URL returns the request's URL without its signature.
func (t *Trace) URL() string { return t.request.publicURL() }

// KeyPart is a part of a cache key: the query string, a header by its name, …
type KeyPart struct{ Name, Value string }

// CacheKey returns what the response is cached under, without empty parts; nil
// if it is not cached.
func (t *Trace) CacheKey() (parts []KeyPart) {
	for _, p := range forwarding.Parts(t.request.cacheKey) {
		if p.Value != "" {
			parts = append(parts, KeyPart(p))
		}
	}
	return parts
}

// Signature returns what the signature of a request was checked against, and the
// decision. It reports false if there was no signature to check.
func (t *Trace) Signature() (r verify.Request, d verify.Decision, ok bool) {
	if t.KeyID == "" {
		return r, d, false
	}
	r = t.request.signed()
	return r, t.request.behavior.verifier.Check(r), true
}

func (q *request) trace(r *response, start time.Time, w *countingWriter) {
	t := Trace{
		Time: q.now, Duration: time.Since(start), FirstByte: w.first.Sub(start), Bytes: w.bytes,
		Request: q.http, KeyID: q.keyID, Status: r.status,
		Cache: r.from[:len(r.from)-len(fromSuffix)], Age: q.age,
		Origin: q.sent, Response: q.out, Refusal: r.refusal, request: q,
	}
	if q.dist != nil {
		t.Distribution = q.dist.LogicalID
	}
	if q.behavior != nil {
		t.Behavior, t.Access = q.behavior.PathPattern, q.behavior.Access()
	}
	q.edge.options.OnRequest(t)
}

// countingWriter tells what was sent to the viewer, and when.
type countingWriter struct {
	http.ResponseWriter
	first time.Time
	bytes int64
}

func (w *countingWriter) WriteHeader(status int) {
	w.first = time.Now()
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController flush.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
