package infra

import (
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
	typeKMSKey              = "AWS::KMS::Key"
	typeKeyGroup            = "AWS::CloudFront::KeyGroup"
	typeKeyValueStore       = "AWS::CloudFront::KeyValueStore"
	typeOAC                 = "AWS::CloudFront::OriginAccessControl"
	typeOAI                 = "AWS::CloudFront::CloudFrontOriginAccessIdentity"
	typeOriginRequestPolicy = "AWS::CloudFront::OriginRequestPolicy"
	typeParameter           = "AWS::SSM::Parameter"
	typePublicKey           = "AWS::CloudFront::PublicKey"
	typeStack               = "AWS::CloudFormation::Stack"
	typeResponseHeaders     = "AWS::CloudFront::ResponseHeadersPolicy"
)

// kind is a resource type that is read.
type kind struct {
	name       string
	properties any // a zero value of what its properties are decoded into
	read       func(*reader, *cloudformation.Stack, *cloudformation.Resource) error
}

// kinds are in an order in which what refers comes after what it refers to.
var kinds = []kind{
	{typeBucket, bucketProperties{}, (*reader).bucket},
	{typePublicKey, publicKeyProperties{}, (*reader).publicKey},
	{typeKeyGroup, keyGroupProperties{}, (*reader).keyGroup},
	{typeOAI, oaiProperties{}, (*reader).oai},
	{typeOAC, oacProperties{}, (*reader).oac},
	{typeCachePolicy, cachePolicyProperties{}, (*reader).cachePolicy},
	{typeOriginRequestPolicy, originRequestProperties{}, (*reader).originRequestPolicy},
	{typeResponseHeaders, responseHeadersProperties{}, (*reader).responseHeadersPolicy},
	{typeKeyValueStore, keyValueStoreProperties{}, (*reader).keyValueStore},
	{typeFunction, functionProperties{}, (*reader).function},
	{typeDistribution, distributionProperties{}, (*reader).distribution},
	{typeBucketPolicy, bucketPolicyProperties{}, (*reader).bucketPolicy}, // of buckets that only an origin names, too
	{typeParameter, parameterProperties{}, (*reader).parameter},
}

func kindOf(typ string) (kind, bool) {
	for _, k := range kinds {
		if k.name == typ {
			return k, true
		}
	}
	return kind{}, false
}

// irrelevant are the resource types that change nothing of what a viewer gets
// from the distribution, with why. A name ending in :: stands for a service.
var irrelevant = map[string]string{
	"AWS::ApplicationAutoScaling::":            "is no part of a distribution",
	"AWS::ApiGateway::":                        "may be an origin, which is reached over HTTP",
	"AWS::ApiGatewayV2::":                      "may be an origin, which is reached over HTTP",
	"AWS::AutoScaling::":                       "is no part of a distribution",
	"AWS::CDK::Metadata":                       "only counts the use of CDK",
	"AWS::CertificateManager::":                "certificates are AWS's; the local edge has its own",
	"AWS::CloudFormation::WaitCondition":       "only delays the deployment",
	"AWS::CloudFormation::WaitConditionHandle": "only delays the deployment",
	"AWS::CloudFront::MonitoringSubscription":  "watches",
	"AWS::CloudFront::RealtimeLogConfig":       "logs",
	"AWS::CloudTrail::":                        "logs",
	"AWS::CloudWatch::":                        "watches",
	"AWS::Cognito::":                           "is no part of a distribution",
	"AWS::DynamoDB::":                          "is no part of a distribution",
	"AWS::EC2::":                               "is no part of a distribution",
	"AWS::ECR::":                               "is no part of a distribution",
	"AWS::ECS::":                               "is no part of a distribution",
	"AWS::ElasticLoadBalancingV2::":            "may be an origin, which is reached over HTTP",
	"AWS::Events::":                            "is no part of a distribution",
	"AWS::IAM::":                               "says who may call AWS, not what a viewer gets",
	"AWS::KMS::":                               "local objects are not encrypted; a key's policy is not evaluated",
	"AWS::Kinesis::":                           "logs",
	"AWS::KinesisFirehose::":                   "logs",
	"AWS::Lambda::":                            "Lambda functions are not run",
	"AWS::Logs::":                              "logs",
	"AWS::RDS::":                               "is no part of a distribution",
	"AWS::Route53::":                           "names are AWS's; the local edge answers to every alias",
	"AWS::SNS::":                               "is no part of a distribution",
	"AWS::SQS::":                               "is no part of a distribution",
	"AWS::SecretsManager::":                    "secrets are AWS's",
	"AWS::StepFunctions::":                     "is no part of a distribution",
	"AWS::Synthetics::":                        "watches",
	"AWS::WAFv2::":                             "web ACLs are not evaluated",
	"Custom::CDKBucketDeployment":              "uploads content; the local bucket has its own",
	"Custom::CrossRegionExportReader":          "carries values between stacks, which are read together",
	"Custom::CrossRegionExportWriter":          "carries values between stacks, which are read together",
	"Custom::LogRetention":                     "logs",
	"Custom::S3AutoDeleteObjects":              "empties a bucket that is deleted",
	"Custom::S3BucketNotifications":            "is no part of a distribution",
}

// whyIrrelevant returns why resources of a type are not read, "" for a type
// that is not known.
func whyIrrelevant(typ string) string {
	if why, ok := irrelevant[typ]; ok {
		return why
	}
	if i := strings.LastIndex(typ, "::"); i >= 0 {
		return irrelevant[typ[:i+2]]
	}
	return ""
}
