package privatecdn

import (
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3deployment"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/internal/fault"
)

// Content is a directory uploaded to the bucket on each deployment.
type Content struct {
	// Directory on this machine.
	Directory string
	// Prefix is the folder in the bucket, without a leading slash. Two Contents
	// of a bucket need folders of which none contains the other, since each
	// removes from its own what its directory does not contain.
	Prefix string
	// Keep leaves objects in the folder that the directory does not contain.
	Keep bool
	// Exclude are patterns of files, relative to the directory, that are not
	// uploaded, such as "*.psd".
	Exclude []string
	// CacheControl of its objects, such as "max-age=60".
	CacheControl string
	// Metadata of its objects, such as "cache-tag".
	Metadata map[string]string
	// MemoryMiB is the memory of the function that uploads; 128 by default. Big
	// directories need more.
	MemoryMiB int
}

// folder returns the beginning that all its objects' keys have.
func (c Content) folder() string {
	if c.Prefix == "" || strings.HasSuffix(c.Prefix, "/") {
		return c.Prefix
	}
	return c.Prefix + "/"
}

func (s *settled) checkContent(m *mistakes) {
	for i, c := range s.Content {
		property := fmt.Sprintf("Content[%d]", i)
		info, err := os.Stat(c.Directory)
		m.refuse(err != nil || !info.IsDir(), property+".Directory", "set the directory whose files to upload",
			"%s is not a directory here", fault.Quote(c.Directory))
		m.refuse(strings.HasPrefix(c.Prefix, "/"), property+".Prefix", "remove the slash",
			"%q begins with a slash, which would be part of each key", c.Prefix)
		checkBetween(m, property+".MemoryMiB", c.MemoryMiB, 128, 10240)
		for _, other := range s.Content[:i] {
			m.refuse(strings.HasPrefix(c.folder(), other.folder()) || strings.HasPrefix(other.folder(), c.folder()),
				property+".Prefix", "use folders of which none contains another",
				"%q and %q overlap, so each upload would remove the other's objects", other.Prefix, c.Prefix)
		}
	}
}

func (d *distribution) addContent() {
	for i, c := range d.props.Content {
		id := "Content /" + c.Prefix
		if isToken(id) {
			id = fmt.Sprint("Content ", i) // a construct's ID is known before deployment
		}
		props := &awss3deployment.BucketDeploymentProps{
			Sources:              &[]awss3deployment.ISource{awss3deployment.Source_Asset(&c.Directory, nil)},
			DestinationBucket:    d.bucket,
			DestinationKeyPrefix: optional(c.Prefix),
			Distribution:         d.distribution,
			DistributionPaths:    jsii.Strings(d.viewersPath(c)),
			RetainOnDelete:       new(d.removal() == awscdk.RemovalPolicy_RETAIN),
			Prune:                new(!c.Keep),
			Exclude:              optionalList(*jsii.Strings(c.Exclude...)),
			MemoryLimit:          optional(float64(c.MemoryMiB)),
			Metadata:             when(len(c.Metadata) > 0, map[string]*string{}),
		}
		for name, value := range c.Metadata {
			(*props.Metadata)[name] = &value
		}
		if c.CacheControl != "" {
			value := awss3deployment.CacheControl_FromString(&c.CacheControl)
			props.CacheControl = &[]awss3deployment.CacheControl{value}
		}
		upload := awss3deployment.NewBucketDeployment(d, &id, props)
		if d.alias != nil {
			upload.Node().AddDependency(d.alias)
		}
	}
}

// viewersPath returns the paths under which viewers see a content, as an
// invalidation names them.
func (d *distribution) viewersPath(c Content) string {
	seen, below := strings.CutPrefix("/"+c.folder(), d.props.BucketOrigin.path()+"/")
	if !below {
		seen = ""
	}
	return path.Join("/", seen, "*")
}
