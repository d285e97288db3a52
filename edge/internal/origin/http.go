// Package origin sends requests to a distribution's HTTP origins as CloudFront
// does, with their timeouts and attempts. The edge makes the requests, with the
// origin's scheme, host, port and path.
package origin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

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
	host        string
	attempts    int
	readTimeout time.Duration
	transport   *http.Transport
}

const (
	keepAlive   = 5 * time.Second // CloudFront's keep-alive timeout by default
	idlePerHost = 64
)

// NewHTTP returns the transport of a custom origin.
func NewHTTP(o *infra.Origin) *HTTP { return newHTTP(o, new(net.Dialer).DialContext, nil) }

func newHTTP(o *infra.Origin, dial dialFunc, roots *x509.CertPool) *HTTP {
	h := &HTTP{host: o.DomainName, attempts: o.Attempts, readTimeout: o.ReadTimeout}
	d := dialer{dial: dial, roots: roots, timeout: o.ConnectTimeout, domain: o.DomainName}
	h.transport = &http.Transport{
		DialContext:           d.dialTCP,
		DialTLSContext:        d.dialTLS,
		ResponseHeaderTimeout: h.readTimeout,
		IdleConnTimeout:       keepAlive,
		MaxIdleConnsPerHost:   idlePerHost,
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
	for attempt := 1; ; attempt++ {
		response, cancel, err := h.try(r)
		if err == nil {
			response.Body = timedBody{response.Body, h.readTimeout, cancel}
			return response, nil
		}
		cancel()
		if r.Context().Err() != nil {
			return nil, r.Context().Err()
		}
		if attempt >= h.attempts || !retryable(r, err) {
			return nil, fmt.Errorf("origin %s: failed to %s, attempts: %d: %w", h.host, step(err), attempt, err)
		}
	}
}

// try sends the request once. The context of the attempt lasts as long as the
// response's body.
func (h *HTTP) try(r *http.Request) (*http.Response, context.CancelFunc, error) {
	ctx, cancel := context.WithCancel(withHost(r.Context(), r.Host))
	out := r.Clone(ctx)
	out.RequestURI = ""
	if hasBody(r) {
		out.Body = io.NopCloser(r.Body) // kept open for another attempt
	}
	response, err := h.transport.RoundTrip(out)
	return response, cancel, err
}

func step(err error) string {
	var connect *connectError
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &connect) || errors.As(err, &certificate) {
		return "connect"
	}
	return "respond"
}

// retryable reports whether to retry: always if the connection failed, and after
// a timeout only for idempotent requests without a body.
func retryable(r *http.Request, err error) bool {
	var connect *connectError
	if errors.As(err, &connect) {
		return true
	}
	return IsTimeout(err) && (r.Method == http.MethodGet || r.Method == http.MethodHead) && !hasBody(r)
}

func hasBody(r *http.Request) bool { return r.Body != nil && r.Body != http.NoBody }

// IsTimeout reports whether an origin failed because it took too long.
func IsTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// timedBody fails a body if its next piece takes too long to arrive.
type timedBody struct {
	io.ReadCloser
	timeout time.Duration
	cancel  context.CancelFunc
}

func (b timedBody) Read(p []byte) (int, error) {
	defer time.AfterFunc(b.timeout, b.cancel).Stop() // the time between reads is the viewer's
	return b.ReadCloser.Read(p)
}

func (b timedBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
