package origin

import (
	"cmp"
	"crypto/x509"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/infra"
)

// NewTestHTTP returns the transport of an origin whose name leads where dial
// connects, with CloudFront's defaults for what the origin leaves open.
func NewTestHTTP(o *infra.Origin, dial dialFunc, roots *x509.CertPool) *HTTP {
	full := *o
	full.ConnectTimeout = cmp.Or(o.ConnectTimeout, awsname.OriginConnectTimeout)
	full.ReadTimeout = cmp.Or(o.ReadTimeout, awsname.OriginReadTimeout)
	full.Attempts = cmp.Or(o.Attempts, awsname.OriginAttempts)
	return newHTTP(&full, dial, roots)
}
