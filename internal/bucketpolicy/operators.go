package bucketpolicy

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/internal/pathpattern"
)

// test reports whether a value in the request matches one in the policy.
type test func(got string) bool

// operator makes, of one value in the policy, a test; nil where S3 would refuse
// the value.
type operator struct {
	compile func(want string) test
	negated bool
}

// null is the operator that looks at whether there is a value, not at the value.
const null = "Null"

// operators are IAM's condition operators but for BinaryEquals, for which S3
// has no key.
var operators = map[string]operator{
	"StringEquals":              {equals, false},
	"StringNotEquals":           {equals, true},
	"StringEqualsIgnoreCase":    {equalsFold, false},
	"StringNotEqualsIgnoreCase": {equalsFold, true},
	"StringLike":                {like, false},
	"StringNotLike":             {like, true},
	"ArnEquals":                 {arnLike, false}, // ArnEquals and ArnLike behave identically
	"ArnLike":                   {arnLike, false},
	"ArnNotEquals":              {arnLike, true},
	"ArnNotLike":                {arnLike, true},
	"Bool":                      {boolean, false},
	"IpAddress":                 {within, false},
	"NotIpAddress":              {within, true},
	null:                        {boolean, false},
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

func equals(want string) test { return func(got string) bool { return got == want } }

func equalsFold(want string) test {
	return func(got string) bool { return strings.EqualFold(got, want) }
}

func like(want string) test { return func(got string) bool { return pathpattern.Glob(want, got) } }

// arnLike compares ARNs part by part, so that a wildcard never reaches over a
// colon into the next part, except in the last.
func arnLike(pattern string) test {
	const parts = 6
	want := strings.SplitN(pattern, ":", parts)
	switch {
	case pattern == "*":
		return like(pattern)
	case want[0] != "arn" || len(want) < parts:
		return nil
	}
	return func(got string) bool {
		return slices.EqualFunc(want, strings.SplitN(got, ":", parts), pathpattern.Glob)
	}
}

func boolean(want string) test {
	if !strings.EqualFold(want, "true") && !strings.EqualFold(want, "false") {
		return nil
	}
	return equalsFold(want)
}

func within(want string) test {
	prefix, err := parsePrefix(want)
	if err != nil {
		return nil
	}
	return func(got string) bool {
		addr, err := netip.ParseAddr(got)
		return err == nil && prefix.Contains(addr.Unmap())
	}
}

// parsePrefix reads an address or a CIDR block.
func parsePrefix(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(s)
	return prefix.Masked(), err
}

// ordered makes tests of values that compare.
func ordered[T any](
	parse func(string) (T, error), compare func(got, want T) int, holds func(order int) bool,
) func(string) test {
	return func(value string) test {
		want, err := parse(value)
		if err != nil {
			return nil
		}
		return func(s string) bool {
			got, err := parse(s)
			return err == nil && holds(compare(got, want))
		}
	}
}

func parseNumber(s string) (float64, error) { return strconv.ParseFloat(s, 64) }

// parseDate reads one of the W3C ISO 8601 forms or an epoch in seconds.
func parseDate(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	return time.Unix(seconds, 0), err
}
