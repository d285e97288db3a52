// Package origin sends requests to a distribution's HTTP origins as CloudFront
// does, with their timeouts and attempts. The edge makes the requests, with the
// origin's scheme, host, port and path.
package origin

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/infra"
)

// HTTP is the transport for an HTTP origin. Its methods are safe for concurrent
// use.
//
// A connection is tried as often as the origin says, each time for its connect
// timeout. A GET or HEAD that is not answered within the read timeout is tried
// again as often; other methods are not. The read timeout also bounds the wait
// for each further piece of a body. Redirects are the viewer's to follow, and
// bodies come as the origin encoded them.
//
// Source: CloudFront Developer Guide, "Origin settings": connection attempts,
// connection timeout, response timeout.
type HTTP struct {
	origin    *infra.Origin
	dial      dialFunc
	roots     *x509.CertPool // nil for the system's
	transport *http.Transport
}

// NewHTTP returns the transport of a custom origin.
func NewHTTP(o *infra.Origin) *HTTP { return newHTTP(o, new(net.Dialer).DialContext, nil) }

func newHTTP(o *infra.Origin, dial dialFunc, roots *x509.CertPool) *HTTP {
	h := &HTTP{origin: o, dial: dial, roots: roots}
	h.transport = &http.Transport{
		DialContext:           h.dialTCP,
		DialTLSContext:        h.dialTLS,
		ResponseHeaderTimeout: o.ReadTimeout,
		IdleConnTimeout:       awsname.OriginKeepAlive,
		MaxIdleConnsPerHost:   64,
		DisableCompression:    true,
	}
	return h
}

// RoundTrip sends a request to the origin. The error says in which step the
// origin failed, and how often it was tried, unless the request's context has
// ended.
func (h *HTTP) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	ctx := context.WithValue(r.Context(), hostKey{}, (&url.URL{Host: r.Host}).Hostname())
	for attempt := 1; ; attempt++ {
		out := r.Clone(ctx)
		if r.Body != nil && r.Body != http.NoBody {
			out.Body = io.NopCloser(r.Body) // kept open for another attempt
		}
		response, err := h.transport.RoundTrip(out)
		if err == nil {
			response.Body = timedBody{response.Body, h.origin.ReadTimeout}
			return response, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		step, again := "respond", IsTimeout(err) && (r.Method == http.MethodGet || r.Method == http.MethodHead)
		if connect, ok := errors.AsType[*connectError](err); ok {
			step, again = "connect", !connect.final
		}
		if attempt >= h.origin.Attempts || !again {
			return nil, fmt.Errorf("origin %s: failed to %s, attempts: %d: %w", h.origin.DomainName, step, attempt, err)
		}
	}
}

// IsTimeout reports whether an origin failed because it took too long.
func IsTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// timedBody closes a body, so that reading fails, if its next piece takes too
// long to arrive.
type timedBody struct {
	io.ReadCloser
	timeout time.Duration
}

func (b timedBody) Read(p []byte) (int, error) {
	defer time.AfterFunc(b.timeout, func() { b.Close() }).Stop() // the time between reads is the viewer's
	return b.ReadCloser.Read(p)
}
