package access

import (
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/infra"
)

// compareSettings compares what counts for all paths of a distribution.
func (d *diff) compareSettings() {
	o, n := d.old, d.new
	switch {
	case o.Enabled && !n.Enabled:
		d.say(DistributionDisabled, Breaking, "Enabled",
			"the distribution %s is disabled: no URL opens any more", n.LogicalID)
	case n.Enabled && !o.Enabled:
		d.say(DistributionEnabled, Widening, "Enabled", "the distribution %s is enabled: it responded to nobody", n.LogicalID)
	}
	switch {
	case o.WebACL == n.WebACL || o.WebACL == "":
	case n.WebACL == "":
		d.say(WebACLChanged, Widening, o.WebACL, "no web ACL filters the requests of %s any more", n.LogicalID)
	default:
		d.say(WebACLChanged, Note, n.WebACL, "another web ACL filters the requests of %s", n.LogicalID)
	}
	switch { // a log has the query strings, and so the signatures in them
	case o.LogBucket == n.LogBucket:
	case n.LogBucket == "":
		d.say(LoggingChanged, Note, "Logging.Bucket", "requests are no longer logged in %s", o.LogBucket)
	default:
		d.say(LoggingChanged, Widening, "Logging.Bucket",
			"requests are logged in %s: who reads the log can use the signed URLs in it while they last", n.LogBucket)
	}
	before, after := minimumTLS(o), minimumTLS(n)
	if i := slices.Index(tlsVersions, after); i >= 0 && i < slices.Index(tlsVersions, before) {
		d.say(HTTPSWeakened, Widening, after, "viewers may use the older TLS of %s; the minimum was %s", after, before)
	}
	if opened := allowedOnlyBy(n.Geo, o.Geo); opened != "" {
		d.say(GeoChanged, Widening, opened, "viewers in %s may read, whom the geo restriction refused", opened)
	}
	if closed := allowedOnlyBy(o.Geo, n.Geo); closed != "" {
		d.say(GeoChanged, Breaking, closed, "viewers in %s can no longer read: the geo restriction refuses them", closed)
	}
	d.compareAliases()
	d.compareRoot()
}

// compareAliases finds alternate domain names whose requests come to another
// distribution than before, or to none.
func (d *diff) compareAliases() {
	for _, distribution := range slices.Concat(d.was.Distributions, d.is.Distributions) {
		for _, alias := range distribution.Aliases {
			now := byName(d.is, alias)
			if byName(d.was, alias) != d.old || now == d.new {
				continue
			}
			sentence := "no URL of the alternate domain name %s opens any more"
			if now != nil {
				sentence = "requests for the alternate domain name %s come to the distribution " + now.LogicalID + " instead"
			}
			d.say(AliasRemoved, Breaking, alias, sentence, alias)
		}
	}
}

// byName returns the distribution that requests for a name come to, nil for
// none: the one whose alternate domain name covers it most closely.
func byName(tmpl *infra.Template, name string) (found *infra.Distribution) {
	closest := ""
	for _, d := range tmpl.Distributions {
		for _, alias := range d.Aliases {
			if covers(alias, name) && (found == nil || covers(closest, alias)) {
				found, closest = d, alias
			}
		}
	}
	return found
}

// compareRoot compares what CloudFront requests in place of "/". What viewers
// get there they also get at the object's own path, whose behavior applies: so
// nothing is opened here but what a function or a bucket makes of "/" itself.
func (d *diff) compareRoot() {
	if d.old.DefaultRootObject == d.new.DefaultRootObject {
		return
	}
	o, n := match(d.old, "/"), match(d.new, "/")
	got, gets := rootOf(d.was, d.old), rootOf(d.is, d.new)
	severity, more := Note, ""
	switch {
	case got != noObject:
		severity = Breaking
	case gets == listing:
		severity = Widening
	case isPublic(n) && n.ViewerRequest != nil && !sameFunction(o.ViewerRequest, n.ViewerRequest):
		severity, more = Widening,
			": a function runs on them without a signature, and may rewrite the path to one that needs one"
	}
	d.addAt("/", "/",
		finding(RootObjectChanged, severity, "requests for / get %s, where they got %s%s", gets, got, more))
}

const (
	noObject = "nothing"
	listing  = "a list of the objects in the bucket"
)

// rootOf names what requests for "/" get.
func rootOf(tmpl *infra.Template, d *infra.Distribution) string {
	b := match(d, "/")
	switch bucket := b.Origin.Bucket; {
	case d.DefaultRootObject != "" || bucket == nil || b.Origin.Website != nil || b.ViewerRequest != nil:
		return strconv.Quote("/" + d.DefaultRootObject)
	case allowed(tmpl, bucket, "s3:ListBucket", "bucket"):
		return listing
	}
	return noObject
}

// tlsVersions are the security policies for viewers, weakest first. Names not
// among them are not compared.
// Source: CloudFront Developer Guide, "Supported protocols and ciphers between
// viewers and CloudFront".
var tlsVersions = []string{
	"SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019", "TLSv1.2_2021", "TLSv1.2_2025",
	"TLSv1.3_2025",
}

// minimumTLS returns the distribution's security policy, which is fixed with
// the default certificate.
func minimumTLS(d *infra.Distribution) string {
	if d.ViewerCertificate.Default {
		return "TLSv1"
	}
	return d.ViewerCertificate.MinimumProtocol
}

// allowedOnlyBy returns the countries that a geo restriction allows and another
// refuses, or "".
func allowedOnlyBy(a, b infra.Geo) string {
	named := slices.Compact(slices.Sorted(slices.Values(slices.Concat(a.Locations, b.Locations))))
	if b.Type == "whitelist" && a.Type != "whitelist" {
		return "every country but " + strings.Join(named, ", ")
	}
	return strings.Join(slices.DeleteFunc(named, func(c string) bool { return !allows(a, c) || allows(b, c) }), ", ")
}

func allows(g infra.Geo, country string) bool {
	listed := slices.Contains(g.Locations, country)
	return g.Type == "none" || listed == (g.Type == "whitelist")
}
