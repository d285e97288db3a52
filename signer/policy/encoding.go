package policy

import (
	"encoding/base64"
	"strings"
)

// CloudFront's base64 is the standard one with - for +, ~ for / and _ for the
// padding, so that it stands in a query and a cookie without escapes.
var alphabet = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~").
	WithPadding('_').Strict()

// Encode returns b in CloudFront's base64.
func Encode(b []byte) string { return alphabet.EncodeToString(b) }

// AppendEncode appends src to dst in CloudFront's base64.
func AppendEncode(dst, src []byte) []byte { return alphabet.AppendEncode(dst, src) }

// Decode reads CloudFront's base64. It accepts exactly what Encode writes;
// anything else is ErrEncoding.
func Decode(s string) ([]byte, error) {
	return AppendDecode(nil, s)
}

// AppendDecode appends the bytes that s encodes to dst, as Decode reads them.
func AppendDecode(dst []byte, s string) ([]byte, error) {
	// The standard decoder skips line breaks, which nobody signed.
	if s == "" || strings.ContainsAny(s, "\r\n") {
		return nil, refuse(ErrEncoding, "")
	}
	out, err := alphabet.AppendDecode(dst, []byte(s))
	if err != nil {
		return nil, refuse(ErrEncoding, "")
	}
	return out, nil
}
