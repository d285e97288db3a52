package bucketpolicy

import (
	"slices"
	"strings"
)

// public reports whether the statement by itself makes a policy public: an
// allow for everyone that no condition holds to fixed values.
func (s *statement) public() bool {
	return s.Effect == "Allow" && (s.NotPrincipal || slices.ContainsFunc(s.Principals, Principal.isEveryone)) &&
		!slices.ContainsFunc(s.conditions, condition.narrows)
}

func (c condition) narrows() bool {
	if c.negated || c.ifExists || c.forAll || len(c.values) == 0 {
		return false
	}
	if c.key == "aws:sourceip" {
		return c.operator == "IpAddress" && c.narrowNetworks()
	}
	if !knownKeys[c.key] || !strings.HasPrefix(c.operator, "String") && !strings.HasPrefix(c.operator, "Arn") {
		return false
	}
	return !slices.ContainsFunc(c.values, func(v string) bool { return strings.ContainsAny(v, "*?") })
}

// narrowNetworks: blocks wider than /8 (IPv4) or /32 (IPv6) are public, except
// private ones.
func (c condition) narrowNetworks() bool {
	for _, v := range c.values {
		prefix, _ := parsePrefix(v) // which the condition has done before
		least := 32
		switch {
		case prefix.Addr().IsPrivate():
			least = 7
		case prefix.Addr().Is4():
			least = 8
		}
		if prefix.Bits() < least {
			return false
		}
	}
	return true
}
