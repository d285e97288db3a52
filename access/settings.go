package access

import (
	"slices"
	"strings"

	"example.com/privatecdn/internal/infra"
)

// compareSettings compares what counts for all paths of a distribution.
func (d *diff) compareSettings() {
	for _, f := range slices.Concat(
		compareNames(d.old, d.new), compareTLS(d.old, d.new), compareGeo(d.old.Geo, d.new.Geo),
		compareFirewall(d.old, d.new), compareLogging(d.old, d.new), compareRoot(d.old, d.new),
	) {
		d.add(f)
	}
}

func compareNames(o, n *infra.Distribution) []Finding {
	var findings []Finding
	if o.Enabled && !n.Enabled {
		f := finding(DistributionDisabled, Breaking, "the distribution %s is disabled: no URL opens any more", n.LogicalID)
		f.Witness = "Enabled"
		findings = append(findings, f)
	}
	if n.Enabled && !o.Enabled {
		f := finding(DistributionEnabled, Widening, "the distribution %s is enabled: it responded to nobody", n.LogicalID)
		f.Witness = "Enabled"
		findings = append(findings, f)
	}
	for _, alias := range o.Aliases {
		if !slices.ContainsFunc(n.Aliases, func(a string) bool { return covers(a, alias) }) {
			f := finding(AliasRemoved, Breaking, "no URL of the alternate domain name %s opens any more", alias)
			f.Witness = alias
			findings = append(findings, f)
		}
	}
	return findings
}

// compareRoot compares what CloudFront requests in place of "/". A bucket has
// nothing of that name itself, unless a function rewrites it.
func compareRoot(o, n *infra.Distribution) []Finding {
	b := match(o, "/")
	nothing := o.DefaultRootObject == "" && b.Origin.Bucket != nil && b.ViewerRequest == nil
	if nothing || o.DefaultRootObject == n.DefaultRootObject {
		return nil
	}
	f := finding(RootObjectChanged, Breaking, "requests for / get %q, where they got %q",
		"/"+n.DefaultRootObject, "/"+o.DefaultRootObject)
	f.Path, f.Witness = "/", "/"
	return []Finding{f}
}

// tlsVersions are the security policies for viewers, weakest first. Names not
// among them are not compared.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
var tlsVersions = []string{
	"SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019", "TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025",
}

func compareTLS(o, n *infra.Distribution) []Finding {
	before, after := minimumTLS(o), minimumTLS(n)
	if i := slices.Index(tlsVersions, after); i < 0 || i >= slices.Index(tlsVersions, before) {
		return nil
	}
	f := finding(HTTPSWeakened, Widening, "viewers may use the older TLS of %s; the minimum was %s", after, before)
	f.Witness = after
	return []Finding{f}
}

// minimumTLS returns the distribution's security policy, which is fixed with
// the default certificate.
func minimumTLS(d *infra.Distribution) string {
	if d.ViewerCertificate.Default {
		return "TLSv1"
	}
	return d.ViewerCertificate.MinimumProtocol
}

// compareGeo compares geo restrictions: a list of countries that may read, or
// of those that may not, or none.
func compareGeo(o, n infra.Geo) []Finding {
	var findings []Finding
	if opened := allowedOnlyBy(n, o); opened != "" {
		f := finding(GeoChanged, Widening, "viewers in %s may read, whom the geo restriction refused", opened)
		f.Witness = opened
		findings = append(findings, f)
	}
	if closed := allowedOnlyBy(o, n); closed != "" {
		f := finding(GeoChanged, Breaking, "viewers in %s can no longer read: the geo restriction refuses them", closed)
		f.Witness = closed
		findings = append(findings, f)
	}
	return findings
}

// allowedOnlyBy returns the countries that a allows and b refuses, or "".
func allowedOnlyBy(a, b infra.Geo) string {
	named := slices.Concat(a.Locations, b.Locations)
	slices.Sort(named)
	named = slices.Compact(named)
	if b.Type == "whitelist" && a.Type != "whitelist" {
		return "every country but " + strings.Join(named, ", ")
	}
	return strings.Join(slices.DeleteFunc(named, func(c string) bool { return !allows(a, c) || allows(b, c) }), ", ")
}

func allows(g infra.Geo, country string) bool {
	listed := slices.Contains(g.Locations, country)
	return g.Type == "none" || listed == (g.Type == "whitelist")
}

func compareFirewall(o, n *infra.Distribution) []Finding {
	switch {
	case o.WebACL == n.WebACL || o.WebACL == "":
		return nil
	case n.WebACL == "":
		f := finding(WebACLChanged, Widening, "no web ACL filters the requests of %s any more", n.LogicalID)
		f.Witness = o.WebACL
		return []Finding{f}
	}
	f := finding(WebACLChanged, Note, "another web ACL filters the requests of %s", n.LogicalID)
	f.Witness = n.WebACL
	return []Finding{f}
}

// compareLogging compares where requests are logged: a log has the query
// strings, and so the signatures in them.
func compareLogging(o, n *infra.Distribution) []Finding {
	var f Finding
	switch {
	case o.LogBucket == n.LogBucket:
		return nil
	case n.LogBucket == "":
		f = finding(LoggingChanged, Note, "requests are no longer logged in %s", o.LogBucket)
	default:
		f = finding(LoggingChanged, Widening,
			"requests are logged in %s: who reads the log can use the signed URLs in it while they last", n.LogBucket)
	}
	f.Witness = "Logging.Bucket"
	return []Finding{f}
}
