package edge

import "example.com/privatecdn/edge/internal/s3"

// Credentials are an access key of a bucket's owner.
type Credentials struct {
	AccessKeyID, SecretAccessKey string
}

// LocalCredentials are the access key that every example in AWS's documentation
// uses. A local bucket accepts it, so that presigned URLs can be tried without
// an account; it opens nothing anywhere else.
var LocalCredentials = Credentials{s3.LocalCredentials.AccessKeyID, s3.LocalCredentials.SecretAccessKey}
