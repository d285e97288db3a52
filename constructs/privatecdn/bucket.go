package privatecdn

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3deployment"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/internal/fault"
)

func (s *settled) checkBucket(m *mistakes) {
	checkEnum(m, "RemovalPolicy", s.RemovalPolicy, awscdk.RemovalPolicy_RETAIN, awscdk.RemovalPolicy_DESTROY)
	m.refuse(s.Bucket != nil && s.KMS, "KMS", "remove it", "it would encrypt the bucket made here, and Bucket is set")
}

// bucketProperties are properties of a bucket as CDK has them.
type bucketProperties struct {
	BucketEncryption struct {
		ServerSideEncryptionConfiguration []struct {
			ServerSideEncryptionByDefault struct {
				SSEAlgorithm   string
				KMSMasterKeyID any
			}
		}
	}
	OwnershipControls struct {
		Rules []struct{ ObjectOwnership string }
	}
}

func (p bucketProperties) hasACLs() bool {
	rules := p.OwnershipControls.Rules
	return len(rules) > 0 && rules[0].ObjectOwnership != "BucketOwnerEnforced"
}

// underManagedKey reports whether objects are encrypted under AWS's own KMS key,
// which is the one that is not named.
func (p bucketProperties) underManagedKey() bool {
	rules := p.BucketEncryption.ServerSideEncryptionConfiguration
	return len(rules) > 0 && strings.HasPrefix(rules[0].ServerSideEncryptionByDefault.SSEAlgorithm, "aws:kms") &&
		rules[0].ServerSideEncryptionByDefault.KMSMasterKeyID == nil
}

// checkPrivate stops synthesis where everyone may read a bucket of this app at
// its own address, where no signature is checked.
func (d *distribution) checkPrivate(m *mistakes) {
	protected := func(b Behavior) bool { return b.Access != Public }
	d.props.eachBucket(protected, func(property string, bucket awss3.IBucket) {
		m.refuse(isPublic(bucket), property,
			"block public access, and remove the statement for everyone from its policy",
			"its policy lets everyone read objects, such as /film.mp4, at the bucket's own address, "+
				"where no signature is checked")
	})
}

func isPublic(bucket awss3.IBucket) bool {
	if bucket.Policy() == nil {
		return false
	}
	var policy struct {
		Statement []struct {
			Effect    string
			Principal json.RawMessage
			Condition map[string]any
		}
	}
	if json.Unmarshal(resolved(awscdk.Stack_Of(bucket), bucket.Policy().Document()), &policy) != nil {
		return false
	}
	for _, st := range policy.Statement {
		if st.Effect == "Allow" && len(st.Condition) == 0 && strings.Contains(string(st.Principal), `"*"`) {
			return true
		}
	}
	return false
}

// addBuckets makes the bucket of the content, unless one is given, and the one
// for the access logs.
func (d *distribution) addBuckets() {
	removal := d.props.RemovalPolicy
	props := awss3.BucketProps{
		BlockPublicAccess: shared(d, "blocked", awss3.BlockPublicAccess_BLOCK_ALL),
		EnforceSSL:        new(true),
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		RemovalPolicy:     removal,
		AutoDeleteObjects: optional(removal == awscdk.RemovalPolicy_DESTROY),
	}
	d.addLogBucket(props)
	if d.bucket = d.props.Bucket; d.bucket != nil {
		return
	}
	if d.props.KMS {
		if d.key = d.props.EncryptionKey; d.key == nil {
			d.key = awskms.NewKey(d, new("Key"), &awskms.KeyProps{
				Description: &d.path, EnableKeyRotation: new(true), RemovalPolicy: removal,
			})
		}
		props.Encryption, props.EncryptionKey = awss3.BucketEncryption_KMS, d.key
		props.BucketKeyEnabled = new(true)
	}
	bucket := awss3.NewBucket(d, new("Bucket"), &props)
	d.bucket = bucket
	d.nameKeyByAlias(bucket)
	d.logAccess(bucket)
}

// made reports whether a bucket is the one made here.
func (d *distribution) made(bucket awss3.IBucket) bool {
	return bucket == d.bucket && d.props.Bucket == nil
}

// nameKeyByAlias makes the bucket name its key, if that is made in this stack,
// by an alias. The key's policy names the distribution, the distribution the
// bucket, so a bucket that named the key would close a circle. S3 looks an alias
// up when an object is put, not before.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
func (d *distribution) nameKeyByAlias(bucket awss3.Bucket) {
	if d.key == nil || d.key.Node().DefaultChild() == nil || d.in.stack != awscdk.Stack_Of(d.key) {
		return
	}
	// The alias stays with the key, so its name is this stack's alone.
	stackUUID := awscdk.Fn_Select(new(2.0), awscdk.Fn_Split(new("/"), awscdk.Aws_STACK_ID(), nil))
	name := "alias/privatecdn/" + stackwideName(d, longestName) + "-" + *stackUUID
	d.alias = awskms.NewAlias(d, new("KeyAlias"), &awskms.AliasProps{
		AliasName: &name, TargetKey: d.key, RemovalPolicy: d.props.RemovalPolicy,
	})
	arn := d.arn("kms", "", name, "")
	const property = "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID"
	bucket.Node().DefaultChild().(awss3.CfnBucket).AddPropertyOverride(new(property), arn)
}

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
			RetainOnDelete:       new(d.props.RemovalPolicy == awscdk.RemovalPolicy_RETAIN),
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
