package infra

import "example.com/privatecdn/internal/cloudformation"

type cookiesProperties struct {
	CookieBehavior string `cfn:"none|whitelist|allExcept|all"`
	Cookies        []string
}

type queryStringsProperties struct {
	QueryStringBehavior string `cfn:"none|whitelist|allExcept|all"`
	QueryStrings        []string
}

type cachePolicyProperties struct {
	CachePolicyConfig struct {
		Comment                                  cloudformation.Ignored
		DefaultTTL, MaxTTL, MinTTL               float64
		Name                                     string
		ParametersInCacheKeyAndForwardedToOrigin struct {
			CookiesConfig              cookiesProperties
			EnableAcceptEncodingBrotli bool
			EnableAcceptEncodingGzip   bool
			HeadersConfig              struct {
				HeaderBehavior string `cfn:"none|whitelist"`
				Headers        []string
			}
			QueryStringsConfig queryStringsProperties
		}
	} `cfn:"required"`
}

type originRequestProperties struct {
	OriginRequestPolicyConfig struct {
		Comment       cloudformation.Ignored
		CookiesConfig cookiesProperties
		HeadersConfig struct {
			HeaderBehavior string `cfn:"none|whitelist|allViewer|allViewerAndWhitelistCloudFront|allExcept"`
			Headers        []string
		}
		Name               string
		QueryStringsConfig queryStringsProperties
	} `cfn:"required"`
}

type itemsProperties struct {
	Items []string
}

type responseHeadersProperties struct {
	ResponseHeadersPolicyConfig struct {
		Comment             cloudformation.Ignored
		CorsConfig          *corsProperties
		CustomHeadersConfig struct {
			Items []struct {
				Header   string `cfn:"required"`
				Override bool
				Value    string
			}
		}
		Name                string
		RemoveHeadersConfig struct {
			Items []struct {
				Header string `cfn:"required"`
			}
		}
		SecurityHeadersConfig     securityProperties
		ServerTimingHeadersConfig struct {
			Enabled      bool
			SamplingRate float64
		}
	} `cfn:"required"`
}

type corsProperties struct {
	AccessControlAllowCredentials bool
	AccessControlAllowHeaders     itemsProperties
	AccessControlAllowMethods     itemsProperties
	AccessControlAllowOrigins     itemsProperties
	AccessControlExposeHeaders    itemsProperties
	AccessControlMaxAgeSec        int
	OriginOverride                bool
}

type securityProperties struct {
	ContentSecurityPolicy *struct {
		ContentSecurityPolicy string
		Override              bool
	}
	ContentTypeOptions *struct {
		Override bool
	}
	FrameOptions *struct {
		FrameOption string
		Override    bool
	}
	ReferrerPolicy *struct {
		Override       bool
		ReferrerPolicy string
	}
	StrictTransportSecurity *struct {
		AccessControlMaxAgeSec int
		IncludeSubdomains      bool
		Override               bool
		Preload                bool
	}
	XSSProtection *struct {
		ModeBlock  bool
		Override   bool
		Protection bool
		ReportUri  string
	}
}
