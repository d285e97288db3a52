package privatecdn_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
)

type props = privatecdn.DistributionProps

// TestMistakes holds that each mistake is found, with the construct's path, the
// property and what to do, and that nothing panics before synthesis.
func TestMistakes(t *testing.T) {
	viewer := func(v privatecdn.Viewer) func(*props) { return func(p *props) { p.Viewer = &v } }
	behaviors := func(list ...privatecdn.Behavior) func(*props) { return func(p *props) { p.Behaviors = list } }
	cache := func(c privatecdn.Cache) func(*props) { return func(p *props) { p.Cache = &c } }
	scope, stacks := constructs.Construct(newApp(t)), 0 // of the case, or of none
	other := func(region string) awscdk.Stack {
		stacks++
		return newStack(scope, fmt.Sprint("Other", stacks), region)
	}
	foreign := func() awscdk.Stack {
		return awscdk.NewStack(scope, jsii.String("Foreign"), &awscdk.StackProps{
			Env: &awscdk.Environment{Account: jsii.String("999900001111"), Region: jsii.String("eu-west-1")},
		})
	}
	cases := []struct {
		name   string
		region string
		change func(*props)
		want   []string // parts of the one mistake expected, and of its hint
	}{
		{"no keys", "", func(p *props) { p.Keys = nil }, []string{"Keys: it is missing", "keys.Open"}},
		{"keys for nothing", "", func(p *props) { p.Default = &privatecdn.Behavior{Access: privatecdn.Public} },
			[]string{"Keys: it has no effect"}},
		{"unknown access", "", func(p *props) { p.Default = &privatecdn.Behavior{Access: "secret"} },
			[]string{`Default.Access: "secret" is not a valid`, "signed"}},
		{"default pattern", "", func(p *props) { p.Default = &privatecdn.Behavior{PathPattern: "*"} },
			[]string{"Default.PathPattern", "leave it empty"}},
		{"empty pattern", "", behaviors(privatecdn.Behavior{}), []string{"Behaviors[0].PathPattern: it is missing"}},
		{"bad pattern", "", behaviors(privatecdn.Behavior{PathPattern: "a b"}),
			[]string{"Behaviors[0].PathPattern", `"a b" is not a valid path pattern`}},
		{"long pattern", "", behaviors(privatecdn.Behavior{PathPattern: strings.Repeat("a", 256)}),
			[]string{"256 characters", "255"}},
		{"unknown methods", "", behaviors(privatecdn.Behavior{PathPattern: "a", AllowedMethods: "POST"}),
			[]string{`Behaviors[0].AllowedMethods: "POST" is not a valid`}},
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
			for i := range 75 {
				p.Behaviors = append(p.Behaviors, privatecdn.Behavior{PathPattern: fmt.Sprintf("dir%d/*", i)})
			}
		}, []string{"Limits.Behaviors", "76 behaviors", "75"}},
		{"bucket and origin", "", behaviors(privatecdn.Behavior{
			PathPattern: "a", Bucket: awss3.Bucket_FromBucketName(other(""), jsii.String("B"),
				jsii.String("other-bucket")),
			Origin: awscloudfrontorigins.NewHttpOrigin(jsii.String("example.com"), nil),
		}), []string{"Behaviors[0].Origin", "together with Bucket"}},
		{"nil key group", "", behaviors(privatecdn.Behavior{PathPattern: "a",
			TrustedKeys: []privatecdn.TrustedKeys{nil}}), []string{"Behaviors[0].TrustedKeys: one of them is nil"}},
		{"key group twice", "", func(p *props) {
			k := privatecdn.NewTrustedKeys(other(""), jsii.String("T"), &privatecdn.TrustedKeysProps{Keys: oneKey(t)})
			p.Behaviors = []privatecdn.Behavior{{PathPattern: "a", TrustedKeys: []privatecdn.TrustedKeys{k, k}}}
		}, []string{"Behaviors[0].TrustedKeys: ", "is listed twice"}},
		{"ring not opened", "", func(p *props) { p.Keys = &keys.Ring{} },
			[]string{"Keys: it is missing", "keys.Open"}},
		{"token as pattern", "", behaviors(privatecdn.Behavior{PathPattern: *awscdk.Aws_STACK_NAME()}),
			[]string{"Behaviors[0].PathPattern: it is a token"}},
		{"tag", "", func(p *props) { p.Tags = map[string]string{"aws:team": "media"} },
			[]string{`Tags: "aws:team" is not a valid tag name`}},
		{"tag value", "", func(p *props) { p.Tags = map[string]string{"team": strings.Repeat("é", 257)} },
			[]string{`Tags: the value of "team"`, "256"}},
		{"key groups for nothing", "", behaviors(privatecdn.Behavior{PathPattern: "a", Access: privatecdn.Public,
			TrustedKeys: []privatecdn.TrustedKeys{
				privatecdn.NewTrustedKeys(other(""), jsii.String("T"), &privatecdn.TrustedKeysProps{Keys: oneKey(t)}),
			}}), []string{"Behaviors[0].TrustedKeys: it has no effect"}},

		{"cache order", "", cache(privatecdn.Cache{MinTTL: time.Hour, MaxTTL: time.Minute}),
			[]string{"Cache: MinTTL is 1h0m0s"}},
		{"cache fraction", "", cache(privatecdn.Cache{MaxTTL: 1500 * time.Millisecond, DefaultTTL: time.Second}),
			[]string{"Cache.MaxTTL: 1.5s is not", "whole seconds"}},
		{"cache off and on", "", cache(privatecdn.Cache{Disabled: true, MaxTTL: time.Hour}),
			[]string{"Cache: Disabled is set together"}},
		{"cache all headers", "", cache(privatecdn.Cache{Headers: []string{"*"}}), []string{"Cache.Headers"}},
		{"cache all and one", "", cache(privatecdn.Cache{QueryStrings: []string{"*", "w"}}),
			[]string{"Cache.QueryStrings", "alone"}},
		{"cache twice", "", func(p *props) {
			p.Cache = &privatecdn.Cache{MaxTTL: 24 * time.Hour}
			p.CachePolicy = awscloudfront.CachePolicy_CACHING_OPTIMIZED()
		}, []string{"Cache: it is set together with CachePolicy"}},

		{"credentials for all", "", func(p *props) {
			p.CORS = &privatecdn.CORS{Credentials: true,
				Origins: []string{"*"}}
		}, []string{"CORS.Origins", "browsers refuse"}},
		{"credentials, all headers", "", func(p *props) {
			p.CORS = &privatecdn.CORS{Credentials: true, Origins: []string{"https://a.example"},
				Headers: []string{"*"}}
		}, []string{"CORS.Headers", "browsers refuse"}},
		{"preflights for half a second", "",
			func(p *props) { p.CORS = &privatecdn.CORS{MaxAge: time.Second / 2} },
			[]string{"CORS.MaxAge: 500ms is not", "whole seconds"}},
		{"HSTS for half a second", "",
			func(p *props) { p.SecurityHeaders = &privatecdn.SecurityHeaders{HSTS: time.Second / 2} },
			[]string{"SecurityHeaders.HSTS: 500ms is not", "whole seconds"}},
		{"origin with a path", "",
			func(p *props) { p.CORS = &privatecdn.CORS{Origins: []string{"https://a.example/"}} },
			[]string{"CORS.Origins", "not a valid origin"}},
		{"cookie origin", "", func(p *props) { p.CookieOrigins = []string{"app.example.com"} },
			[]string{"CookieOrigins", "not a valid origin"}},
		{"cookie wildcard", "", func(p *props) { p.CookieOrigins = []string{"https://*.example.com"} },
			[]string{"CookieOrigins", "not a valid origin"}},
		{"cors twice", "", func(p *props) {
			p.CORS, p.CookieOrigins = &privatecdn.CORS{MaxAge: time.Hour}, []string{"https://a.example"}
		}, []string{"CORS: it is set together with CookieOrigins"}},
		{"headers twice", "", func(p *props) {
			p.CORS = &privatecdn.CORS{MaxAge: time.Hour}
			p.ResponseHeadersPolicy = awscloudfront.ResponseHeadersPolicy_SECURITY_HEADERS()
		}, []string{"ResponseHeadersPolicy: it is set together with CORS"}},
		{"preload", "", func(p *props) { p.SecurityHeaders = &privatecdn.SecurityHeaders{Preload: true} },
			[]string{"SecurityHeaders.Preload", "IncludeSubdomains"}},
		{"cookie origin in capitals", "", func(p *props) { p.CookieOrigins = []string{"https://App.example.com"} },
			[]string{"CookieOrigins", "lower case"}},
		{"origin with its own port", "",
			func(p *props) { p.CORS = &privatecdn.CORS{Origins: []string{"https://a.example:443"}} },
			[]string{"CORS.Origins", "not a valid origin"}},
		{"referrer policy", "",
			func(p *props) { p.SecurityHeaders = &privatecdn.SecurityHeaders{ReferrerPolicy: "never"} },
			[]string{`SecurityHeaders.ReferrerPolicy: "never" is not`}},
		{"price class", "", viewer(privatecdn.Viewer{PriceClass: "cheap"}),
			[]string{`Viewer.PriceClass: "cheap" is not`, "PRICE_CLASS_200"}},
		{"HTTP version", "", viewer(privatecdn.Viewer{HTTPVersion: "4"}), []string{`Viewer.HTTPVersion: "4" is not`}},
		{"error twice", "", viewer(privatecdn.Viewer{ErrorResponses: []privatecdn.ErrorResponse{{Status: 404,
			TTL: time.Minute}, {Status: 404, TTL: time.Hour}}}),
			[]string{"Viewer.ErrorResponses: status 404 is listed twice"}},
		{"error as it was", "", viewer(privatecdn.Viewer{ErrorResponses: []privatecdn.ErrorResponse{{Status: 404}}}),
			[]string{"Viewer.ErrorResponses: the response for 404 changes nothing"}},
		{"error with no status", "", func(p *props) {
			p.Behaviors = []privatecdn.Behavior{{PathPattern: "a", Access: privatecdn.Public}}
			p.Viewer = &privatecdn.Viewer{ErrorResponses: []privatecdn.ErrorResponse{{Status: 404, Page: "/a",
				ResponseStatus: 302}}}
		}, []string{"response status 302"}},
		{"name twice", "", viewer(privatecdn.Viewer{
			DomainNames: []string{"a.example.com", "a.example.com"},
			Certificate: certificate(other(""), certificateARN),
		}), []string{"Viewer.DomainNames: a.example.com is listed twice"}},
		{"frame options", "",
			func(p *props) { p.SecurityHeaders = &privatecdn.SecurityHeaders{FrameOptions: "ALLOW"} },
			[]string{"SecurityHeaders.FrameOptions"}},

		{"names without certificate", "", viewer(privatecdn.Viewer{DomainNames: []string{"a.example.com"}}),
			[]string{"Viewer.Certificate: it is missing", "us-east-1"}},
		{"certificate elsewhere", "", viewer(privatecdn.Viewer{
			DomainNames: []string{"a.example.com"},
			Certificate: certificate(other(""), "arn:aws:acm:eu-west-1:111122223333:certificate/x"),
		}), []string{"Viewer.Certificate", `is in "eu-west-1"`, "us-east-1"}},
		{"certificate made elsewhere", "", viewer(privatecdn.Viewer{
			DomainNames: []string{"a.example.com"},
			Certificate: awscertificatemanager.NewCertificate(other("eu-west-1"), jsii.String("C"),
				&awscertificatemanager.CertificateProps{DomainName: jsii.String("a.example.com")}),
		}), []string{"Viewer.Certificate", `is in "eu-west-1"`}},
		{"certificate for nothing", "", viewer(privatecdn.Viewer{Certificate: certificate(other(""),
			certificateARN)}), []string{"Viewer.DomainNames: it is missing"}},
		{"bad name", "", viewer(privatecdn.Viewer{
			DomainNames: []string{"https://a.example.com"}, Certificate: certificate(other(""), certificateARN),
		}), []string{"Viewer.DomainNames", "not a valid host name"}},
		{"old TLS", "", viewer(privatecdn.Viewer{
			DomainNames: []string{"a.example.com"}, Certificate: certificate(other(""), certificateARN),
			MinimumProtocolVersion: awscloudfront.SecurityPolicyProtocol_TLS_V1,
		}), []string{"Viewer.MinimumProtocolVersion", "TLS_V1_2_2021"}},
		{"TLS without certificate", "",
			viewer(privatecdn.Viewer{MinimumProtocolVersion: awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2021}),
			[]string{"Viewer.MinimumProtocolVersion", "no effect"}},
		{"root object", "", viewer(privatecdn.Viewer{DefaultRootObject: "/index.html"}),
			[]string{"Viewer.DefaultRootObject", "slash"}},
		{"regional WAF", "", viewer(privatecdn.Viewer{WebACLID: "arn:aws:wafv2:eu-west-1:1:regional/webacl/a/b"}),
			[]string{"Viewer.WebACL", "us-east-1"}},
		{"both countries", "", viewer(privatecdn.Viewer{AllowCountries: []string{"DE"},
			DenyCountries: []string{"FR"}}), []string{"Viewer.DenyCountries", "AllowCountries"}},
		{"country", "", viewer(privatecdn.Viewer{AllowCountries: []string{"Germany"}}),
			[]string{"Viewer.AllowCountries", "ISO 3166-1"}},
		{"error status", "", viewer(privatecdn.Viewer{ErrorResponses: []privatecdn.ErrorResponse{{Status: 418,
			TTL: time.Minute}}}), []string{"Viewer.ErrorResponses", "418"}},
		{"error page alone", "", viewer(privatecdn.Viewer{ErrorResponses: []privatecdn.ErrorResponse{{Status: 403,
			Page: "/x"}}}), []string{"both or neither"}},
		{"error page path", "", viewer(privatecdn.Viewer{ErrorResponses: []privatecdn.ErrorResponse{{Status: 403,
			Page: "x", ResponseStatus: 200}}}), []string{"slash"}},

		{"origin access", "", func(p *props) { p.OriginAccess = "oai" }, []string{`OriginAccess: "oai" is not`}},
		{"OAI and KMS", "", func(p *props) { p.KMS = true },
			[]string{"OriginAccess: an OAI cannot read", "privatecdn.OAC"}},
		{"OAI and a bucket under KMS", "", func(p *props) {
			other := other("")
			p.Bucket = awss3.NewBucket(other, jsii.String("B"),
				&awss3.BucketProps{EncryptionKey: awskms.NewKey(other, jsii.String("K"), nil)})
		}, []string{"Bucket: it is under a KMS key", "privatecdn.OAC"}},
		{"OAI in a new Region", "il-central-1", func(*props) {},
			[]string{"OriginAccess: the stack is in il-central-1", "privatecdn.OAC"}},
		{"KMS for another's bucket", "", func(p *props) {
			p.OriginAccess, p.KMS = privatecdn.OAC, true
			p.Bucket = awss3.Bucket_FromBucketName(other(""), jsii.String("B"), jsii.String("other-bucket"))
		}, []string{"KMS: it would encrypt"}},
		{"distribution ID", "", func(p *props) { p.DistributionID = "d111111abcdef8" },
			[]string{"DistributionID", "E2QWRUHAPOMQZL"}},
		{"content", "", func(p *props) { p.Content = []privatecdn.Content{{Directory: "nowhere"}} },
			[]string{"Content", `"nowhere" is not a directory`}},
		{"content prefix", "", func(p *props) {
			p.Content = []privatecdn.Content{{Directory: "testdata/content", Prefix: "/a"}}
		}, []string{"Content", "slash"}},
		{"content over content", "", func(p *props) {
			p.Content = []privatecdn.Content{{Directory: "testdata/content"},
				{Directory: "testdata/content", Prefix: "a"}}
		}, []string{"Content", "overlap"}},

		{"logs v2 elsewhere", "eu-west-1", func(p *props) { p.Logging = &privatecdn.Logging{V2: true} },
			[]string{"Logging.V2", "us-east-1"}},
		{"log format", "", func(p *props) { p.Logging = &privatecdn.Logging{V2: true, Format: "xml"} },
			[]string{"Logging.Format"}},
		{"log format of v1", "", func(p *props) { p.Logging = &privatecdn.Logging{Format: "json"} },
			[]string{"Logging.Format", "V2"}},
		{"log days", "", func(p *props) { p.Logging = &privatecdn.Logging{Retention: time.Hour} },
			[]string{"Logging.Retention", "whole days"}},
		{"logs off and on", "", func(p *props) { p.Logging = &privatecdn.Logging{Disabled: true, V2: true} },
			[]string{"Logging: Disabled is set together"}},
		{"watch threshold", "us-east-1", func(p *props) { p.Monitoring = &privatecdn.Monitoring{ServerErrors: -1} },
			[]string{"Monitoring.ServerErrors: -1 is out of bounds"}},
		{"watch nothing", "us-east-1",
			func(p *props) { p.Monitoring = &privatecdn.Monitoring{Actions: []awscloudwatch.IAlarmAction{nil}} },
			[]string{"Monitoring.Actions: one of them is nil"}},
		{"watch elsewhere", "eu-west-1", func(p *props) { p.Monitoring = &privatecdn.Monitoring{} },
			[]string{"Monitoring", "us-east-1"}},

		{"presigned lifetime", "",
			presigned(privatecdn.Behavior{Presign: &privatecdn.Presign{Lifetime: 8 * 24 * time.Hour}}),
			[]string{"Presign.Lifetime", "168h"}},
		{"presigned exposure", "", presigned(privatecdn.Behavior{Presign: &privatecdn.Presign{Lifetime: time.Hour,
			Exposure: time.Hour}}), []string{"Presign.Exposure", "no time"}},
		{"presigned cache", "", presigned(privatecdn.Behavior{Cache: &privatecdn.Cache{}}),
			[]string{"Behaviors[0].Cache", "remove it"}},
		{"presigned cache policy", "",
			presigned(privatecdn.Behavior{CachePolicy: awscloudfront.CachePolicy_CACHING_OPTIMIZED()}),
			[]string{"Behaviors[0].CachePolicy"}},
		{"presigned host", "",
			presigned(privatecdn.Behavior{OriginRequestPolicy: awscloudfront.OriginRequestPolicy_ALL_VIEWER()}),
			[]string{"Behaviors[0].OriginRequestPolicy", "Host"}},
		{"presigned origin", "",
			presigned(privatecdn.Behavior{Origin: awscloudfrontorigins.NewHttpOrigin(jsii.String("example.com"),
				nil)}), []string{"Behaviors[0].Origin"}},
		{"presigned writes", "", presigned(privatecdn.Behavior{AllowedMethods: privatecdn.MethodsAll}),
			[]string{"Behaviors[0].AllowedMethods", "PUT"}},
		{"presign of a signed one", "", behaviors(privatecdn.Behavior{PathPattern: "a",
			Presign: &privatecdn.Presign{Lifetime: time.Hour}}), []string{"Behaviors[0].Presign"}},

		{"Host to a bucket", "", behaviors(privatecdn.Behavior{PathPattern: "a",
			Cache: &privatecdn.Cache{Headers: []string{"host"}}}),
			[]string{"Behaviors[0].OriginRequestPolicy", "viewer's Host"}},
		{"all viewer headers to a bucket", "", behaviors(privatecdn.Behavior{
			PathPattern: "a", OriginRequestPolicy: awscloudfront.OriginRequestPolicy_ALL_VIEWER(),
		}), []string{"Behaviors[0].OriginRequestPolicy", "viewer's Host"}},
		{"all headers by a policy of the app", "", func(p *props) {
			p.Default = &privatecdn.Behavior{OriginRequestPolicy: awscloudfront.NewOriginRequestPolicy(other(""),
				jsii.String("P"), &awscloudfront.OriginRequestPolicyProps{
					HeaderBehavior: awscloudfront.OriginRequestHeaderBehavior_All(),
				})}
		}, []string{"Default.OriginRequestPolicy", "viewer's Host"}},
		{"all headers but one", "", behaviors(privatecdn.Behavior{PathPattern: "a",
			OriginRequestPolicy: awscloudfront.NewOriginRequestPolicy(other(""), jsii.String("P"),
				&awscloudfront.OriginRequestPolicyProps{
					HeaderBehavior: awscloudfront.OriginRequestHeaderBehavior_DenyList(jsii.String("referer")),
				})}), []string{"Behaviors[0].OriginRequestPolicy", "viewer's Host"}},
		{"Host in a cache policy of the app", "", func(p *props) {
			p.CachePolicy = awscloudfront.NewCachePolicy(other(""), jsii.String("P"), &awscloudfront.CachePolicyProps{
				HeaderBehavior: awscloudfront.CacheHeaderBehavior_AllowList(jsii.String("host")),
			})
		}, []string{"Default.OriginRequestPolicy", "viewer's Host"}},
		{"Host in a managed cache policy", "", func(p *props) {
			p.CachePolicy = awscloudfront.CachePolicy_AMPLIFY()
		}, []string{"Default.OriginRequestPolicy", "viewer's Host"}},
		{"default with a bucket", "", func(p *props) {
			p.Default = &privatecdn.Behavior{Bucket: awss3.Bucket_FromBucketName(other(""), jsii.String("B"),
				jsii.String("other-bucket"))}
		}, []string{"Default.Bucket", "set the distribution's Bucket"}},
		{"live and cached", "", behaviors(privatecdn.Behavior{PathPattern: "*.m3u8", Live: true,
			Cache: &privatecdn.Cache{}}),
			[]string{"Behaviors[0].Live", "remove one of them"}},
		{"live and a policy", "", behaviors(privatecdn.Behavior{PathPattern: "*.m3u8", Live: true,
			CachePolicy: awscloudfront.CachePolicy_CACHING_OPTIMIZED()}),
			[]string{"Behaviors[0].Live", "remove one of them"}},
		{"downloads and a policy", "", behaviors(privatecdn.Behavior{PathPattern: "a", Downloads: true,
			CachePolicy: awscloudfront.CachePolicy_CACHING_OPTIMIZED()}),
			[]string{"Behaviors[0].Downloads", "remove one of them"}},
		{"downloads from an API", "", behaviors(privatecdn.Behavior{
			PathPattern: "a", Downloads: true,
			Origin: awscloudfrontorigins.NewHttpOrigin(jsii.String("example.com"), nil),
		}), []string{"Behaviors[0].Downloads", "S3"}},
		{"nothing cached by a key", "", cache(privatecdn.Cache{MaxTTL: privatecdn.Zero, QueryStrings: []string{"v"}}),
			[]string{"Cache: a MaxTTL of zero caches nothing", "Disabled"}},
		{"origin path", "", func(p *props) { p.BucketOrigin = &privatecdn.BucketOrigin{Path: "films"} },
			[]string{"BucketOrigin.Path", "/films"}},
		{"origin path with dots", "", func(p *props) { p.BucketOrigin = &privatecdn.BucketOrigin{Path: "/a/../b"} },
			[]string{"BucketOrigin.Path"}},
		{"origin path for an origin", "", behaviors(privatecdn.Behavior{
			PathPattern: "a", BucketOrigin: &privatecdn.BucketOrigin{Path: "/a"},
			Origin: awscloudfrontorigins.NewHttpOrigin(jsii.String("example.com"), nil),
		}), []string{"Behaviors[0].BucketOrigin", "Origin itself"}},
		{"connection attempts", "",
			func(p *props) { p.BucketOrigin = &privatecdn.BucketOrigin{ConnectionAttempts: 4} },
			[]string{"BucketOrigin.ConnectionAttempts", "1 to 3"}},
		{"connection timeout", "",
			func(p *props) { p.BucketOrigin = &privatecdn.BucketOrigin{ConnectionTimeout: time.Minute} },
			[]string{"BucketOrigin.ConnectionTimeout", "10s"}},
		{"connection timeout of zero", "",
			func(p *props) { p.BucketOrigin = &privatecdn.BucketOrigin{ConnectionTimeout: privatecdn.Zero} },
			[]string{"BucketOrigin.ConnectionTimeout", "out of bounds"}},
		{"completion timeout", "",
			func(p *props) { p.BucketOrigin = &privatecdn.BucketOrigin{ResponseCompletionTimeout: 29 * time.Second} },
			[]string{"BucketOrigin.ResponseCompletionTimeout: 29s is out of bounds", "30s"}},
		{"failover to itself", "", func(p *props) {
			own := awss3.NewBucket(other(""), jsii.String("B"), nil)
			p.Behaviors = []privatecdn.Behavior{{PathPattern: "a", Bucket: own,
				BucketOrigin: &privatecdn.BucketOrigin{Failover: own}}}
		}, []string{"Behaviors[0].BucketOrigin.Failover", "another bucket"}},
		{"writing to an origin that fails over", "", func(p *props) {
			replica := awss3.NewBucket(other(""), jsii.String("B"), nil)
			p.Behaviors = []privatecdn.Behavior{{PathPattern: "a", AllowedMethods: privatecdn.MethodsAll,
				BucketOrigin: &privatecdn.BucketOrigin{Failover: replica}}}
		}, []string{"Behaviors[0].AllowedMethods", "read-only"}},
		{"five key groups", "", func(p *props) {
			stack := other("")
			b := privatecdn.Behavior{PathPattern: "a"}
			for i := range 5 {
				b.TrustedKeys = append(b.TrustedKeys, privatecdn.NewTrustedKeys(stack, jsii.String(fmt.Sprint("T", i)),
					&privatecdn.TrustedKeysProps{Keys: oneKey(t)}))
			}
			p.Behaviors = []privatecdn.Behavior{b}
		}, []string{"Limits.GroupsPerBehavior: there are 5", "4"}},
		{"nil zone", "", viewer(privatecdn.Viewer{
			DomainNames: []string{"a.example.com"}, Certificate: certificate(other(""), certificateARN),
			HostedZones: []awsroute53.IHostedZone{nil},
		}), []string{"Viewer.HostedZones: one of them is nil"}},
		{"zones by their IDs", "", func(p *props) {
			other := other("")
			byID := func(id string) awsroute53.IHostedZone {
				return awsroute53.HostedZone_FromHostedZoneId(other, &id, &id)
			}
			named := awsroute53.HostedZone_FromHostedZoneAttributes(other, jsii.String("Z"),
				&awsroute53.HostedZoneAttributes{HostedZoneId: jsii.String("Z1"), ZoneName: jsii.String("example.com")})
			p.Viewer = &privatecdn.Viewer{DomainNames: []string{"a.example.com"},
				Certificate: certificate(other, certificateARN),
				HostedZones: []awsroute53.IHostedZone{byID("Z2"), named}}
		}, []string{"Viewer.HostedZones", "HostedZone_FromHostedZoneAttributes"}},
		{"zones for nothing", "", func(p *props) {
			zone := "Z1"
			p.Viewer = &privatecdn.Viewer{HostedZones: []awsroute53.IHostedZone{
				awsroute53.HostedZone_FromHostedZoneId(other(""), &zone, &zone)}}
		}, []string{"Viewer.HostedZones: DomainNames is empty"}},
		{"denied country", "", viewer(privatecdn.Viewer{DenyCountries: []string{"de"}}),
			[]string{`Viewer.DenyCountries: "de" is not a valid country code`}},
		{"two destinations of logs", "us-east-1", func(p *props) {
			p.Logging = &privatecdn.Logging{DeliveryStreamARN: "arn:aws:firehose:us-east-1:111122223333:deliverystream/a",
				LogGroup: awslogs.NewLogGroup(other("us-east-1"), jsii.String("G"), nil)}
		}, []string{"Logging.DeliveryStreamARN: it is set together with LogGroup"}},
		{"presigned path", "", presigned(privatecdn.Behavior{BucketOrigin: &privatecdn.BucketOrigin{Path: "/a"}}),
			[]string{"Behaviors[0].BucketOrigin", "the signature is for"}},
		{"cache tag header", "", func(p *props) { p.CacheTagHeader = "a b" },
			[]string{"CacheTagHeader", "x-amz-meta-cache-tag"}},
		{"custom header of CORS", "",
			func(p *props) { p.CustomHeaders = map[string]string{"Access-Control-Allow-Origin": "*"} },
			[]string{"CustomHeaders", "use CORS"}},
		{"custom security header", "",
			func(p *props) { p.CustomHeaders = map[string]string{"x-frame-options": "DENY"} },
			[]string{"CustomHeaders", "use SecurityHeaders"}},
		{"removed header", "", func(p *props) { p.RemoveHeaders = []string{"a:b"} },
			[]string{"RemoveHeaders", `"a:b"`}},
		{"omitted header", "",
			func(p *props) { p.SecurityHeaders = &privatecdn.SecurityHeaders{Omit: []string{"Server"}} },
			[]string{"SecurityHeaders.Omit", "X-Frame-Options"}},
		{"removal policy", "", func(p *props) { p.RemovalPolicy = awscdk.RemovalPolicy_SNAPSHOT },
			[]string{`RemovalPolicy: "SNAPSHOT" is not`}},
		{"public bucket", "", func(p *props) {
			p.Bucket = awss3.NewBucket(other(""), jsii.String("B"), &awss3.BucketProps{
				PublicReadAccess: jsii.Bool(true),
				BlockPublicAccess: awss3.NewBlockPublicAccess(&awss3.BlockPublicAccessOptions{
					BlockPublicPolicy: jsii.Bool(false),
				}),
			})
		}, []string{"Bucket: its policy lets everyone read", "/film.mp4"}},
		{"AWS's own KMS key", "", func(p *props) {
			p.OriginAccess = privatecdn.OAC
			p.Bucket = awss3.NewBucket(other(""), jsii.String("B"), &awss3.BucketProps{
				Encryption: awss3.BucketEncryption_KMS_MANAGED,
			})
		}, []string{"Bucket: it is under the KMS key that AWS manages"}},
		{"more headers than a policy has room for", "", cache(privatecdn.Cache{
			Headers: strings.Split("a b c d e f g h i j k", " ")}), []string{"Cache.Headers: there are 11", "10"}},
		{"a query parameter's value", "", cache(privatecdn.Cache{QueryStrings: []string{"a=b"}}),
			[]string{`Cache.QueryStrings: "a=b" is not a valid name`}},
		{"many tags", "", func(p *props) {
			p.Tags = map[string]string{}
			for i := range 51 {
				p.Tags[fmt.Sprint(i)] = ""
			}
		}, []string{"Tags: there are 51", "50"}},
		{"a tag's value", "", func(p *props) { p.Tags = map[string]string{"owner": "a,b"} },
			[]string{`Tags: "a,b" is not a valid value of the tag "owner"`}},
		{"log bucket without ACLs", "", func(p *props) {
			p.Logging = &privatecdn.Logging{Bucket: awss3.NewBucket(other(""), jsii.String("B"), nil)}
		}, []string{"Logging.Bucket", "OBJECT_WRITER"}},
		{"log bucket out of reach", "", func(p *props) {
			p.Logging = &privatecdn.Logging{Bucket: awss3.Bucket_FromBucketAttributes(other(""), jsii.String("B"),
				&awss3.BucketAttributes{
					BucketName: jsii.String("logs"), Region: jsii.String("eu-south-1"),
				})}
		}, []string{"Logging.Bucket", "eu-south-1"}},
		{"log bucket's retention", "", func(p *props) {
			p.Logging = &privatecdn.Logging{Retention: 24 * time.Hour,
				Bucket: awss3.Bucket_FromBucketName(other(""), jsii.String("B"), jsii.String("logs"))}
		}, []string{"Logging.Retention", "lifecycle"}},
		{"two zones of one name", "", func(p *props) {
			other := other("")
			zone := func(id string) awsroute53.IHostedZone {
				return awsroute53.HostedZone_FromHostedZoneAttributes(other, jsii.String(id),
					&awsroute53.HostedZoneAttributes{
						HostedZoneId: jsii.String(id), ZoneName: jsii.String("example.com."),
					})
			}
			p.Viewer = &privatecdn.Viewer{DomainNames: []string{"a.example.com"},
				Certificate: certificate(other, certificateARN),
				HostedZones: []awsroute53.IHostedZone{zone("Z1"), zone("Z2")}}
		}, []string{"Viewer.HostedZones", "example.com is listed twice"}},
		{"zone without the name", "", func(p *props) {
			other := other("")
			p.Viewer = &privatecdn.Viewer{DomainNames: []string{"a.example.com"},
				Certificate: certificate(other, certificateARN),
				HostedZones: []awsroute53.IHostedZone{awsroute53.HostedZone_FromHostedZoneAttributes(other,
					jsii.String("Z"), &awsroute53.HostedZoneAttributes{
						HostedZoneId: jsii.String("Z1"), ZoneName: jsii.String("example.org"),
					})}}
		}, []string{"Viewer.HostedZones", "a.example.com"}},
		{"bucket of another account with an OAI", "eu-west-1", func(p *props) {
			p.Bucket = awss3.NewBucket(foreign(), jsii.String("B"), nil)
		}, []string{"Bucket: it is in account 999900001111", "privatecdn.OAC"}},
		{"bucket of another account, this one unknown", "", func(p *props) {
			p.OriginAccess = privatecdn.OAC
			p.Bucket = awss3.NewBucket(foreign(), jsii.String("B"), nil)
		}, []string{"Bucket: it is in account 999900001111", "Env of the distribution's stack"}},
		{"memory of an upload", "", func(p *props) {
			p.Content = []privatecdn.Content{{Directory: "testdata/content", MemoryMiB: 64}}
		}, []string{"Content", "128 to 10240"}},
	}
	changes := make([]refusal, len(cases))
	for i, c := range cases {
		changes[i] = refusal{c.region, func(of constructs.Construct, p *props) { scope = of; c.change(p) }}
	}
	found := refusals(t, changes)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) { expectOne(t, found[i], "", c.want) })
	}
}

