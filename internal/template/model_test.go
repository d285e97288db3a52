package template_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/cfn"
	"example.com/privatecdn/internal/template"
)

func readFile(t *testing.T, path string, o template.Options) *template.Infrastructure {
	t.Helper()
	infra, err := template.ReadFile(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return infra
}

// readYAML reads a template of one distribution with one origin, and whatever
// else is given.
func readYAML(t *testing.T, origin, behavior, resources string, o template.Options) (*template.Infrastructure, error) {
	t.Helper()
	return template.Read([]byte(`
Resources:
  Cdn:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{Id: o, `+origin+`}]
        DefaultCacheBehavior: {TargetOriginId: o, `+behavior+`}
`+resources), o)
}

const cached = "CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6"

// IDs look like AWS's, and are the same each time.
func TestIDs(t *testing.T) {
	t.Parallel()
	infra := readFile(t, "testdata/oai.template.json", template.Options{})
	again := readFile(t, "testdata/oai.template.json", template.Options{})
	d := infra.Distributions[0]
	b := d.Behaviors[1]
	for what, c := range map[string]struct{ value, shape string }{
		"distribution":    {d.ID, `^E[A-Z0-9]{13}$`},
		"domain name":     {d.DomainName, `^d[a-z0-9]{13}\.cloudfront\.net$`},
		"OAI":             {b.Origin.OAI.ID, `^E[A-Z0-9]{13}$`},
		"canonical user":  {b.Origin.OAI.CanonicalUserID, `^[0-9a-f]{64}$`},
		"public key":      {b.KeyGroups[0].Keys[0].ID, `^K[A-Z0-9]{13}$`},
		"bucket":          {b.Origin.Bucket.Name, `^[a-z0-9-]{3,63}$`},
		"regional domain": {b.Origin.DomainName, `^[a-z0-9-]+\.s3\.us-east-1\.amazonaws\.com$`},
	} {
		if !regexp.MustCompile(c.shape).MatchString(c.value) {
			t.Errorf("%s: %q", what, c.value)
		}
	}
	if !reflect.DeepEqual(infra, again) {
		t.Error("two readings differ")
	}
	key := b.KeyGroups[0].Keys[0]
	elsewhere := readFile(t, "testdata/cross", template.Options{}).Distributions[0].Behaviors[0].KeyGroups[0].Keys[0]
	if key.ID != elsewhere.ID {
		t.Errorf("the same key is %s here and %s there", key.ID, elsewhere.ID)
	}
	if !b.Signed() || b.Key(key.ID) != key || b.Key("K") != nil || infra.Distributions[0].Behaviors[0].Signed() {
		t.Error("the signed behavior does not know its key, or the public one has one")
	}
}

func TestDeploymentDocument(t *testing.T) {
	t.Parallel()
	infra := readFile(t, "testdata/oai.template.json", template.Options{})
	document, ok := infra.DeploymentDocument()
	if !ok || !strings.Contains(document, infra.Distributions[0].DomainName) || document != infra.Parameters["/PrivateDestroy/deployment"] {
		t.Errorf("%q, %v", document, ok)
	}
	clear(infra.Outputs)
	if same, ok := infra.DeploymentDocument(); !ok || same != document {
		t.Errorf("from the SSM parameter: %q, %v", same, ok)
	}
	if document, ok := readFile(t, "testdata/plain.template.json", template.Options{}).DeploymentDocument(); ok {
		t.Errorf("out of nothing: %q", document)
	}
}

func TestReadPair(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "old.json")
	text, err := os.ReadFile("testdata/oai.template.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	before, after, err := template.ReadPair(path, "testdata/oai.template.json", template.Options{})
	if err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("the same template under another name differs (%v)", err)
	}
	if _, _, err := template.ReadPair("testdata/none", path, template.Options{}); err == nil {
		t.Error("an old state that is not there is accepted")
	}
}

