package infra

import "example.com/privatecdn/internal/cloudformation"

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html

type bucketProperties struct {
	AbacStatus                       cloudformation.Ignored
	AccelerateConfiguration          cloudformation.Ignored
	AccessControl                    cloudformation.Ignored
	AnalyticsConfigurations          cloudformation.Ignored
	BucketEncryption                 encryptionProperties
	BucketName                       string
	BucketNamePrefix                 cloudformation.Refused `cfn:"use BucketName"`
	BucketNamespace                  cloudformation.Refused `cfn:"use BucketName"`
	CorsConfiguration                struct{ CorsRules []corsRuleProperties }
	IntelligentTieringConfigurations cloudformation.Ignored
	InventoryConfigurations          cloudformation.Ignored
	LifecycleConfiguration           cloudformation.Ignored
	LoggingConfiguration             cloudformation.Ignored
	MetadataConfiguration            cloudformation.Ignored
	MetadataTableConfiguration       cloudformation.Ignored
	MetricsConfigurations            cloudformation.Ignored
	NotificationConfiguration        cloudformation.Ignored
	ObjectLockConfiguration          cloudformation.Ignored
	ObjectLockEnabled                cloudformation.Ignored
	OwnershipControls                cloudformation.Ignored
	PublicAccessBlockConfiguration   PublicAccessBlock
	ReplicationConfiguration         cloudformation.Ignored
	Tags                             cloudformation.Ignored
	VersioningConfiguration          cloudformation.Ignored
	WebsiteConfiguration             *struct {
		ErrorDocument         string
		IndexDocument         string
		RedirectAllRequestsTo *struct {
			HostName string `cfn:"required"`
			Protocol string `cfn:"http|https"`
		}
		RoutingRules cloudformation.Refused `cfn:"redirect in a CloudFront function"`
	}
}

type encryptionProperties struct {
	ServerSideEncryptionConfiguration []struct {
		BlockedEncryptionTypes        cloudformation.Ignored
		BucketKeyEnabled              cloudformation.Ignored
		ServerSideEncryptionByDefault struct {
			KMSMasterKeyID cloudformation.Ignored
			SSEAlgorithm   string
		}
	}
}

type corsRuleProperties struct {
	AllowedHeaders []string
	AllowedMethods []string
	AllowedOrigins []string
	ExposedHeaders []string
	Id             cloudformation.Ignored
	MaxAge         int
}

type bucketPolicyProperties struct {
	Bucket         string `cfn:"required"`
	PolicyDocument any    `cfn:"required"`
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html

type parameterProperties struct {
	AllowedPattern cloudformation.Ignored
	DataType       cloudformation.Ignored
	Description    cloudformation.Ignored
	Name           string
	Policies       cloudformation.Ignored
	Tags           cloudformation.Ignored
	Tier           cloudformation.Ignored
	Type           string
	Value          string
}
