package infra_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/infra"
)

func readFile(t *testing.T, path string, o infra.Options) *infra.Template {
	t.Helper()
	tmpl, err := infra.ReadFile(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

// readYAML reads a template of one distribution with one origin, and whatever
// else is given.
func readYAML(t *testing.T, origin, behavior, resources string, o infra.Options) (*infra.Template, error) {
	t.Helper()
	return infra.Read([]byte(`
Resources:
  Cdn:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{Id: o, `+origin+`}]
        DefaultCacheBehavior: {TargetOriginId: o, ViewerProtocolPolicy: https-only, `+behavior+`}
`+resources), o)
}

const cached = "CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6"

// IDs look like AWS's, and are the same each time.
func TestIDs(t *testing.T) {
	t.Parallel()
	tmpl := readFile(t, "testdata/oai.template.json", infra.Options{})
	again := readFile(t, "testdata/oai.template.json", infra.Options{})
	d := tmpl.Distributions[0]
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
	if !reflect.DeepEqual(tmpl, again) {
		t.Error("two readings differ")
	}
	key := b.KeyGroups[0].Keys[0]
	elsewhere := readFile(t, "testdata/cross", infra.Options{}).Distributions[0].Behaviors[0].KeyGroups[0].Keys[0]
	if key.ID != elsewhere.ID {
		t.Errorf("the same key is %s here and %s there", key.ID, elsewhere.ID)
	}
	if !b.Signed() || tmpl.Distributions[0].Behaviors[0].Signed() {
		t.Error("the wrong behavior is signed")
	}
}

// The name of a stack that is alone can be given, whatever files are called.
func TestNameOfSoleStack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/oai.template.json")
	if err != nil {
		t.Fatal(err)
	}
	manifest := `{"artifacts": {"Web": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "old.json"}}}}`
	for name, text := range map[string]string{"old.json": string(text), "manifest.json": manifest} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o := infra.Options{Stack: "Stack"}
	want := readFile(t, "testdata/oai.template.json", o)
	for _, path := range []string{filepath.Join(dir, "old.json"), dir, filepath.Join(dir, "manifest.json")} {
		if got := readFile(t, path, o); !reflect.DeepEqual(got, want) {
			t.Errorf("%s differs", path)
		}
	}
	if _, err := infra.ReadFile("testdata/none", o); err == nil {
		t.Error("a file that is not there is accepted")
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
		tmpl, err := readYAML(t, "DomainName: "+host+", S3OriginConfig: {}", cached, "", infra.Options{})
		got := ""
		if err == nil {
			b := tmpl.Buckets[0]
			got = b.Name + " " + b.Region
			if b.PublicAccessBlock != (infra.PublicAccessBlock{BlockPublicAcls: true, BlockPublicPolicy: true,
				IgnorePublicAcls: true, RestrictPublicBuckets: true}) || !b.External ||
				tmpl.Distributions[0].Behaviors[0].Origin.Bucket != b {
				t.Errorf("%s: %+v", host, b)
			}
		} else if !errors.Is(err, cloudformation.ErrUnsupported) {
			t.Errorf("%s: %v", host, err)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", host, got, want)
		}
	}
}

// The policy of a bucket that is not in the template is the template's, if it
// has one, or else assumed to be what the distribution needs, which is noted.
func TestExternalBucket(t *testing.T) {
	t.Parallel()
	tmpl, err := readYAML(t, "DomainName: b.s3.eu-west-1.amazonaws.com, S3OriginConfig: "+
		"{OriginAccessIdentity: !Sub 'origin-access-identity/cloudfront/${Oai}'}", cached, `
  Oai: {Type: AWS::CloudFront::CloudFrontOriginAccessIdentity}
  P:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: b
      PolicyDocument: {Statement: {Effect: Deny, Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::b/*"}}
  Q:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: c
      PolicyDocument: {Statement: {Effect: Deny, Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::c/*"}}
`, infra.Options{})
	if err != nil || len(tmpl.Buckets) != 1 || len(tmpl.Buckets[0].Policy) != 1 || len(tmpl.Notes) != 1 ||
		tmpl.Notes[0].LogicalID != "Q" {
		t.Errorf("%+v, %v", tmpl, err)
	}
	for origin, want := range map[string]string{
		"S3OriginConfig: {}": "",
		"S3OriginConfig: {OriginAccessIdentity: !Sub 'origin-access-identity/cloudfront/${Oai}'}": "CanonicalUser",
		"S3OriginConfig: {}, OriginAccessControlId: !Ref Oac":                                     "Service",
	} {
		tmpl, err := readYAML(t, "DomainName: b.s3.eu-west-1.amazonaws.com, "+origin, cached, `
  Oai: {Type: AWS::CloudFront::CloudFrontOriginAccessIdentity}
  Oac:
    Type: AWS::CloudFront::OriginAccessControl
    Properties:
      OriginAccessControlConfig: {OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4}
`, infra.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, s := range tmpl.Buckets[0].Policy {
			got += s.Principals[0].Kind
		}
		if got != want || (len(tmpl.Notes) > 0) != (want != "") {
			t.Errorf("%s: %q, %+v", origin, got, tmpl.Notes)
		}
	}
}

func TestLegacyForwarding(t *testing.T) {
	t.Parallel()
	for forwarded, want := range map[string]string{
		"{QueryString: false}": "none/none/none none/none/none 0s " +
			"24h0m0s 8760h0m0s",
		"{QueryString: true}": "none/none/all none/none/all 0s " +
			"24h0m0s 8760h0m0s",
		"{QueryString: true, QueryStringCacheKeys: [a]}": "none/none/whitelist none/none/all " +
			"0s 24h0m0s 8760h0m0s",
		"{QueryString: false, Headers: [Origin], Cookies: {Forward: all}}": "whitelist/all/none none/none/none " +
			"0s 24h0m0s 8760h0m0s",
		"{QueryString: false, Cookies: {Forward: whitelist, WhitelistedNames: [sid]}}": "none/whitelist/none " +
			"none/none/none 0s 24h0m0s 8760h0m0s",
		"{QueryString: false, Headers: ['*']}": "none/none/none " +
			"allViewer/none/none 0s 0s 0s",
		"{QueryString: false}, MinTTL: 1, DefaultTTL: 2.5, MaxTTL: 3": "none/none/none none/none/none 1s " +
			"2.5s 3s",
		"{QueryString: false}, MaxTTL: 100000000000000000000": "none/none/none none/none/none 0s " +
			"24h0m0s 876000h0m0s",
	} {
		tmpl, err := readYAML(t, "DomainName: example.com, CustomOriginConfig: {OriginProtocolPolicy: https-only}",
			"ForwardedValues: "+forwarded, "", infra.Options{})
		if err != nil {
			t.Errorf("%s: %v", forwarded, err)
			continue
		}
		b := tmpl.Distributions[0].Behaviors[0]
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
	tmpl, err := readYAML(t, "DomainName: example.com, OriginPath: /v1/, ConnectionAttempts: 2, ConnectionTimeout: 3,"+
		" OriginCustomHeaders: [{HeaderName: X-A, HeaderValue: '{{resolve:secretsmanager:a}}'}],"+
		" CustomOriginConfig: {OriginProtocolPolicy: match-viewer, HTTPPort: 8080, HTTPSPort: 8443, OriginReadTimeout: "+
		"7}", cached, "",
		infra.Options{Options: cloudformation.Options{Values: map[string]string{"resolve:secretsmanager:a": "secret"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := &infra.Origin{
		ID: "o", DomainName: "example.com", Path: "/v1", Headers: map[string]string{"X-A": "secret"}, Attempts: 2,
		ConnectTimeout: 3 * time.Second, ReadTimeout: 7 * time.Second,
		Custom: &infra.CustomOrigin{Protocol: "match-viewer", HTTPPort: 8080, HTTPSPort: 8443},
	}
	if got := tmpl.Distributions[0].Behaviors[0].Origin; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

// A bucket reached as an HTTP origin is that bucket still.
func TestBucketAsHTTPOrigin(t *testing.T) {
	t.Parallel()
	tmpl, err := readYAML(t,
		"DomainName: !GetAtt B.DomainName, CustomOriginConfig: {OriginProtocolPolicy: https-only}", cached,
		"  B: {Type: AWS::S3::Bucket}\n", infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if o := tmpl.Distributions[0].Behaviors[0].Origin; o.Bucket != tmpl.Buckets[0] || o.Custom == nil ||
		o.Bucket.External {
		t.Errorf("%+v", o)
	}
}

// What nobody needs may stay unknown, and is noted.
func TestUnknownOutputs(t *testing.T) {
	t.Parallel()
	tmpl, err := readYAML(t, "DomainName: example.com, CustomOriginConfig: {OriginProtocolPolicy: https-only}", cached, `
  Queue: {Type: AWS::SQS::Queue}
  Kept: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Queue.Arn}}
Outputs:
  Known: {Value: !Ref Cdn}
  Unknown: {Value: !GetAtt Queue.Arn}
`, infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var noted []string
	for _, n := range tmpl.Notes {
		noted = append(noted, n.LogicalID)
		if n.LogicalID != "Queue" && !strings.HasSuffix(n.Why, `is known to AWS only; give "Queue.Arn" a value`) {
			t.Errorf("%s: %s", n.LogicalID, n.Why)
		}
	}
	if !reflect.DeepEqual(noted, []string{"Kept", "Queue", "Unknown"}) || len(tmpl.Outputs) != 1 ||
		len(tmpl.Parameters) != 0 {
		t.Errorf("%v, %v, %v", noted, tmpl.Outputs, tmpl.Parameters)
	}
}
