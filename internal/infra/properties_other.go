package infra

import "example.com/privatecdn/internal/cloudformation"

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html

type bucketProperties struct {
	_ cloudformation.Ignored `cfn:"AbacStatus AccelerateConfiguration AnalyticsConfigurations"`
	_ cloudformation.Ignored `cfn:"IntelligentTieringConfigurations InventoryConfigurations"`
	_ cloudformation.Ignored `cfn:"LifecycleConfiguration LoggingConfiguration MetadataConfiguration"`
	_ cloudformation.Ignored `cfn:"MetadataTableConfiguration MetricsConfigurations NotificationConfiguration"`
	_ cloudformation.Ignored `cfn:"ObjectLockConfiguration ObjectLockEnabled OwnershipControls"`
	_ cloudformation.Ignored `cfn:"ReplicationConfiguration Tags VersioningConfiguration"`

	AccessControl                  string
	BucketEncryption               encryptionProperties
	BucketName                     string
	BucketNamePrefix               cloudformation.Refused `cfn:"use BucketName"`
	BucketNamespace                cloudformation.Refused `cfn:"use BucketName"`
	CorsConfiguration              struct{ CorsRules []corsRuleProperties }
	PublicAccessBlockConfiguration PublicAccessBlock
	WebsiteConfiguration           *struct {
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
		_ cloudformation.Ignored `cfn:"BlockedEncryptionTypes BucketKeyEnabled"`

		ServerSideEncryptionByDefault struct {
			_ cloudformation.Ignored `cfn:"KMSMasterKeyID"`

			SSEAlgorithm string
		}
	}
}

type corsRuleProperties struct {
	_ cloudformation.Ignored `cfn:"Id"`

	AllowedHeaders []string
	AllowedMethods []string
	AllowedOrigins []string
	ExposedHeaders []string
	MaxAge         int
}

type bucketPolicyProperties struct {
	Bucket         string `cfn:"required"`
	PolicyDocument any    `cfn:"required"`
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html

type parameterProperties struct {
	_ cloudformation.Ignored `cfn:"AllowedPattern DataType Description Policies Tags Tier"`

	Name  string
	Type  string
	Value string
}
