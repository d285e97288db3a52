package bucketpolicy_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/cloudformation"
)

const (
	object = "arn:aws:s3:::media/a/b.txt"
	dist   = "arn:aws:cloudfront::111122223333:distribution/E1"
)

var (
	everyone = bucketpolicy.Principal{Kind: "*", Value: "*"}
	cf       = bucketpolicy.Caller{Service: "cloudfront.amazonaws.com", SourceARN: dist, SourceAccount: "111122223333"}
	oai      = bucketpolicy.Caller{CanonicalUser: "abc",
		ARN: "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2"}
	user      = bucketpolicy.Caller{ARN: "arn:aws:iam::111122223333:user/ann", Account: "111122223333"}
	anonymous = bucketpolicy.Caller{}
)

// get is an allow of s3:GetObject on every object, changed by the test.
func get(change func(*bucketpolicy.Statement)) bucketpolicy.Statement {
	s := bucketpolicy.Statement{
		Effect: "Allow", Principals: []bucketpolicy.Principal{everyone},
		Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::media/*"},
	}
	if change != nil {
		change(&s)
	}
	return s
}

func to(kind, value string) func(*bucketpolicy.Statement) {
	return func(s *bucketpolicy.Statement) { s.Principals = []bucketpolicy.Principal{{Kind: kind, Value: value}} }
}

func when(operator, key string, values ...string) func(*bucketpolicy.Statement) {
	return func(s *bucketpolicy.Statement) {
		s.Conditions = append(s.Conditions, bucketpolicy.Condition{Operator: operator, Key: key, Values: values})
	}
}

func compile(t *testing.T, statements ...bucketpolicy.Statement) *bucketpolicy.Policy {
	t.Helper()
	p, err := bucketpolicy.Compile(statements)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDenyWins(t *testing.T) {
	t.Parallel()
	deny := get(func(s *bucketpolicy.Statement) { s.Effect, s.Actions = "Deny", []string{"S3:get*"} })
	for name, c := range map[string]struct {
		statements []bucketpolicy.Statement
		want       bucketpolicy.Decision
	}{
		"nothing":         {nil, bucketpolicy.ImplicitDeny},
		"allow":           {[]bucketpolicy.Statement{get(nil)}, bucketpolicy.Allow},
		"allow then deny": {[]bucketpolicy.Statement{get(nil), deny}, bucketpolicy.ExplicitDeny},
		"deny then allow": {[]bucketpolicy.Statement{deny, get(nil)}, bucketpolicy.ExplicitDeny},
	} {
		got := compile(t, c.statements...).Evaluate(bucketpolicy.Request{Action: "s3:GetObject", Resource: object})
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestPrincipals(t *testing.T) {
	t.Parallel()
	cases := []struct {
		kind, value string
		who         bucketpolicy.Caller
		want        bool
	}{
		{"*", "*", anonymous, true},
		{"*", "*", cf, true},
		{"CanonicalUser", "abc", oai, true},
		{"CanonicalUser", "abd", oai, false},
		{"CanonicalUser", "abc", anonymous, false},
		{"AWS", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2", oai, true},
		{"AWS", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E3", oai, false},
		{"Service", "cloudfront.amazonaws.com", cf, true},
		{"Service", "delivery.logs.amazonaws.com", cf, false},
		{"Service", "cloudfront.amazonaws.com", anonymous, false},
		{"AWS", "111122223333", user, true},
		{"AWS", "arn:aws:iam::111122223333:root", user, true},
		{"AWS", "arn:aws:iam::999922223333:root", user, false},
		{"AWS", "arn:aws:iam::111122223333:user/ann", user, true},
		{"AWS", "arn:aws:iam::111122223333:user/bob", user, false},
		{"Federated", "cognito-identity.amazonaws.com", user, false},
		{"Service", "111122223333", user, false},
	}
	for _, c := range cases {
		request := bucketpolicy.Request{Principal: c.who, Action: "s3:GetObject", Resource: object}
		if got := compile(t, get(to(c.kind, c.value))).Evaluate(request) == bucketpolicy.Allow; got != c.want {
			t.Errorf("%s %s for %+v: %t, want %t", c.kind, c.value, c.who, got, c.want)
		}
		not := get(to(c.kind, c.value))
		not.NotPrincipal = true
		if got := compile(t, not).Evaluate(request) == bucketpolicy.Allow; got == c.want {
			t.Errorf("NotPrincipal %s %s for %+v: %t", c.kind, c.value, c.who, got)
		}
	}
}

func TestActionsAndResources(t *testing.T) {
	t.Parallel()
	cases := []struct {
		pattern, value string
		action, want   bool
	}{
		{"s3:GetObject", "s3:GetObject", true, true},
		{"S3:getobject", "s3:GetObject", true, true},
		{"s3:Get*", "s3:GetObject", true, true},
		{"s3:GetObjec?", "s3:GetObject", true, true},
		{"s3:GetObject", "s3:GetObjectVersion", true, false},
		{"*", "s3:ListBucket", true, true},
		{"s3:PutObject", "s3:GetObject", true, false},
		{"arn:aws:s3:::media/*", object, false, true},
		{"arn:aws:s3:::media", object, false, false},
		{"arn:aws:s3:::media*", object, false, true},
		{"arn:aws:s3:::media/A/*", object, false, false},
		{"arn:aws:s3:::media/?/b.txt", object, false, true},
		{"*", object, false, true},
		{"arn:aws:s3:::media/*.jpg", object, false, false},
	}
	for _, c := range cases {
		s := get(nil)
		request := bucketpolicy.Request{Action: "s3:GetObject", Resource: object}
		if c.action {
			s.Actions, request.Action = []string{c.pattern}, c.value
		} else {
			s.Resources, request.Resource = []string{c.pattern}, c.value
		}
		if got := compile(t, s).Evaluate(request) == bucketpolicy.Allow; got != c.want {
			t.Errorf("%s on %s: %t, want %t", c.pattern, c.value, got, c.want)
		}
		s.NotAction, s.NotResource = c.action, !c.action
		if got := compile(t, s).Evaluate(request) == bucketpolicy.Allow; got == c.want {
			t.Errorf("not %s on %s: %t", c.pattern, c.value, got)
		}
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	cases := []struct {
		operator, key string
		values        []string
		got           []string // nil: the request does not have the key
		want          bool
	}{
		{"StringEquals", "aws:SourceArn", []string{dist}, []string{dist}, true},
		{"StringEquals", "AWS:SourceARN", []string{dist}, []string{dist}, true},
		{"StringEquals", "aws:SourceArn", []string{dist}, nil, false},
		{"StringEquals", "aws:SourceArn", []string{"x", dist}, []string{dist}, true},
		{"StringEquals", "aws:SourceArn", []string{"arn:*"}, []string{dist}, false},
		{"StringEqualsIfExists", "aws:SourceArn", []string{"x"}, nil, true},
		{"StringEqualsIfExists", "aws:SourceArn", []string{"x"}, []string{"y"}, false},
		{"StringNotEquals", "aws:SourceArn", []string{"x", "y"}, []string{"y"}, false},
		{"StringNotEquals", "aws:SourceArn", []string{"x", "y"}, []string{"z"}, true},
		{"StringNotEquals", "aws:SourceArn", []string{"x"}, nil, true},
		{"StringNotEquals", "aws:SourceArn", []string{"x"}, []string{}, true},
		{"StringEqualsIgnoreCase", "aws:Referer", []string{"HTTPS://A"}, []string{"https://a"}, true},
		{"StringNotEqualsIgnoreCase", "aws:Referer", []string{"HTTPS://A"}, []string{"https://a"}, false},
		{"StringLike", "aws:Referer", []string{"https://*.example.com/*"}, []string{"https://www.example.com/x"}, true},
		{"StringLike", "aws:Referer", []string{"https://*.example.com/*"}, []string{"https://example.com/x"}, false},
		{"StringNotLike", "aws:Referer", []string{"https://*"}, []string{"http://a"}, true},
		{"ArnLike", "aws:SourceArn", []string{"arn:aws:cloudfront::111122223333:distribution/*"}, []string{dist}, true},
		{"ArnLike", "aws:SourceArn", []string{"arn:aws:*:*:*:*"}, []string{"arn"}, false},
		{"ArnLike", "aws:SourceArn", []string{"arn:aws:*:::distribution/E1"}, []string{dist}, false},
		// * stays within its part
		{"ArnEquals", "aws:SourceArn", []string{"arn:aws:cloudfront::*:distribution/E?"}, []string{dist}, true},
		{"ArnNotLike", "aws:SourceArn", []string{"arn:aws:cloudfront::111122223333:*"}, []string{dist}, false},
		{"ArnNotEquals", "aws:SourceArn", []string{"arn:aws:cloudfront::9:*"}, []string{dist}, true},
		{"Bool", "aws:SecureTransport", []string{"false"}, []string{"false"}, true},
		{"Bool", "aws:SecureTransport", []string{"false"}, []string{"true"}, false},
		{"Bool", "aws:SecureTransport", []string{"False"}, []string{"false"}, true},
		{"IpAddress", "aws:SourceIp", []string{"203.0.113.0/24"}, []string{"203.0.113.9"}, true},
		{"IpAddress", "aws:SourceIp", []string{"203.0.113.0/24"}, []string{"203.0.114.9"}, false},
		{"IpAddress", "aws:SourceIp", []string{"203.0.113.9"}, []string{"203.0.113.9"}, true},
		{"IpAddress", "aws:SourceIp", []string{"2001:db8::/32"}, []string{"2001:db8::1"}, true},
		{"IpAddress", "aws:SourceIp", []string{"203.0.113.0/24"}, []string{"::ffff:203.0.113.9"}, true},
		{"NotIpAddress", "aws:SourceIp", []string{"203.0.113.0/24"}, []string{"203.0.113.9"}, false},
		{"NotIpAddress", "aws:SourceIp", []string{"203.0.113.0/24"}, nil, true},
		{"NumericLessThan", "s3:TlsVersion", []string{"1.2"}, []string{"1.1"}, true},
		{"NumericLessThan", "s3:TlsVersion", []string{"1.2"}, []string{"1.2"}, false},
		{"NumericLessThan", "s3:TlsVersion", []string{"1.2"}, nil, false},
		{"NumericGreaterThan", "s3:signatureAge", []string{"600000"}, []string{"600001"}, true},
		{"NumericLessThanEquals", "s3:signatureAge", []string{"5"}, []string{"5"}, true},
		{"NumericGreaterThanEquals", "s3:signatureAge", []string{"5"}, []string{"4"}, false},
		{"NumericEquals", "s3:max-keys", []string{"10"}, []string{"10.0"}, true},
		{"NumericNotEquals", "s3:max-keys", []string{"10"}, []string{"11"}, true},
		{"DateLessThan", "aws:CurrentTime", []string{"2026-12-01T00:00:00Z"}, []string{"2026-11-22T12:00:00Z"}, true},
		{"DateGreaterThan", "aws:CurrentTime", []string{"2026-12-01"}, []string{"2026-11-22T12:00:00Z"}, false},
		{"DateGreaterThan", "aws:CurrentTime", []string{"2026-01-01"}, []string{"2026-01-01"}, false},
		{"NumericGreaterThan", "s3:max-keys", []string{"10"}, []string{"10"}, false},
		{"DateGreaterThanEquals", "aws:EpochTime", []string{"1795348800"}, []string{"1795348800"}, true},
		{"DateLessThanEquals", "aws:EpochTime", []string{"1"}, []string{"2"}, false},
		{"DateEquals", "aws:EpochTime", []string{"2026-11-22T12:00:00Z"}, []string{"1795348800"}, true},
		{"DateNotEquals", "aws:EpochTime", []string{"1"}, []string{"2"}, true},
		{"Null", "aws:SourceArn", []string{"true"}, nil, true},
		{"Null", "aws:SourceArn", []string{"true"}, []string{"x"}, false},
		{"Null", "aws:SourceArn", []string{"false"}, []string{"x"}, true},
		{"Null", "aws:SourceArn", []string{"false"}, nil, false},
		{"ForAllValues:StringEquals", "aws:SourceArn", []string{"x", "y"}, []string{"x", "y"}, true},
		{"ForAllValues:StringEquals", "aws:SourceArn", []string{"x"}, []string{"x", "y"}, false},
		{"ForAllValues:StringEquals", "aws:SourceArn", []string{"x"}, nil, true},
		{"ForAnyValue:StringEquals", "aws:SourceArn", []string{"x"}, []string{"y", "x"}, true},
		{"ForAnyValue:StringEquals", "aws:SourceArn", []string{"x"}, nil, false},
		{"ForAnyValue:StringNotEquals", "aws:SourceArn", []string{"x"}, nil, false},
		{"ForAnyValue:StringNotEquals", "aws:SourceArn", []string{"x"}, []string{"x", "y"}, true},
	}
	for _, c := range cases {
		policy := compile(t, get(when(c.operator, c.key, c.values...)))
		got := policy.Evaluate(bucketpolicy.Request{Action: "s3:GetObject", Resource: object,
			Lookup: func(key string) ([]string, bool) {
				if key != strings.ToLower(c.key) {
					t.Errorf("asked for the key %s", key)
				}
				return c.got, c.got != nil
			}}) == bucketpolicy.Allow
		if got != c.want {
			t.Errorf("%s %s %q, request %q: %t, want %t", c.operator, c.key, c.values, c.got, got, c.want)
		}
	}
}

func TestRefusedByName(t *testing.T) {
	t.Parallel()
	unsupported, invalid := cloudformation.ErrUnsupported, cloudformation.ErrInvalid
	cases := map[string]struct {
		change func(*bucketpolicy.Statement)
		names  string
		kind   error
	}{
		"operator":     {when("BinaryEquals", "aws:SourceArn", "x"), "BinaryEquals", unsupported},
		"NullIfExists": {when("NullIfExists", "aws:SourceArn", "true"), "NullIfExists", unsupported},
		"mistyped":     {when("StringEqual", "aws:SourceArn", "x"), "StringEqual", unsupported},
		"key":          {when("StringEquals", "aws:PrincipalOrgID", "o-1"), "aws:PrincipalOrgID", unsupported},
		"tag key":      {when("StringEquals", "s3:ExistingObjectTag/public", "yes"), "ObjectTag/public", unsupported},
		"variable":     {when("StringLike", "aws:Referer", "${aws:username}*"), "${aws:username}", unsupported},
		"resource var": {func(s *bucketpolicy.Statement) {
			s.Resources = []string{"arn:aws:s3:::media/${aws:username}/*"}
		}, "${aws:username}", unsupported},
		"principal var":    {to("AWS", "arn:aws:iam::${aws:PrincipalAccount}:root"), "${aws:PrincipalAccount}", unsupported},
		"partial wildcard": {to("AWS", "arn:aws:iam::111122223333:user/*"), "user/*", invalid},
		"bad principal":    {to("AWS", "E2ABC"), "E2ABC", invalid},
		"no account":       {to("AWS", "E2ABCDEFGHIJ"), "E2ABCDEFGHIJ", invalid},
		"short account":    {to("AWS", "123"), "123", invalid},
		"two quantifiers":  {when("ForAnyValue:ForAllValues:Bool", "aws:SourceArn", "true"), "ForAnyValue:F", unsupported},
		"ForAnyValue:Null": {when("ForAnyValue:Null", "aws:SourceArn", "true"), "ForAnyValue:Null", unsupported},
		"other ARN":        {when("ArnLike", "aws:SourceArn", "urn:aws:s3:::media"), "urn:aws:s3:::media", invalid},
		"bad bool":         {when("Bool", "aws:SecureTransport", "maybe"), "maybe", invalid},
		"bad number":       {when("NumericLessThan", "s3:TlsVersion", "TLS1.2"), "TLS1.2", invalid},
		"bad address":      {when("IpAddress", "aws:SourceIp", "here"), "here", invalid},
		"bad date":         {when("DateLessThan", "aws:CurrentTime", "soon"), "soon", invalid},
		"short ARN":        {when("ArnLike", "aws:SourceArn", "arn:aws:*"), "arn:aws:*", invalid},
		"bad ARN":          {when("ArnLike", "aws:SourceArn", "E1"), "E1", invalid},
		"bad Null":         {when("Null", "aws:SourceArn", "yes"), "yes", invalid},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := get(c.change)
			s.SID = "ReadMe"
			_, err := bucketpolicy.Compile([]bucketpolicy.Statement{get(nil), s})
			if !errors.Is(err, c.kind) {
				t.Fatalf("the error is %v", err)
			}
			for _, want := range []string{"ReadMe", c.names} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not name %s: %v", want, err)
				}
			}
		})
	}
}

// A request without condition keys has none.
func TestNoConditionKeys(t *testing.T) {
	t.Parallel()
	policy := compile(t, get(when("Null", "aws:SourceArn", "true")))
	if got := policy.Evaluate(bucketpolicy.Request{Action: "s3:GetObject", Resource: object}); got != bucketpolicy.Allow {
		t.Error(got)
	}
}

// A statement without a Sid is named by its place.
func TestStatementByPlace(t *testing.T) {
	t.Parallel()
	_, err := bucketpolicy.Compile([]bucketpolicy.Statement{get(nil), get(to("AWS", "x"))})
	if err == nil || !strings.Contains(err.Error(), "statement 2:") {
		t.Errorf("%v", err)
	}
}
