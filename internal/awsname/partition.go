// Package awsname states facts of AWS that several packages need, each once
// and with its source: partitions, host names, quotas and defaults.
package awsname

import (
	"regexp"
	"slices"
	"strings"
)

// Partition is a part of AWS with domains of its own.
type Partition struct {
	ID         string // as in ARNs: aws, aws-cn, aws-us-gov
	DNSSuffix  string // of service endpoints, S3's dual-stack ones included
	CloudFront string // the domain of distributions; empty where there is no CloudFront
	dualStack  string // of the dual-stack endpoints of other services
	regions    *regexp.Regexp
}

func regions(prefixes string) *regexp.Regexp {
	return regexp.MustCompile(`^(` + prefixes + `)-[a-z]+-[0-9]+$`)
}

// Source: the AWS SDKs' partitions.json. CloudFront's domains:
// https://docs.amazonaws.cn/en_us/aws/latest/userguide/cloudfront.html
var partitions = []Partition{
	{"aws", "amazonaws.com", "cloudfront.net", "api.aws", regions("us|eu|ap|sa|ca|me|af|il|mx")},
	{"aws-cn", "amazonaws.com.cn", "cloudfront.cn", "api.amazonwebservices.com.cn", regions("cn")},
	{"aws-us-gov", "amazonaws.com", "cloudfront.net", "api.aws", regions("us-gov")},
	{"aws-iso", "c2s.ic.gov", "", "api.aws.ic.gov", regions("us-iso")},
	{"aws-iso-b", "sc2s.sgov.gov", "", "api.aws.scloud", regions("us-isob")},
	{"aws-iso-e", "cloud.adc-e.uk", "", "api.cloud-aws.adc-e.uk", regions("eu-isoe")},
	{"aws-iso-f", "csp.hci.ic.gov", "", "api.aws.hci.ic.gov", regions("us-isof")},
	{"aws-eusc", "amazonaws.eu", "", "api.amazonwebservices.eu", regions("eusc-de")},
}

// PartitionOf returns a region's partition, and false for what is not the name
// of a region in any of them.
func PartitionOf(region string) (Partition, bool) {
	i := slices.IndexFunc(partitions, func(p Partition) bool { return p.regions.MatchString(region) })
	if i < 0 {
		return Partition{}, false
	}
	return partitions[i], true
}

// PartitionFor returns a region's partition, the commercial one for a region
// of none, as the SDKs do.
func PartitionFor(region string) Partition {
	if p, ok := PartitionOf(region); ok {
		return p
	}
	return partitions[0]
}

// ARNRegion returns the region in an ARN; empty for one without a region, and
// for any other text.
func ARNRegion(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[0] == "arn" {
		if _, ok := PartitionOf(parts[3]); ok {
			return parts[3]
		}
	}
	return ""
}

// IsEndpoint reports whether a host, without a port, is under a domain of AWS's
// service endpoints, where no distribution is.
func IsEndpoint(host string) bool {
	return slices.ContainsFunc(partitions, func(p Partition) bool {
		return within(host, p.DNSSuffix) || within(host, p.dualStack)
	})
}

// IsCloudFront reports whether a host, without a port, is under CloudFront's
// own domain, or is that domain.
func IsCloudFront(host string) bool {
	return slices.ContainsFunc(partitions, func(p Partition) bool {
		return p.CloudFront != "" && within(host, p.CloudFront)
	})
}

// within reports whether a host is a domain or under it, label by label.
func within(host, domain string) bool {
	host = normalize(host)
	return host == domain || strings.HasSuffix(host, "."+domain)
}

func normalize(host string) string { return strings.TrimSuffix(strings.ToLower(host), ".") }
