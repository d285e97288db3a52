package bucketpolicy

import (
	"net/netip"
	"strings"
)

// narrowing are the condition keys which, held to fixed values, make an allow
// for everyone non-public. Source: S3 User Guide, "Blocking public access to
// your Amazon S3 storage", the meaning of "public".
var narrowing = map[string]bool{
	"aws:principalaccount":      true,
	"aws:principalarn":          true,
	"aws:sourceaccount":         true,
	"aws:sourcearn":             true,
	"aws:sourceowner":           true,
	"aws:sourcevpc":             true,
	"aws:sourcevpce":            true,
	"s3:dataaccesspointaccount": true,
	"s3:dataaccesspointarn":     true,
	"s3:x-amz-server-side-encryption-aws-kms-key-id": true,
}

// public reports whether the statement by itself makes a policy public: an
// allow for everyone that no condition holds to fixed values.
func (s *statement) public() bool {
	if s.deny {
		return false
	}
	everyone := s.notPrincipal
	for _, p := range s.principals {
		everyone = everyone || p.everyone
	}
	if !everyone {
		return false
	}
	for i := range s.conditions {
		if s.conditions[i].narrows() {
			return false
		}
	}
	return true
}

func (c *condition) narrows() bool {
	if c.negated || c.ifExists || c.forAll || len(c.values) == 0 {
		return false
	}
	if c.key == "aws:sourceip" {
		return c.operator == "IpAddress" && c.narrowNetworks()
	}
	if !narrowing[c.key] || !strings.HasPrefix(c.operator, "String") && !strings.HasPrefix(c.operator, "Arn") {
		return false
	}
	for _, v := range c.values {
		if strings.ContainsAny(v, "*?") {
			return false
		}
	}
	return true
}

// narrowNetworks: blocks wider than /8 (IPv4) or /32 (IPv6) are public, except
// private ones.
func (c *condition) narrowNetworks() bool {
	for _, v := range c.values {
		prefix, err := parsePrefix(v)
		if err != nil || !private(prefix) && prefix.Bits() < leastBits(prefix.Addr()) {
			return false
		}
	}
	return true
}

func private(p netip.Prefix) bool {
	return p.Addr().IsPrivate() && p.Bits() >= 7
}

func leastBits(a netip.Addr) int {
	if a.Is4() {
		return 8
	}
	return 32
}
