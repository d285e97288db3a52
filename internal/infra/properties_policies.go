package infra

import "example.com/privatecdn/internal/cloudformation"

type cookiesProperties struct {
	CookieBehavior string `cfn:"required,none|whitelist|allExcept|all"`
	Cookies        []string
}

type queryStringsProperties struct {
	QueryStringBehavior string `cfn:"required,none|whitelist|allExcept|all"`
	QueryStrings        []string
}

type cachePolicyProperties struct {
	CachePolicyConfig struct {
		_ cloudformation.Ignored `cfn:"Comment"`

		DefaultTTL, MaxTTL, MinTTL               float64 `cfn:"required,0.."`
		Name                                     string  `cfn:"required"`
		ParametersInCacheKeyAndForwardedToOrigin struct {
			CookiesConfig              cookiesProperties `cfn:"required"`
			EnableAcceptEncodingBrotli bool
			EnableAcceptEncodingGzip   bool `cfn:"required"`
			HeadersConfig              struct {
				HeaderBehavior string `cfn:"required,none|whitelist"`
				Headers        []string
			} `cfn:"required"`
			QueryStringsConfig queryStringsProperties `cfn:"required"`
		} `cfn:"required"`
	} `cfn:"required"`
}

type originRequestProperties struct {
	OriginRequestPolicyConfig struct {
		_ cloudformation.Ignored `cfn:"Comment"`

		CookiesConfig cookiesProperties `cfn:"required"`
		HeadersConfig struct {
			HeaderBehavior string `cfn:"required,none|whitelist|allViewer|allViewerAndWhitelistCloudFront|allExcept"`
			Headers        []string
		} `cfn:"required"`
		Name               string                 `cfn:"required"`
		QueryStringsConfig queryStringsProperties `cfn:"required"`
	} `cfn:"required"`
}

type itemsProperties struct {
	Items []string `cfn:"required"`
}

type responseHeadersProperties struct {
	ResponseHeadersPolicyConfig struct {
		_ cloudformation.Ignored `cfn:"Comment"`

		CorsConfig          *corsProperties
		CustomHeadersConfig struct {
			Items []struct {
				Header   string  `cfn:"required"`
				Override bool    `cfn:"required"`
				Value    *string `cfn:"required"`
			}
		}
		Name                string `cfn:"required"`
		RemoveHeadersConfig struct {
			Items []struct {
				Header string `cfn:"required"`
			}
		}
		SecurityHeadersConfig     securityProperties
		ServerTimingHeadersConfig struct {
			Enabled      bool    `cfn:"required"`
			SamplingRate float64 `cfn:"0..100"`
		}
	} `cfn:"required"`
}

type corsProperties struct {
	AccessControlAllowCredentials bool            `cfn:"required"`
	AccessControlAllowHeaders     itemsProperties `cfn:"required"`
	AccessControlAllowMethods     struct {
		Items []string `cfn:"required,GET|DELETE|HEAD|OPTIONS|PATCH|POST|PUT|ALL"`
	} `cfn:"required"`
	AccessControlAllowOrigins  itemsProperties `cfn:"required"`
	AccessControlExposeHeaders struct{ Items []string }
	AccessControlMaxAgeSec     int  `cfn:"0.."`
	OriginOverride             bool `cfn:"required"`
}

type securityProperties struct {
	ContentSecurityPolicy *struct {
		ContentSecurityPolicy string `cfn:"required"`
		Override              bool   `cfn:"required"`
	}
	ContentTypeOptions *struct {
		Override bool `cfn:"required"`
	}
	FrameOptions *struct {
		FrameOption string `cfn:"required,DENY|SAMEORIGIN"`
		Override    bool   `cfn:"required"`
	}
	ReferrerPolicy *struct {
		Override       bool           `cfn:"required"`
		ReferrerPolicy referrerPolicy `cfn:"required"`
	}
	StrictTransportSecurity *struct {
		AccessControlMaxAgeSec int `cfn:"required,0.."`
		IncludeSubdomains      bool
		Override               bool `cfn:"required"`
		Preload                bool
	}
	XSSProtection *struct {
		ModeBlock  bool
		Override   bool `cfn:"required"`
		Protection bool `cfn:"required"`
		ReportUri  string
	}
}

type referrerPolicy string

func (referrerPolicy) Values() string {
	return "no-referrer|no-referrer-when-downgrade|origin|origin-when-cross-origin|same-origin|strict-origin|" +
		"strict-origin-when-cross-origin|unsafe-url"
}
