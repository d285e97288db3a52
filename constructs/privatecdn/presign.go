package privatecdn

import (
	"cmp"
	"fmt"
	"time"

	"example.com/privatecdn/internal/awsname"
)

// Presign bounds how long anyone can read an object through a URL that S3
// signed: S3 checks the signature only when the cache requests the object.
type Presign struct {
	// Lifetime is the longest a signature lives; an hour by default, at most a
	// week.
	Lifetime time.Duration
	// Exposure is the longest an object is served after it was signed for: the
	// signature's lifetime and the time in the cache. The default is half as
	// long again as Lifetime.
	Exposure time.Duration
}

// presign returns a presigned behavior's bounds.
func (b Behavior) presign() *Presign {
	if b.Access != Presigned {
		return nil
	}
	p := or(b.Presign)
	p.Lifetime = cmp.Or(p.Lifetime, time.Hour)
	p.Exposure = cmp.Or(p.Exposure, p.Lifetime+p.Lifetime/2)
	return &p
}

// cache stores an object no longer than p allows, and each signature's response
// apart.
func (p Presign) cache() *Cache {
	longest := p.Exposure - p.Lifetime
	return &Cache{DefaultTTL: min(time.Hour, longest), MaxTTL: longest, QueryStrings: []string{"*"}}
}

// checkPresigned refuses what would break a presigned behavior: S3 has to see
// the signature, and only one, and the host and path it was made for.
func (b Behavior) checkPresigned(m *mistakes, property string) {
	if b.Access != Presigned {
		m.refuse(b.Presign != nil, property+".Presign", "remove it, or set Access", "it is for a Presigned behavior")
		return
	}
	const follows = "Presign sets it: the query string is in the key, and Exposure bounds the time"
	refuse := func(given bool, name, why string) { m.refuse(given, property+"."+name, "remove it", "%s", why) }
	refuse(b.Origin != nil, "Origin", "S3 signs requests for buckets only")
	refuse(b.Cache != nil, "Cache", follows)
	refuse(b.CachePolicy != nil, "CachePolicy", follows)
	refuse(b.Live, "Live", follows)
	refuse(b.Downloads, "Downloads", follows)
	refuse(b.OriginRequestPolicy != nil, "OriginRequestPolicy",
		"it could forward the viewer's Host header, for which nothing was signed")
	refuse(b.AllowedMethods == MethodsAll, "AllowedMethods", "it would let a presigned PUT or DELETE through the cache")
	refuse(or(b.BucketOrigin) != BucketOrigin{}, "BucketOrigin", "the signature is for the bucket and path without it")
	p := *b.presign()
	m.checkSeconds(property+".Presign.Lifetime", p.Lifetime)
	m.checkSeconds(property+".Presign.Exposure", p.Exposure)
	m.refuse(p.Lifetime > awsname.MaxPresigned, property+".Presign.Lifetime",
		fmt.Sprintf("use %v or less", awsname.MaxPresigned), "it is %v, and S3 accepts a signature for a week at most",
		p.Lifetime)
	m.refuse(p.Exposure-p.Lifetime < time.Second, property+".Presign.Exposure", "make it longer",
		"%v leaves the cache no time after a Lifetime of %v", p.Exposure, p.Lifetime)
}
