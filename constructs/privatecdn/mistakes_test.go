package privatecdn_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
)

type props = privatecdn.DistributionProps

// TestMistakes holds that each mistake is found, with the construct's path, the
// property and what to do, and that nothing panics before synthesis.
func TestMistakes(t *testing.T) {
	front := func(f privatecdn.Front) func(*props) { return func(p *props) { p.Front = f } }
	behaviors := func(list ...privatecdn.Behavior) func(*props) { return func(p *props) { p.Behaviors = list } }
	cache := func(c privatecdn.Cache) func(*props) { return func(p *props) { p.Cache = c } }
	for _, c := range []struct {
		name   string
		region string
		change func(*props)
		want   []string // parts of the one line expected
	}{
		{"no keys", "", func(p *props) { p.Keys = nil }, []string{"Keys: is missing", "keys.Open"}},
		{"keys for nothing", "", func(p *props) { p.Default.Access = privatecdn.Public }, []string{"Keys: would open nothing"}},
		{"unknown access", "", func(p *props) { p.Default.Access = "secret" }, []string{`Default.Access: is "secret"`, "privatecdn.Signed"}},
		{"default pattern", "", func(p *props) { p.Default.PathPattern = "*" }, []string{"Default.PathPattern", "leave it empty"}},
		{"empty pattern", "", behaviors(privatecdn.Behavior{}), []string{"Behaviors[0].PathPattern: is missing"}},
		{"bad pattern", "", behaviors(privatecdn.Behavior{PathPattern: "a b"}), []string{"Behaviors[0].PathPattern", `"a b" holds ' '`}},
		{"long pattern", "", behaviors(privatecdn.Behavior{PathPattern: strings.Repeat("a", 256)}), []string{"256 characters", "255"}},
		{"unknown methods", "", behaviors(privatecdn.Behavior{PathPattern: "a", Methods: "POST"}), []string{`Behaviors[0].Methods: is "POST"`}},
		{"public over signed", "", behaviors(
			privatecdn.Behavior{PathPattern: "*.jpg", Access: privatecdn.Public},
			privatecdn.Behavior{PathPattern: "private/*"},
		), []string{"Behaviors[0]", `"*.jpg" is public and comes before "private/*"`, "/private/"}},
		{"never reached", "", behaviors(
			privatecdn.Behavior{PathPattern: "/img/*"},
			privatecdn.Behavior{PathPattern: "img/*.png"},
		), []string{"Behaviors[1]", `"img/*.png" is never reached`}},
		{"written twice", "", behaviors(
			privatecdn.Behavior{PathPattern: "/img/*"},
			privatecdn.Behavior{PathPattern: "img/*"},
		), []string{"Behaviors[1]", "never reached"}},
		{"too many behaviors", "", func(p *props) {
			for i := range 25 {
				p.Behaviors = append(p.Behaviors, privatecdn.Behavior{PathPattern: string(rune('a'+i)) + "/*"})
			}
		}, []string{"Limits.Behaviors", "26 behaviors", "25"}},
		{"bucket and origin", "", behaviors(privatecdn.Behavior{
			PathPattern: "a", Bucket: awss3.Bucket_FromBucketName(newStack(newApp(t), "Other", ""), jsii.String("B"), jsii.String("other-bucket")),
			Origin: awscloudfrontorigins.NewHttpOrigin(jsii.String("example.com"), nil),
		}), []string{"Behaviors[0].Origin", "together with Bucket"}},
		{"nil key group", "", behaviors(privatecdn.Behavior{PathPattern: "a", TrustedKeys: []privatecdn.TrustedKeys{nil}}), []string{"Behaviors[0].TrustedKeys: holds nil"}},
		{"key group twice", "", func(p *props) {
			k := privatecdn.NewTrustedKeys(newStack(newApp(t), "Other", ""), jsii.String("T"), &privatecdn.TrustedKeysProps{Keys: oneKey(t)})
			p.Behaviors = []privatecdn.Behavior{{PathPattern: "a", TrustedKeys: []privatecdn.TrustedKeys{k, k}}}
		}, []string{"Behaviors[0].TrustedKeys: holds the same key group twice"}},
		{"ring not opened", "", func(p *props) { p.Keys = &keys.Ring{} }, []string{"Keys: is missing", "keys.Open"}},
		{"token as pattern", "", behaviors(privatecdn.Behavior{PathPattern: *awscdk.Aws_STACK_NAME()}), []string{"Behaviors[0].PathPattern: is a token"}},
		{"tag", "", func(p *props) { p.Tags = map[string]string{"aws:team": "media"} }, []string{`Tags: "aws:team" names no tag`}},
		{"tag value", "", func(p *props) { p.Tags = map[string]string{"team": strings.Repeat("é", 257)} }, []string{`Tags: the value of "team"`, "256"}},
		{"key groups for nothing", "", behaviors(privatecdn.Behavior{PathPattern: "a", Access: privatecdn.Public, TrustedKeys: []privatecdn.TrustedKeys{
			privatecdn.NewTrustedKeys(newStack(newApp(t), "Other", ""), jsii.String("T"), &privatecdn.TrustedKeysProps{Keys: oneKey(t)}),
		}}), []string{"Behaviors[0].TrustedKeys: would open nothing"}},

		{"cache order", "", cache(privatecdn.Cache{MinTTL: time.Hour, MaxTTL: time.Minute}), []string{"Cache: has MinTTL 1h0m0s"}},
		{"cache fraction", "", cache(privatecdn.Cache{MaxTTL: 1500 * time.Millisecond, DefaultTTL: time.Second}), []string{"Cache.MaxTTL: is 1.5s", "whole seconds"}},
		{"cache off and on", "", cache(privatecdn.Cache{Off: true, MaxTTL: time.Hour}), []string{"Cache: is Off"}},
		{"cache all headers", "", cache(privatecdn.Cache{Headers: []string{"*"}}), []string{"Cache.Headers"}},
		{"cache all and one", "", cache(privatecdn.Cache{QueryStrings: []string{"*", "w"}}), []string{"Cache.QueryStrings", "stands alone"}},
		{"cache twice", "", func(p *props) {
			p.Cache = privatecdn.Cache{MaxTTL: 24 * time.Hour}
			p.CachePolicy = awscloudfront.CachePolicy_CACHING_OPTIMIZED()
		}, []string{"Cache: is given together with CachePolicy"}},

		{"credentials for all", "", func(p *props) { p.CORS = privatecdn.CORS{Credentials: true, Origins: []string{"*"}} }, []string{"CORS.Origins", "browsers refuse"}},
		{"credentials, all headers", "", func(p *props) {
			p.CORS = privatecdn.CORS{Credentials: true, Origins: []string{"https://a.example"}, Headers: []string{"*"}}
		}, []string{"CORS.Headers", "browsers refuse"}},
		{"origin with a path", "", func(p *props) { p.CORS.Origins = []string{"https://a.example/"} }, []string{"CORS.Origins", "no origin"}},
		{"cookie origin", "", func(p *props) { p.CookieOrigins = []string{"app.example.com"} }, []string{"CookieOrigins", "no origin"}},
		{"cookie wildcard", "", func(p *props) { p.CookieOrigins = []string{"https://*.example.com"} }, []string{"CookieOrigins", "no origin"}},
		{"cors twice", "", func(p *props) {
			p.CORS.MaxAge, p.CookieOrigins = time.Hour, []string{"https://a.example"}
		}, []string{"CORS: is given together with CookieOrigins"}},
		{"headers twice", "", func(p *props) {
			p.CORS.MaxAge = time.Hour
			p.ResponseHeadersPolicy = awscloudfront.ResponseHeadersPolicy_SECURITY_HEADERS()
		}, []string{"ResponseHeadersPolicy: is given together with CORS"}},
		{"preload", "", func(p *props) { p.SecurityHeaders.Preload = true }, []string{"SecurityHeaders.Preload", "IncludeSubdomains"}},
		{"cookie origin in capitals", "", func(p *props) { p.CookieOrigins = []string{"https://App.example.com"} }, []string{"CookieOrigins", "lower case"}},
		{"origin with its own port", "", func(p *props) { p.CORS.Origins = []string{"https://a.example:443"} }, []string{"CORS.Origins", "no origin"}},
		{"referrer policy", "", func(p *props) { p.SecurityHeaders.ReferrerPolicy = "never" }, []string{`SecurityHeaders.ReferrerPolicy: is "never"`}},
		{"price class", "", front(privatecdn.Front{PriceClass: "cheap"}), []string{`Front.PriceClass: is "cheap"`, "PRICE_CLASS_200"}},
		{"HTTP version", "", front(privatecdn.Front{HTTPVersion: "4"}), []string{`Front.HTTPVersion: is "4"`}},
		{"error twice", "", front(privatecdn.Front{ErrorResponses: []privatecdn.ErrorResponse{{Status: 404, TTL: time.Minute}, {Status: 404, TTL: time.Hour}}}), []string{"Front.ErrorResponses: status 404 stands twice"}},
		{"error as it was", "", front(privatecdn.Front{ErrorResponses: []privatecdn.ErrorResponse{{Status: 404}}}), []string{"Front.ErrorResponses: the one for 404 changes nothing"}},
		{"error with no status", "", func(p *props) {
			p.Behaviors = []privatecdn.Behavior{{PathPattern: "a", Access: privatecdn.Public}}
			p.Front.ErrorResponses = []privatecdn.ErrorResponse{{Status: 404, Page: "/a", ResponseStatus: 302}}
		}, []string{"response status 302"}},
		{"name twice", "", front(privatecdn.Front{
			DomainNames: []string{"a.example.com", "a.example.com"},
			Certificate: certificate(newStack(newApp(t), "Other", ""), certificateARN),
		}), []string{"Front.DomainNames: holds a.example.com twice"}},
		{"frame options", "", func(p *props) { p.SecurityHeaders.FrameOptions = "ALLOW" }, []string{"SecurityHeaders.FrameOptions"}},

		{"names without certificate", "", front(privatecdn.Front{DomainNames: []string{"a.example.com"}}), []string{"Front.Certificate: is missing", "us-east-1"}},
		{"certificate elsewhere", "", front(privatecdn.Front{
			DomainNames: []string{"a.example.com"},
			Certificate: certificate(newStack(newApp(t), "Other", ""), "arn:aws:acm:eu-west-1:111122223333:certificate/x"),
		}), []string{"Front.Certificate", `is in "eu-west-1"`, "us-east-1"}},
		{"certificate made elsewhere", "", front(privatecdn.Front{
			DomainNames: []string{"a.example.com"},
			Certificate: awscertificatemanager.NewCertificate(newStack(newApp(t), "Other", "eu-west-1"), jsii.String("C"), &awscertificatemanager.CertificateProps{DomainName: jsii.String("a.example.com")}),
		}), []string{"Front.Certificate", `is in "eu-west-1"`}},
		{"certificate for nothing", "", front(privatecdn.Front{Certificate: certificate(newStack(newApp(t), "Other", ""), certificateARN)}), []string{"Front.DomainNames: is missing"}},
		{"bad name", "", front(privatecdn.Front{
			DomainNames: []string{"https://a.example.com"}, Certificate: certificate(newStack(newApp(t), "Other", ""), certificateARN),
		}), []string{"Front.DomainNames", "no host name"}},
		{"old TLS", "", front(privatecdn.Front{
			DomainNames: []string{"a.example.com"}, Certificate: certificate(newStack(newApp(t), "Other", ""), certificateARN),
			MinimumTLS: awscloudfront.SecurityPolicyProtocol_TLS_V1,
		}), []string{"Front.MinimumTLS", "TLS_V1_2_2021"}},
		{"TLS without certificate", "", front(privatecdn.Front{MinimumTLS: awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2021}), []string{"Front.MinimumTLS", "no effect"}},
		{"IPv6 and signed addresses", "", func(p *props) { p.IPRestrictedSigning = true }, []string{"Front.IPv4Only", "IPv4 addresses only"}},
		{"root object", "", front(privatecdn.Front{DefaultRootObject: "/index.html"}), []string{"Front.DefaultRootObject", "slash"}},
		{"regional WAF", "", front(privatecdn.Front{WebACL: "arn:aws:wafv2:eu-west-1:1:regional/webacl/a/b"}), []string{"Front.WebACL", "us-east-1"}},
		{"both countries", "", front(privatecdn.Front{AllowCountries: []string{"DE"}, DenyCountries: []string{"FR"}}), []string{"Front.DenyCountries", "AllowCountries"}},
		{"country", "", front(privatecdn.Front{AllowCountries: []string{"Germany"}}), []string{"Front.AllowCountries", "ISO 3166-1"}},
		{"error status", "", front(privatecdn.Front{ErrorResponses: []privatecdn.ErrorResponse{{Status: 418, TTL: time.Minute}}}), []string{"Front.ErrorResponses", "418"}},
		{"error page alone", "", front(privatecdn.Front{ErrorResponses: []privatecdn.ErrorResponse{{Status: 403, Page: "/x"}}}), []string{"both or neither"}},
		{"error page path", "", front(privatecdn.Front{ErrorResponses: []privatecdn.ErrorResponse{{Status: 403, Page: "x", ResponseStatus: 200}}}), []string{"slash"}},

		{"origin access", "", func(p *props) { p.OriginAccess = "oai" }, []string{`OriginAccess: is "oai"`}},
		{"OAI and KMS", "", func(p *props) { p.KMS = true }, []string{"OriginAccess: an OAI cannot read", "privatecdn.OAC"}},
		{"OAI and a bucket under KMS", "", func(p *props) {
			other := newStack(newApp(t), "Other", "")
			p.Bucket = awss3.NewBucket(other, jsii.String("B"), &awss3.BucketProps{EncryptionKey: awskms.NewKey(other, jsii.String("K"), nil)})
		}, []string{"Bucket: is under a KMS key", "privatecdn.OAC"}},
		{"OAI in a new Region", "il-central-1", func(*props) {}, []string{"OriginAccess: the stack is in il-central-1", "privatecdn.OAC"}},
		{"KMS for another's bucket", "", func(p *props) {
			p.OriginAccess, p.KMS = privatecdn.OAC, true
			p.Bucket = awss3.Bucket_FromBucketName(newStack(newApp(t), "Other", ""), jsii.String("B"), jsii.String("other-bucket"))
		}, []string{"KMS: would encrypt"}},
		{"distribution ID", "", func(p *props) { p.DistributionID = "d111111abcdef8" }, []string{"DistributionID", "E2QWRUHAPOMQZL"}},
		{"content", "", func(p *props) { p.Content = []privatecdn.Content{{Directory: "nowhere"}} }, []string{"Content", `"nowhere" is no directory`}},
		{"content prefix", "", func(p *props) {
			p.Content = []privatecdn.Content{{Directory: "testdata/content", Prefix: "/a"}}
		}, []string{"Content", "slash"}},
		{"content over content", "", func(p *props) {
			p.Content = []privatecdn.Content{{Directory: "testdata/content"}, {Directory: "testdata/content", Prefix: "a"}}
		}, []string{"Content", "overlap"}},

		{"logs v2 elsewhere", "eu-west-1", func(p *props) { p.Logging.V2 = true }, []string{"Logging.V2", "us-east-1"}},
		{"log format", "", func(p *props) { p.Logging = privatecdn.Logging{V2: true, Format: "xml"} }, []string{"Logging.Format"}},
		{"log format of v1", "", func(p *props) { p.Logging.Format = "json" }, []string{"Logging.Format", "V2"}},
		{"log days", "", func(p *props) { p.Logging.Keep = time.Hour }, []string{"Logging.Keep", "whole days"}},
		{"logs off and on", "", func(p *props) { p.Logging = privatecdn.Logging{Off: true, V2: true} }, []string{"Logging: is Off"}},
		{"watch threshold", "us-east-1", func(p *props) { p.Watch = &privatecdn.Watch{ServerErrors: -1} }, []string{"Watch: holds a threshold of -1"}},
		{"watch nothing", "us-east-1", func(p *props) { p.Watch = &privatecdn.Watch{Actions: []awscloudwatch.IAlarmAction{nil}} }, []string{"Watch.Actions: holds nil"}},
		{"watch elsewhere", "eu-west-1", func(p *props) { p.Watch = &privatecdn.Watch{} }, []string{"Watch", "us-east-1"}},

		{"presigned lifetime", "", presigned(privatecdn.Behavior{Presign: privatecdn.Presign{Lifetime: 8 * 24 * time.Hour}}), []string{"Presign.Lifetime", "168h"}},
		{"presigned exposure", "", presigned(privatecdn.Behavior{Presign: privatecdn.Presign{Lifetime: time.Hour, Exposure: time.Hour}}), []string{"Presign.Exposure", "no time"}},
		{"presigned cache", "", presigned(privatecdn.Behavior{Cache: &privatecdn.Cache{}}), []string{"Behaviors[0].Cache", "leave it out"}},
		{"presigned cache policy", "", presigned(privatecdn.Behavior{CachePolicy: awscloudfront.CachePolicy_CACHING_OPTIMIZED()}), []string{"Behaviors[0].CachePolicy"}},
		{"presigned host", "", presigned(privatecdn.Behavior{OriginRequestPolicy: awscloudfront.OriginRequestPolicy_ALL_VIEWER()}), []string{"Behaviors[0].OriginRequestPolicy", "Host"}},
		{"presigned origin", "", presigned(privatecdn.Behavior{Origin: awscloudfrontorigins.NewHttpOrigin(jsii.String("example.com"), nil)}), []string{"Behaviors[0].Origin"}},
		{"presigned writes", "", presigned(privatecdn.Behavior{Methods: privatecdn.MethodsAll}), []string{"Behaviors[0].Methods", "PUT"}},
		{"presign of a signed one", "", behaviors(privatecdn.Behavior{PathPattern: "a", Presign: privatecdn.Presign{Lifetime: time.Hour}}), []string{"Behaviors[0].Presign"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &props{Keys: oneKey(t)}
			c.change(p)
			app := newApp(t)
			stack := newStack(app, "Stack", c.region)
			useEverything(stack, media(stack, p))
			expectOne(t, mistakes(t, app), "[Stack/Media] ", c.want)
		})
	}
}