func TestBucketAddresses(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"b.s3.amazonaws.com":                      "b us-east-1",
		"b.s3.eu-west-1.amazonaws.com":            "b eu-west-1",
		"b.s3-eu-west-1.amazonaws.com":            "b eu-west-1",
		"b.s3.dualstack.eu-west-1.amazonaws.com":  "b eu-west-1",
		"my.b.s3.eu-west-1.amazonaws.com":         "my.b eu-west-1",
		"B.S3.eu-west-1.amazonaws.com":            "b eu-west-1",
		"b.s3-website-us-east-1.amazonaws.com":    "",
		"b.s3-website.eu-central-1.amazonaws.com": "",
		"s3.amazonaws.com":                        "",
		".s3.amazonaws.com":                       "",
		"b.s3.eu.west.amazonaws.com":              "",
		"b.s3.amazonaws.com.example.com":          "",
		"example.com":                             "",
	} {
		infra, err := readYAML(t, "DomainName: "+host+", S3OriginConfig: {}", cached, "", template.Options{})
		got := ""
		if err == nil {
			b := infra.Buckets[0]
			got = b.Name + " " + b.Region
			if !b.External || infra.Distributions[0].Behaviors[0].Origin.Bucket != b {
				t.Errorf("%s: %+v", host, b)
			}
		} else if !errors.Is(err, cfn.ErrUnsupported) {
			t.Errorf("%s: %v", host, err)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", host, got, want)
		}
	}
	_, err := readYAML(t, "DomainName: b.s3-website-us-east-1.amazonaws.com, CustomOriginConfig: {OriginProtocolPolicy: http-only}", cached, "", template.Options{})
	if !errors.Is(err, cfn.ErrUnsupported) || !strings.Contains(err.Error(), "website endpoints") {
		t.Errorf("a website endpoint: %v", err)
	}
}

