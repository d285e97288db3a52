package infra

import (
	"cmp"
	"slices"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
)

// The resource types that are read.
const (
	typeBucket              = "AWS::S3::Bucket"
	typeBucketPolicy        = "AWS::S3::BucketPolicy"
	typeCachePolicy         = "AWS::CloudFront::CachePolicy"
	typeDistribution        = "AWS::CloudFront::Distribution"
	typeFunction            = "AWS::CloudFront::Function"
	typeKeyGroup            = "AWS::CloudFront::KeyGroup"
	typeKeyValueStore       = "AWS::CloudFront::KeyValueStore"
	typeOAC                 = "AWS::CloudFront::OriginAccessControl"
	typeOAI                 = "AWS::CloudFront::CloudFrontOriginAccessIdentity"
	typeOriginRequestPolicy = "AWS::CloudFront::OriginRequestPolicy"
	typeParameter           = "AWS::SSM::Parameter"
	typePublicKey           = "AWS::CloudFront::PublicKey"
	typeUpload              = "Custom::CDKBucketDeployment"
	typeStack               = "AWS::CloudFormation::Stack"
	typeResponseHeaders     = "AWS::CloudFront::ResponseHeadersPolicy"
)

// kind is a resource type that is read.
type kind struct {
	name       string
	properties any // a zero value of what its properties are decoded into
	read       func(*reader, *cloudformation.Resource) error
	optional   bool // what of it cannot be resolved is noted
}

// kinds are in an order in which what refers comes after what it refers to.
var kinds = []kind{
	of(typeBucket, (*reader).bucket),
	optional(of(typeUpload, (*reader).upload)),
	byID(typePublicKey, "Id", (*reader).publicKey),
	byID(typeKeyGroup, "Id", (*reader).keyGroup),
	byID(typeOAI, "Id", (*reader).oai),
	byID(typeOAC, "Id", (*reader).oac),
	byID(typeCachePolicy, "Id", (*reader).cachePolicy),
	byID(typeOriginRequestPolicy, "Id", (*reader).originRequestPolicy),
	byID(typeResponseHeaders, "Id", (*reader).responseHeadersPolicy),
	byID(typeKeyValueStore, "Arn", (*reader).keyValueStore),
	byID(typeFunction, "FunctionARN", (*reader).function),
	of(typeDistribution, (*reader).distribution),
	of(typeBucketPolicy, (*reader).bucketPolicy), // of buckets that only an origin names, too
	optional(of(typeParameter, (*reader).parameter)),
}

func optional(k kind) kind {
	k.optional = true
	return k
}

func isRead(typ string) bool {
	return slices.ContainsFunc(kinds, func(k kind) bool { return k.name == typ })
}

// leftOut are the resource types that change nothing of what a viewer gets
// from the distribution, with why. A name ending in :: stands for a service.
var leftOut = map[string]string{
	"AWS::ApiGateway::":                        "may be an origin, which is reached over HTTP",
	"AWS::ApiGatewayV2::":                      "may be an origin, which is reached over HTTP",
	"AWS::CDK::Metadata":                       "only counts the use of CDK",
	"AWS::CertificateManager::":                "certificates are AWS's; the local edge has its own",
	"AWS::CloudFormation::Stack":               "its template is not beside its parent's; an output in use is asked for",
	"AWS::CloudFormation::WaitCondition":       "only delays the deployment",
	"AWS::CloudFormation::WaitConditionHandle": "only delays the deployment",
	"AWS::CloudFront::MonitoringSubscription":  "watches",
	"AWS::CloudFront::RealtimeLogConfig":       "logs",
	"AWS::CloudTrail::":                        "logs",
	"AWS::CloudWatch::":                        "watches",
	"AWS::ElasticLoadBalancingV2::":            "may be an origin, which is reached over HTTP",
	"AWS::IAM::":                               "says who may call AWS, not what a viewer gets",
	"AWS::KMS::":                               "local objects are not encrypted; a key's policy is not evaluated",
	"AWS::Kinesis::":                           "logs",
	"AWS::KinesisFirehose::":                   "logs",
	"AWS::Lambda::":                            "Lambda functions are not run",
	"AWS::Logs::":                              "logs",
	"AWS::Route53::":                           "names are AWS's; the local edge answers to every alias",
	"AWS::SecretsManager::":                    "secrets are AWS's",
	"AWS::Synthetics::":                        "watches",
	"AWS::WAFv2::":                             "web ACLs are not evaluated",
	"Custom::CrossRegionExportReader":          "carries values between stacks, which are read together",
	"Custom::CrossRegionExportWriter":          "carries values between stacks, which are read together",
	"Custom::LogRetention":                     "logs",
	"Custom::S3AutoDeleteObjects":              "empties a bucket that is deleted",
}

// whyLeftOut returns why resources of a type are not read.
func whyLeftOut(typ string) string {
	const other = "is not part of a distribution; a value that refers to it is asked for"
	if why, ok := leftOut[typ]; ok {
		return why
	}
	if at := strings.LastIndex(typ, "::"); at >= 0 {
		return cmp.Or(leftOut[typ[:at+len("::")]], other)
	}
	return other
}
