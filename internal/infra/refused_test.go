package infra_test

import (
	"strings"
	"testing"

	"example.com/privatecdn/internal/infra"
)

// withConfig returns what readYAML takes as a behavior, with more properties of
// the distribution after it.
func withConfig(behavior string, properties ...string) string {
	return behavior + "}\n        " + strings.Join(properties, "\n        ") + "\n        HttpVersion: http2 #"
}

// What CloudFront would refuse is refused, each time at its place; what it
// takes, though it looks alike, is not.
func TestRefusedDistributions(t *testing.T) {
	t.Parallel()
	const (
		bucketOrigin = "DomainName: b.s3.eu-west-1.amazonaws.com, "
		second       = "}, {Id: p, DomainName: example.org, CustomOriginConfig: {OriginProtocolPolicy: https-only}"
		runs         = "{EventType: viewer-request, FunctionARN: !GetAtt F.FunctionARN}"
		website      = "DomainName: !Sub '${B}.s3-website-us-east-1.amazonaws.com', " +
			"CustomOriginConfig: {OriginProtocolPolicy: "
	)
	group := func(id string, members ...string) string {
		return "{Id: " + id + ", FailoverCriteria: {StatusCodes: {Quantity: 1, Items: [500]}}, " +
			"Members: {Quantity: 2, Items: [{OriginId: " + strings.Join(members, "}, {OriginId: ") + "}]}}"
	}
	groups := func(all ...string) string {
		return withConfig(cached, "OriginGroups: {Quantity: 1, Items: ["+strings.Join(all, ", ")+"]}")
	}
	code := func(published string) string {
		return "  F: {Type: AWS::CloudFront::Function, Properties: {Name: f, FunctionCode: c, AutoPublish: " + published +
			", FunctionConfig: {Comment: c, Runtime: cloudfront-js-2.0}}}\n"
	}
	oac := func(kind string) string {
		return "  Oac: {Type: AWS::CloudFront::OriginAccessControl, Properties: {OriginAccessControlConfig: {Name: n, " +
			"OriginAccessControlOriginType: " + kind + ", SigningBehavior: always, SigningProtocol: sigv4}}}\n"
	}
	bucket := func(website string) string {
		return "  B: {Type: AWS::S3::Bucket, Properties: {WebsiteConfiguration: " + website + "}}\n"
	}
	lambda := func(events ...string) string {
		return cached + ", LambdaFunctionAssociations: [{EventType: " + strings.Join(events, "}, {EventType: ") + "}]"
	}
	published := code("true")
	for name, c := range map[string]struct{ origin, behavior, resources, want string }{
		"an alias of another": {webOrigin, withConfig(cached, "Aliases: [B.example.com]"), `
  A:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        {Enabled: true, Aliases: [a.example.com, b.example.com], Origins: [{Id: o, ` + webOrigin + `}],
        DefaultCacheBehavior: {TargetOriginId: o, ViewerProtocolPolicy: https-only, ` + cached + `}}
`, `Cdn: Properties.DistributionConfig.Aliases[0]: A has the alias "B.example.com" too`},
		"countries": {webOrigin, withConfig(cached,
			"Restrictions: {GeoRestriction: {RestrictionType: whitelist, Locations: [de]}}"),
			"", ""},
		"no country": {webOrigin, withConfig(cached, "Restrictions: {GeoRestriction: {RestrictionType: whitelist}}"), "",
			"Restrictions.GeoRestriction.Locations: a whitelist has at least one country"},
		"no restriction": {webOrigin, withConfig(cached, "Restrictions: {GeoRestriction: {RestrictionType: none}}"), "",
			""},
		"one pattern twice": {webOrigin, withConfig(cached, "CacheBehaviors: [",
			"{PathPattern: a, TargetOriginId: o, ViewerProtocolPolicy: https-only, "+cached+"},",
			"{PathPattern: a, TargetOriginId: o, ViewerProtocolPolicy: https-only, "+cached+"}]"), "",
			`CacheBehaviors[1].PathPattern: another behavior has the pattern "a"`},
		"errors": {webOrigin, withConfig(cached, "CustomErrorResponses: [{ErrorCode: 403, ResponseCode: 200, "+
			"ResponsePagePath: /a}, {ErrorCode: 404}, {ErrorCode: 500, ErrorCachingMinTTL: 0}]"), "", ""},
		"an error twice": {webOrigin, withConfig(cached, "CustomErrorResponses: [{ErrorCode: 403}, {ErrorCode: 403}]"), "",
			"CustomErrorResponses[1].ErrorCode: there are two responses for 403"},
		"an error's page alone": {webOrigin, withConfig(cached,
			"CustomErrorResponses: [{ErrorCode: 403, ResponsePagePath: /a}]"),
			"", "CustomErrorResponses[0]: CloudFront needs ResponseCode and ResponsePagePath together"},
		"an error's code alone": {webOrigin, withConfig(cached,
			"CustomErrorResponses: [{ErrorCode: 403, ResponseCode: 200}]"),
			"", "CustomErrorResponses[0]: CloudFront needs ResponseCode and ResponsePagePath together"},

		"a path": {webOrigin + ", OriginPath: /a", cached, "", ""},
		"no slash": {webOrigin + ", OriginPath: a", cached, "",
			"OriginPath: the path does not begin with a slash"},
		"a URL": {"DomainName: 'http://example.com', CustomOriginConfig: {OriginProtocolPolicy: https-only}",
			cached, "", `"http://example.com" is not a valid domain name`},
		"one origin twice": {webOrigin + "}, {Id: o, " + webOrigin, cached, "",
			`Origins[1].Id: there are two origins "o"`},
		"a header": {webOrigin + ", OriginCustomHeaders: [{HeaderName: x-a, HeaderValue: a}]", cached, "", ""},
		"one header twice": {webOrigin +
			", OriginCustomHeaders: [{HeaderName: x-a, HeaderValue: a}, {HeaderName: X-A, HeaderValue: b}]", cached, "",
			`OriginCustomHeaders[1].HeaderName: the origin has two headers "X-A"`},
		"CloudFront's own": {webOrigin + ", OriginCustomHeaders: [{HeaderName: x-amz-a, HeaderValue: a}]", cached, "",
			"CloudFront does not add x-amz-a to requests"},
		"no name": {webOrigin + ", OriginCustomHeaders: [{HeaderName: 'x a', HeaderValue: a}]", cached, "",
			`OriginCustomHeaders[0]: "x a" is not a valid header`},
		"no value": {webOrigin + `, OriginCustomHeaders: [{HeaderName: x-a, HeaderValue: "a\nb"}]`, cached, "",
			`OriginCustomHeaders[0]: "x-a" is not a valid header`},
		"a website": {website + "http-only}", cached, bucket("{IndexDocument: i.html}"),
			""},
		"no website": {website + "http-only}", cached, "  B: {Type: AWS::S3::Bucket}\n",
			"DomainName: the bucket B has no WebsiteConfiguration"},
		"a website by HTTPS": {website + "https-only}", cached, bucket("{IndexDocument: i.html}"), "reached by http-only"},
		"a signed website": {website + "http-only}, OriginAccessControlId: !Ref Oac", cached,
			bucket("{IndexDocument: i.html}") + oac("s3"),
			"OriginAccessControlId: CloudFront does not sign requests to a website endpoint"},
		"a website that redirects": {webOrigin, cached, bucket("{RedirectAllRequestsTo: {HostName: h}}"), ""},
		"a website of nothing": {webOrigin, cached, bucket("{ErrorDocument: e}"),
			"a website has an IndexDocument"},
		"a website of both": {webOrigin, cached, bucket("{IndexDocument: i, RedirectAllRequestsTo: {HostName: h}}"),
			"a website has an IndexDocument"},
		"an index with a slash": {webOrigin, cached, bucket("{IndexDocument: a/i}"),
			"a website has an IndexDocument"},
		"an OAC of Lambda": {bucketOrigin + "S3OriginConfig: {}, OriginAccessControlId: !Ref Oac", cached,
			oac("lambda"),
			"an origin access control of type lambda does not sign requests to b.s3."},
		"an OAC of S3": {webOrigin + ", OriginAccessControlId: !Ref Oac", cached, oac("s3"),
			"an origin access control of type s3 does not sign requests to example.com"},
		"an OAC of a function URL": {webOrigin + ", OriginAccessControlId: !Ref Oac", cached, oac("lambda"), ""},
		"an unknown OAC": {bucketOrigin + "S3OriginConfig: {}, OriginAccessControlId: E1", cached, "",
			`the origin access control "E1" is in none of the templates`},

		"a group":        {webOrigin + second, groups(group("g", "o", "p")), "", ""},
		"a group of one": {webOrigin + second, groups(group("g", "o")), "", "Members.Items: an origin group has two members"},
		"a group of itself": {webOrigin + second, groups(group("g", "o", "o")), "",
			"Members.Items: the two members are one origin"},
		"a group of none": {webOrigin + second, groups(group("g", "o", "q")), "",
			`Members.Items[1].OriginId: there is no origin "q"`},
		"a group of groups": {webOrigin + second, groups(group("g", "o", "p"), group("h", "g", "p")), "",
			`Members.Items[0].OriginId: there is no origin "g"`},
		"a group of their name": {webOrigin + second, groups(group("p", "o", "p")), "", `there are two origins "p"`},

		"a function": {webOrigin, cached + ", FunctionAssociations: [" + runs + "]", published, ""},
		"two events": {webOrigin, cached + ", FunctionAssociations: [" + runs + ", " + strings.Replace(runs,
			"request", "response", 1) + "]", published, ""},
		"an event twice": {webOrigin, cached + ", FunctionAssociations: [" + runs + ", " + runs + "]", published,
			"FunctionAssociations[1].FunctionARN: the behavior has another viewer-request function"},
		"not published": {webOrigin, cached + ", FunctionAssociations: [" + runs + "]", code("false"),
			"the function F is not published"},
		"one name twice": {webOrigin, cached, published + strings.Replace(published, "F:", "G:", 1),
			`G: Properties.Name: F has the name "f" too`},
		"Lambda@Edge":   {webOrigin, lambda("origin-request", "origin-response"), "", ""},
		"of the viewer": {webOrigin, lambda("viewer-request"), "", ""},
		"with a function": {webOrigin, lambda("origin-request") + ", FunctionAssociations: [" + runs + "]",
			published, ""},
		"of the viewer, too": {webOrigin, lambda("viewer-response") + ", FunctionAssociations: [" + runs + "]",
			published, "LambdaFunctionAssociations[0].EventType: CloudFront does not combine a viewer-response function"},
		"twice": {webOrigin, lambda("origin-request", "origin-request"), "",
			"LambdaFunctionAssociations[1].EventType: the behavior has another origin-request function"},
		"caches what it denies": {webOrigin, cached + ", CachedMethods: [GET, HEAD, OPTIONS]", "",
			"CachedMethods: CloudFront caches GET and HEAD, or these and OPTIONS if it is allowed"},
	} {
		_, err := readYAML(t, c.origin, c.behavior, c.resources, infra.Options{StubLambdaEdge: true})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	tmpl, err := readYAML(t, webOrigin, lambda("origin-request"), "", infra.Options{StubLambdaEdge: true})
	if err != nil || len(tmpl.Notes) != 1 || !strings.Contains(tmpl.Notes[0].Why, "origin-request Lambda@Edge function") {
		t.Errorf("one function is left out: %v, %v", tmpl, err)
	}
	tmpl, err = readYAML(t, webOrigin+", OriginAccessControlId: !Ref Oac", cached, oac("lambda"), infra.Options{})
	if err != nil || len(tmpl.Notes) != 1 || !strings.Contains(tmpl.Notes[0].Why, "o are not signed for lambda") {
		t.Errorf("one origin access control is left out: %v, %v", tmpl, err)
	}
}
