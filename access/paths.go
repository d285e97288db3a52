package access

import (
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
)

// comparePaths compares every old behavior with every new one. What compare
// finds of two counts if a path goes from the one to the other, which the
// witness shows.
func (d *diff) comparePaths(compare func(o, n *infra.Behavior) []Finding) {
	for j, n := range d.new.Behaviors {
		for i, o := range d.old.Behaviors {
			if hasPattern(d.old.Behaviors[:i], n.PathPattern) || hasPattern(d.new.Behaviors[:j], o.PathPattern) {
				continue // whose paths the one before gets
			}
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
				f.Path, f.Witness = n.PathPattern, path
				if err != nil {
					f.Witness = n.PathPattern
					f.Sentence += " (the patterns are too entangled to name a path)"
				}
				d.add(f)
			}
		}
	}
}

func hasPattern(behaviors []*infra.Behavior, pattern string) bool {
	return slices.ContainsFunc(behaviors, func(b *infra.Behavior) bool { return b.PathPattern == pattern })
}

// between finds a path that comes to the i-th of the old behaviors and to the
// j-th of the new ones.
func (d *diff) between(i, j int) (path string, found bool, err error) {
	both := []string{d.old.Behaviors[i].PathPattern, d.new.Behaviors[j].PathPattern}
	return d.paths.Find(both, append(patterns(d.old.Behaviors[:i]), patterns(d.new.Behaviors[:j])...))
}

// compareBehaviors returns what changes for a path that goes from o to n.
func (d *diff) compareBehaviors(o, n *infra.Behavior) []Finding {
	return slices.Concat(compareAccess(o, n), d.comparePresigned(o, n), d.compareKeys(o, n), compareOrigins(o, n),
		compareHTTPS(o, n), compareCORS(o, n), compareCache(o, n), compareMethods(o, n), d.compareFunctions(o, n))
}

func compareAccess(o, n *infra.Behavior) []Finding {
	before, after := o.Access(), n.Access()
	needed := map[deployment.Access]string{deployment.Signed: "a CloudFront signature", deployment.Presigned: "an S3 signature"}
	switch {
	case before != deployment.Public && after == deployment.Public:
		return []Finding{finding(BecamePublic, Widening,
			"paths of %q that needed %s are open to everyone", n.PathPattern, needed[before])}
	case before == deployment.Public && after != deployment.Public:
		return []Finding{finding(BecameSigned, Narrowing,
			"paths of %q that were open to everyone need %s", n.PathPattern, needed[after])}
	case before == deployment.Presigned && after == deployment.Signed:
		return []Finding{finding(BecameSigned, Breaking,
			"paths of %q need a CloudFront signature, and presigned URLs no longer open them", n.PathPattern)}
	}
	return nil
}

// comparePresigned finds presigned URLs that no longer open paths that became
// public: S3 refuses a signature beside CloudFront's own, and the bucket may
// not let CloudFront read.
func (d *diff) comparePresigned(o, n *infra.Behavior) []Finding {
	if o.Access() != deployment.Presigned || n.Access() != deployment.Public || !sameSource(o, n) || !n.Origin.Identified() {
		return nil
	}
	sentence := "presigned URLs no longer open paths of %q: S3 refuses their signature beside CloudFront's own"
	if !n.ForwardsSignature() {
		if d.mayRead(n.Origin.Bucket) {
			return nil
		}
		sentence = "presigned URLs no longer open paths of %q: the bucket does not let CloudFront read all of its objects"
	}
	return []Finding{finding(BecamePublic, Breaking, sentence, n.PathPattern)}
}

func compareOrigins(o, n *infra.Behavior) []Finding {
	before, after := o.Origin, n.Origin
	var f Finding
	switch {
	case !sameSource(o, n):
		f = finding(BucketReplaced, Breaking, "paths of %s are read from %s instead of %s; its content is not moved",
			thePaths, sourceLabel(after), sourceLabel(before))
	case before.Path != after.Path:
		f = finding(BucketReplaced, Breaking,
			"paths of %s are read from below %q in %s instead of %q", thePaths, after.Path+"/", sourceLabel(after), before.Path+"/")
	case canRead(o) && !canRead(n):
		f = finding(OriginGrantRemoved, Breaking,
			"CloudFront has no identity any more that %s lets read paths of %s", sourceLabel(after), thePaths)
	case canRead(n) && !canRead(o):
		f = finding(OriginGrantWidened, Widening,
			"CloudFront has an identity that %s lets read paths of %s, and had none", sourceLabel(after), thePaths)
	default:
		return nil
	}
	if before.Bucket != nil {
		f.Bucket = bucketLabel(before.Bucket)
	}
	return []Finding{f}
}

// sourceLabel names what an origin reads from.
func sourceLabel(o *infra.Origin) string {
	if o.Bucket == nil {
		return o.DomainName
	}
	return "the bucket " + bucketLabel(o.Bucket)
}

// canRead reports whether CloudFront itself can read the objects of a signed
// behavior: it has an identity, or the bucket needs none.
func canRead(b *infra.Behavior) bool {
	unsigned := *b
	unsigned.KeyGroups = nil
	return !b.Signed() || unsigned.Access() == deployment.Public
}

