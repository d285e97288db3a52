// Package viewerclient makes requests to a deployment as its viewers do.
package viewerclient

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"

	"example.com/privatecdn/deployment"
)

// Timeout is for one request with its answer.
const Timeout = 20 * time.Second

// New returns a client that trusts a local edge's own certificate, takes
// content as it is stored and follows no redirect.
func New(d *deployment.Deployment) (*http.Client, error) {
	var roots *x509.CertPool // the system's own, for the real thing
	if d.CA != "" {
		pem, err := os.ReadFile(d.Resolve(d.CA))
		if err != nil {
			return nil, err
		}
		if roots = x509.NewCertPool(); !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s has no certificate", d.Resolve(d.CA))
		}
	}
	return &http.Client{
		Timeout: Timeout,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots}, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}
