package awsname

import "time"

// CloudFrontService is the service principal of CloudFront in policies.
const CloudFrontService = "cloudfront.amazonaws.com"

// Quotas of requests to CloudFront, in bytes.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
const (
	MaxURL     = 8192
	MaxHeaders = 32768 // of a request, the request line included
)

// MaxObjectKey is the longest key of an object in S3, in bytes.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
const MaxObjectKey = 1024

// MaxPresigned is the longest that S3 accepts a presigned URL.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
const MaxPresigned = 7 * 24 * time.Hour

// Defaults of an origin and of a distribution's error caching.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
const (
	OriginConnectTimeout = 10 * time.Second
	OriginReadTimeout    = 30 * time.Second
	OriginKeepAlive      = 5 * time.Second
	OriginAttempts       = 3
	ErrorTTL             = 10 * time.Second
)
