package access

import "example.com/privatecdn/internal/infra"

// bucketLabel returns what a finding calls a bucket.
func bucketLabel(b *infra.Bucket) string {
	if b.External {
		return b.Name
	}
	return b.LogicalID
}
