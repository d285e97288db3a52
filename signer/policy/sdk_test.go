package policy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign"

	"example.com/privatecdn/signer/policy"
)

// What the SDK signs without a word is refused on the way in.
func TestFromSDKRefuses(t *testing.T) {
	t.Parallel()
	statement := func(change func(s *sign.Statement)) *sign.Policy {
		p := sign.NewCannedPolicy(resource, end)
		change(&p.Statements[0])
		return p
	}
	for name, c := range map[string]struct {
		policy *sign.Policy
		want   error
	}{
		"nil":            {nil, policy.ErrStatements},
		"no statement":   {&sign.Policy{}, policy.ErrStatements},
		"two statements": {&sign.Policy{Statements: make([]sign.Statement, 2)}, policy.ErrStatements},
		"no resource":    {statement(func(s *sign.Statement) { s.Resource = "" }), policy.ErrNoResource},
		"no end":         {statement(func(s *sign.Statement) { s.Condition.DateLessThan = nil }), policy.ErrNoEnd},
		"end at zero": {
			statement(func(s *sign.Statement) { s.Condition.DateLessThan = sign.NewAWSEpochTime(time.Unix(0, 0)) }),
			policy.ErrEpoch,
		},
		"start after end": {
			statement(func(s *sign.Statement) { s.Condition.DateGreaterThan = sign.NewAWSEpochTime(end) }), policy.ErrOrder,
		},
		"IPv6": {
			statement(func(s *sign.Statement) { s.Condition.IPAddress = &sign.IPAddress{SourceIP: "2001:db8::1"} }),
			policy.ErrIP,
		},
		"IPv4 in IPv6": {
			statement(func(s *sign.Statement) { s.Condition.IPAddress = &sign.IPAddress{SourceIP: "::ffff:192.0.2.1"} }),
			policy.ErrIP,
		},
		"garbage": {
			statement(func(s *sign.Statement) { s.Condition.IPAddress = &sign.IPAddress{SourceIP: "office"} }), policy.ErrIP,
		},
		"space":     {statement(func(s *sign.Statement) { s.Resource += " 1" }), policy.ErrNotEncoded},
		"backslash": {statement(func(s *sign.Statement) { s.Resource += `\\` }), policy.ErrBackslash},
		"quote":     {statement(func(s *sign.Statement) { s.Resource += `"` }), policy.ErrCharacter},
		"fragment":  {statement(func(s *sign.Statement) { s.Resource += "#1" }), policy.ErrFragment},
		"reserved": {
			statement(func(s *sign.Statement) { s.Resource += "?Hash-Algorithm=SHA256" }), policy.ErrReserved,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := policy.FromSDK(c.policy); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestSDKBothWays(t *testing.T) {
	t.Parallel()
	for _, p := range []policy.Policy{
		{Resource: resource, Until: end},
		{Resource: "http*://*.example.com/a?*", Until: end, From: start, IP: ip},
	} {
		back, err := policy.FromSDK(p.SDK())
		if err != nil || back != p {
			t.Errorf("%+v came back as %+v, %v", p, back, err)
		}
	}
}
