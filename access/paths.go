package access

import (
	"fmt"
	"slices"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
)

// comparePaths holds every old behavior against every new one. What compare
// finds of two counts where a path goes from the one to the other, which the
// witness shows.
func (d *diff) comparePaths(compare func(o, n *infra.Behavior) []Finding) {
	for j, n := range d.new.Behaviors {
		for i, o := range d.old.Behaviors {
			findings := compare(o, n)
			if len(findings) == 0 {
				continue
			}
			path, found, err := d.between(i, j)
			if !found && err == nil {
				continue
			}
			d.buckets[[2]*infra.Bucket{o.Origin.Bucket, n.Origin.Bucket}] = true
			for _, f := range findings {
				same := f.Sentence
				if f.Key != "" || f.Kind == BucketReplaced {
					same = f.Key + f.Witness // one finding for all paths
				}
				f.Path, f.Witness = n.PathPattern, path
				if err != nil {
					f.Sentence += " (the patterns are too entangled to name a path)"
				}
				d.add(same, f)
			}
		}
	}
}

// between finds a path that comes to the i-th of the old behaviors and to the
// j-th of the new ones.
func (d *diff) between(i, j int) (path string, found bool, err error) {
	both := []string{d.old.Behaviors[i].PathPattern, d.new.Behaviors[j].PathPattern}
	return d.paths.Find(both, append(patterns(d.old.Behaviors[:i]), patterns(d.new.Behaviors[:j])...))
}

// compareBehaviors says what changes for a path that goes from o to n.
func (d *diff) compareBehaviors(o, n *infra.Behavior) []Finding {
	return slices.Concat(compareAccess(o, n), compareKeys(o, n), compareOrigins(o, n),
		compareHTTPS(o, n), compareCORS(o, n), compareCache(o, n), d.compareFunctions(o, n))
}

func compareAccess(o, n *infra.Behavior) []Finding {
	before, after := o.Access(), n.Access()
	needed := map[deployment.Access]string{deployment.Signed: "a CloudFront signature", deployment.Presigned: "an S3 signature"}
	switch {
	case before != deployment.Public && after == deployment.Public:
		return []Finding{{Kind: BecamePublic, Severity: Widening,
			Sentence: fmt.Sprintf("paths of %q that needed %s are open to everyone", n.PathPattern, needed[before])}}
	case before == deployment.Public && after != deployment.Public:
		return []Finding{{Kind: BecameSigned, Severity: Narrowing,
			Sentence: fmt.Sprintf("paths of %q that were open to everyone need %s", n.PathPattern, needed[after])}}
	case before == deployment.Presigned && after == deployment.Signed:
		return []Finding{{Kind: BecameSigned, Severity: Breaking,
			Sentence: fmt.Sprintf("paths of %q need a CloudFront signature, and presigned URLs no longer open them", n.PathPattern)}}
	}
	return nil
}

func compareOrigins(o, n *infra.Behavior) []Finding {
	before, after := o.Origin.Bucket, n.Origin.Bucket
	if before == nil || after != nil && sameBucket(before, after) {
		return nil
	}
	f := Finding{Kind: BucketReplaced, Severity: Breaking, Bucket: bucketLabel(before), Witness: n.Origin.DomainName}
	to := n.Origin.DomainName
	if after != nil {
		to = "the bucket " + bucketLabel(after)
	}
	f.Sentence = fmt.Sprintf("paths of %q are read from %s instead of the bucket %s; what lies in that one is not moved",
		n.PathPattern, to, bucketLabel(before))
	return []Finding{f}
}

// viewerProtocols are the viewer protocol policies, weakest first.
var viewerProtocols = []string{"allow-all", "redirect-to-https", "https-only"}

func compareHTTPS(o, n *infra.Behavior) []Finding {
	var findings []Finding
	weaker := func(s Severity, format string, args ...any) {
		findings = append(findings, Finding{Kind: HTTPSWeakened, Severity: s, Sentence: fmt.Sprintf(format, args...)})
	}
	before, after := slices.Index(viewerProtocols, o.ViewerProtocol), slices.Index(viewerProtocols, n.ViewerProtocol)
	switch {
	case after < before && after == 0:
		weaker(Widening, "paths of %q are served over plain HTTP, signatures and all", n.PathPattern)
	case after < before:
		weaker(Note, "requests over plain HTTP for paths of %q are redirected instead of refused, signatures in them are sent in the open once", n.PathPattern)
	}
	if o.Origin.Custom != nil && n.Origin.Custom != nil && o.Origin.Custom.Protocol == "https-only" && n.Origin.Custom.Protocol != "https-only" {
		weaker(Widening, "CloudFront may ask the origin of %q over plain HTTP", n.PathPattern)
	}
	if sendsHSTS(o) && !sendsHSTS(n) {
		weaker(Note, "browsers are no longer told to keep to HTTPS for paths of %q (Strict-Transport-Security)", n.PathPattern)
	}
	return findings
}

func sendsHSTS(b *infra.Behavior) bool {
	return b.ResponseHeaderPolicy != nil && slices.ContainsFunc(b.ResponseHeaderPolicy.Security, func(h infra.Header) bool {
		return h.Name == "Strict-Transport-Security"
	})
}

// compareCache looks at presigned paths: CloudFront serves them from its cache
// without asking S3 whether the signature still holds.
func compareCache(o, n *infra.Behavior) []Finding {
	if n.Access() != deployment.Presigned {
		return nil
	}
	was := o.Access() == deployment.Presigned
	before, after := longestCached(o), longestCached(n)
	switch {
	case !n.ForwardsSignature() && (!was || o.ForwardsSignature()):
		return []Finding{{Kind: CacheOutlivesSignature, Severity: Breaking,
			Sentence: fmt.Sprintf("the S3 signature is neither part of the cache key of %q nor handed on to S3: presigned URLs open nothing", n.PathPattern)}}
	case after > 0 && !n.CachePolicy.QueryStrings.IncludesPresigned() &&
		(!was || before == 0 || o.CachePolicy.QueryStrings.IncludesPresigned()):
		return []Finding{{Kind: CacheOutlivesSignature, Severity: Widening,
			Sentence: fmt.Sprintf("the S3 signature is no part of the cache key of %q: what one signature has fetched is open to everyone for up to %s",
				n.PathPattern, after)}}
	case was && after > before:
		return []Finding{{Kind: CacheOutlivesSignature, Severity: Widening,
			Sentence: fmt.Sprintf("presigned URLs of %q open for up to %s after their end, where it was %s", n.PathPattern, after, before)}}
	case !was && after > 0:
		return []Finding{{Kind: CacheOutlivesSignature, Severity: Note,
			Sentence: fmt.Sprintf("presigned URLs of %q open for up to %s after their end, as long as the cache keeps an object", n.PathPattern, after)}}
	}
	return nil
}

func longestCached(b *infra.Behavior) time.Duration {
	return max(b.CachePolicy.MinTTL, b.CachePolicy.MaxTTL)
}