// TestAccepted holds that what looks like a mistake and is none synthesizes.
func TestAccepted(t *testing.T) {
	public := privatecdn.Behavior{Access: privatecdn.Public}
	presigned := privatecdn.Behavior{Access: privatecdn.Presigned}
	app := newApp(t)
	stack := newStack(app, "Stack", "")
	bucket := func(id string, props *awss3.BucketProps) awss3.IBucket {
		props.EnforceSSL = jsii.Bool(true)
		return awss3.NewBucket(stack, &id, props)
	}
	for name, p := range map[string]*props{
		"a token as the folder of an upload": {Keys: oneKey(t), Content: []privatecdn.Content{
			{Directory: "testdata/content", Prefix: *awscdk.Aws_STACK_NAME()},
			{Directory: "testdata/content", Prefix: "img"},
		}},
		"as many headers as a policy has room for": {Keys: oneKey(t),
			Cache: &privatecdn.Cache{Headers: strings.Split("a b c d e f g h i j", " ")}},
		"an OAI, and a bucket under a KMS key that is presigned only": {Default: &presigned,
			Bucket: bucket("KMS", &awss3.BucketProps{Encryption: awss3.BucketEncryption_KMS})},
		"a public bucket behind public paths only": {Default: &public,
			Bucket: bucket("Public", &awss3.BucketProps{PublicReadAccess: jsii.Bool(true),
				BlockPublicAccess: awss3.NewBlockPublicAccess(&awss3.BlockPublicAccessOptions{
					BlockPublicPolicy: jsii.Bool(false),
				})})},
	} {
		privatecdn.NewDistribution(stack, &name, p)
	}
	if err := privatecdn.Synth(app); err != nil {
		t.Error(err)
	}
}