// viewerProtocols are the viewer protocol policies, weakest first.
var viewerProtocols = []string{"allow-all", "redirect-to-https", "https-only"}

func compareHTTPS(o, n *infra.Behavior) []Finding {
	var findings []Finding
	weaker := func(s Severity, sentence string) {
		findings = append(findings, finding(HTTPSWeakened, s, sentence, n.PathPattern))
	}
	before, after := slices.Index(viewerProtocols, o.ViewerProtocol), slices.Index(viewerProtocols, n.ViewerProtocol)
	switch {
	case after < before && after == 0:
		weaker(Widening, "paths of %q are served over plain HTTP, and signatures are sent over it")
	case after < before:
		weaker(Note, "plain HTTP requests for paths of %q are redirected instead of refused: their signatures are sent unencrypted once")
	}
	if opensHTTP(o) && !opensHTTP(n) {
		findings = append(findings, finding(HTTPSRequired, Narrowing,
			"plain HTTP requests for paths of %q are refused: links that begin with http: stop working", n.PathPattern))
	}
	if httpsOnly(o.Origin) && n.Origin.Custom != nil && !httpsOnly(n.Origin) {
		weaker(Widening, "CloudFront may request paths of %q from the origin over plain HTTP")
	}
	if sendsHSTS(o) && !sendsHSTS(n) {
		weaker(Note, "browsers are no longer told to use HTTPS alone for paths of %q (Strict-Transport-Security)")
	}
	return findings
}

// opensHTTP reports whether links that begin with http: work: CloudFront
// redirects them, or requests the object over plain HTTP and gets it.
func opensHTTP(b *infra.Behavior) bool {
	refused := b.Origin.Bucket != nil && refusesHTTP(b.Origin.Bucket)
	return b.ViewerProtocol == "redirect-to-https" || b.ViewerProtocol == "allow-all" && !refused
}

func httpsOnly(o *infra.Origin) bool { return o.Custom != nil && o.Custom.Protocol == "https-only" }

func sendsHSTS(b *infra.Behavior) bool {
	return b.ResponseHeaderPolicy != nil && slices.ContainsFunc(b.ResponseHeaderPolicy.Security, func(h infra.Header) bool {
		return h.Name == "Strict-Transport-Security"
	})
}

// compareMethods finds methods that write. A signature does not bind the
// method: who may read may then write, as far as the origin lets CloudFront.
func compareMethods(o, n *infra.Behavior) []Finding {
	var findings []Finding
	if added := methodsOnlyOf(n, o); added != "" {
		sentence := "a signature for paths of %q also allows %s, since it does not bind the method"
		if n.Access() == deployment.Public {
			sentence = "for paths of %q, everyone may send %s, as far as the origin allows it"
		}
		findings = append(findings, finding(MethodsWidened, Widening, sentence, n.PathPattern, added))
	}
	if gone := methodsOnlyOf(o, n); gone != "" {
		findings = append(findings, finding(MethodsNarrowed, Narrowing, "for paths of %q, %s is refused", n.PathPattern, gone))
	}
	return findings
}

// methodsOnlyOf returns the methods a allows and b does not, without OPTIONS,
// which neither reads nor writes.
func methodsOnlyOf(a, b *infra.Behavior) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(a.AllowedMethods), func(m string) bool {
		return slices.Contains(b.AllowedMethods, m) || m == "OPTIONS"
	}), ", ")
}

// compareCache compares presigned paths: CloudFront serves them from its cache
// without asking S3 whether the signature is still valid.
func compareCache(o, n *infra.Behavior) []Finding {
	if n.Access() != deployment.Presigned {
		return nil
	}
	was := o.Access() == deployment.Presigned
	before, after := longestCached(o), longestCached(n)
	one := func(s Severity, sentence string, args ...any) []Finding {
		return []Finding{finding(CacheOutlivesSignature, s, sentence, append([]any{n.PathPattern}, args...)...)}
	}
	switch {
	case !n.ForwardsSignature() && (!was || o.ForwardsSignature()):
		return one(Breaking, "for paths of %q the S3 signature is neither part of the cache key nor forwarded to S3: "+
			"presigned URLs open nothing")
	case after > 0 && !n.CachePolicy.QueryStrings.IncludesPresigned() &&
		(!was || before == 0 || o.CachePolicy.QueryStrings.IncludesPresigned()):
		return one(Widening, "for paths of %q the S3 signature is not part of the cache key: "+
			"what one signature has fetched is open to everyone for up to %s", after)
	case was && after > before:
		return one(Widening, "presigned URLs of %q open for up to %s after their end, where it was %s", after, before)
	case !was && after > 0:
		return one(Note, "presigned URLs of %q open for up to %s after their end, as long as the cache keeps an object", after)
	}
	return nil
}

func longestCached(b *infra.Behavior) time.Duration {
	return max(b.CachePolicy.MinTTL, b.CachePolicy.MaxTTL)
}
