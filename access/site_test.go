package access_test

import (
	"encoding/json"
	"slices"
	"testing"

	"example.com/privatecdn/access"
)

// site describes a template: one bucket, its policy and a distribution with
// some behaviors. A test changes a base site and compares the two.
type site struct {
	cdn, media string // logical IDs
	trusted    []string
	behaviors  []*behavior
	bucket     props // of the bucket
	policy     []statement
	headers    props // of the response headers policy
	cache      props // of the cache policy
	config     props // of the distribution
	origins    []props
	resources  props // besides
}

type props map[string]any

type statement = props

// behavior is one behavior; with has more of its properties.
type behavior struct {
	pattern, origin, https string
	signed                 bool
	with                   props
}

func base() *site {
	s := &site{
		cdn: "Cdn", media: "Media", trusted: []string{"KeyOne"},
		behaviors: []*behavior{
			{"private/*", "media", "https-only", true, props{"ResponseHeadersPolicyId": ref("Headers")}},
			{"public/*", "media", "redirect-to-https", false, props{"ResponseHeadersPolicyId": ref("Headers")}},
			{"presigned/*", "nobody", "https-only", false, props{}},
			{"web/*", "web", "https-only", false, props{}},
			{"*", "media", "redirect-to-https", true, props{}},
		},
		bucket: props{"PublicAccessBlockConfiguration": props{
			"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}},
		headers: props{
			"CorsConfig": props{"AccessControlAllowCredentials": false, "OriginOverride": true,
				"AccessControlAllowHeaders": items("Range"),
				"AccessControlAllowMethods": items("GET"), "AccessControlAllowOrigins": items("https://*.example.com")},
			"SecurityHeadersConfig": props{"StrictTransportSecurity": props{"AccessControlMaxAgeSec": 31536000,
				"Override": true}},
		},
		cache: props{"MinTTL": 0, "DefaultTTL": 60, "MaxTTL": 1800},
		config: props{"ViewerCertificate": props{"AcmCertificateArn": "arn:x", "MinimumProtocolVersion": "TLSv1.2_2021",
			"SslSupportMethod": "sni-only"}},
		resources: props{},
	}
	s.policy = []statement{
		{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": []any{s.arn(""), s.arn("/*")},
			"Condition": props{"Bool": props{"aws:SecureTransport": "false"}}},
		allow(props{"CanonicalUser": att("Identity", "S3CanonicalUserId")}, "s3:GetObject", s.arn("/*")),
	}
	s.origins = []props{
		s.s3Origin("media"),
		{"Id": "nobody", "DomainName": att("Media", "RegionalDomainName"), "S3OriginConfig": props{}},
		{"Id": "web", "DomainName": "www.example.com", "CustomOriginConfig": props{"OriginProtocolPolicy": "https-only"}},
	}
	return s
}

func (s *site) s3Origin(id string) props {
	return props{"Id": id, "DomainName": att(s.media, "RegionalDomainName"),
		"S3OriginConfig": props{"OriginAccessIdentity": sub("origin-access-identity/cloudfront/${Identity}")}}
}

func (s *site) arn(path string) any { return sub("${" + s.media + ".Arn}" + path) }

func allow(principal any, action string, resource any) statement {
	return statement{"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
}

// behavior returns the behavior of a pattern, to change it.
func (s *site) behavior(pattern string) *behavior {
	i := slices.IndexFunc(s.behaviors, func(b *behavior) bool { return b.pattern == pattern })
	return s.behaviors[i]
}

// insert puts behaviors before the one of a pattern.
func (s *site) insert(before string, added ...*behavior) {
	i := slices.IndexFunc(s.behaviors, func(b *behavior) bool { return b.pattern == before })
	s.behaviors = slices.Insert(s.behaviors, i, added...)
}

func public(pattern string) *behavior {
	return &behavior{pattern, "media", "https-only", false, props{}}
}

func signed(pattern string) *behavior {
	return &behavior{pattern, "media", "https-only", true, props{}}
}

// template returns the site's template, in JSON.
func (s *site) template() []byte {
	config := props{"Enabled": true, "Origins": s.origins}
	for name, value := range s.config {
		config[name] = value
	}
	var behaviors []props
	for _, b := range s.behaviors {
		p := props{"TargetOriginId": b.origin, "ViewerProtocolPolicy": b.https, "CachePolicyId": ref("Cache")}
		if b.signed {
			p["TrustedKeyGroups"] = []any{ref("Keys")}
		}
		if b.pattern != "*" {
			p["PathPattern"] = b.pattern
		}
		for name, value := range b.with {
			p[name] = value
		}
		behaviors = append(behaviors, p)
	}
	last := len(behaviors) - 1
	config["CacheBehaviors"], config["DefaultCacheBehavior"] = behaviors[:last], behaviors[last]

	var trusted []any
	for _, key := range s.trusted {
		trusted = append(trusted, ref(key))
	}
	headers, cache := props{"Name": "x"}, props{"Name": "x", "ParametersInCacheKeyAndForwardedToOrigin": forwards("all")}
	for name, value := range s.headers {
		headers[name] = value
	}
	for name, value := range s.cache {
		cache[name] = value
	}
	resources := props{
		s.media: resource("AWS::S3::Bucket", s.bucket),
		"MediaPolicy": resource("AWS::S3::BucketPolicy", props{"Bucket": ref(s.media),
			"PolicyDocument": props{"Statement": s.policy}}),
		"Identity": resource("AWS::CloudFront::CloudFrontOriginAccessIdentity",
			props{"CloudFrontOriginAccessIdentityConfig": props{"Comment": "x"}}),
		"Control": resource("AWS::CloudFront::OriginAccessControl", props{"OriginAccessControlConfig": props{
			"Name": "x", "OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}}),
		"KeyOne":  publicKey(keyOne),
		"KeyTwo":  publicKey(keyTwo),
		"Keys":    resource("AWS::CloudFront::KeyGroup", props{"KeyGroupConfig": props{"Name": "x", "Items": trusted}}),
		"Cache":   resource("AWS::CloudFront::CachePolicy", props{"CachePolicyConfig": cache}),
		"Headers": resource("AWS::CloudFront::ResponseHeadersPolicy", props{"ResponseHeadersPolicyConfig": headers}),
		s.cdn:     resource("AWS::CloudFront::Distribution", props{"DistributionConfig": config}),
	}
	for name, value := range s.resources {
		resources[name] = value
	}
	text, err := json.MarshalIndent(props{"Resources": resources}, "", "  ")
	if err != nil {
		panic(err)
	}
	return text
}

// read reads the site's template.
func (s *site) read(t *testing.T) *access.Template {
	t.Helper()
	tmpl, err := access.Parse(s.template(), nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, s.template())
	}
	return tmpl
}

const (
	keyOne = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElYkfRnerJNhfGKNeex74hISdy6HO\n" +
		"EFbHxd+2kn4Lf4iQx3wy3wOCPla5MDfcVvQ/14rdoruismmDfFapT1soOA==\n"
	keyTwo = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBgIUc2ltfPBW2vb34tP+4vC/mIP4\n" +
		"UGJ5g7wg/UWv1405RgjtWKiDMR9BCUYaGJgYVlZSpK/qJrCOtxqIW6q+pQ==\n"
)

func publicKey(base64 string) props {
	return resource("AWS::CloudFront::PublicKey", props{"PublicKeyConfig": props{"CallerReference": base64[36:44],
		"Name":       base64[36:44],
		"EncodedKey": "-----BEGIN PUBLIC KEY-----\n" + base64 + "-----END PUBLIC KEY-----\n"}})
}

// forwards returns which of a request is in the cache key.
func forwards(queryStrings string) props {
	return props{"EnableAcceptEncodingGzip": true, "HeadersConfig": props{"HeaderBehavior": "none"},
		"CookiesConfig": props{"CookieBehavior": "none"}, "QueryStringsConfig": props{"QueryStringBehavior": queryStrings}}
}

func resource(typ string, properties props) props {
	return props{"Type": typ, "Properties": properties}
}

func items(names ...string) props { return props{"Items": names} }

func ref(name string) props { return props{"Ref": name} }

func att(name, attribute string) props { return props{"Fn::GetAtt": []string{name, attribute}} }

func sub(text string) props { return props{"Fn::Sub": text} }
