package bucketpolicy

import (
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
	"NumericEquals":             {numeric(func(got, want float64) bool { return got == want }), false},
	"NumericNotEquals":          {numeric(func(got, want float64) bool { return got == want }), true},
	"NumericLessThan":           {numeric(func(got, want float64) bool { return got < want }), false},
	"NumericLessThanEquals":     {numeric(func(got, want float64) bool { return got <= want }), false},
	"NumericGreaterThan":        {numeric(func(got, want float64) bool { return got > want }), false},
	"NumericGreaterThanEquals":  {numeric(func(got, want float64) bool { return got >= want }), false},
	"DateEquals":                {date(func(order int) bool { return order == 0 }), false},
	"DateNotEquals":             {date(func(order int) bool { return order == 0 }), true},
	"DateLessThan":              {date(func(order int) bool { return order < 0 }), false},
	"DateLessThanEquals":        {date(func(order int) bool { return order <= 0 }), false},
	"DateGreaterThan":           {date(func(order int) bool { return order > 0 }), false},
	"DateGreaterThanEquals":     {date(func(order int) bool { return order >= 0 }), false},
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

func numeric(compare func(got, want float64) bool) func(string) (func(string) bool, error) {
	return func(value string) (func(string) bool, error) {
		want, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not a number", value)
		}
		return func(s string) bool {
			got, err := strconv.ParseFloat(s, 64)
			return err == nil && compare(got, want)
		}, nil
	}
}

func date(compare func(order int) bool) func(string) (func(string) bool, error) {
	return func(value string) (func(string) bool, error) {
		want, err := parseDate(value)
		if err != nil {
			return nil, err
		}
		return func(s string) bool {
			got, err := parseDate(s)
			return err == nil && compare(got.Compare(want))
		}, nil
	}
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
