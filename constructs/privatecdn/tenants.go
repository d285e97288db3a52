package privatecdn

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/pathpattern"
)

// reader is a distribution's use of a bucket, for which its signatures stand.
type reader struct {
	path, bucket, originPath string
	trusted                  []TrustedKeys
}

// warnOfTenants names distributions and behaviors with different keys whose
// signatures open each other's objects.
func (d *distribution) warnOfTenants() {
	for _, r := range d.props.routes {
		if r.Access != Signed || r.Origin != nil {
			continue
		}
		bucket := cmp.Or(r.Bucket, d.bucket)
		me := reader{d.path, *bucket.BucketName(), or(r.BucketOrigin).path(), d.trustedBy(r.Behavior)}
		for _, other := range d.counts.readers {
			if other.opens(me) {
				warn(d, "tenants", fmt.Sprintf("%s and %s read the bucket %s with different keys, "+
					"so signatures for one open objects of the other; give each a Bucket of its own, or a "+
					"BucketOrigin.Path that does not begin with the other's", other.path, me.path, *bucket.Node().Path()))
				return
			}
		}
		d.counts.readers = append(d.counts.readers, me)
	}
}

// warnOfTenantPaths names behaviors with key groups of their own whose signatures
// open each other's paths: by a key that both trust, or by an escape.
func (d *distribution) warnOfTenantPaths() {
	var tenants []route
	for _, r := range d.props.routes {
		if r.Access == Signed && len(r.TrustedKeys) > 0 {
			tenants = append(tenants, r)
		}
	}
	var finder pathpattern.Finder
	for _, a := range tenants {
		for _, b := range tenants {
			if a.property == b.property || slices.Equal(a.TrustedKeys, b.TrustedKeys) {
				continue
			}
			if key := sharedKey(a.TrustedKeys, b.TrustedKeys); key != "" && a.property < b.property {
				warn(d, "tenantKeys", a.property+" and "+b.property+" both trust the key "+key+
					", so its signatures open the paths of both; give each keys of its own")
			}
			spelled, plain, found, _ := finder.Respell(b.paths(), a.paths())
			if found && d.props.sameContent(a, b) {
				warn(d, "tenantPaths", "a signature for "+b.property+" opens "+plain+" of "+a.property+", as "+spelled+
					"; give each a Bucket of its own, or use a pattern without a slash after its start")
			}
		}
	}
}

// sharedKey returns a key that is in a group of both, "" if there is none.
func sharedKey(a, b []TrustedKeys) string {
	for _, key := range listed(a) {
		if slices.ContainsFunc(listed(b), func(k deployment.Key) bool { return k.Fingerprint == key.Fingerprint }) {
			return key.Fingerprint
		}
	}
	return ""
}

// opens reports whether a signature for one distribution opens objects of the
// other that its own keys do not sign for.
func (r reader) opens(other reader) bool {
	if r.path == other.path || r.bucket != other.bucket || slices.Equal(r.trusted, other.trusted) {
		return false
	}
	a, b := r.originPath+"/", other.originPath+"/"
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}
