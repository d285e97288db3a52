package infra

import "example.com/privatecdn/internal/cloudformation"

// The properties of the CloudFront resource types, called as CloudFormation
// calls them. What is not here is refused; docs/edge-support.md is made from
// these types.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudFront.html

type distributionProperties struct {
	DistributionConfig struct {
		Aliases                       []string
		AnycastIpListId               cloudformation.Ignored
		CacheBehaviors                []behaviorProperties
		CacheTagConfig                struct{ HeaderName string }
		CNAMEs                        cloudformation.Refused `cfn:"use Aliases"`
		Comment                       cloudformation.Ignored
		ConnectionFunctionAssociation cloudformation.Refused `cfn:"take the connection function off"`
		ConnectionMode                string                 `cfn:"direct"`
		ContinuousDeploymentPolicyId  cloudformation.Refused `cfn:"take the continuous deployment policy off"`
		CustomErrorResponses          []customErrorProperties
		CustomOrigin                  cloudformation.Refused `cfn:"use Origins"`
		DefaultCacheBehavior          *behaviorProperties    `cfn:"required"`
		DefaultRootObject             string
		Enabled                       bool   `cfn:"required"`
		HttpVersion                   string `cfn:"http1.1|http2|http3|http2and3|HTTP1.1|HTTP2|HTTP3|HTTP2AND3"`
		IPV6Enabled                   cloudformation.Ignored
		Logging                       loggingProperties
		OriginGroups                  struct {
			Items    []originGroupProperties
			Quantity cloudformation.Ignored
		}
		Origins           []originProperties
		PriceClass        string `cfn:"PriceClass_100|PriceClass_200|PriceClass_All|None"`
		Restrictions      restrictionsProperties
		S3Origin          cloudformation.Refused `cfn:"use Origins"`
		Staging           cloudformation.Refused `cfn:"give the primary distribution"`
		TenantConfig      cloudformation.Refused `cfn:"use a distribution without tenants"`
		ViewerCertificate certificateProperties
		ViewerMtlsConfig  cloudformation.Refused `cfn:"take the client certificates off"`
		WebACLId          string
	} `cfn:"required"`
	Tags cloudformation.Ignored
}

type loggingProperties struct {
	Bucket         string
	IncludeCookies cloudformation.Ignored
	Prefix         cloudformation.Ignored
}

type behaviorProperties struct {
	AllowedMethods             []string
	CachedMethods              []string
	CachePolicyId              string
	Compress                   bool
	DefaultTTL                 *float64               `cfn:"0.."`
	FieldLevelEncryptionId     cloudformation.Refused `cfn:"take the field-level encryption off"`
	ForwardedValues            *forwardedProperties
	FunctionAssociations       []functionAssociationProperties
	GrpcConfig                 cloudformation.Refused `cfn:"switch gRPC off"`
	LambdaFunctionAssociations []lambdaAssociationProperties
	MaxTTL                     *float64 `cfn:"0.."`
	MinTTL                     *float64 `cfn:"0.."`
	OriginRequestPolicyId      string
	PathPattern                string
	RealtimeLogConfigArn       cloudformation.Ignored
	ResponseHeadersPolicyId    string
	SmoothStreaming            cloudformation.Refused `cfn:"switch Smooth Streaming off"`
	TargetOriginId             string                 `cfn:"required"`
	TrustedKeyGroups           []string
	TrustedSigners             cloudformation.Refused `cfn:"use TrustedKeyGroups"`
	ViewerProtocolPolicy       string                 `cfn:"required,allow-all|redirect-to-https|https-only"`
}

type forwardedProperties struct {
	Cookies struct {
		Forward          string `cfn:"required,none|whitelist|all"`
		WhitelistedNames []string
	}
	Headers              []string
	QueryString          bool `cfn:"required"`
	QueryStringCacheKeys []string
}

type functionAssociationProperties struct {
	EventType   string `cfn:"required,viewer-request|viewer-response"`
	FunctionARN string `cfn:"required"`
}

type lambdaAssociationProperties struct {
	EventType         string `cfn:"required,viewer-request|viewer-response|origin-request|origin-response"`
	IncludeBody       cloudformation.Ignored
	LambdaFunctionARN cloudformation.Ignored
}

type customErrorProperties struct {
	ErrorCachingMinTTL *float64 `cfn:"0.."`
	ErrorCode          int      `cfn:"required,400|403|404|405|410|414|416|500|501|502|503|504"`
	ResponseCode       int      `cfn:"200|400|403|404|405|410|414|416|500|501|502|503|504"`
	ResponsePagePath   string
}

