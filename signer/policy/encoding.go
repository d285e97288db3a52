package policy

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
)

// CloudFront's base64 is the standard one with - for +, ~ for / and _ for the
// padding, so that it stands in a query and a cookie without escapes.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~"

var alphabet = base64.NewEncoding(letters).WithPadding('_').Strict()

// pairs are the two letters for every 12 bits.
var pairs = func() (table [1 << 12]uint16) {
	for i := range table {
		table[i] = uint16(letters[i>>6])<<8 | uint16(letters[i&63])
	}
	return table
}()

// Encode returns b in CloudFront's base64.
func Encode(b []byte) string { return string(AppendEncode(nil, b)) }

// AppendEncode appends src to dst in CloudFront's base64. It takes six bytes at
// a time, which halves the time: of what is around the cryptography, this is
// the largest part.
func AppendEncode(dst, src []byte) []byte {
	start, length := len(dst), alphabet.EncodedLen(len(src))
	dst = slices.Grow(dst, length)[:start+length]
	out := dst[start:]
	for len(src) >= 8 { // six are used, eight are read
		v := binary.BigEndian.Uint64(src)
		binary.BigEndian.PutUint64(out, uint64(pairs[v>>52])<<48|uint64(pairs[v>>40&0xfff])<<32|
			uint64(pairs[v>>28&0xfff])<<16|uint64(pairs[v>>16&0xfff]))
		src, out = src[6:], out[8:]
	}
	alphabet.Encode(out, src)
	return dst
}

// Decode reads CloudFront's base64. It accepts exactly what Encode writes;
// anything else is ErrEncoding.
func Decode(s string) ([]byte, error) {
	out, err := alphabet.DecodeString(s) // skips line breaks, which nobody signed
	if s == "" || err != nil || strings.ContainsAny(s, "\r\n") {
		return nil, refuse(ErrEncoding, "")
	}
	return out, nil
}