// The policy of a bucket that is not in the template is the template's, if it
// has one, or else assumed to be what the distribution needs, which is noted.
func TestExternalBucket(t *testing.T) {
	t.Parallel()
	infra, err := readYAML(t, "DomainName: b.s3.eu-west-1.amazonaws.com, S3OriginConfig: {OriginAccessIdentity: !Sub 'origin-access-identity/cloudfront/${Oai}'}", cached, `
  Oai: {Type: AWS::CloudFront::CloudFrontOriginAccessIdentity}
  P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: b, PolicyDocument: {Statement: {Effect: Deny, Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::b/*"}}}}
  Q: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: c, PolicyDocument: {Statement: {Effect: Deny, Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::c/*"}}}}
`, template.Options{})
	if err != nil || len(infra.Buckets) != 1 || len(infra.Buckets[0].Policy) != 1 || len(infra.Notes) != 1 || infra.Notes[0].LogicalID != "Q" {
		t.Errorf("%+v, %v", infra, err)
	}
	for origin, want := range map[string]string{
		"S3OriginConfig: {}": "",
		"S3OriginConfig: {OriginAccessIdentity: !Sub 'origin-access-identity/cloudfront/${Oai}'}": "CanonicalUser",
		"S3OriginConfig: {}, OriginAccessControlId: !Ref Oac":                                     "Service",
	} {
		infra, err := readYAML(t, "DomainName: b.s3.eu-west-1.amazonaws.com, "+origin, cached, `
  Oai: {Type: AWS::CloudFront::CloudFrontOriginAccessIdentity}
  Oac: {Type: AWS::CloudFront::OriginAccessControl, Properties: {OriginAccessControlConfig: {OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4}}}
`, template.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, s := range infra.Buckets[0].Policy {
			got += s.Principals[0].Kind
		}
		if got != want || (len(infra.Notes) > 0) != (want != "") {
			t.Errorf("%s: %q, %+v", origin, got, infra.Notes)
		}
	}
}

func TestLegacyForwarding(t *testing.T) {
	t.Parallel()
	for forwarded, want := range map[string]string{
		"{QueryString: false}":                                                         "none/none/none none/none/none 0s 24h0m0s 8760h0m0s",
		"{QueryString: true}":                                                          "none/none/all none/none/all 0s 24h0m0s 8760h0m0s",
		"{QueryString: true, QueryStringCacheKeys: [a]}":                               "none/none/whitelist none/none/all 0s 24h0m0s 8760h0m0s",
		"{QueryString: false, Headers: [Origin], Cookies: {Forward: all}}":             "whitelist/all/none none/none/none 0s 24h0m0s 8760h0m0s",
		"{QueryString: false, Cookies: {Forward: whitelist, WhitelistedNames: [sid]}}": "none/whitelist/none none/none/none 0s 24h0m0s 8760h0m0s",
		"{QueryString: false, Headers: ['*']}":                                         "none/none/none allViewer/none/none 0s 0s 0s",
		"{QueryString: false}, MinTTL: 1, DefaultTTL: 2.5, MaxTTL: 3":                  "none/none/none none/none/none 1s 2.5s 3s",
		"{QueryString: false}, MaxTTL: 100000000000000000000":                          "none/none/none none/none/none 0s 24h0m0s 876000h0m0s",
	} {
		infra, err := readYAML(t, "DomainName: example.com, CustomOriginConfig: {OriginProtocolPolicy: https-only}", "ForwardedValues: "+forwarded, "", template.Options{})
		if err != nil {
			t.Errorf("%s: %v", forwarded, err)
			continue
		}
		b := infra.Distributions[0].Behaviors[0]
		c, f := b.CachePolicy, b.OriginRequestPolicy
		got := strings.Join([]string{
			c.Headers.Kind + "/" + c.Cookies.Kind + "/" + c.QueryStrings.Kind,
			f.Headers.Kind + "/" + f.Cookies.Kind + "/" + f.QueryStrings.Kind,
			c.MinTTL.String(), c.DefaultTTL.String(), c.MaxTTL.String(),
		}, " ")
		if got != want {
			t.Errorf("%s: %s, want %s", forwarded, got, want)
		}
	}
}

func TestOriginSettings(t *testing.T) {
	t.Parallel()
	infra, err := readYAML(t, "DomainName: example.com, OriginPath: /v1/, ConnectionAttempts: 2, ConnectionTimeout: 3,"+
		" OriginCustomHeaders: [{HeaderName: X-A, HeaderValue: '{{resolve:secretsmanager:a}}'}],"+
		" CustomOriginConfig: {OriginProtocolPolicy: match-viewer, HTTPPort: 8080, HTTPSPort: 8443, OriginReadTimeout: 7}", cached, "",
		template.Options{Options: cfn.Options{Values: map[string]string{"resolve:secretsmanager:a": "secret"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := &template.Origin{
		ID: "o", DomainName: "example.com", Path: "/v1", Headers: map[string]string{"X-A": "secret"}, Attempts: 2,
		ConnectTimeout: 3 * time.Second, ReadTimeout: 7 * time.Second,
		Custom: &template.CustomOrigin{Protocol: "match-viewer", HTTPPort: 8080, HTTPSPort: 8443},
	}
	if got := infra.Distributions[0].Behaviors[0].Origin; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

// A bucket reached as an HTTP origin is that bucket still.
func TestBucketAsHTTPOrigin(t *testing.T) {
	t.Parallel()
	infra, err := readYAML(t, "DomainName: !GetAtt B.DomainName, CustomOriginConfig: {OriginProtocolPolicy: https-only}", cached,
		"  B: {Type: AWS::S3::Bucket}\n", template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if o := infra.Distributions[0].Behaviors[0].Origin; o.Bucket != infra.Buckets[0] || o.Custom == nil || o.Bucket.External {
		t.Errorf("%+v", o)
	}
}

// What nobody needs may stay unknown, and is noted.
func TestUnknownOutputs(t *testing.T) {
	t.Parallel()
	infra, err := readYAML(t, "DomainName: example.com, CustomOriginConfig: {}", cached, `
  Queue: {Type: AWS::SQS::Queue}
  Kept: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Queue.Arn}}
Outputs:
  Known: {Value: !Ref Cdn}
  Unknown: {Value: !GetAtt Queue.Arn}
`, template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var noted []string
	for _, n := range infra.Notes {
		noted = append(noted, n.LogicalID)
	}
	if !reflect.DeepEqual(noted, []string{"Kept", "Queue", "Unknown"}) || len(infra.Outputs) != 1 || len(infra.Parameters) != 0 {
		t.Errorf("%v, %v, %v", noted, infra.Outputs, infra.Parameters)
	}
}

// An asset that is not what a key value store imports is refused.
func TestBadAsset(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"S.template.json": `{"Resources":{"K":{"Type":"AWS::CloudFront::KeyValueStore","Properties":{"Name":"k",
			"ImportSource":{"SourceType":"S3","SourceArn":"arn:aws:s3:::assets/abc.json"}}}}}`,
		"asset.abc.json": "hello",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := template.ReadFile(filepath.Join(dir, "S.template.json"), template.Options{})
	if !errors.Is(err, cfn.ErrInvalid) || !strings.Contains(err.Error(), "asset.abc.json does not have the form") {
		t.Error(err)
	}
}