// TestBucketMadePublicLater opens the bucket that is read in the other's stead
// after the distribution is made, to everyone and to a list with everyone in it.
func TestBucketMadePublicLater(t *testing.T) {
	account := awsiam.NewAccountPrincipal("111122223333")
	for name, principals := range map[string][]awsiam.IPrincipal{
		"everyone": {awsiam.NewStarPrincipal()},
		"a list":   {account, awsiam.NewAnyPrincipal()},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp(t)
			stack := newStack(app, "Stack", "")
			bucket := awss3.NewBucket(stack, jsii.String("B"), nil)
			media(stack, &props{Keys: oneKey(t), BucketOrigin: &privatecdn.BucketOrigin{Failover: bucket}})
			bucket.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
				Principals: &principals,
				Actions:    jsii.Strings("s3:GetObject"),
				Resources:  jsii.Strings(*bucket.ArnForObjects(jsii.String("*"))),
			}))
			expectOne(t, mistakes(t, app), "[Stack/Media] BucketOrigin.Failover: ",
				[]string{"its policy lets everyone read"})
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
			t.Errorf("%q does not contain %q", got[0], part)
		}
	}
}

func TestMistakesAllAtOnce(t *testing.T) {
	app := newApp(t)
	stack := newStack(app, "Stack", "")
	media(stack, nil)
	privatecdn.NewDistribution(stack, jsii.String("Other"), &props{
		OriginAccess: "none", Viewer: &privatecdn.Viewer{AllowCountries: []string{"x"}, DefaultRootObject: "/"},
	})
	privatecdn.NewTrustedKeys(stack, jsii.String("Keys"), nil)
	got := strings.Join(mistakes(t, app), "\n")
	for _, want := range []string{
		"[Stack/Media] Keys: it is missing",
		"[Stack/Other] Keys: it is missing",
		"[Stack/Other] OriginAccess:",
		"[Stack/Other] Viewer.AllowCountries:",
		"[Stack/Other] Viewer.DefaultRootObject:",
		"[Stack/Keys] Keys: it is missing",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no line %q in\n%s", want, got)
		}
	}
}

