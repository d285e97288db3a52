// Package sigv4 recomputes the AWS Signature Version 4 of a request, for
// servers that check one. It parses what a request claims and says what the
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
	"strings"
	"time"
)

// Algorithm is the one algorithm of Signature Version 4.
const Algorithm = "AWS4-HMAC-SHA256"

// UnsignedPayload stands for the body's hash where the body is not signed.
const UnsignedPayload = "UNSIGNED-PAYLOAD"

// DateFormat is the layout of X-Amz-Date.
const DateFormat = "20060102T150405Z"

// Scope is what a signing key is good for.
type Scope struct {
	Date    string // YYYYMMDD
	Region  string
	Service string
}

// String is the scope as it stands in a credential and a string to sign.
func (s Scope) String() string {
	return s.Date + "/" + s.Region + "/" + s.Service + "/aws4_request"
}

// Signature is what a request says of its own signature.
type Signature struct {
	AccessKeyID   string
	Scope         Scope
	Time          time.Time // X-Amz-Date
	SignedHeaders []string  // in lower case, in the order given
	PayloadHash   string    // hex SHA-256 of the body, or UnsignedPayload
	Value         string    // the signature itself, hex
	Presigned     bool      // in the query string rather than in the Authorization header
}

// CanonicalRequest is the text whose hash is signed. path is the URI's path,
// encoded the way the signer is taken to have encoded it.
func (s *Signature) CanonicalRequest(r *http.Request, path string) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n" + path + "\n" + s.canonicalQuery(r.URL.RawQuery) + "\n")
	for _, name := range s.SignedHeaders {
		b.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(s.SignedHeaders, ";") + "\n" + s.PayloadHash)
	return b.String()
}

// StringToSign is the text that is signed for a canonical request.
func (s *Signature) StringToSign(canonicalRequest string) string {
	sum := sha256.Sum256([]byte(canonicalRequest))
	return Algorithm + "\n" + s.Time.Format(DateFormat) + "\n" + s.Scope.String() + "\n" + hex.EncodeToString(sum[:])
}

// Matches reports, in constant time, whether the signature is the one secret
// gives over stringToSign.
func (s *Signature) Matches(secret, stringToSign string) bool {
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.Scope.Date, s.Scope.Region, s.Scope.Service, "aws4_request", stringToSign} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hmac.Equal([]byte(hex.EncodeToString(key)), []byte(s.Value))
}

// headerValue is a header as it is signed: values joined by commas, white
// space trimmed and runs of spaces made one.
func headerValue(r *http.Request, name string) string {
	if name == "host" {
		return cmp.Or(r.Host, r.URL.Host)
	}
	values := r.Header.Values(name)
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(trimmed, ",")
}
