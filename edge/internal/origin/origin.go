// Package origin sends requests to a distribution's origins as CloudFront does:
// to HTTP servers, with their timeouts and attempts, and to buckets on another
// server that speaks S3's protocol. Each origin is an http.RoundTripper; the
// edge makes the requests, with the origin's scheme, host, port and path.
package origin

import (
	"fmt"
	"net/http"
)

// Op is the step in which an origin failed.
type Op string

// The steps.
const (
	Connect Op = "connect" // name, TCP or TLS
	Respond Op = "respond" // no response in time, or a broken one
)

// Error is an origin that gave no response. A viewer is answered 504 where
// Timeout is true and 502 otherwise.
//
// Source: CloudFront Developer Guide, "HTTP 502 status code (Bad Gateway)" and
// "HTTP 504 status code (Gateway Timeout)".
type Error struct {
	Host     string // of the origin
	Op       Op
	Attempts int // made before giving up
	Err      error
}

// Error implements error.
func (e *Error) Error() string {
	times := "once"
	if e.Attempts > 1 {
		times = fmt.Sprintf("%d times", e.Attempts)
	}
	return fmt.Sprintf("origin %s: %s, tried %s: %v", e.Host, e.Op, times, e.Err)
}

// Unwrap returns the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether the origin took too long.
func (e *Error) Timeout() bool { return isTimeout(e.Err) }

// Status returns the status of CloudFront's response: 504 or 502.
func (e *Error) Status() int {
	if e.Timeout() {
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}
