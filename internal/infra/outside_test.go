package infra_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/infra"
)

func given(values map[string]string) infra.Options {
	return infra.Options{Options: cloudformation.Options{Values: values}}
}

// What exists outside of the templates is what the values say of it.
func TestGivenPolicy(t *testing.T) {
	t.Parallel()
	const policy = `{"OriginRequestPolicyConfig":{"Name":"n","HeadersConfig":{"HeaderBehavior":"whitelist",` +
		`"Headers":["X-A"]},"CookiesConfig":{"CookieBehavior":"none"},"QueryStringsConfig":{"QueryStringBehavior":"all"}}}`
	for text, want := range map[string]error{
		policy: nil, "[": cloudformation.ErrInvalid, "{}": cloudformation.ErrInvalid,
		`{"OriginRequestPolicyConfig":{},"OriginRequestPolicyConfig":{}}`: cloudformation.ErrInvalid,
	} {
		tmpl, err := readYAML(t, webOrigin, cached+", OriginRequestPolicyId: P1", "", given(map[string]string{"P1": text}))
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
		if want != nil || err != nil {
			continue
		}
		p := tmpl.Distributions[0].Behaviors[0].OriginRequestPolicy
		if p.Headers.Kind != "whitelist" || !slices.Equal(p.Headers.Names, []string{"X-A"}) || p.QueryStrings.Kind != "all" {
			t.Errorf("%+v", p)
		}
	}
	_, err := readYAML(t, webOrigin, cached+", OriginRequestPolicyId: P1, ResponseHeadersPolicyId: P2", "",
		given(map[string]string{"P1": policy}))
	if !errors.Is(err, cloudformation.ErrUnresolved) || !strings.Contains(said(err),
		`give "P2" a value: its Properties in JSON, or give the template that has it, too`) {
		t.Error(err)
	}
}

// A key or a key group that is not known opens nothing; one that is wrong is an error.
func TestUnknownKeys(t *testing.T) {
	t.Parallel()
	const trusts = cached + ", TrustedKeyGroups: "
	for name, c := range map[string]struct {
		behavior, resources string
		values              map[string]string
		notes               int
		want                error
	}{
		"group":  {behavior: trusts + "[G1]", notes: 1},
		"signer": {behavior: cached + ", TrustedSigners: [self]", notes: 1},
		"key": {behavior: trusts + "[!Ref G]", notes: 1,
			resources: "  G: {Type: AWS::CloudFront::KeyGroup, Properties: {KeyGroupConfig: {Name: g, Items: [K1]}}}\n"},
		"wrong group": {behavior: trusts + "[G1]", values: map[string]string{"G1": "["}, want: cloudformation.ErrInvalid},
	} {
		tmpl, err := readYAML(t, webOrigin, c.behavior, c.resources, given(c.values))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil && (len(tmpl.Notes) != c.notes || !tmpl.Distributions[0].Behaviors[0].Signed() ||
			!strings.HasSuffix(tmpl.Notes[0].Why, "until then it opens nothing")) {
			t.Errorf("%s: %+v", name, tmpl.Notes)
		}
	}
}

