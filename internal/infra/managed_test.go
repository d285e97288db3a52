package infra_test

import (
	"testing"
	"time"

	"example.com/privatecdn/internal/infra"
)

// The settings of AWS's managed cache policies, as its guide lists them.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
func TestManagedCachePolicies(t *testing.T) {
	t.Parallel()
	const second, day, year = time.Second, 86400 * time.Second, 31536000 * time.Second
	want := map[string]struct {
		least, usual, most time.Duration
		gzip, brotli       bool
	}{
		"Managed-Amplify":                                   {2 * second, 2 * second, 600 * second, true, true},
		"Managed-CachingDisabled":                           {0, 0, 0, false, false},
		"Managed-CachingOptimized":                          {second, day, year, true, true},
		"Managed-CachingOptimizedForUncompressedObjects":    {second, day, year, false, false},
		"Managed-Elemental-MediaPackage":                    {0, day, year, true, false},
		"Managed-UseOriginCacheControlHeaders":              {0, 0, year, true, true},
		"Managed-UseOriginCacheControlHeaders-QueryStrings": {0, 0, year, true, true},
	}
	for _, managed := range infra.Managed() {
		p, ok := managed.(*infra.CachePolicy)
		if !ok {
			continue
		}
		w, known := want[p.Name]
		if !known || p.MinTTL != w.least || p.DefaultTTL != w.usual || p.MaxTTL != w.most ||
			p.Gzip != w.gzip || p.Brotli != w.brotli {
			t.Errorf("%s: %+v, want %+v", p.Name, p, w)
		}
	}
}

// What AWS's managed response headers policies replace of an origin's.
func TestManagedSecurityHeaders(t *testing.T) {
	t.Parallel()
	for _, managed := range infra.Managed() {
		p, _ := managed.(*infra.ResponseHeadersPolicy)
		for i := 0; p != nil && i < len(p.Security); i++ {
			if h := p.Security[i]; h.Override != (h.Name == "X-Content-Type-Options") {
				t.Errorf("%s: %+v", p.Name, h)
			}
		}
	}
}
