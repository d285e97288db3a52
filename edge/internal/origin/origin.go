// Package origin sends requests to a distribution's origins as CloudFront does:
// to HTTP servers, with their timeouts and attempts, and to buckets on another
// server that speaks S3's protocol. Each origin is an http.RoundTripper; the
// edge makes the requests, with the origin's scheme, host, port and path.
package origin
