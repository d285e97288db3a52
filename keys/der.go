package keys

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
)

// The errors of crypto/x509 and encoding/asn1 are not passed on from here:
// they describe the bytes they stumbled on.

type spki struct {
	Algorithm pkix.AlgorithmIdentifier
	Key       asn1.BitString
}

type pkcs8 struct {
	Version    int
	Algorithm  pkix.AlgorithmIdentifier
	Key        []byte
	Attributes asn1.RawValue `asn1:"optional,tag:0"`
	Public     asn1.RawValue `asn1:"optional,tag:1"`
}

type sec1 struct {
	Version    int
	Key        []byte
	Parameters asn1.RawValue  `asn1:"optional,tag:0"` // explicit: the parameters are its content
	Public     asn1.BitString `asn1:"optional,explicit,tag:1"`
}

// parsePublicDER reads an SPKI of any algorithm that Go knows.
func parsePublicDER(der []byte) (crypto.PublicKey, error) {
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		return key, nil
	}
	if _, err := parsePrivateDER(der); err == nil {
		return nil, privateInPlaceOfPublic(labelPKCS8)
	}
	var k spki
	if !unmarshal(der, &k) {
		return nil, malformed("public key")
	}
	if isP256(k.Algorithm.Parameters) {
		k.Algorithm.Parameters = namedP256
		return parsePublicDER(marshal(k))
	}
	named := bytes.Equal(k.Algorithm.Parameters.FullBytes, namedP256.FullBytes)
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), k.Key.Bytes) // which crypto/x509 does not read
	if named && x != nil {
		return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), uncompressed(x, y))
	}
	return nil, unread(k.Algorithm, "public key")
}

// parsePrivateDER reads a private key of any form and any algorithm that Go
// knows. It goes by what is there, not by the label of its block.
func parsePrivateDER(der []byte) (crypto.PrivateKey, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	var p pkcs8
	if unmarshal(der, &p) {
		if isP256(p.Algorithm.Parameters) {
			p.Algorithm.Parameters = namedP256
			return parsePrivateDER(marshal(p))
		}
		return nil, unread(p.Algorithm, "private key")
	}
	var s sec1
	if unmarshal(der, &s) && len(s.Parameters.Bytes) > 0 {
		parameters := asn1.RawValue{FullBytes: s.Parameters.Bytes}
		if isP256(parameters) {
			s.Parameters.Bytes, s.Parameters.FullBytes = namedP256.FullBytes, nil
			return parsePrivateDER(marshal(s))
		}
		return nil, unread(pkix.AlgorithmIdentifier{Algorithm: oidEC, Parameters: parameters}, "private key")
	}
	return nil, malformed("private key")
}

func unmarshal(der []byte, into any) bool {
	rest, err := asn1.Unmarshal(der, into)
	return err == nil && len(rest) == 0
}

// marshal writes back what was read, which cannot fail; what is wrong with it
// shows when it is read again.
func marshal(v any) []byte {
	der, _ := asn1.Marshal(v)
	return der
}

// namedP256 are the parameters of P-256 by name, OID 1.2.840.10045.3.1.7.
var namedP256 = asn1.RawValue{FullBytes: []byte{0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}}

// explicitCurve is a curve written out, as `openssl -param_enc explicit` does
// (SEC 1, section C.2).
type explicitCurve struct {
	Version int
	Field   struct {
		Type  asn1.ObjectIdentifier
		Prime *big.Int
	}
	Curve struct {
		A, B []byte
		Seed asn1.BitString `asn1:"optional"`
	}
	Base     []byte
	Order    *big.Int
	Cofactor *big.Int `asn1:"optional"`
}

// isP256 reports whether parameters write out P-256. All of them are compared,
// the base point too: a curve that differs in it alone lets anyone find a
// private key to a public one.
func isP256(parameters asn1.RawValue) bool {
	var c explicitCurve
	if !unmarshal(parameters.FullBytes, &c) {
		return false
	}
	want, one := elliptic.P256().Params(), big.NewInt(1)
	number := func(b []byte) *big.Int { return new(big.Int).SetBytes(b) }
	return isBase(c.Base, want) && slices.EqualFunc(
		[]*big.Int{c.Field.Prime, number(c.Curve.A), number(c.Curve.B), c.Order, cmp.Or(c.Cofactor, one)},
		[]*big.Int{want.P, new(big.Int).Sub(want.P, big.NewInt(3)), want.B, want.N, one},
		func(a, b *big.Int) bool { return a.Cmp(b) == 0 },
	)
}

// isBase compares a base point, written whole or compressed.
func isBase(point []byte, want *elliptic.CurveParams) bool {
	whole := uncompressed(want.Gx, want.Gy)
	compressed := append([]byte{2 | whole[64]&1}, whole[1:33]...)
	return bytes.Equal(point, whole) || bytes.Equal(point, compressed)
}

// uncompressed writes a point of P-256 whole (SEC 1, section 2.3.3).
func uncompressed(x, y *big.Int) []byte {
	point := make([]byte, 65)
	point[0] = 4
	x.FillBytes(point[1:33])
	y.FillBytes(point[33:])
	return point
}
