package infra_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/keys"
)

const webOrigin = "DomainName: example.com, CustomOriginConfig: {OriginProtocolPolicy: https-only}"

// A property that is not known is refused in every type of resource.
func TestUnknownProperty(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{
		"S3::Bucket", "S3::BucketPolicy", "SSM::Parameter", "CloudFront::CachePolicy", "CloudFront::Function",
		"CloudFront::KeyGroup", "CloudFront::KeyValueStore", "CloudFront::OriginAccessControl",
		"CloudFront::CloudFrontOriginAccessIdentity", "CloudFront::OriginRequestPolicy", "CloudFront::PublicKey",
		"CloudFront::ResponseHeadersPolicy", "CloudFront::Distribution",
	} {
		const want = "R: Properties.Typo: unknown property"
		_, err := readYAML(t, webOrigin, cached, "  R: {Type: AWS::"+typ+", Properties: {Typo: 1}}\n", infra.Options{})
		if !errors.Is(err, cloudformation.ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", typ, err)
		}
	}
}

// Outputs refer to what a key and a parameter are.
func TestAttributes(t *testing.T) {
	t.Parallel()
	tmpl, err := readYAML(t, webOrigin, cached, `
  Key:
    Type: AWS::CloudFront::PublicKey
    Properties:
      PublicKeyConfig:
        CallerReference: x
        Name: k
        EncodedKey: |
          -----BEGIN PUBLIC KEY-----
          MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
          6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
          -----END PUBLIC KEY-----
  Parameter: {Type: AWS::SSM::Parameter, Properties: {Name: /a, Type: String, Value: v}}
  Unnamed: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: v}}
  B: {Type: AWS::S3::Bucket, Properties: {BucketName: b}}
  Other: {Type: AWS::S3::Bucket}
  Topic: {Type: AWS::SNS::Topic}
  Group: {Type: AWS::CloudFront::KeyGroup, Properties: {KeyGroupConfig: {Name: g, Items: [!Ref Key]}}}
  F:
    Type: AWS::CloudFront::Function
    Properties: {Name: f, FunctionCode: c, FunctionConfig: {Comment: c, Runtime: cloudfront-js-2.0}}
Outputs:
  Unnamed: {Value: !Ref Unnamed}
  Group: {Value: !Ref Group}
  Website: {Value: !GetAtt B.WebsiteURL}
  DualStack: {Value: !GetAtt B.DualStackDomainName}
  Other: {Value: !Ref Other}
  Topic: {Value: !Ref Topic}
  Function: {Value: !GetAtt F.FunctionMetadata.FunctionARN}
  Ref: {Value: !Ref Key}
  ID: {Value: !GetAtt Key.Id}
  Created: {Value: !GetAtt Key.CreatedTime}
  Name: {Value: !Ref Parameter}
  Type: {Value: !GetAtt Parameter.Type}
  Value: {Value: !GetAtt Parameter.Value}
`, infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := tmpl.Outputs
	for name, want := range map[string]string{
		"Unnamed":   "CFN-Unnamed-D5V93AH4AA3RO",
		"Group":     "73ef80a2-7f58-bbcc-de2f-45db51e68807",
		"Website":   "http://b.s3-website-us-east-1.amazonaws.com",
		"DualStack": "b.s3.dualstack.us-east-1.amazonaws.com",
		"Other":     "stack-other-w0umrtz6cb8ud",
		"Topic":     "arn:aws:sns:us-east-1:123456789012:Stack-Topic",
		"Function":  "arn:aws:cloudfront::123456789012:function/f",
	} {
		if o[name] != want {
			t.Errorf("%s is %s, want %s", name, o[name], want)
		}
	}
	if !strings.HasPrefix(o["Ref"], "K") || o["ID"] != o["Ref"] ||
		o["Name"] != "/a" || o["Type"] != "String" || o["Value"] != "v" {
		t.Errorf("the outputs are %v", o)
	}
	if _, there := o["Created"]; there || len(tmpl.Notes) != 2 || tmpl.Notes[1].LogicalID != "Created" {
		t.Errorf("%v, %+v", o, tmpl.Notes)
	}
}

// An output that is wrong, not just unknown, is an error, and so is a key group
// of a key whose value given is wrong.
func TestWrongReferences(t *testing.T) {
	t.Parallel()
	o := infra.Options{Options: cloudformation.Options{Values: map[string]string{
		"K1": `{"PublicKeyConfig":{"CallerReference":"x","Name":"k","EncodedKey":"nonsense"}}`,
	}}}
	for resources, want := range map[string]error{
		"Outputs: {O: {Value: !Ref Nobody}}": cloudformation.ErrInvalid,
		"  G: {Type: AWS::CloudFront::KeyGroup, Properties: {KeyGroupConfig: {Name: g, Items: [K1]}}}": keys.ErrNoPEM,
	} {
		if _, err := readYAML(t, webOrigin, cached, resources, o); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", resources, err, want)
		}
	}
}

