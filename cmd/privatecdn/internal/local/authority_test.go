package local

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

// opens opens the authority in dir.
func opens(t *testing.T, dir string, hosts ...string) *authority {
	t.Helper()
	a, err := openAuthority(dir, hosts, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A host that nobody owns alone gets no authority, and nothing is written.
func TestAuthorityRefusesWideHosts(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"", "com", "*.com", "co.uk", "*.co.uk", "*.github.io", "media", "*.", ".com", "*", "*.*.example.com", "a..b",
	} {
		dir := filepath.Join(t.TempDir(), "state")
		_, err := openAuthority(dir, []string{"media.example.com", host}, time.Now())
		if fault.Hint(err) == "" {
			t.Errorf("%q: %v", host, err)
		}
		if _, err := os.Lstat(dir); err == nil {
			t.Errorf("%q: %s was made", host, dir)
		}
	}
	for _, host := range []string{
		"media.example.com", "*.example.com", "*.media.example.co.uk", "d1.cloudfront.net", "media.internal",
		"127.0.0.1", "::1",
	} {
		if _, err := openAuthority(t.TempDir(), []string{host}, time.Now()); err != nil {
			t.Errorf("%q: %v", host, err)
		}
	}
}

// An authority is opened again as it is, gets a new certificate for another
// host and before it ends, and always the same key.
func TestAuthorityStays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := opens(t, dir, "a.example.com", "192.0.2.1")
	if life := first.cert.NotAfter.Sub(first.cert.NotBefore); life != (365*24+1)*time.Hour || !first.cert.MaxPathLenZero {
		t.Errorf("it is good for %v, and signs other authorities: %t", life, !first.cert.MaxPathLenZero)
	}
	again := opens(t, dir, "a.example.com")
	if !again.cert.Equal(first.cert) {
		t.Error("the certificate is another one")
	}
	other := opens(t, dir, "*.b.example.com", "192.0.2.2")
	names := []string{"localhost", "b.example.com", "a.example.com"}
	if other.cert.Equal(first.cert) || !slices.Equal(other.cert.PermittedDNSDomains, names) ||
		len(other.cert.PermittedIPRanges) != 4 || other.wide {
		t.Errorf("%v, %v", other.cert.PermittedDNSDomains, other.cert.PermittedIPRanges)
	}
	late, err := openAuthority(dir, nil, time.Now().Add(caLife-caLife/10+time.Hour))
	if err != nil || !late.cert.NotAfter.After(other.cert.NotAfter) {
		t.Errorf("a certificate about to end: %+v, %v", late, err)
	}
	if private, err := os.ReadFile(filepath.Join(dir, caKeyFile)); err != nil {
		t.Error(err)
	} else if key, err := keys.ParsePrivate(private); err != nil || !samePublic(t, key.Public(), first.cert.PublicKey) {
		t.Errorf("another key: %v", err)
	}
}

func samePublic(t *testing.T, a, b any) bool {
	t.Helper()
	x, err := x509.MarshalPKIXPublicKey(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := x509.MarshalPKIXPublicKey(b)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(x, y)
}

// A stored authority that is good for more than single hosts is replaced, key
// and all: whoever has its key can still use the old certificate.
func TestWideAuthorityIsReplaced(t *testing.T) {
	t.Parallel()
	loopback := []*net.IPNet{{IP: net.IPv4(127, 0, 0, 1).To4(), Mask: net.CIDRMask(32, 32)}}
	for name, change := range map[string]func(c *x509.Certificate){
		"every name":          func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"localhost", ""} },
		"a top-level domain":  func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"localhost", "com"} },
		"a public suffix":     func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"localhost", "co.uk"} },
		"all below a suffix":  func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"localhost", ".com"} },
		"no names":            func(c *x509.Certificate) { c.PermittedDNSDomains = nil },
		"no addresses":        func(c *x509.Certificate) { c.PermittedIPRanges = nil },
		"a network":           func(c *x509.Certificate) { c.PermittedIPRanges[0].Mask = net.CIDRMask(8, 32) },
		"not critical":        func(c *x509.Certificate) { c.PermittedDNSDomainsCritical = false },
		"no constraint":       func(c *x509.Certificate) { c.PermittedDNSDomains, c.PermittedIPRanges = nil, nil },
		"another's authority": func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"localhost", "*.example.com"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			old := opens(t, dir)
			cert := &x509.Certificate{
				Subject: pkix.Name{CommonName: "old"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(caLife),
				IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, PermittedDNSDomainsCritical: true,
				PermittedDNSDomains: []string{"localhost"},
				PermittedIPRanges:   []*net.IPNet{{IP: loopback[0].IP, Mask: loopback[0].Mask}},
			}
			change(cert)
			wide, err := certify(cert, cert, old.key.Public(), old.key)
			if err != nil {
				t.Fatal(err)
			}
			text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: wide.Raw})
			if err := os.WriteFile(filepath.Join(dir, caFile), text, 0o644); err != nil {
				t.Fatal(err)
			}
			a := opens(t, dir)
			if !a.wide || samePublic(t, a.cert.PublicKey, old.cert.PublicKey) {
				t.Error("the authority is carried on")
			}
			if stored := opens(t, dir); stored.wide || !stored.cert.Equal(a.cert) {
				t.Error("the new one is not stored")
			}
		})
	}
}

// What is not a certificate with its key is an error that names both files.
func TestAuthorityFiles(t *testing.T) {
	t.Parallel()
	for name, files := range map[string][2]string{
		"garbage": {"x", "y"},
		"large":   {strings.Repeat("x", maxStored+1), "y"},
	} {
		dir := t.TempDir()
		opens(t, dir)
		for i, f := range []string{caFile, caKeyFile} {
			if err := os.WriteFile(filepath.Join(dir, f), []byte(files[i]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := openAuthority(dir, nil, time.Now())
		if fault.Hint(err) == "" || !strings.Contains(err.Error(), caFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for over, good := range []bool{true, false} { // the longest file, and one byte more
		dir := t.TempDir()
		path := opens(t, dir).path()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, bytes.Repeat([]byte("\n"), 65536+over-len(text))...)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openAuthority(dir, nil, time.Now()); (err == nil) != good {
			t.Errorf("%d bytes: %v", len(text), err)
		}
	}
	for _, lost := range []string{caFile, caKeyFile} {
		dir := t.TempDir()
		opens(t, dir)
		if err := os.Remove(filepath.Join(dir, lost)); err != nil {
			t.Fatal(err)
		}
		opens(t, dir)
	}
	dir := t.TempDir()
	opens(t, dir)
	info, err := os.Stat(filepath.Join(dir, caKeyFile))
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the key's file: %v, %v", info.Mode(), err)
	}
}
