package awsname

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// Service is the kind of an S3 endpoint, as its host name begins it.
type Service string

// The services under S3's host names.
const (
	S3            Service = "s3"
	S3Website     Service = "s3-website"
	S3Accelerate  Service = "s3-accelerate"
	S3AccessPoint Service = "s3-accesspoint"
	S3Global      Service = "s3-global" // multi-Region access points
	S3Express     Service = "s3express"
)

var services = []Service{
	S3, S3Website, S3Accelerate, S3AccessPoint, S3Global, S3Express, "s3-object-lambda", "s3-outposts", "s3-control",
}

// S3Host is what a host name of S3 says.
// https://docs.aws.amazon.com/general/latest/gr/s3.html
type S3Host struct {
	Service Service
	Bucket  string // the bucket or, before the other services, the access point; empty in path-style names
	Region  string // empty where the name has none: the global endpoint, S3Accelerate, S3Global
}

// ParseS3Host reads a host name, without a port, label by label. It accepts
// every form that S3 has had, the older s3-REGION included, in the domains of
// every partition; ok is false for any other host.
func ParseS3Host(host string) (h S3Host, ok bool) {
	host = normalize(host)
	for _, p := range partitions {
		name, ok := strings.CutSuffix(host, "."+p.DNSSuffix)
		if !ok {
			continue
		}
		labels := strings.Split(name, ".")
		// After the service's label there is at most dualstack and a region.
		for at := len(labels) - 1; at >= max(0, len(labels)-3); at-- {
			if h, ok := parseService(labels[at], labels[at+1:], p); ok {
				h.Bucket = strings.Join(labels[:at], ".")
				if h.Service == S3Global {
					h.Bucket = strings.TrimSuffix(h.Bucket, ".accesspoint")
				}
				return h, true
			}
		}
	}
	return S3Host{}, false
}

// parseService reads the service's label and the labels after it.
func parseService(label string, after []string, p Partition) (h S3Host, ok bool) {
	if len(after) > 0 && after[0] == "dualstack" {
		after = after[1:]
	}
	if strings.HasPrefix(label, string(S3Express)+"-") { // and an Availability Zone
		label = string(S3Express)
	}
	if len(after) == 0 { // the older form has the region in the same label
		if region := trailingRegion(label, p); region != "" {
			label = strings.TrimSuffix(label, "-"+region)
			after = []string{region}
		} else if label == "s3-external-1" {
			label, after = "s3", []string{"us-east-1"}
		}
	}
	h.Service = Service(strings.TrimSuffix(label, "-fips"))
	if !slices.Contains(services, h.Service) || len(after) > 1 {
		return S3Host{}, false
	}
	if len(after) == 1 {
		h.Region = after[0]
		in, ok := PartitionOf(h.Region)
		return h, ok && in.DNSSuffix == p.DNSSuffix
	}
	anywhere := h.Service == S3 || h.Service == S3Accelerate || h.Service == S3Global
	return h, anywhere && p.DNSSuffix == "amazonaws.com"
}

// trailingRegion returns the region that a label ends with, empty if none.
func trailingRegion(label string, p Partition) string {
	for i := range len(label) {
		if label[i] == '-' {
			if in, ok := PartitionOf(label[i+1:]); ok && in.DNSSuffix == p.DNSSuffix {
				return label[i+1:]
			}
		}
	}
	return ""
}

// dashed are the regions whose website endpoints are s3-website-REGION; in later
// ones they are s3-website.REGION.
// https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints
var dashed = []string{
	"us-east-1", "us-west-1", "us-west-2", "eu-west-1", "sa-east-1",
	"ap-northeast-1", "ap-southeast-1", "ap-southeast-2", "us-gov-west-1",
}

// WebsiteHost returns the host name of a bucket's website endpoint.
func WebsiteHost(bucket, region string) string {
	mark := "."
	if slices.Contains(dashed, region) {
		mark = "-"
	}
	return bucket + ".s3-website" + mark + region + "." + PartitionFor(region).DNSSuffix
}

// BucketHost returns a bucket's regional, virtual-hosted name, which is what
// CloudFront requests and what a presigned URL is signed for.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
func BucketHost(bucket, region string) string {
	return bucket + ".s3." + region + "." + PartitionFor(region).DNSSuffix
}

var (
	bucketName = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$`)
	reserved   = regexp.MustCompile(`^(?:xn--|sthree-|amzn-s3-demo-)|(?:--ol-s3|\.mrap|--x-s3|--table-s3)$`)
)

// IsBucket reports whether S3 accepts a name for a general purpose bucket, or
// has made it an access point's alias.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
func IsBucket(name string) bool {
	_, notAddress := netip.ParseAddr(name)
	return len(name) >= 3 && len(name) <= 63 && notAddress != nil &&
		bucketName.MatchString(name) && !reserved.MatchString(name)
}
