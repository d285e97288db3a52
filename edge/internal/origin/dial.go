package origin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
)

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// connectError marks an error that occurred before anything was sent.
type connectError struct {
	error
	final bool // another attempt would fail, too
}

func (e *connectError) Unwrap() error { return e.error }

// hostKey is the context key of a request's host, without a port.
type hostKey struct{}

// dialTCP opens a connection within the connect timeout.
func (h *HTTP) dialTCP(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, h.origin.ConnectTimeout)
	defer cancel()
	conn, err := h.dial(ctx, network, address)
	if err != nil {
		return nil, &connectError{error: err}
	}
	return conn, nil
}

// dialTLS requests the certificate of the request's host, which is the viewer's
// if the behavior forwards it and otherwise the origin's domain name, and
// accepts a certificate for either.
//
// Source: CloudFront Developer Guide, "Require HTTPS for communication between
// CloudFront and your custom origin".
func (h *HTTP) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	host, _ := ctx.Value(hostKey{}).(string)
	ctx, cancel := context.WithTimeout(ctx, h.origin.ConnectTimeout)
	defer cancel()
	raw, err := h.dialTCP(ctx, network, address)
	if err != nil {
		return nil, err
	}
	var untrusted error
	conn := tls.Client(raw, &tls.Config{
		ServerName: host,
		MinVersion: tls.VersionTLS12,
		// The names are checked in VerifyConnection, which the standard check
		// cannot do for two of them.
		InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			untrusted = h.verify(state.PeerCertificates, host)
			return untrusted
		},
	})
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, &connectError{err, untrusted != nil}
	}
	return conn, nil
}

func (h *HTTP) verify(chain []*x509.Certificate, host string) error {
	options := x509.VerifyOptions{Roots: h.roots, Intermediates: x509.NewCertPool()}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err := chain[0].Verify(options)
	if err == nil && chain[0].VerifyHostname(h.origin.DomainName) != nil {
		err = chain[0].VerifyHostname(host)
	}
	return err
}