func presigned(b privatecdn.Behavior) func(*props) {
	b.PathPattern, b.Access = "s3/*", privatecdn.Presigned
	return func(p *props) { p.Behaviors = []privatecdn.Behavior{b} }
}

func certificate(scope awscdk.Stack, arn string) awscertificatemanager.ICertificate {
	return awscertificatemanager.Certificate_FromCertificateArn(scope, jsii.String("C"), jsii.String(arn))
}

func expectOne(t *testing.T, got []string, prefix string, parts []string) {
	t.Helper()
	if len(got) != 1 || !strings.HasPrefix(got[0], prefix) {
		t.Fatalf("got %q, want one line that starts with %q", got, prefix)
	}
	for _, part := range parts {
		if !strings.Contains(got[0], part) {
			t.Errorf("%q does not hold %q", got[0], part)
		}
	}
}

func TestMistakesAllAtOnce(t *testing.T) {
	app := newApp(t)
	stack := newStack(app, "Stack", "")
	media(stack, nil)
	privatecdn.NewDistribution(stack, jsii.String("Other"), &props{
		OriginAccess: "none", Front: privatecdn.Front{AllowCountries: []string{"x"}, DefaultRootObject: "/"},
	})
	privatecdn.NewTrustedKeys(stack, jsii.String("Keys"), nil)
	got := strings.Join(mistakes(t, app), "\n")
	for _, want := range []string{
		"[Stack/Media] Keys: is missing",
		"[Stack/Other] Keys: is missing",
		"[Stack/Other] OriginAccess:",
		"[Stack/Other] Front.AllowCountries:",
		"[Stack/Other] Front.DefaultRootObject:",
		"[Stack/Keys] Keys: is missing",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no line %q in\n%s", want, got)
		}
	}
}

