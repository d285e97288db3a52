package bucketpolicy

// knownKeys are the condition keys a bucket's server can answer for, in lower
// case. Some never are in a request that comes over the internet to a plain
// bucket (a VPC's, an access point's): those are known to be absent. True are
// those which, held to fixed values, make an allow for everyone non-public.
// Source: S3 User Guide, "Blocking public access to your Amazon S3 storage",
// the meaning of "public".
var knownKeys = map[string]bool{
	"aws:currenttime": false, "aws:epochtime": false, "aws:principalaccount": true, "aws:principalarn": true,
	"aws:principalisawsservice": false, "aws:principalservicename": false, "aws:principaltype": false,
	"aws:referer": false, "aws:requestedregion": false, "aws:securetransport": false, "aws:sourceaccount": true,
	"aws:sourcearn": true, "aws:sourceip": false, "aws:sourceowner": true, "aws:sourcevpc": true,
	"aws:sourcevpce": true, "aws:useragent": false, "aws:viaawsservice": false, "s3:authtype": false,
	"s3:dataaccesspointaccount": true, "s3:dataaccesspointarn": true, "s3:delimiter": false, "s3:max-keys": false,
	"s3:prefix": false, "s3:resourceaccount": false, "s3:signatureage": false, "s3:signatureversion": false,
	"s3:tlsversion": false, "s3:versionid": false, "s3:x-amz-acl": false, "s3:x-amz-content-sha256": false,
	"s3:x-amz-copy-source": false, "s3:x-amz-grant-full-control": false, "s3:x-amz-grant-read": false,
	"s3:x-amz-grant-read-acp": false, "s3:x-amz-grant-write": false, "s3:x-amz-grant-write-acp": false,
	"s3:x-amz-metadata-directive": false, "s3:x-amz-object-ownership": false,
	"s3:x-amz-server-side-encryption": false, "s3:x-amz-server-side-encryption-aws-kms-key-id": true,
	"s3:x-amz-server-side-encryption-customer-algorithm": false, "s3:x-amz-storage-class": false,
	"s3:x-amz-website-redirect-location": false,
}