// Behaviors allow and cache the sets of methods that CloudFront knows.
func TestMethods(t *testing.T) {
	t.Parallel()
	const two, three, all = "GET, HEAD", "GET, HEAD, OPTIONS", "GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE"
	for _, c := range []struct {
		allowed, cached string
		want            error
	}{
		{two, two, nil}, {three, three, nil}, {all, two, nil}, {all, three, nil},
		{"GET, HEAD, OPTIONS, PUT", two, cloudformation.ErrInvalid},
		{all, "GET, HEAD, OPTIONS, PUT", cloudformation.ErrUnsupported},
		{"get, head", two, cloudformation.ErrUnsupported},
		{all, "GET, GET", cloudformation.ErrInvalid},
	} {
		behavior := fmt.Sprintf("%s, AllowedMethods: [%s], CachedMethods: [%s]", cached, c.allowed, c.cached)
		if _, err := readYAML(t, webOrigin, behavior, "", infra.Options{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", behavior, err, c.want)
		}
	}
}

// The name that a bucket gets is no longer than S3 allows.
func TestLongBucketName(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("Bucket", 12)
	tmpl, err := readYAML(t, "DomainName: !GetAtt "+id+".RegionalDomainName, S3OriginConfig: {}", cached,
		"  "+id+": {Type: AWS::S3::Bucket}\n", infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if name := tmpl.Buckets[0].Name; len(name) != 63 {
		t.Errorf("%s has %d characters, want 63", name, len(name))
	}
}

// Two origins that lead to one bucket outside of the templates: the bucket's
// policy lets both read, and one note says so.
func TestExternalBucketOfTwoOrigins(t *testing.T) {
	t.Parallel()
	const domain = "DomainName: b.s3.eu-west-1.amazonaws.com, "
	const oai = "S3OriginConfig: {OriginAccessIdentity: !Sub 'origin-access-identity/cloudfront/${%s}'}"
	behavior := func(path string) string {
		return "{PathPattern: " + path + ", TargetOriginId: p, ViewerProtocolPolicy: https-only, " + cached + "}"
	}
	tmpl, err := readYAML(t, domain+fmt.Sprintf(oai, "A")+"}, {Id: p, "+domain+fmt.Sprintf(oai, "B"), cached+
		"}\n        CacheBehaviors: ["+behavior("x")+", "+behavior("y")+"]\n        HttpVersion: http2 #", `
  A: {Type: AWS::CloudFront::CloudFrontOriginAccessIdentity}
  B: {Type: AWS::CloudFront::CloudFrontOriginAccessIdentity}
`, infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(tmpl.Buckets) != 1 || len(tmpl.Buckets[0].Policy) != 2 || len(tmpl.Notes) != 1 {
		t.Errorf("%+v, %+v", tmpl.Buckets[0], tmpl.Notes)
	}
}

// What changes nothing here is noted, and nothing else is.
func TestNotes(t *testing.T) {
	t.Parallel()
	bucket := func(acl string) string {
		return "  B: {Type: AWS::S3::Bucket, Properties: {AccessControl: " + acl + "}}\n"
	}
	const store = "  K: {Type: AWS::CloudFront::KeyValueStore, Properties: {Name: k, ImportSource: " +
		"{SourceType: S3, SourceArn: arn:aws:s3:::b/k.json}}}\n"
	for resources, want := range map[string]string{
		bucket("PublicRead"):               "B: access control lists are not evaluated",
		bucket("PublicReadWrite"):          "B: access control lists are not evaluated",
		bucket("AuthenticatedRead"):        "B: access control lists are not evaluated",
		bucket("Private"):                  "",
		store:                              "K: its import arn:aws:s3:::b/k.json is not beside the template",
		"  Q: {Type: AWS::SQS::Queue}\n":   "Q: is not part of a distribution",
		"Description: a\nDescription: b\n": "Description: stands twice in one object (line 11), the last one counts",
	} {
		tmpl, err := readYAML(t, webOrigin, cached, resources, infra.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range tmpl.Notes {
			got = append(got, n.LogicalID+": "+n.Why)
		}
		if text := strings.Join(got, "\n"); !strings.HasPrefix(text, want) || (want == "") != (text == "") || len(got) > 1 {
			t.Errorf("%s: %q, want %q", resources, got, want)
		}
	}
}
