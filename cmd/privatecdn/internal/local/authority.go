package local

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/wholefile"
	"example.com/privatecdn/keys"
)

// The files of an authority in its directory.
const (
	caFile    = "ca.pem"
	caKeyFile = "ca-key.pem"
)

// caLife is how long an authority is good for; it is made anew when a tenth is left.
const caLife = 365 * 24 * time.Hour

// authority is a certificate authority for this machine alone: it can certify
// loopback and the hosts and addresses it was made for, and nothing else. A
// browser that trusts it risks no more than that.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  crypto.Signer
	wide bool // it replaces one that was good for more than hosts
}

// openAuthority returns the authority stored in dir, so that what trusts it once
// trusts it the next time, or stores a new one. One that does not cover all hosts,
// which are names or addresses, gets a new certificate with its own key, so that
// what it has signed stays good. One that is good for more than single hosts is
// replaced, key and all.
func openAuthority(dir string, hosts []string, now time.Time) (*authority, error) {
	if err := checkNames(hosts); err != nil {
		return nil, err
	}
	cert := unsigned(hosts, now)
	a, err := loadAuthority(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		a = &authority{dir: dir}
	case err != nil:
		return nil, err
	case isWide(a.cert):
		a = &authority{dir: dir, wide: true}
	case a.covers(cert, now):
		return a, nil
	default:
		for _, r := range a.cert.PermittedIPRanges {
			hosts = append(hosts, r.IP.String())
		}
		cert = unsigned(append(hosts, a.cert.PermittedDNSDomains...), now)
	}
	if a.key == nil {
		if err := a.newKey(); err != nil {
			return nil, err
		}
	}
	if a.cert, err = certify(cert, cert, a.key.Public(), a.key); err != nil {
		return nil, err
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	return a, wholefile.Write(a.path(), public, 0o644)
}

// checkNames refuses a host whose constraint would be wider than a domain that
// somebody owns.
func checkNames(hosts []string) error {
	names, _ := split(hosts)
	for _, n := range names {
		if !isDomain(constraint(n)) {
			return fault.Of("a certificate authority for "+fault.Quote(n)+" would be good for other owners' names too",
				"remove it from the distribution's Aliases: "+
					"CloudFront accepts domain names and *.DOMAIN, with your own DOMAIN")
		}
	}
	return nil
}

// constraint is the name constraint that permits a host name. Names below a
// permitted one are permitted too.
func constraint(name string) string { return strings.TrimPrefix(name, "*.") }

// isDomain reports whether a name is one that somebody owns, or below one, or
// localhost.
func isDomain(name string) bool {
	if name == "localhost" {
		return true
	}
	_, err := publicsuffix.EffectiveTLDPlusOne(name)
	return err == nil && net.ParseIP(name) == nil && !strings.ContainsAny(name, "*:")
}

// maxStored bounds a stored certificate or key, in bytes.
const maxStored = 64 << 10

func loadAuthority(dir string) (*authority, error) {
	path := filepath.Join(dir, caFile)
	cert, certErr := wholefile.Read(path, maxStored)
	private, err := wholefile.Read(filepath.Join(dir, caKeyFile), maxStored)
	if err = errors.Join(certErr, err); err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, private)
	key, ok := pair.PrivateKey.(crypto.Signer)
	if err != nil || !ok {
		return nil, fault.Of(path+" and "+caKeyFile+" are not a certificate and its private key", "remove both")
	}
	return &authority{dir: dir, cert: pair.Leaf, key: key}, nil
}

// permitted returns the constraints of an authority: names and networks.
func permitted(c *x509.Certificate) []string {
	list := slices.Clone(c.PermittedDNSDomains)
	for _, r := range c.PermittedIPRanges {
		list = append(list, r.String())
	}
	return list
}

// isWide reports whether a certificate is good for more than single hosts.
func isWide(c *x509.Certificate) bool {
	return !c.PermittedDNSDomainsCritical || len(c.PermittedDNSDomains) == 0 || len(c.PermittedIPRanges) == 0 ||
		slices.ContainsFunc(permitted(c), func(constraint string) bool {
			network, err := netip.ParsePrefix(constraint)
			return err != nil && !isDomain(constraint) || err == nil && !network.IsSingleIP()
		})
}

// covers reports whether the authority's certificate permits what the wanted one
// does, and for long enough.
func (a *authority) covers(wanted *x509.Certificate, now time.Time) bool {
	own := permitted(a.cert)
	return now.Before(a.cert.NotAfter.Add(-caLife/10)) &&
		!slices.ContainsFunc(permitted(wanted), func(c string) bool { return !slices.Contains(own, c) })
}

// path is the file to trust.
func (a *authority) path() string { return filepath.Join(a.dir, caFile) }

// newKey gives the authority a new key and stores it. An earlier certificate goes
// first: a process killed on the way leaves no authority or a whole one.
func (a *authority) newKey() (err error) {
	if a.key, err = keys.Generate(keys.ECDSAP256); err != nil {
		return err
	}
	private, err := keys.MarshalPrivate(a.key)
	path := filepath.Join(a.dir, caKeyFile)
	if err = errors.Join(err, os.RemoveAll(a.path()), os.RemoveAll(path), makeState(a.dir)); err != nil {
		return err
	}
	return wholefile.WritePrivate(context.Background(), path, private)
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

// unsigned returns the certificate of an authority for hosts, not yet signed.
func unsigned(hosts []string, now time.Time) *x509.Certificate {
	names, addresses := split(hosts)
	for i, n := range names {
		names[i] = constraint(n)
	}
	var ranges []*net.IPNet
	for _, ip := range addresses {
		ranges = append(ranges, &net.IPNet{IP: ip, Mask: net.CIDRMask(len(ip)*8, len(ip)*8)})
	}
	return &x509.Certificate{
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
	}
}

// issue makes a certificate for loopback and hosts. It lives in memory only.
func (a *authority) issue(hosts []string, now time.Time) (*tls.Certificate, error) {
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		return nil, err
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
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}

// certify signs a certificate, with a serial number at random.
func certify(t, parent *x509.Certificate, public crypto.PublicKey, by crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, t, parent, public, by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
