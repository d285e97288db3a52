package privatecdn_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/keys"
)

// scenario is one way to use the construct. Its template is held by a golden
// file, and served by the edge.
type scenario struct {
	name   string
	region string // of the stack, open when empty
	build  func(t testing.TB, stack awscdk.Stack)

	findings []string // of CDK's validation
}

const (
	certificateARN = "arn:aws:acm:us-east-1:111122223333:certificate/11112222-3333-4444-5555-666677778888"
	webACL         = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/media/11112222-3333-4444-5555-666677778888"
)

var scenarios = []scenario{
	{name: "default", build: func(t testing.TB, s awscdk.Stack) {
		privatecdn.Outputs(s, media(s, &privatecdn.DistributionProps{Keys: oneKey(t)}))
	}},
	{name: "public", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), Behaviors: []privatecdn.Behavior{
			{PathPattern: "public/*", Access: privatecdn.Public},
		}})
	}},
	{name: "ordered", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{
			Keys: oneKey(t),
			Behaviors: []privatecdn.Behavior{
				{PathPattern: "private*"},
				{PathPattern: "live*", Cache: &privatecdn.Cache{Disabled: true},
					AllowedMethods: privatecdn.MethodsGetHead},
				{PathPattern: "*.jpg", Access: privatecdn.Public, Cache: &privatecdn.Cache{MaxTTL: 48 * time.Hour}},
				{PathPattern: "img/*", Access: privatecdn.Public,
					Cache: &privatecdn.Cache{QueryStrings: []string{"w", "h"}}, Uncompressed: true},
			},
		})
	}},
	{name: "presigned", build: func(t testing.TB, s awscdk.Stack) {
		own := awss3.Bucket_FromBucketAttributes(s, jsii.String("Own"), &awss3.BucketAttributes{
			BucketName: jsii.String("own-content"), Region: jsii.String("eu-central-1"),
		})
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), Behaviors: []privatecdn.Behavior{
			{PathPattern: "s3/*", Access: privatecdn.Presigned,
				Presign: &privatecdn.Presign{Lifetime: 2 * time.Hour, Exposure: 150 * time.Minute}},
			{PathPattern: "own/*", Access: privatecdn.Presigned, Bucket: own,
				Presign: &privatecdn.Presign{Lifetime: 2 * time.Hour, Exposure: 150 * time.Minute}},
		}})
	}},
	{name: "presigned-whole", build: func(_ testing.TB, s awscdk.Stack) {
		privatecdn.Outputs(s,
			media(s, &privatecdn.DistributionProps{Default: &privatecdn.Behavior{Access: privatecdn.Presigned}}))
	}},
	{name: "oai-to-oac", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), OriginAccess: privatecdn.OAIToOAC})
	}},
	{name: "oac", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), OriginAccess: privatecdn.OAC})
	}},
	{name: "kms", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), OriginAccess: privatecdn.OAC, KMS: true})
	}},
	{name: "imported-oai", build: func(t testing.TB, s awscdk.Stack) {
		bucket := awss3.Bucket_FromBucketName(s, jsii.String("Old"), jsii.String("old-content"))
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), Bucket: bucket})
	}, findings: []string{"Annotation::privatecdn:BucketPolicyStatement"}},
	{name: "imported-oac", build: func(t testing.TB, s awscdk.Stack) {
		bucket := awss3.Bucket_FromBucketName(s, jsii.String("Old"), jsii.String("old-content"))
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), Bucket: bucket, OriginAccess: privatecdn.OAC})
	}, findings: []string{"Annotation::privatecdn:BucketPolicyStatement"}},
	{name: "front", region: "us-east-1", build: front},
	{name: "logs-v2", region: "us-east-1", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t),
			Logging: &privatecdn.Logging{V2: true, Format: "json", Retention: 30 * 24 * time.Hour}})
	}},
	{name: "no-logs", build: func(t testing.TB, s awscdk.Stack) {
		privatecdn.Outputs(s, media(s, &privatecdn.DistributionProps{Keys: oneKey(t),
			Logging: &privatecdn.Logging{Disabled: true}, RemovalPolicy: awscdk.RemovalPolicy_DESTROY}))
	}},
	{name: "cookies-across-origins", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), CookieOrigins: []string{"https://app.example.com"}})
	}},
	{name: "headers", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{
			Keys: oneKey(t),
			CORS: &privatecdn.CORS{Origins: []string{"https://*.example.com"}, Headers: []string{"Range"},
				Expose: []string{"ETag"}, MaxAge: time.Hour},
			SecurityHeaders: &privatecdn.SecurityHeaders{
				HSTS: 2 * 365 * 24 * time.Hour, IncludeSubdomains: true, Preload: true,
				FrameOptions: awscloudfront.HeadersFrameOption_DENY, ContentSecurityPolicy: "default-src 'none'",
			},
		})
	}},
	{name: "watch", region: "us-east-1", build: func(t testing.TB, s awscdk.Stack) {
		topic := awssns.NewTopic(s, jsii.String("Alerts"), nil)
		watch := &privatecdn.Monitoring{ServerErrors: 5}
		watch.Actions = append(watch.Actions, awscloudwatchactions.NewSnsAction(topic))
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), Monitoring: watch})
	}},
	{name: "content", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{
			Keys: oneKey(t),
			Content: []privatecdn.Content{{Directory: "testdata/content", Prefix: "public",
				CacheControl: "max-age=60"}},
			Tags: map[string]string{"team": "media", "cost": "42"},
		})
	}},
	{name: "grant-sign", build: func(t testing.TB, s awscdk.Stack) {
		for _, k := range []struct{ name, uri string }{
			{"Alias", "kms:alias/media"},
			{"Key", "kms:11112222-3333-4444-5555-666677778888"},
			{"Secret", "secretsmanager:media-key"},
			{"Parameter", "ssm:/media/key"},
		} {
			d := privatecdn.NewDistribution(s, jsii.String(k.name),
				&privatecdn.DistributionProps{Keys: ring(t, pair{"a.pem", k.uri})})
			role := awsiam.NewRole(s, jsii.String(k.name+"Signer"), &awsiam.RoleProps{
				AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
			})
			d.GrantSign(role)
		}
	}},
	{name: "shared", build: func(t testing.TB, s awscdk.Stack) {
		first := media(s, &privatecdn.DistributionProps{Keys: oneKey(t)})
		privatecdn.NewDistribution(s, jsii.String("Second"), &privatecdn.DistributionProps{
			TrustedKeys: first.TrustedKeys(), CachePolicy: first.CachePolicy(),
			ResponseHeadersPolicy: first.ResponseHeadersPolicy(),
			Bucket:                first.Bucket(), Logging: &privatecdn.Logging{Disabled: true},
		})
	}},
	{name: "two-rings", build: func(t testing.TB, s awscdk.Stack) {
		partners := privatecdn.NewTrustedKeys(s, jsii.String("Partners"),
			&privatecdn.TrustedKeysProps{Keys: ring(t, pair{"rsa.pem", "ssm:/partners"})})
		media(s, &privatecdn.DistributionProps{Keys: ring(t, pair{"a.pem", "kms:alias/media"},
			pair{"b.pem", "kms:alias/next"}), Behaviors: []privatecdn.Behavior{
			{PathPattern: "partners/*", TrustedKeys: []privatecdn.TrustedKeys{partners}},
		}})
	}},
	{name: "live", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{
			Keys:          oneKey(t),
			CookieOrigins: []string{"https://app.example.com"},
			Behaviors: []privatecdn.Behavior{{PathPattern: "*.m3u8", Live: true},
				{PathPattern: "*.mpd", Live: true}},
		})
	}},
	{name: "downloads", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), OriginAccess: privatecdn.OAC,
			Behaviors: []privatecdn.Behavior{
				{PathPattern: "downloads/*", Downloads: true},
				{PathPattern: "partners/*", Downloads: true,
					Cache: &privatecdn.Cache{MaxTTL: time.Hour, QueryStrings: []string{"v"}}},
			}})
	}},
	{name: "policies", build: func(t testing.TB, s awscdk.Stack) {
		query := awscloudfront.CacheQueryStringBehavior_DenyList(jsii.String("session"))
		cache := awscloudfront.NewCachePolicy(s, jsii.String("Cache"), &awscloudfront.CachePolicyProps{
			MaxTtl: awscdk.Duration_Hours(jsii.Number(2)), QueryStringBehavior: query,
		})
		version := awscloudfront.OriginRequestQueryStringBehavior_AllowList(jsii.String("versionId"))
		request := awscloudfront.NewOriginRequestPolicy(s, jsii.String("Request"),
			&awscloudfront.OriginRequestPolicyProps{QueryStringBehavior: version})
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), CachePolicy: cache, Behaviors: []privatecdn.Behavior{
			{PathPattern: "uncached/*", Cache: &privatecdn.Cache{Disabled: true}, OriginRequestPolicy: request},
			{PathPattern: "managed/*", CachePolicy: awscloudfront.CachePolicy_ELEMENTAL_MEDIA_PACKAGE()},
			{PathPattern: "cached/*", OriginRequestPolicy: request,
				Cache: &privatecdn.Cache{QueryStrings: []string{"v"}}},
		}})
	}},
	{name: "bucket-origin", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), OriginAccess: privatecdn.OAC,
			BucketOrigin: &privatecdn.BucketOrigin{
				Path: "/private", ShieldRegion: "eu-west-1", ConnectionAttempts: 2, ConnectionTimeout: 3 * time.Second,
				ResponseCompletionTimeout: time.Minute,
			}})
	}},
	{name: "failover", build: func(t testing.TB, s awscdk.Stack) {
		replica := awss3.Bucket_FromBucketAttributes(s, jsii.String("Replica"), &awss3.BucketAttributes{
			BucketName: jsii.String("replica-of-content"), Region: jsii.String("eu-central-1"),
		})
		media(s, &privatecdn.DistributionProps{
			Keys: oneKey(t), OriginAccess: privatecdn.OAC, BucketOrigin: &privatecdn.BucketOrigin{Failover: replica},
		})
	}, findings: []string{"Annotation::privatecdn:BucketPolicyStatement"}},
	{name: "zeros", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{
			Keys:  oneKey(t),
			Cache: &privatecdn.Cache{DefaultTTL: privatecdn.Zero},
			SecurityHeaders: &privatecdn.SecurityHeaders{Omit: []string{"Strict-Transport-Security",
				"x-frame-options"}},
			CustomHeaders:  map[string]string{"Timing-Allow-Origin": "*", "X-Robots-Tag": "noindex"},
			RemoveHeaders:  []string{"x-amz-version-id"},
			CacheTagHeader: "x-amz-meta-cache-tag",
			Viewer: &privatecdn.Viewer{ErrorResponses: []privatecdn.ErrorResponse{
				{Status: 404, TTL: privatecdn.Zero}, {Status: 403, TTL: privatecdn.Zero},
			}},
		})
	}},
	{name: "existing-keys", build: func(t testing.TB, s awscdk.Stack) {
		both := ring(t)
		public, uri, err := pair{"a.pem", "kms:alias/media"}.New(context.Background(), "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := both.Adopt(public, uri, "K2JCJMDEHXQW5F"); err != nil {
			t.Fatal(err)
		}
		if _, err := both.Add(context.Background(), keys.ECDSAP256, pair{"b.pem", "kms:alias/next"}); err != nil {
			t.Fatal(err)
		}
		keep := privatecdn.NewTrustedKeys(s, jsii.String("Keep"), &privatecdn.TrustedKeysProps{Keys: both})
		group := privatecdn.NewTrustedKeys(s, jsii.String("Group"), &privatecdn.TrustedKeysProps{
			Keys: both, KeyGroupID: "11112222-3333-4444-5555-666677778888",
		})
		privatecdn.Outputs(s, media(s, &privatecdn.DistributionProps{TrustedKeys: keep,
			Behaviors: []privatecdn.Behavior{
				{PathPattern: "partners/*", TrustedKeys: []privatecdn.TrustedKeys{group}},
			}}))
	}},
	{name: "logs-bucket", build: func(t testing.TB, s awscdk.Stack) {
		logs := awss3.NewBucket(s, jsii.String("Logs"), &awss3.BucketProps{
			EnforceSSL: jsii.Bool(true), ObjectOwnership: awss3.ObjectOwnership_OBJECT_WRITER,
		})
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t),
			Logging: &privatecdn.Logging{Bucket: logs, Prefix: "media/"}})
	}},
	{name: "logs-cloudwatch", region: "us-east-1", build: func(t testing.TB, s awscdk.Stack) {
		group := awslogs.NewLogGroup(s, jsii.String("Access"),
			&awslogs.LogGroupProps{Retention: awslogs.RetentionDays_ONE_YEAR})
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t),
			Logging: &privatecdn.Logging{LogGroup: group, Format: "json"}})
	}},
	{name: "logs-firehose", region: "us-east-1", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), Logging: &privatecdn.Logging{
			DeliveryStreamARN: "arn:aws:firehose:us-east-1:111122223333:deliverystream/access",
		}})
	}},
	{name: "logs-opt-in-region", region: "eu-south-1", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), OriginAccess: privatecdn.OAC})
	}, findings: []string{"Annotation::privatecdn:logging"}},
	{name: "zones", build: func(t testing.TB, s awscdk.Stack) {
		zone := func(id, name string) awsroute53.IHostedZone {
			return awsroute53.HostedZone_FromHostedZoneAttributes(s, &id, &awsroute53.HostedZoneAttributes{
				HostedZoneId: &id, ZoneName: &name,
			})
		}
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), Viewer: &privatecdn.Viewer{
			DomainNames: []string{"media.example.com", "media.films.example.com", "a.example.org"},
			Certificate: certificate(s, *awscdk.NewCfnParameter(s, jsii.String("Certificate"),
				&awscdk.CfnParameterProps{
					Default: certificateARN,
				}).ValueAsString()),
			HostedZones: []awsroute53.IHostedZone{zone("Z1", "example.com."), zone("Z2", "films.example.com"),
				zone("Z3", "example.org")},
		}})
	}},
	{name: "zone-by-id", build: func(t testing.TB, s awscdk.Stack) {
		stage := awscdk.NewCfnParameter(s, jsii.String("Stage"), &awscdk.CfnParameterProps{Default: "beta"})
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), Viewer: &privatecdn.Viewer{
			DomainNames: []string{"media-" + *stage.ValueAsString() + ".example.com"},
			Certificate: certificate(s, certificateARN),
			HostedZones: []awsroute53.IHostedZone{awsroute53.HostedZone_FromHostedZoneId(s, jsii.String("Zone"),
				jsii.String("Z1"))},
		}})
	}},
	{name: "upload-options", build: func(t testing.TB, s awscdk.Stack) {
		media(s, &privatecdn.DistributionProps{
			Keys: oneKey(t), OriginAccess: privatecdn.OAC, KMS: true,
			Content: []privatecdn.Content{
				{Directory: "testdata/content", Prefix: "img", Keep: true, Exclude: []string{"*.psd"}, MemoryMiB: 512},
				{Directory: "testdata/content", Prefix: "img-large",
					Metadata: map[string]string{"cache-tag": "large"}},
			},
		})
	}},
	{name: "own-kms-bucket", build: func(t testing.TB, s awscdk.Stack) {
		bucket := awss3.NewBucket(s, jsii.String("Content"), &awss3.BucketProps{
			Encryption: awss3.BucketEncryption_KMS, EnforceSSL: jsii.Bool(true),
		})
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), Bucket: bucket, OriginAccess: privatecdn.OAC})
	}, findings: []string{"Annotation::privatecdn:distributionId"}},
	{name: "tenants", build: func(t testing.TB, s awscdk.Stack) {
		shop := media(s, &privatecdn.DistributionProps{Keys: oneKey(t),
			BucketOrigin: &privatecdn.BucketOrigin{Path: "/shop"}})
		for _, tenant := range []string{"Films", "Music"} {
			privatecdn.NewDistribution(s, &tenant, &privatecdn.DistributionProps{
				Keys: ring(t, pair{"b.pem", "ssm:" + tenant}), Bucket: shop.Bucket(),
				Logging:      &privatecdn.Logging{Disabled: true},
				BucketOrigin: &privatecdn.BucketOrigin{Path: "/tenants"},
			})
		}
	}, findings: []string{"Annotation::privatecdn:tenants"}},
	{name: "origins", build: func(t testing.TB, s awscdk.Stack) {
		archive := awss3.NewBucket(s, jsii.String("Archive"), &awss3.BucketProps{EnforceSSL: jsii.Bool(true)})
		rewrite := awscloudfront.NewFunction(s, jsii.String("Rewrite"), &awscloudfront.FunctionProps{
			Code: awscloudfront.FunctionCode_FromInline(
				jsii.String("function handler(event) { return event.request; }")),
		})
		media(s, &privatecdn.DistributionProps{Keys: oneKey(t), Behaviors: []privatecdn.Behavior{
			{PathPattern: "archive/*", Bucket: archive},
			{PathPattern: "api/*", Access: privatecdn.Public, AllowedMethods: privatecdn.MethodsAll,
				Origin:        awscloudfrontorigins.NewHttpOrigin(jsii.String("api.example.com"), nil),
				ViewerRequest: rewrite},
		}})
	}},
}

func front(t testing.TB, s awscdk.Stack) {
	media(s, &privatecdn.DistributionProps{
		Keys:         oneKey(t),
		OriginAccess: privatecdn.OAC,
		Behaviors:    []privatecdn.Behavior{{PathPattern: "public/*", Access: privatecdn.Public}},
		Viewer: &privatecdn.Viewer{
			DomainNames: []string{"media.example.com"},
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(s, jsii.String("Certificate"),
				jsii.String(certificateARN)),
			HostedZones: []awsroute53.IHostedZone{awsroute53.HostedZone_FromHostedZoneAttributes(s,
				jsii.String("Zone"), &awsroute53.HostedZoneAttributes{
					HostedZoneId: jsii.String("Z0000000EXAMPLE"), ZoneName: jsii.String("example.com"),
				})},
			DisableIPv6:       true,
			WebACLID:          webACL,
			DenyCountries:     []string{"AQ"},
			PriceClass:        awscloudfront.PriceClass_PRICE_CLASS_ALL,
			DefaultRootObject: "index.html",
			ErrorResponses: []privatecdn.ErrorResponse{{Status: 403, Page: "/public/refused.html",
				ResponseStatus: 403, TTL: time.Minute}},
			Comment: "Films",
		},
	})
}
