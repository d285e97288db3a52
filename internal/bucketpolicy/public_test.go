package bucketpolicy_test

import (
	"testing"

	"example.com/privatecdn/internal/bucketpolicy"
)

func TestPublic(t *testing.T) {
	t.Parallel()
	deny := get(nil)
	deny.Effect = "Deny"
	notPrincipal := get(to("AWS", "111122223333"))
	notPrincipal.NotPrincipal = true
	cases := map[string]struct {
		statement bucketpolicy.Statement
		public    bool
	}{
		"everyone":                {get(nil), true},
		"NotPrincipal":            {notPrincipal, true},
		"deny":                    {deny, false},
		"an account":              {get(to("AWS", "111122223333")), false},
		"an OAI":                  {get(to("CanonicalUser", "abc")), false},
		"a service":               {get(to("Service", "cloudfront.amazonaws.com")), false},
		"fixed SourceArn":         {get(when("StringEquals", "aws:SourceArn", dist)), false},
		"wildcard SourceArn":      {get(when("ArnLike", "aws:SourceArn", "arn:aws:cloudfront::*:distribution/*")), true},
		"fixed SourceArn, exists": {get(when("StringEqualsIfExists", "aws:SourceArn", dist)), true},
		"not SourceArn":           {get(when("StringNotEquals", "aws:SourceArn", dist)), true},
		"for all values":          {get(when("ForAllValues:StringEquals", "aws:SourceArn", dist)), true},
		"fixed account":           {get(when("StringEquals", "aws:SourceAccount", "111122223333")), false},
		"fixed VPC endpoint":      {get(when("StringEquals", "aws:SourceVpce", "vpce-1")), false},
		"referer":                 {get(when("StringEquals", "aws:Referer", "https://example.com/")), true},
		"TLS only":                {get(when("Bool", "aws:SecureTransport", "true")), true},
		"a network":               {get(when("IpAddress", "aws:SourceIp", "203.0.113.0/24")), false},
		"half the internet":       {get(when("IpAddress", "aws:SourceIp", "0.0.0.0/1", "203.0.113.0/24")), true},
		"all of IPv6":             {get(when("IpAddress", "aws:SourceIp", "2000::/3")), true},
		"an IPv6 network":         {get(when("IpAddress", "aws:SourceIp", "2001:db8::/32")), false},
		"a large network":         {get(when("IpAddress", "aws:SourceIp", "11.0.0.0/8")), false},
		"private IPv6":            {get(when("IpAddress", "aws:SourceIp", "fc00::/7")), false},
		"private network":         {get(when("IpAddress", "aws:SourceIp", "10.0.0.0/8")), false},
		"not a network":           {get(when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24")), true},
	}
	for name, c := range cases {
		c.statement.SID = name
		statement, public := compile(t, c.statement).Public()
		if public != c.public || public && statement != name {
			t.Errorf("%s: public %t (%q), want %t", name, public, statement, c.public)
		}
	}
}
