package privatecdn_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/keys"
)

// TestDetails holds what rarer properties put into the template, and what they
// leave out of it.
func TestDetails(t *testing.T) {
	content := func(folder string) func(awscdk.Stack, *props) {
		return func(_ awscdk.Stack, p *props) {
			p.BucketOrigin = &privatecdn.BucketOrigin{Path: "/films/"}
			p.Content = []privatecdn.Content{{Directory: "testdata/content", Prefix: folder}}
		}
	}
	unsigned := func(access privatecdn.Access) func(awscdk.Stack, *props) {
		return func(_ awscdk.Stack, p *props) { p.Keys, p.Default = nil, &privatecdn.Behavior{Access: access} }
	}
	key := "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
	for _, c := range []struct {
		name   string
		change func(awscdk.Stack, *props)
		has    []string
		lacks  string // in the template; "" for nothing
	}{
		{"content below the path of the origin", content("films/new"), []string{`"DistributionPaths":["/new/*"]`}, ""},
		{"content beside the path of the origin", content("music"), []string{`"DistributionPaths":["/*"]`}, ""},
		{"a cache policy of another app", func(s awscdk.Stack, p *props) {
			p.CachePolicy = awscloudfront.CachePolicy_FromCachePolicyId(s, jsii.String("Policy"), jsii.String("an-id"))
		}, []string{`\"maxTtl\": 31536000`, `"CachePolicyId":"an-id"`}, ""},
		{"logs v2 in a bucket", func(s awscdk.Stack, p *props) {
			bucket := awss3.Bucket_FromBucketName(s, jsii.String("Logs"), jsii.String("our-logs"))
			p.Logging = &privatecdn.Logging{V2: true, Bucket: bucket}
		}, []string{`"OutputFormat":"w3c"`, ":s3:::our-logs"}, `"ExpirationInDays"`},
		{"alarms where nothing is signed", func(s awscdk.Stack, p *props) {
			unsigned(privatecdn.Presigned)(s, p)
			p.Monitoring = &privatecdn.Monitoring{}
		}, []string{`"MetricName":"5xxErrorRate"`}, "EPOCH"},
		{"a bucket and a key of another app", func(s awscdk.Stack, p *props) {
			p.OriginAccess = privatecdn.OAC
			p.Bucket = awss3.Bucket_FromBucketAttributes(s, jsii.String("Old"), &awss3.BucketAttributes{
				BucketName: jsii.String("old-content"), EncryptionKey: awskms.Key_FromKeyArn(s, jsii.String("Key"), &key),
			})
		}, []string{"MediaBucketPolicyStatement", "MediaKeyPolicyStatement2", "kms:Decrypt"}, ""},
		{"a signer of public content", unsigned(privatecdn.Public), []string{"ssm:GetParameter"}, "kms:Sign"},
		{"a signer by the ARN of its key", func(_ awscdk.Stack, p *props) {
			p.Keys = ring(t, pair{"a.pem", "kms:" + key})
		}, []string{`"kms:Sign"],"Effect":"Allow","Resource":"` + key + `"`}, "kms:RequestAlias"},
		{"names without IPv6", func(s awscdk.Stack, p *props) {
			zone := awsroute53.HostedZone_FromHostedZoneAttributes(s, jsii.String("Zone"),
				&awsroute53.HostedZoneAttributes{HostedZoneId: jsii.String("Z1"), ZoneName: jsii.String("example.com")})
			p.Viewer = &privatecdn.Viewer{DomainNames: []string{"a.example.com"}, DisableIPv6: true,
				Certificate: certificate(s, certificateARN), HostedZones: []awsroute53.IHostedZone{zone}}
		}, []string{`"Name":"a.example.com.","Type":"A"`, `"IPV6Enabled":false`}, "AAAA"},
		{"countries that are denied", func(_ awscdk.Stack, p *props) {
			p.Viewer = &privatecdn.Viewer{DenyCountries: []string{"DE", "FR"}}
		}, []string{`"GeoRestriction":{"Locations":["DE","FR"],"RestrictionType":"blacklist"}`}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := newApp(t)
			stack := newStack(app, "Stack", "us-east-1")
			p := &props{Keys: oneKey(t)}
			c.change(stack, p)
			media(stack, p).GrantSign(awsiam.NewRole(stack, jsii.String("Role"), &awsiam.RoleProps{
				AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
			}))
			var template bytes.Buffer
			if err := json.Compact(&template, synth(t, app, stack)); err != nil {
				t.Fatal(err)
			}
			for _, part := range c.has {
				if !strings.Contains(template.String(), part) {
					t.Errorf("the template does not contain %s", part)
				}
			}
			if c.lacks != "" && strings.Contains(template.String(), c.lacks) {
				t.Errorf("the template contains %s", c.lacks)
			}
		})
	}
}

// TestKeyOverdue warns of a key that signs for longer than the ring allows.
func TestKeyOverdue(t *testing.T) {
	later := func() time.Time { return then.AddDate(5, 0, 0) }
	r, err := keys.Open(oneKey(t).Dir(), keys.WithClock(later))
	if err != nil {
		t.Fatal(err)
	}
	d := media(newStack(newApp(t), "Stack", ""), &props{Keys: r})
	if got := warned(d.TrustedKeys()); len(got) != 1 || !strings.Contains(got[0], "privatecdn keys rotate") {
		t.Errorf("warned of %q", got)
	}
}

// TestPrivateKeyFile writes the path of a private key file into the deployment
// document if it means the same wherever the ring is checked out.
func TestPrivateKeyFile(t *testing.T) {
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, absolute := range []bool{true, false} {
		dir := t.TempDir()
		if !absolute {
			if dir, err = filepath.Rel(wd, dir); err != nil {
				t.Fatal(err)
			}
		}
		r, err := keys.Create(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Add(context.Background(), keys.ECDSAP256, pair{"a.pem", "file:private/a.pem"}); err != nil {
			t.Fatal(err)
		}
		app := newApp(t)
		stack := newStack(app, "Stack", "")
		media(stack, &props{Keys: r})
		named := strings.Contains(string(synth(t, app, stack)), "file:"+filepath.ToSlash(dir)+"/private/a.pem")
		if named == absolute {
			t.Errorf("ring in %s: the document names the file: %v", dir, named)
		}
	}
}