func TestEmptyRing(t *testing.T) {
	app := newApp(t)
	media(newStack(app, "Stack", ""), &props{Keys: ring(t)})
	expectOne(t, mistakes(t, app), "[Stack/Media/Keys] Keys: the ring in ", []string{"has no key", "keys new"})
}

func TestKeysPerGroup(t *testing.T) {
	pairs := []pair{{"a.pem", "ssm:a"}, {"b.pem", "ssm:b"}, {"c.pem", "ssm:c"}, {"rsa.pem", "ssm:r"}}
	app := newApp(t)
	media(newStack(app, "Stack", ""), &props{Keys: ring(t, pairs...), Limits: privatecdn.Limits{KeysPerGroup: 3}})
	expectOne(t, mistakes(t, app), "[Stack/Media/Keys] Limits.KeysPerGroup: ", []string{"4 public keys", "3"})
}

// TestStepsTooMany refuses a rotation whose steps outrun the deployments.
func TestStepsTooMany(t *testing.T) {
	r := ring(t, pair{"a.pem", "ssm:a"}, pair{"b.pem", "ssm:b"})
	list := r.Keys()
	if _, err := r.Promote(list[1].Fingerprint); err != nil {
		t.Fatal(err)
	}
	deployed := &deployment.Deployment{Keys: []deployment.Key{{Fingerprint: list[0].Fingerprint, State: keys.Signing}}}
	app := newApp(t)
	media(newStack(app, "Stack", ""), &props{Keys: r, Deployed: deployed})
	expectOne(t, mistakes(t, app), "[Stack/Media/Keys] Keys: ", []string{"added and promoted in one", "earliest safe date"})
}
