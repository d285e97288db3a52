package bucketpolicy

import (
	"slices"
	"strings"
)

// knownKeys are the condition keys a bucket's server can answer for, in lower
// case. Some never are in a request that comes over the internet to a plain
// bucket (a VPC's, an access point's): those are known to be absent.
var knownKeys = []string{
	"aws:currenttime",
	"aws:epochtime",
	"aws:principalaccount",
	"aws:principalarn",
	"aws:principalisawsservice",
	"aws:principalservicename",
	"aws:principaltype",
	"aws:referer",
	"aws:requestedregion",
	"aws:securetransport",
	"aws:sourceaccount",
	"aws:sourcearn",
	"aws:sourceip",
	"aws:sourceowner",
	"aws:sourcevpc",
	"aws:sourcevpce",
	"aws:useragent",
	"aws:viaawsservice",
	"s3:authtype",
	"s3:dataaccesspointaccount",
	"s3:dataaccesspointarn",
	"s3:delimiter",
	"s3:max-keys",
	"s3:prefix",
	"s3:resourceaccount",
	"s3:signatureage",
	"s3:signatureversion",
	"s3:tlsversion",
	"s3:versionid",
	"s3:x-amz-acl",
	"s3:x-amz-content-sha256",
	"s3:x-amz-copy-source",
	"s3:x-amz-grant-full-control",
	"s3:x-amz-grant-read",
	"s3:x-amz-grant-read-acp",
	"s3:x-amz-grant-write",
	"s3:x-amz-grant-write-acp",
	"s3:x-amz-metadata-directive",
	"s3:x-amz-object-ownership",
	"s3:x-amz-server-side-encryption",
	"s3:x-amz-server-side-encryption-aws-kms-key-id",
	"s3:x-amz-server-side-encryption-customer-algorithm",
	"s3:x-amz-storage-class",
	"s3:x-amz-website-redirect-location",
}

func checkKey(statement, key string) error {
	if _, known := slices.BinarySearch(knownKeys, strings.ToLower(key)); !known {
		return &UnsupportedError{statement, "the condition key " + key}
	}
	return nil
}
