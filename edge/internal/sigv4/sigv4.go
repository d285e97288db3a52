// Package sigv4 recomputes the AWS Signature Version 4 of a request, for
// servers that check one. It parses what a request claims and returns what the
// signature would have to be; what to refuse, and in which words, is the
// server's.
//
// Source: S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
package sigv4

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	// Algorithm is the one algorithm of Signature Version 4.
	Algorithm = "AWS4-HMAC-SHA256"
	// UnsignedPayload stands for the body's hash where the body is not signed.
	UnsignedPayload = "UNSIGNED-PAYLOAD"
	// DateFormat is the layout of X-Amz-Date.
	DateFormat = "20060102T150405Z"
)

// Signature is what a request says of its own signature.
type Signature struct {
	AccessKeyID           string
	Date, Region, Service string    // of the credential; Date is YYYYMMDD
	Time                  time.Time // X-Amz-Date
	SignedHeaders         []string  // in lower case, in the order given
	PayloadHash           string    // hex SHA-256 of the body, or UnsignedPayload
	Value                 string    // the signature itself, hex
	Presigned             bool      // in the query string rather than in the Authorization header
}

// CanonicalRequest returns the text whose hash is signed. path is the URI's
// path, encoded the way the signer is taken to have encoded it.
func (s *Signature) CanonicalRequest(r *http.Request, path string) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n" + path + "\n" + s.canonicalQuery(r.URL.RawQuery) + "\n")
	for _, name := range s.SignedHeaders {
		b.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(s.SignedHeaders, ";") + "\n" + s.PayloadHash)
	return b.String()
}

// scope returns what the signing key is derived from, beside the secret.
func (s *Signature) scope() []string { return []string{s.Date, s.Region, s.Service, "aws4_request"} }

// StringToSign returns the text that is signed for a canonical request.
func (s *Signature) StringToSign(canonicalRequest string) string {
	sum := sha256.Sum256([]byte(canonicalRequest))
	scope := strings.Join(s.scope(), "/")
	return strings.Join([]string{Algorithm, s.Time.Format(DateFormat), scope, hex.EncodeToString(sum[:])}, "\n")
}

// Matches reports, in constant time, whether the signature is the one secret
// gives over stringToSign.
func (s *Signature) Matches(secret, stringToSign string) bool {
	key := []byte("AWS4" + secret)
	for _, part := range append(s.scope(), stringToSign) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hmac.Equal([]byte(hex.EncodeToString(key)), []byte(s.Value))
}

// headerValue returns a header as it is signed: values joined by commas, white
// space trimmed and runs of spaces made one.
func headerValue(r *http.Request, name string) string {
	if name == "host" {
		return cmp.Or(r.Host, r.URL.Host)
	}
	var values []string
	for _, v := range r.Header.Values(name) {
		values = append(values, strings.Join(strings.Fields(v), " "))
	}
	return strings.Join(values, ",")
}

// canonicalQuery sorts the query's parameters by encoded name, then value,
// and leaves the presigned signature itself out.
func (s *Signature) canonicalQuery(raw string) string {
	const between = "\x00" // less than every character of a name
	var pairs []string
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		if name = reencode(name); part != "" && !(s.Presigned && name == "X-Amz-Signature") {
			pairs = append(pairs, name+between+reencode(value))
		}
	}
	slices.Sort(pairs)
	return strings.ReplaceAll(strings.Join(pairs, "&"), between, "=")
}

// reencode brings one part of a query into the canonical encoding, whatever
// encoding it came in.
func reencode(s string) string {
	if decoded, err := url.QueryUnescape(s); err == nil {
		s = decoded
	}
	return Encode(s)
}

// Encode returns AWS's URI encoding: everything but A–Z, a–z, 0–9, -, ., _ and
// ~ becomes an escape in upper case.
func Encode(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// EncodePath is Encode for a path, in which slashes stay.
func EncodePath(path string) string { return strings.ReplaceAll(Encode(path), "%2F", "/") }
