package infra

import "strconv"

// read returns the security headers as CloudFront sends them.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
func (p *securityProperties) read() []Header {
	var headers []Header
	add := func(override bool, name, value string) {
		headers = append(headers, Header{Name: name, Value: value, Override: override})
	}
	if h := p.ContentSecurityPolicy; h != nil {
		add(h.Override, "Content-Security-Policy", h.ContentSecurityPolicy)
	}
	if h := p.ContentTypeOptions; h != nil {
		add(h.Override, "X-Content-Type-Options", "nosniff")
	}
	if h := p.FrameOptions; h != nil {
		add(h.Override, "X-Frame-Options", h.FrameOption)
	}
	if h := p.ReferrerPolicy; h != nil {
		add(h.Override, "Referrer-Policy", string(h.ReferrerPolicy))
	}
	if h := p.StrictTransportSecurity; h != nil {
		value := "max-age=" + strconv.Itoa(h.AccessControlMaxAgeSec)
		if h.IncludeSubdomains {
			value += "; includeSubDomains"
		}
		if h.Preload {
			value += "; preload"
		}
		add(h.Override, "Strict-Transport-Security", value)
	}
	if h := p.XSSProtection; h != nil {
		value := "0"
		if h.Protection {
			value = "1"
		}
		if h.Protection && h.ModeBlock {
			value += "; mode=block"
		}
		if h.Protection && h.ReportUri != "" {
			value += "; report=" + h.ReportUri
		}
		add(h.Override, "X-XSS-Protection", value)
	}
	return headers
}
