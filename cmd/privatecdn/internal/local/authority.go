package local

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/keys"
)

// The files of an authority in its directory.
const (
	caFile    = "ca.pem"
	caKeyFile = "ca-key.pem"
)

// caLife is how long an authority is good for; it is made anew when a tenth is left.
const caLife = 365 * 24 * time.Hour

// authority is a certificate authority for this machine alone: it can speak
// for loopback and for the hosts and addresses it was made for, and nothing
// else. A browser that trusts it risks no more than that.
type authority struct {
	path string // of the certificate
	cert *x509.Certificate
	key  crypto.Signer
}

// openAuthority returns the authority kept in dir, so that what trusts it once
// trusts it the next time, and makes one where there is none. One that cannot
// speak for all hosts, which are names or addresses, is made to speak for them
// too, with its own key, so that what it has signed stays good.
func openAuthority(dir string, hosts []string, now time.Time) (*authority, error) {
	a, err := loadAuthority(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return makeAuthority(dir, hosts, now)
	case err != nil:
		return nil, err
	case a.covers(hosts, now):
		return a, nil
	}
	hosts = append(hosts, a.cert.PermittedDNSDomains...)
	for _, r := range a.cert.PermittedIPRanges {
		hosts = append(hosts, r.IP.String())
	}
	return keepAuthority(dir, a.key, hosts, now)
}

func loadAuthority(dir string) (*authority, error) {
	path := filepath.Join(dir, caFile)
	pair, err := tls.LoadX509KeyPair(path, filepath.Join(dir, caKeyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	key, ok := pair.PrivateKey.(crypto.Signer)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s and %s do not belong together: remove both", path, caKeyFile)
	}
	return &authority{path, pair.Leaf, key}, nil
}

// covers reports whether a certificate issued for hosts would be accepted.
func (a *authority) covers(hosts []string, now time.Time) bool {
	if now.After(a.cert.NotAfter.Add(-caLife / 10)) {
		return false
	}
	names, addresses := split(hosts)
	return !slices.ContainsFunc(names, func(n string) bool {
		return !slices.Contains(a.cert.PermittedDNSDomains, strings.TrimPrefix(n, "*."))
	}) && !slices.ContainsFunc(addresses, func(ip net.IP) bool {
		return !slices.ContainsFunc(a.cert.PermittedIPRanges, func(r *net.IPNet) bool { return r.Contains(ip) })
	})
}

// split tells names from addresses, each once, loopback always among them.
func split(hosts []string) (names []string, addresses []net.IP) {
	for _, h := range append([]string{"localhost", "127.0.0.1", "::1"}, hosts...) {
		ip := net.ParseIP(h)
		if v4 := ip.To4(); v4 != nil {
			ip = v4
		}
		switch {
		case ip == nil && !slices.Contains(names, h):
			names = append(names, h)
		case ip != nil && !slices.ContainsFunc(addresses, ip.Equal):
			addresses = append(addresses, ip)
		}
	}
	return names, addresses
}

func makeAuthority(dir string, hosts []string, now time.Time) (*authority, error) {
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		return nil, err
	}
	private, err := keys.MarshalPrivate(key)
	if err != nil {
		return nil, err
	}
	if err := writeFile(filepath.Join(dir, caKeyFile), private, 0o600); err != nil {
		return nil, err
	}
	return keepAuthority(dir, key, hosts, now)
}

// keepAuthority writes the certificate of an authority for hosts.
func keepAuthority(dir string, key crypto.Signer, hosts []string, now time.Time) (*authority, error) {
	names, addresses := split(hosts)
	for i, n := range names {
		names[i] = strings.TrimPrefix(n, "*.")
	}
	var ranges []*net.IPNet
	for _, ip := range addresses {
		ranges = append(ranges, &net.IPNet{IP: ip, Mask: net.CIDRMask(len(ip)*8, len(ip)*8)})
	}
	cert, err := certify(&x509.Certificate{
		Subject:                     pkix.Name{CommonName: "privatecdn on this machine"},
		NotBefore:                   now.Add(-time.Hour),
		NotAfter:                    now.Add(caLife),
		KeyUsage:                    x509.KeyUsageCertSign,
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         names,
		PermittedIPRanges:           ranges,
	}, nil, key.Public(), key)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, caFile)
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	return &authority{path, cert, key}, writeFile(path, public, 0o644)
}

// issue makes a certificate for loopback and hosts. It lives in memory only.
func (a *authority) issue(hosts []string, now time.Time) (tls.Certificate, error) {
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		return tls.Certificate{}, err
	}
	names, addresses := split(hosts)
	cert, err := certify(&x509.Certificate{
		Subject:     pkix.Name{CommonName: "localhost"},
		NotBefore:   now.Add(-time.Hour),
		NotAfter:    a.cert.NotAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    names,
		IPAddresses: addresses,
	}, a.cert, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}

// certify signs a certificate with a serial number of its own; a nil parent
// makes it sign itself.
func certify(t, parent *x509.Certificate, public crypto.PublicKey, by crypto.Signer) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	t.SerialNumber = serial
	if parent == nil {
		parent = t
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, public, by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// writeFile writes a file whole or not at all: it is never seen half-written.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // made 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails, as it should, once renamed
	_, err = bytes.NewReader(content).WriteTo(f)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
