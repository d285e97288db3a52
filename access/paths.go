package access

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
)

// comparePaths compares every old behavior with every new one. What compare
// finds of two counts if a path goes from the one to the other, which the
// witness shows.
func (d *diff) comparePaths(compare func(found *list, o, n *infra.Behavior)) {
	for j, n := range d.new.Behaviors {
		for i, o := range d.old.Behaviors {
			if hasPattern(d.old.Behaviors[:i], n.PathPattern) || hasPattern(d.new.Behaviors[:j], o.PathPattern) {
				continue // whose paths the one before gets
			}
			var findings list
			compare(&findings, o, n)
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
	return d.paths.Find(both, append(missed(d.old, i), missed(d.new, j)...))
}

// compareBehaviors finds what changes for a path that goes from o to n.
func (d *diff) compareBehaviors(found *list, o, n *infra.Behavior) {
	d.compareAccess(found, o, n)
	d.comparePresigned(found, o, n)
	d.compareKeys(found, o, n)
	d.compareOrigins(found, o, n)
	compareHTTPS(found, o, n)
	changedCORS(found, fmt.Sprintf("for paths of %q", n.PathPattern), corsOf(o), corsOf(n))
	compareCache(found, o, n)
	compareMethods(found, o, n)
	d.compareFunctions(found, o, n)
}

func (d *diff) compareAccess(found *list, o, n *infra.Behavior) {
	before, after := accessOf(o), accessOf(n)
	needed := map[deployment.Access]string{deployment.Signed: "a CloudFront signature",
		deployment.Presigned: "an S3 signature"}
	switch {
	case before != deployment.Public && after == deployment.Public && !slices.ContainsFunc(n.Origins(), d.granted):
		found.say(BecamePublic, Note, "paths of %q that needed %s need none, but the bucket %s does not let CloudFront read",
			n.PathPattern, needed[before], bucketLabel(n.Origin.Bucket))
	case before != deployment.Public && after == deployment.Public:
		found.say(BecamePublic, Widening, "paths of %q that needed %s are open to everyone", n.PathPattern, needed[before])
	case before == deployment.Public && after != deployment.Public:
		found.say(BecameSigned, Narrowing, "paths of %q that were open to everyone need %s", n.PathPattern, needed[after])
	case before == deployment.Presigned && after == deployment.Signed:
		found.say(BecameSigned, Breaking,
			"paths of %q need a CloudFront signature, and presigned URLs no longer open them", n.PathPattern)
	}
}

// accessOf returns what opens a behavior, by the second origin of a group if
// not by the first.
func accessOf(b *infra.Behavior) deployment.Access {
	if a := b.Access(); a != deployment.Presigned || b.Origin.Failover == nil {
		return a
	}
	return through(b, b.Origin.Failover.Origin).Access()
}

// through returns a behavior that reads from another origin.
func through(b *infra.Behavior, origin *infra.Origin) *infra.Behavior {
	other := *b
	other.Origin = origin
	return &other
}

// comparePresigned finds presigned URLs that no longer open paths that became
// public: S3 refuses a signature beside CloudFront's own, and the bucket may
// not let CloudFront read.
func (d *diff) comparePresigned(found *list, o, n *infra.Behavior) {
	switch {
	case accessOf(o) != deployment.Presigned || !isPublic(n) || !sameSource(o.Origin, n.Origin) || !n.Origin.Identified():
	case n.ForwardsSignature():
		found.say(BecamePublic, Breaking,
			"presigned URLs no longer open paths of %q: S3 refuses their signature beside CloudFront's own", n.PathPattern)
	case !n.Origin.Bucket.External && !allowed(d.is, n.Origin.Bucket, "s3:GetObject", "bucket/*"):
		found.say(BecamePublic, Breaking, "presigned URLs no longer open paths of %q: "+
			"the bucket does not let CloudFront read all of its objects", n.PathPattern)
	}
}

func (d *diff) compareOrigins(found *list, o, n *infra.Behavior) {
	d.compareOrigin(found, o, n)
	before, after := o.Origin.Failover, n.Origin.Failover
	if before != nil && after != nil {
		d.compareOrigin(found, through(o, before.Origin), through(n, after.Origin))
	}
	if codes := failuresOnlyOf(after, before); codes != "" {
		found.say(BucketReplaced, Widening, "where %s responds with %s, paths of %s are read from %s",
			sourceLabel(n.Origin), codes, thePaths, sourceLabel(after.Origin))
	}
	if codes := failuresOnlyOf(before, after); codes != "" {
		found.say(BucketReplaced, Breaking, "where %s responds with %s, paths of %s are no longer read from %s",
			sourceLabel(n.Origin), codes, thePaths, sourceLabel(before.Origin))
	}
}

// failuresOnlyOf returns the statuses after which a asks its second origin and b
// does not, or "". Both may be nil.
func failuresOnlyOf(a, b *infra.Failover) string {
	if a == nil {
		return ""
	}
	var codes []string
	for _, code := range a.Codes {
		if b == nil || !slices.Contains(b.Codes, code) {
			codes = append(codes, strconv.Itoa(code))
		}
	}
	return strings.Join(codes, ", ")
}

func (d *diff) compareOrigin(found *list, o, n *infra.Behavior) {
	before, after, f := o.Origin, n.Origin, &Finding{}
	switch {
	case !sameSource(before, after):
		f = found.say(BucketReplaced, Breaking, "paths of %s are read from %s instead of %s; its content is not moved",
			thePaths, sourceLabel(after), sourceLabel(before))
	case before.Path != after.Path:
		f = found.say(BucketReplaced, Breaking, "paths of %s are read from below %q in %s instead of %q",
			thePaths, after.Path+"/", sourceLabel(after), before.Path+"/")
	case accessOf(o) == deployment.Presigned || accessOf(n) == deployment.Presigned:
	case canRead(o) && !canRead(n), d.loses(d.was, before, d.is, after):
		f = found.say(OriginGrantRemoved, Breaking,
			"CloudFront has no identity any more that may read paths of %s from %s", thePaths, sourceLabel(after))
	case canRead(n) && !canRead(o), d.loses(d.is, after, d.was, before):
		f = found.say(OriginGrantWidened, Widening,
			"CloudFront has an identity that may read paths of %s from %s, and had none", thePaths, sourceLabel(after))
	}
	if before.Bucket != nil {
		f.Bucket = bucketLabel(before.Bucket)
	}
}

// sourceLabel names what an origin reads from.
func sourceLabel(o *infra.Origin) string {
	if o.Bucket == nil {
		return o.DomainName
	}
	return "the bucket " + bucketLabel(o.Bucket)
}

// canRead reports whether CloudFront itself can read the objects of a behavior's
// first origin: it has an identity, or the bucket needs none.
func canRead(b *infra.Behavior) bool {
	unsigned := *b
	unsigned.KeyGroups = nil
	return unsigned.Access() == deployment.Public
}

// viewerProtocols are the viewer protocol policies, weakest first.
var viewerProtocols = []string{"allow-all", "redirect-to-https", "https-only"}

func compareHTTPS(found *list, o, n *infra.Behavior) {
	before, after := slices.Index(viewerProtocols, o.ViewerProtocol), slices.Index(viewerProtocols, n.ViewerProtocol)
	switch {
	case after < before && after == 0:
		found.say(HTTPSWeakened, Widening,
			"paths of %q are served over plain HTTP, and signatures are sent over it", n.PathPattern)
	case after < before:
		found.say(HTTPSWeakened, Note, "plain HTTP requests for paths of %q are redirected instead of refused: "+
			"their signatures are sent unencrypted once", n.PathPattern)
	}
	if opensHTTP(o) && !opensHTTP(n) {
		found.say(HTTPSRequired, Narrowing,
			"plain HTTP requests for paths of %q are refused: links that begin with http: stop working", n.PathPattern)
	}
	if !plainToOrigin(o) && plainToOrigin(n) && n.Origin.Custom != nil {
		found.say(HTTPSWeakened, Widening, "CloudFront requests paths of %q from the origin over plain HTTP", n.PathPattern)
	}
	if sendsHSTS(o) && !sendsHSTS(n) {
		found.say(HTTPSWeakened, Note,
			"browsers are no longer told to use HTTPS alone for paths of %q (Strict-Transport-Security)", n.PathPattern)
	}
}

// opensHTTP reports whether links that begin with http: work: CloudFront
// redirects them, or requests the object over plain HTTP and gets it.
func opensHTTP(b *infra.Behavior) bool {
	refused := b.Origin.Bucket != nil && refusesHTTP(b.Origin.Bucket)
	return b.ViewerProtocol == "redirect-to-https" || b.ViewerProtocol == "allow-all" && !refused
}

// plainToOrigin reports whether CloudFront may use plain HTTP to the origin,
// which it does to a bucket where the viewer did.
func plainToOrigin(b *infra.Behavior) bool {
	if b.Origin.Custom != nil && b.Origin.Custom.Protocol != "match-viewer" {
		return b.Origin.Custom.Protocol == "http-only"
	}
	return b.ViewerProtocol == "allow-all"
}

func sendsHSTS(b *infra.Behavior) bool {
	p := b.ResponseHeaderPolicy
	return p != nil && slices.ContainsFunc(p.Security, func(h infra.Header) bool {
		return h.Name == "Strict-Transport-Security"
	})
}

// compareMethods finds methods that write. A signature does not bind the
// method: who may read may then write, as far as the origin lets CloudFront.
func compareMethods(found *list, o, n *infra.Behavior) {
	before := append([]string{"OPTIONS"}, o.AllowedMethods...) // OPTIONS neither reads nor writes
	if added := uncovered(equal, before, n.AllowedMethods); len(added) > 0 {
		sentence := "a signature for paths of %q also allows %s, since it does not bind the method"
		if isPublic(n) {
			sentence = "everyone may send %[2]s for paths of %[1]q, as far as the origin allows it"
		}
		found.say(MethodsWidened, Widening, sentence, n.PathPattern, strings.Join(added, ", "))
	}
	if gone := uncovered(equal, n.AllowedMethods, o.AllowedMethods); len(gone) > 0 {
		found.say(MethodsNarrowed, Narrowing, "viewers may no longer send %[2]s for paths of %[1]q",
			n.PathPattern, strings.Join(gone, ", "))
	}
}

// compareCache compares presigned paths: CloudFront serves them from its cache
// without asking S3 whether the signature is still valid.
func compareCache(found *list, o, n *infra.Behavior) {
	if accessOf(n) != deployment.Presigned {
		return
	}
	was := accessOf(o) == deployment.Presigned
	before, after := longestCached(o), longestCached(n)
	switch {
	case !n.ForwardsSignature() && (!was || o.ForwardsSignature()):
		found.say(CacheOutlivesSignature, Breaking, "for paths of %q the S3 signature is neither part of the cache key "+
			"nor forwarded to S3: presigned URLs open nothing", n.PathPattern)
	case after > 0 && !n.CachePolicy.QueryStrings.IncludesPresigned() &&
		(!was || before == 0 || o.CachePolicy.QueryStrings.IncludesPresigned()):
		found.say(CacheOutlivesSignature, Widening, "for paths of %q the S3 signature is not part of the cache key: "+
			"what one signature has fetched is open to everyone for up to %s", n.PathPattern, after)
	case was && after > before:
		found.say(CacheOutlivesSignature, Widening,
			"presigned URLs of %q open for up to %s after their end, where it was %s", n.PathPattern, after, before)
	case !was && after > 0:
		found.say(CacheOutlivesSignature, Note,
			"presigned URLs of %q open for up to %s after their end, as long as the cache keeps an object", n.PathPattern, after)
	}
}

func longestCached(b *infra.Behavior) time.Duration {
	return max(b.CachePolicy.MinTTL, b.CachePolicy.MaxTTL)
}
