package privatecdn

import (
	"maps"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

// regionsWithoutOAI are those opened since December 2022.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
var regionsWithoutOAI = []string{
	"ap-east-2", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
	"ca-west-1", "il-central-1", "mx-central-1",
}

func (p *problems) checkBucket(props *DistributionProps) {
	switch props.OriginAccess {
	case "", OAI, OAIToOAC, OAC:
	default:
		p.add("OriginAccess", "is %q; use privatecdn.OAI, privatecdn.OAIToOAC or privatecdn.OAC", props.OriginAccess)
	}
	if props.Bucket != nil && (props.KMS || props.EncryptionKey != nil) {
		p.add("KMS", "would encrypt the bucket made here, and Bucket brings one along; leave it out")
	}
	if id := props.DistributionID; id != "" && !isToken(id) && (len(id) < 12 || id[0] != 'E' || strings.ToUpper(id) != id) {
		p.add("DistributionID", "%q is no distribution's ID; give the one in the output DistributionId, like E2QWRUHAPOMQZL", id)
	}
	if props.OriginAccess != OAC {
		p.checkIdentity(props)
	}
	p.checkContent(props.Content)
}

// checkIdentity refuses what an origin access identity cannot read.
func (p *problems) checkIdentity(props *DistributionProps) {
	if props.KMS || props.EncryptionKey != nil {
		p.add("OriginAccess", "an OAI cannot read objects under a KMS key; use privatecdn.OAC")
	}
	p.checkIdentityBucket("Bucket", props.Bucket)
	for i, b := range props.Behaviors {
		if b.Access != Presigned {
			p.checkIdentityBucket(property(i)+".Bucket", b.Bucket)
		}
	}
}

func (p *problems) checkIdentityBucket(property string, bucket awss3.IBucket) {
	if bucket == nil {
		return
	}
	if bucket.EncryptionKey() != nil {
		p.add(property, "is under a KMS key, whose objects an OAI cannot read; set OriginAccess to privatecdn.OAC")
	}
	if region := *bucket.Env().Region; slices.Contains(regionsWithoutOAI, region) {
		p.add(property, "is in %s, which knows no OAI; set OriginAccess to privatecdn.OAC", region)
	}
}

func (p *problems) checkContent(list []Content) {
	for i, c := range list {
		if info, err := os.Stat(c.Directory); err != nil || !info.IsDir() {
			p.add("Content", "%q is no directory here; give the one whose files to upload", c.Directory)
		}
		if strings.HasPrefix(c.Prefix, "/") {
			p.add("Content", "the prefix %q begins with a slash, which would be part of each key; leave it out", c.Prefix)
		}
		for _, other := range list[:i] {
			if strings.HasPrefix(c.Prefix, other.Prefix) || strings.HasPrefix(other.Prefix, c.Prefix) {
				p.add("Content", "the prefixes %q and %q overlap, so each upload would remove the other's objects; keep them apart", other.Prefix, c.Prefix)
			}
		}
	}
}

// checkTags holds tags to what AWS takes everywhere.
// https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
func (p *problems) checkTags(tags map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		if name == "" || utf8.RuneCountInString(name) > 128 || strings.HasPrefix(strings.ToLower(name), "aws:") {
			p.add("Tags", "%q names no tag; give up to 128 characters, not beginning with aws:", name)
		}
		if utf8.RuneCountInString(tags[name]) > 256 {
			p.add("Tags", "the value of %q has more than 256 characters; shorten it", name)
		}
	}
}

func (p *problems) checkLogging(l Logging) {
	if l.Keep < 0 || l.Keep%day != 0 {
		p.add("Logging.Keep", "is %v; give whole days, none negative", l.Keep)
	}
	if l.Off && (l.V2 || l.Keep != 0 || l.Format != "") {
		p.add("Logging", "is Off and says how to log; with Off, leave the rest out")
	}
	switch {
	case l.Format == "":
	case !l.V2:
		p.add("Logging.Format", "belongs to V2; set it, or leave Format out")
	case !slices.Contains([]string{"json", "plain", "w3c", "raw", "parquet"}, l.Format):
		p.add("Logging.Format", "is %q; use json, plain, w3c, raw or parquet", l.Format)
	}
}

// checkStackRegion refuses what cannot be made in the stack's Region.
func (p *problems) checkStackRegion(props *DistributionProps, region string) {
	if isToken(region) {
		return
	}
	if props.Bucket == nil && props.OriginAccess != OAC && slices.Contains(regionsWithoutOAI, region) {
		p.add("OriginAccess", "the stack is in %s, which knows no OAI; use privatecdn.OAC", region)
	}
	if region == "us-east-1" {
		return
	}
	if props.Logging.V2 {
		p.add("Logging.V2", "the stack is in %s, and CloudFormation makes CloudFront's log deliveries in us-east-1 only; "+
			"leave it out for the older standard logs, or move the stack", region)
	}
	if props.Watch != nil {
		p.add("Watch", "the stack is in %s, and CloudFront's metrics are in us-east-1 only; leave it out, or move the stack", region)
	}
}

// longestS3Signature is the most that S3 grants a presigned URL.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
const longestS3Signature = 7 * 24 * time.Hour

// checkPresigned keeps away from a presigned behavior whatever would break it:
// S3 has to see the signature, and only one, and the host it was made for.
func (p *problems) checkPresigned(property string, b Behavior) {
	if b.Access != Presigned {
		if b.Presign != (Presign{}) {
			p.add(property+".Presign", "belongs to a Presigned behavior; leave it out, or set Access")
		}
		return
	}
	refuse := func(given bool, name, why string) {
		if given {
			p.add(property+"."+name, "%s; leave it out", why)
		}
	}
	refuse(b.Origin != nil, "Origin", "cannot be what S3 presigns for, which is a bucket")
	refuse(b.Cache != nil, "Cache", "follows from Presign: the query string in the key, and no longer than Exposure allows")
	refuse(b.CachePolicy != nil, "CachePolicy", "follows from Presign: the query string in the key, and no longer than Exposure allows")
	refuse(b.OriginRequestPolicy != nil, "OriginRequestPolicy", "could forward the viewer's Host, for which nothing was signed")
	refuse(b.Methods == MethodsAll, "Methods", "would let a presigned PUT or DELETE through the cache")
	full := b.Presign.withDefaults()
	p.checkSeconds(property+".Presign.Lifetime", full.Lifetime)
	p.checkSeconds(property+".Presign.Exposure", full.Exposure)
	if full.Lifetime > longestS3Signature {
		p.add(property+".Presign.Lifetime", "is %v, and S3 signs for at most %v", full.Lifetime, longestS3Signature)
	}
	if full.maxCache() < time.Second {
		p.add(property+".Presign.Exposure", "is %v, which leaves the cache no time after a Lifetime of %v; make it longer", full.Exposure, full.Lifetime)
	}
}
