package infra

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
)

// Upload is content that a deployment copies into a bucket.
type Upload struct {
	Prefix string // of the objects' keys
	Path   string // a directory, or a zip file
}

// uploadProperties are what says where content goes; of a custom resource, any
// other property is possible.
type uploadProperties struct {
	_ cloudformation.Ignored `cfn:"*"`

	DestinationBucketKeyPrefix string
	DestinationBucketName      string `cfn:"required"`
	SourceObjectKeys           []string
}

// unapplied are the properties that change what is uploaded.
var unapplied = []string{"Exclude", "Include", "SourceMarkers", "SystemMetadata", "UserMetadata"}

// upload reads a BucketDeployment of the CDK. Its sources are the assets that
// the CDK puts beside the template.
func (r *reader) upload(res *cloudformation.Resource, p *uploadProperties) error {
	bucket := r.bucketNamed(p.DestinationBucketName)
	if bucket == nil || res.Properties["Extract"] == false {
		r.note(res, "uploads content that is not looked at")
		return nil
	}
	prefix := strings.Trim(p.DestinationBucketKeyPrefix, "/")
	if prefix != "" {
		prefix += "/"
	}
	var found, missing []string
	for _, key := range p.SourceObjectKeys {
		path := r.assets.content(key)
		if path == "" {
			missing = append(missing, key)
			continue
		}
		found = append(found, filepath.Base(path))
		bucket.Uploads = slices.Insert(bucket.Uploads, 0, Upload{prefix, path}) // the last one overwrites
	}
	r.note(res, uploadNote(res, found, missing))
	return nil
}

func uploadNote(res *cloudformation.Resource, found, missing []string) string {
	var parts []string
	if len(found) > 0 {
		parts = append(parts, "the files of "+strings.Join(found, ", ")+" are objects where the local bucket has no others")
	}
	if len(missing) > 0 {
		parts = append(parts, "uploads content that is not beside the template: "+strings.Join(missing, ", "))
	}
	for _, name := range unapplied {
		if res.Properties[name] != nil {
			parts = append(parts, name+" is not applied")
		}
	}
	return strings.Join(parts, "; ")
}

// content returns the directory or zip file that is uploaded as an object with
// a key, "" if it is not there.
func (a assets) content(key string) string {
	name := filepath.Base(key)
	if a == "" || name != key {
		return ""
	}
	for _, name := range []string{strings.TrimSuffix(name, ".zip"), name} {
		path := filepath.Join(string(a), "asset."+name)
		info, err := os.Stat(path)
		if err == nil && (info.IsDir() || info.Mode().IsRegular() && strings.HasSuffix(name, ".zip")) {
			return path
		}
	}
	return ""
}