func TestEmptyRing(t *testing.T) {
	app := newApp(t)
	media(newStack(app, "Stack", ""), &props{Keys: ring(t)})
	expectOne(t, mistakes(t, app), "[Stack/Media/Keys] Keys: the ring in ", []string{"has no keys", "keys new"})
}

func TestKeysPerGroup(t *testing.T) {
	pairs := []pair{{"a.pem", "ssm:a"}, {"b.pem", "ssm:b"}, {"c.pem", "ssm:c"}, {"rsa.pem", "ssm:r"}}
	app := newApp(t)
	media(newStack(app, "Stack", ""), &props{Keys: ring(t, pairs...), Limits: &privatecdn.Limits{KeysPerGroup: 3}})
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
	expectOne(t, mistakes(t, app), "[Stack/Media/Keys] Keys: ",
		[]string{"added and promoted in one", "earliest safe date"})
}

func TestKeyGroupID(t *testing.T) {
	app := newApp(t)
	privatecdn.NewTrustedKeys(newStack(app, "Stack", ""), jsii.String("Keys"),
		&privatecdn.TrustedKeysProps{KeyGroupID: "my group"})
	expectOne(t, mistakes(t, app), "[Stack/Keys] KeyGroupID: ", []string{`"my group" is not a valid key group ID`})
}
