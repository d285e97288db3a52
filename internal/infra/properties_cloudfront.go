package infra

import "example.com/privatecdn/internal/cloudformation"

// The properties of the CloudFront resource types, called as CloudFormation
// calls them. What is not here is refused; docs/edge-support.md is made from
// these types.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudFront.html

type distributionProperties struct {
	_ cloudformation.Ignored `cfn:"Tags"`

	DistributionConfig struct {
		_ cloudformation.Ignored `cfn:"AnycastIpListId Comment IPV6Enabled"`

		Aliases                       []string
		CacheBehaviors                []behaviorProperties
		CacheTagConfig                struct{ HeaderName string }
		CNAMEs                        cloudformation.Refused `cfn:"use Aliases"`
		ConnectionFunctionAssociation cloudformation.Refused `cfn:"take the connection function off"`
		ConnectionMode                string                 `cfn:"direct"`
		ContinuousDeploymentPolicyId  cloudformation.Refused `cfn:"take the continuous deployment policy off"`
		CustomErrorResponses          []customErrorProperties
		CustomOrigin                  cloudformation.Refused `cfn:"use Origins"`
		DefaultCacheBehavior          *behaviorProperties    `cfn:"required"`
		DefaultRootObject             string
		Enabled                       bool   `cfn:"required"`
		HttpVersion                   string `cfn:"http1.1|http2|http3|http2and3|HTTP1.1|HTTP2|HTTP3|HTTP2AND3"`
		Logging                       loggingProperties
		OriginGroups                  struct {
			_ cloudformation.Ignored `cfn:"Quantity"`

			Items []originGroupProperties
		}
		Origins           []originProperties
		PriceClass        string `cfn:"PriceClass_100|PriceClass_200|PriceClass_All|None"`
		Restrictions      restrictionsProperties
		S3Origin          cloudformation.Refused `cfn:"use Origins"`
		Staging           cloudformation.Refused `cfn:"give the primary distribution"`
		TenantConfig      cloudformation.Refused `cfn:"use a distribution without tenants"`
		ViewerCertificate certificateProperties
		ViewerMtlsConfig  cloudformation.Refused `cfn:"take the client certificates off"`
		WebACLId          cloudformation.Lenient
	} `cfn:"required"`
}

type loggingProperties struct {
	_ cloudformation.Ignored `cfn:"IncludeCookies Prefix"`

	Bucket cloudformation.Lenient
}

type behaviorProperties struct {
	_ cloudformation.Ignored `cfn:"RealtimeLogConfigArn"`

	AllowedMethods             []string `cfn:"GET|HEAD|OPTIONS|PUT|POST|PATCH|DELETE"`
	CachedMethods              []string `cfn:"GET|HEAD|OPTIONS"`
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
	ResponseHeadersPolicyId    string
	SmoothStreaming            cloudformation.Refused `cfn:"switch Smooth Streaming off"`
	TargetOriginId             string                 `cfn:"required"`
	TrustedKeyGroups           []string
	TrustedSigners             []string
	ViewerProtocolPolicy       string `cfn:"required,allow-all|redirect-to-https|https-only"`
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
	_ cloudformation.Ignored `cfn:"IncludeBody LambdaFunctionARN"`

	EventType string `cfn:"required,viewer-request|viewer-response|origin-request|origin-response"`
}

type customErrorProperties struct {
	ErrorCachingMinTTL *float64 `cfn:"0.."`
	ErrorCode          int      `cfn:"required,400|403|404|405|414|416|500|501|502|503|504"`
	ResponseCode       int      `cfn:"200|400|403|404|405|414|416|500|501|502|503|504"`
	ResponsePagePath   string
}

type restrictionsProperties struct {
	GeoRestriction struct {
		Locations       []string
		RestrictionType string `cfn:"required,none|whitelist|blacklist"`
	}
}

type certificateProperties struct {
	AcmCertificateArn            cloudformation.Lenient
	CloudFrontDefaultCertificate bool
	IamCertificateId             cloudformation.Lenient
	SslSupportMethod             string `cfn:"sni-only|vip|static-ip"`

	MinimumProtocolVersion tlsPolicy
}

