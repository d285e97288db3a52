package template

import "example.com/privatecdn/internal/cfn"

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html

type bucketProperties struct {
	AbacStatus                       cfn.Ignored
	AccelerateConfiguration          cfn.Ignored
	AccessControl                    string `cfn:"Private|LogDeliveryWrite|BucketOwnerRead|BucketOwnerFullControl|AwsExecRead"`
	AnalyticsConfigurations          cfn.Ignored
	BucketEncryption                 encryptionProperties
	BucketName                       string
	BucketNamePrefix                 cfn.Refused `cfn:"use BucketName"`
	BucketNamespace                  cfn.Refused `cfn:"use BucketName"`
	CorsConfiguration                struct{ CorsRules []corsRuleProperties }
	IntelligentTieringConfigurations cfn.Ignored
	InventoryConfigurations          cfn.Ignored
	LifecycleConfiguration           cfn.Ignored
	LoggingConfiguration             cfn.Ignored
	MetadataConfiguration            cfn.Ignored
	MetadataTableConfiguration       cfn.Ignored
	MetricsConfigurations            cfn.Ignored
	NotificationConfiguration        cfn.Ignored
	ObjectLockConfiguration          cfn.Ignored
	ObjectLockEnabled                cfn.Ignored
	OwnershipControls                cfn.Ignored
	PublicAccessBlockConfiguration   PublicAccessBlock
	ReplicationConfiguration         cfn.Ignored
	Tags                             cfn.Ignored
	VersioningConfiguration          struct{ Status string }
	WebsiteConfiguration             cfn.Ignored
}

type encryptionProperties struct {
	ServerSideEncryptionConfiguration []struct {
		BlockedEncryptionTypes        cfn.Ignored
		BucketKeyEnabled              cfn.Ignored
		ServerSideEncryptionByDefault struct {
			KMSMasterKeyID string
			SSEAlgorithm   string
		}
	}
}

type corsRuleProperties struct {
	AllowedHeaders []string
	AllowedMethods []string
	AllowedOrigins []string
	ExposedHeaders []string
	Id             cfn.Ignored
	MaxAge         int
}

type bucketPolicyProperties struct {
	Bucket         string `cfn:"required"`
	PolicyDocument any    `cfn:"required"`
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html

type kmsKeyProperties struct {
	BypassPolicyLockoutSafetyCheck cfn.Ignored
	Description                    cfn.Ignored
	Enabled                        *bool
	EnableKeyRotation              cfn.Ignored
	KeyPolicy                      any
	KeySpec                        cfn.Ignored
	KeyUsage                       cfn.Ignored
	MultiRegion                    cfn.Ignored
	Origin                         cfn.Ignored
	PendingWindowInDays            cfn.Ignored
	RotationPeriodInDays           cfn.Ignored
	Tags                           cfn.Ignored
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html

type parameterProperties struct {
	AllowedPattern cfn.Ignored
	DataType       cfn.Ignored
	Description    cfn.Ignored
	Name           string
	Policies       cfn.Ignored
	Tags           cfn.Ignored
	Tier           cfn.Ignored
	Type           string
	Value          string
}
