package origin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"time"
)

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// dialer opens connections to one origin, each within the connect timeout.
type dialer struct {
	dial    dialFunc
	roots   *x509.CertPool // nil for the system's
	timeout time.Duration
	domain  string // of the origin
}

// connectError marks an error that occurred before anything was sent.
type connectError struct{ error }

func (e *connectError) Unwrap() error { return e.error }

func (d dialer) dialTCP(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	conn, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, &connectError{err}
	}
	return conn, nil
}

// dialTLS requests the certificate of the request's host, which is the viewer's
// if the behavior forwards it and otherwise the origin's domain name, and
// accepts a certificate for either.
//
// Source: CloudFront Developer Guide, "Require HTTPS for communication between
// CloudFront and your custom origin".
func (d dialer) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	host := hostOf(ctx)
	if host == "" {
		host = d.domain
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	raw, err := d.dialTCP(ctx, network, address)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, &tls.Config{
		ServerName: host,
		MinVersion: tls.VersionTLS12,
		// The names are checked in VerifyConnection, which the standard check
		// cannot do for two of them.
		InsecureSkipVerify: true,
		VerifyConnection:   func(state tls.ConnectionState) error { return d.verify(state, host) },
	})
	err = conn.HandshakeContext(ctx)
	if err == nil {
		return conn, nil
	}
	raw.Close()
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		return nil, err
	}
	return nil, &connectError{err}
}

func (d dialer) verify(state tls.ConnectionState, host string) error {
	options := x509.VerifyOptions{Roots: d.roots, Intermediates: x509.NewCertPool()}
	for _, c := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(c)
	}
	leaf := state.PeerCertificates[0]
	_, err := leaf.Verify(options)
	if err == nil && leaf.VerifyHostname(d.domain) != nil {
		err = leaf.VerifyHostname(host)
	}
	if err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
	}
	return nil
}

type hostKey struct{}

// withHost passes the request's host, without a port, to the function that
// opens a connection.
func withHost(ctx context.Context, host string) context.Context {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return context.WithValue(ctx, hostKey{}, strings.Trim(host, "[]"))
}

func hostOf(ctx context.Context) string {
	host, _ := ctx.Value(hostKey{}).(string)
	return host
}