type tlsPolicy string

func (tlsPolicy) Values() string {
	return "SSLv3|TLSv1|TLSv1_2016|TLSv1.1_2016|TLSv1.2_2018|TLSv1.2_2019|TLSv1.2_2021|TLSv1.2_2025|TLSv1.3_2025"
}

type originProperties struct {
	_ cloudformation.Ignored `cfn:"OriginShield ResponseCompletionTimeout"`

	ConnectionAttempts    int `cfn:"1..3"`
	ConnectionTimeout     int `cfn:"1..10"`
	CustomOriginConfig    *customOriginProperties
	DomainName            string `cfn:"required"`
	Id                    string `cfn:"required"`
	OriginAccessControlId string
	OriginCustomHeaders   []headerProperties
	OriginPath            string
	S3OriginConfig        *struct {
		OriginAccessIdentity string
		OriginReadTimeout    int
	}
	VpcOriginConfig cloudformation.Refused `cfn:"use an origin that can be reached"`
}

type headerProperties struct {
	HeaderName  string `cfn:"required"`
	HeaderValue string `cfn:"required"`
}

type originGroupProperties struct {
	FailoverCriteria struct {
		StatusCodes struct {
			_ cloudformation.Ignored `cfn:"Quantity"`

			Items []int `cfn:"required,403|404|416|429|500|502|503|504"`
		} `cfn:"required"`
	} `cfn:"required"`
	Id      string `cfn:"required"`
	Members struct {
		_ cloudformation.Ignored `cfn:"Quantity"`

		Items []struct {
			OriginId string `cfn:"required"`
		}
	} `cfn:"required"`
	SelectionCriteria string `cfn:"default"`
}

type customOriginProperties struct {
	_ cloudformation.Ignored `cfn:"IpAddressType OriginKeepaliveTimeout OriginSSLProtocols"`

	HTTPPort             int                    `cfn:"80..65535"`
	HTTPSPort            int                    `cfn:"80..65535"`
	OriginMtlsConfig     cloudformation.Refused `cfn:"take the client certificate off"`
	OriginProtocolPolicy string                 `cfn:"required,http-only|https-only|match-viewer"`
	OriginReadTimeout    int                    `cfn:"1..180"`
}

type oaiProperties struct {
	_ cloudformation.Ignored `cfn:"CloudFrontOriginAccessIdentityConfig"`
}

type oacProperties struct {
	OriginAccessControlConfig struct {
		_ cloudformation.Ignored `cfn:"Description Name"`

		OriginAccessControlOriginType string `cfn:"required,s3|lambda|mediapackagev2|mediastore"`
		SigningBehavior               string `cfn:"required,always|never|no-override"`
		SigningProtocol               string `cfn:"required,sigv4"`
	} `cfn:"required"`
}

type publicKeyProperties struct {
	PublicKeyConfig struct {
		_ cloudformation.Ignored `cfn:"CallerReference Comment Name"`

		EncodedKey string `cfn:"required"`
	} `cfn:"required"`
}

type keyGroupProperties struct {
	KeyGroupConfig struct {
		_ cloudformation.Ignored `cfn:"Comment Name"`

		Items []string `cfn:"required"`
	} `cfn:"required"`
}

type functionProperties struct {
	_ cloudformation.Ignored `cfn:"FunctionMetadata Tags"`

	AutoPublish    bool
	FunctionCode   string `cfn:"required"`
	FunctionConfig struct {
		_ cloudformation.Ignored `cfn:"Comment"`

		KeyValueStoreAssociations []struct {
			KeyValueStoreARN string `cfn:"required"`
		}
		Runtime string `cfn:"required,cloudfront-js-1.0|cloudfront-js-2.0"`
	} `cfn:"required"`
	Name string `cfn:"required"`
}

type keyValueStoreProperties struct {
	_ cloudformation.Ignored `cfn:"Comment Tags"`

	ImportSource *struct {
		SourceArn  cloudformation.Lenient
		SourceType string `cfn:"S3"`
	}
	Name string `cfn:"required"`
}