type restrictionsProperties struct {
	GeoRestriction struct {
		Locations       []string
		RestrictionType string `cfn:"required,none|whitelist|blacklist"`
	}
}

type certificateProperties struct {
	AcmCertificateArn            string
	CloudFrontDefaultCertificate bool
	IamCertificateId             string
	MinimumProtocolVersion       string `cfn:"SSLv3|TLSv1|TLSv1_2016|TLSv1.1_2016|TLSv1.2_2018|TLSv1.2_2019|TLSv1.2_2021|TLSv1.2_2025|TLSv1.3_2025"`
	SslSupportMethod             string `cfn:"sni-only|vip|static-ip"`
}

type originProperties struct {
	ConnectionAttempts    *int `cfn:"1..3"`
	ConnectionTimeout     *int `cfn:"1..10"`
	CustomOriginConfig    *customOriginProperties
	DomainName            string `cfn:"required"`
	Id                    string `cfn:"required"`
	OriginAccessControlId string
	OriginCustomHeaders   []struct {
		HeaderName  string `cfn:"required"`
		HeaderValue string `cfn:"required"`
	}
	OriginPath                string
	OriginShield              cloudformation.Ignored
	ResponseCompletionTimeout cloudformation.Ignored
	S3OriginConfig            *struct {
		OriginAccessIdentity string
		OriginReadTimeout    *int
	}
	VpcOriginConfig cloudformation.Refused `cfn:"use an origin that can be reached"`
}

type originGroupProperties struct {
	FailoverCriteria struct {
		StatusCodes struct {
			Items    []int `cfn:"required,403|404|416|429|500|502|503|504"`
			Quantity cloudformation.Ignored
		} `cfn:"required"`
	} `cfn:"required"`
	Id      string `cfn:"required"`
	Members struct {
		Items []struct {
			OriginId string `cfn:"required"`
		}
		Quantity cloudformation.Ignored
	} `cfn:"required"`
	SelectionCriteria string `cfn:"default"`
}

type customOriginProperties struct {
	HTTPPort               *int `cfn:"80..65535"`
	HTTPSPort              *int `cfn:"80..65535"`
	IpAddressType          cloudformation.Ignored
	OriginKeepaliveTimeout cloudformation.Ignored
	OriginMtlsConfig       cloudformation.Refused `cfn:"take the client certificate off"`
	OriginProtocolPolicy   string                 `cfn:"required,http-only|https-only|match-viewer"`
	OriginReadTimeout      *int                   `cfn:"1..180"`
	OriginSSLProtocols     cloudformation.Ignored
}

type oaiProperties struct {
	CloudFrontOriginAccessIdentityConfig cloudformation.Ignored
}

type oacProperties struct {
	OriginAccessControlConfig struct {
		Description                   cloudformation.Ignored
		Name                          cloudformation.Ignored
		OriginAccessControlOriginType string `cfn:"required,s3|lambda|mediapackagev2|mediastore"`
		SigningBehavior               string `cfn:"required,always|never|no-override"`
		SigningProtocol               string `cfn:"required,sigv4"`
	} `cfn:"required"`
}

type publicKeyProperties struct {
	PublicKeyConfig struct {
		CallerReference cloudformation.Ignored
		Comment         cloudformation.Ignored
		EncodedKey      string `cfn:"required"`
		Name            cloudformation.Ignored
	} `cfn:"required"`
}

type keyGroupProperties struct {
	KeyGroupConfig struct {
		Comment cloudformation.Ignored
		Items   []string `cfn:"required"`
		Name    cloudformation.Ignored
	} `cfn:"required"`
}

type functionProperties struct {
	AutoPublish    bool
	FunctionCode   string `cfn:"required"`
	FunctionConfig struct {
		Comment                   cloudformation.Ignored
		KeyValueStoreAssociations []struct {
			KeyValueStoreARN string `cfn:"required"`
		}
		Runtime string `cfn:"required,cloudfront-js-1.0|cloudfront-js-2.0"`
	} `cfn:"required"`
	FunctionMetadata cloudformation.Ignored
	Name             string `cfn:"required"`
	Tags             cloudformation.Ignored
}

type keyValueStoreProperties struct {
	Comment      cloudformation.Ignored
	ImportSource *struct {
		SourceArn  string
		SourceType string `cfn:"S3"`
	}
	Name string `cfn:"required"`
	Tags cloudformation.Ignored
}
