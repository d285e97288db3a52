package bucketpolicy

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/internal/pathpattern"
)

// operator makes, of one value in the policy, a test of a value in the request.
type operator struct {
	compile func(want string) (func(got string) bool, error)
	negated bool
}

// operators are IAM's condition operators but for Null, which looks at no
// value, and BinaryEquals, for which S3 has no key.
var operators = map[string]operator{
	"StringEquals":              {stringEquals, false},
	"StringNotEquals":           {stringEquals, true},
	"StringEqualsIgnoreCase":    {stringEqualsFold, false},
	"StringNotEqualsIgnoreCase": {stringEqualsFold, true},
	"StringLike":                {stringLike, false},
	"StringNotLike":             {stringLike, true},
	"ArnEquals":                 {arnLike, false}, // ArnEquals and ArnLike behave identically
	"ArnLike":                   {arnLike, false},
	"ArnNotEquals":              {arnLike, true},
	"ArnNotLike":                {arnLike, true},
	"Bool":                      {boolEquals, false},
	"IpAddress":                 {ipWithin, false},
	"NotIpAddress":              {ipWithin, true},
}

func init() {
	for name, holds := range map[string]func(order int) bool{
		"Equals":            func(order int) bool { return order == 0 },
		"LessThan":          func(order int) bool { return order < 0 },
		"LessThanEquals":    func(order int) bool { return order <= 0 },
		"GreaterThan":       func(order int) bool { return order > 0 },
		"GreaterThanEquals": func(order int) bool { return order >= 0 },
	} {
		operators["Numeric"+name] = operator{ordered(parseNumber, cmp.Compare[float64], holds), false}
		operators["Date"+name] = operator{ordered(parseDate, time.Time.Compare, holds), false}
	}
	operators["NumericNotEquals"] = operator{operators["NumericEquals"].compile, true}
	operators["DateNotEquals"] = operator{operators["DateEquals"].compile, true}
}

func stringEquals(want string) (func(string) bool, error) {
	return func(got string) bool { return got == want }, nil
}

func stringEqualsFold(want string) (func(string) bool, error) {
	return func(got string) bool { return strings.EqualFold(got, want) }, nil
}

func stringLike(want string) (func(string) bool, error) {
	return func(got string) bool { return pathpattern.Glob(want, got) }, nil
}

func arnLike(want string) (func(string) bool, error) {
	if want != "*" && (!strings.HasPrefix(want, "arn:") || strings.Count(want, ":") < 5) {
		return nil, fmt.Errorf("%q is not an ARN", want)
	}
	return func(got string) bool { return matchesARN(want, got) }, nil
}

func boolEquals(want string) (func(string) bool, error) {
	if !strings.EqualFold(want, "true") && !strings.EqualFold(want, "false") {
		return nil, fmt.Errorf("%q is neither true nor false", want)
	}
	return func(got string) bool { return strings.EqualFold(got, want) }, nil
}

func ipWithin(want string) (func(string) bool, error) {
	prefix, err := parsePrefix(want)
	if err != nil {
		return nil, err
	}
	return func(got string) bool {
		addr, err := netip.ParseAddr(got)
		return err == nil && prefix.Contains(addr.Unmap())
	}, nil
}

// parsePrefix reads an address or a CIDR block.
func parsePrefix(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return prefix, fmt.Errorf("%q is neither an IP address nor a CIDR block", s)
	}
	return prefix.Masked(), nil
}

// ordered makes tests of values that compare.
func ordered[T any](
	parse func(string) (T, error), compare func(got, want T) int, holds func(order int) bool,
) func(string) (func(string) bool, error) {
	return func(value string) (func(string) bool, error) {
		want, err := parse(value)
		return func(s string) bool {
			got, err := parse(s)
			return err == nil && holds(compare(got, want))
		}, err
	}
}

func parseNumber(s string) (float64, error) {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", s)
	}
	return n, nil
}

// parseDate reads one of the W3C ISO 8601 forms or an epoch in seconds.
func parseDate(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(seconds, 0), nil
	}
	return time.Time{}, fmt.Errorf("%q is neither an ISO 8601 date nor an epoch in seconds", s)
}

// matchesARN compares ARNs part by part, so that a wildcard never reaches over
// a colon into the next part, except in the last.
func matchesARN(pattern, s string) bool {
	const parts = 6
	want, got := strings.SplitN(pattern, ":", parts), strings.SplitN(s, ":", parts)
	if len(want) != parts || len(got) != parts {
		return pattern == "*"
	}
	for i := range want {
		if !pathpattern.Glob(want[i], got[i]) {
			return false
		}
	}
	return true
}