// An origin access identity and a website that are in none of the templates are
// assumed, which is noted; a canonical user ID can be given.
func TestOutsideOrigins(t *testing.T) {
	t.Parallel()
	const identity = "DomainName: !GetAtt B.RegionalDomainName, " +
		"S3OriginConfig: {OriginAccessIdentity: origin-access-identity/cloudfront/E1}"
	const bucket = "  B: {Type: AWS::S3::Bucket}\n"
	for canonical, notes := range map[string]int{"": 1, "c": 0} {
		values := map[string]string{}
		if canonical != "" {
			values["E1.S3CanonicalUserId"] = canonical
		}
		tmpl, err := readYAML(t, identity, cached, bucket, given(values))
		if err != nil {
			t.Fatal(err)
		}
		oai := tmpl.Distributions[0].Behaviors[0].Origin.OAI
		if oai.ID != "E1" || oai.CanonicalUserID != canonical || len(tmpl.Notes) != notes {
			t.Errorf("%q: %+v, %+v", canonical, oai, tmpl.Notes)
		}
	}
	tmpl, err := readYAML(t, "DomainName: b.s3-website-us-east-1.amazonaws.com, "+
		"CustomOriginConfig: {OriginProtocolPolicy: http-only}", cached, "", infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := tmpl.Distributions[0].Behaviors[0].Origin
	if o.Website.Index != "index.html" || !o.Bucket.External || len(o.Bucket.Policy) != 1 || len(tmpl.Notes) != 1 ||
		o.Bucket.PublicAccessBlock != (infra.PublicAccessBlock{}) {
		t.Errorf("%+v, %+v", o.Bucket, tmpl.Notes)
	}
}

// Security headers are written as CloudFront writes them, custom ones checked.
func TestResponseHeaders(t *testing.T) {
	t.Parallel()
	const (
		policy = "  P: {Type: AWS::CloudFront::ResponseHeadersPolicy, Properties: " +
			"{ResponseHeadersPolicyConfig: {Name: n, %s}}}\n"
		xss  = "SecurityHeadersConfig: {XSSProtection: {Override: true, "
		hsts = "SecurityHeadersConfig: {StrictTransportSecurity: {Override: true, "
	)
	for _, c := range []struct{ config, want string }{
		{"", ""},
		{xss + "Protection: false, ModeBlock: true, ReportUri: u}}", "X-XSS-Protection: 0"},
		{xss + "Protection: true}}", "X-XSS-Protection: 1"},
		{xss + "Protection: true, ModeBlock: true}}", "X-XSS-Protection: 1; mode=block"},
		{xss + "Protection: true, ReportUri: u}}", "X-XSS-Protection: 1; report=u"},
		{hsts + "AccessControlMaxAgeSec: 0}}", "Strict-Transport-Security: max-age=0"},
		{hsts + "AccessControlMaxAgeSec: 9, Preload: true}}", "Strict-Transport-Security: max-age=9; preload"},
		{hsts + "AccessControlMaxAgeSec: 9, IncludeSubdomains: true}}",
			"Strict-Transport-Security: max-age=9; includeSubDomains"},
		{"SecurityHeadersConfig: {ContentTypeOptions: {Override: true}}", "X-Content-Type-Options: nosniff"},
		{"CustomHeadersConfig: {Items: [{Header: X-A, Override: true, Value: ''}]}", "X-A: "},
		{"CustomHeadersConfig: {Items: [{Header: 'X A', Override: true, Value: a}]}",
			`Items[0]: "X A: a" is not a valid header`},
		{`CustomHeadersConfig: {Items: [{Header: X-A, Override: true, Value: "a\nb"}]}`, "Items[0]: "},
		{"CustomHeadersConfig: {Items: [{Header: access-control-max-age, Override: true, Value: a}]}",
			"Items[0].Header: CloudFront refuses access-control-max-age"},
		{"ServerTimingHeadersConfig: {Enabled: true, SamplingRate: 50}", "50%"},
		{"ServerTimingHeadersConfig: {Enabled: false, SamplingRate: 50}", ""},
		{"RemoveHeadersConfig: {Items: [{Header: X-B}]}", "-X-B"},
	} {
		tmpl, err := readYAML(t, webOrigin, cached+", ResponseHeadersPolicyId: !Ref P", fmt.Sprintf(policy, c.config),
			infra.Options{})
		if err != nil {
			if c.want == "" || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", c.config, err, c.want)
			}
			continue
		}
		p := tmpl.Distributions[0].Behaviors[0].ResponseHeaderPolicy
		got := ""
		for _, h := range append(p.Security, p.Custom...) {
			got += h.Name + ": " + h.Value
			if !h.Override {
				t.Errorf("%s: %s does not override", c.config, h.Name)
			}
		}
		for _, name := range p.Remove {
			got += "-" + name
		}
		if p.ServerTiming > 0 {
			got += fmt.Sprintf("%g%%", p.ServerTiming)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.config, got, c.want)
		}
	}
}
