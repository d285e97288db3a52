package signer_test

import (
	"crypto"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

// deployed is a directory with a deployment document, K1 (RSA) signing and K2
// (P-256) pending, and their private keys.
func deployed(t testing.TB) (path string, d *deployment.Deployment) {
	t.Helper()
	dir := t.TempDir()
	d = &deployment.Deployment{
		Version: 1, Stack: "PrivateCdn",
		Hosts: []string{"d111111abcdef8.cloudfront.net", "*.media.example.com"},
		Behaviors: []deployment.Behavior{
			{PathPattern: "public/*", Access: deployment.Public},
			{PathPattern: "uploads/*", Access: deployment.Presigned},
			{PathPattern: "other/*", Access: deployment.Signed},
			{PathPattern: "*", Access: deployment.Signed, Keys: []string{"K1", "K2"}},
		},
		MaxLifetime: 7 * 86400,
	}
	for i, key := range []crypto.Signer{rsaKey(), ecKey()} {
		name := []string{"K1", "K2"}[i]
		text, err := keys.MarshalPrivate(key)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".pem"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		public, err := keys.NewPublic(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		d.Keys = append(d.Keys, deployment.Key{
			ID: name, Fingerprint: public.Fingerprint(), Algorithm: public.Algorithm(),
			State: []keys.State{keys.Signing, keys.Pending}[i], PrivateKey: "file:" + name + ".pem",
		})
	}
	path = filepath.Join(dir, "deployment.json")
	write(t, d, path)
	return path, d
}

func write(t testing.TB, d *deployment.Deployment, path string) {
	t.Helper()
	if err := d.Write(path); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, path string, opts ...signer.Option) *signer.Signer {
	t.Helper()
	s, err := signer.Open(
		t.Context(),
		deployment.File(path),
		append([]signer.Option{clock, signer.WithReload(0)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpen(t *testing.T) {
	t.Parallel()
	path, _ := deployed(t)
	s := open(t, path)
	trusted := verify.New(map[string]crypto.PublicKey{"K1": rsaKey().Public()})
	for raw, base := range map[string]string{
		"/films/a b.mp4":                   host + "/films/a%20b.mp4",
		page:                               page,
		"https://eu.media.example.com/a":   "https://eu.media.example.com/a",
		host + "/public/%2E%2E%2Fx/../y":   "", // refused below
		host + "/publicity":                host + "/publicity",
		"/PUBLIC/a":                        host + "/PUBLIC/a",
		"/films/7?next=/public/a&x=../../": host + "/films/7?next=/public/a&x=../../",
	} {
		u, err := s.URL(raw, signer.Terms{For: time.Hour})
		if base == "" {
			if !errors.Is(err, policy.ErrDotSegment) {
				t.Errorf("%s: %q, %v", raw, u, err)
			}
			continue
		}
		d := trusted.Check(verify.Request{URL: u, Time: now})
		if err != nil || !d.Allowed || d.Policy.Resource != base {
			t.Errorf("%s: %q, %v, %s", raw, u, err, d.Reason)
		}
	}
	cookies, err := s.Cookies("/films/*", signer.Terms{For: time.Hour}, signer.CookieOptions{})
	if d := trusted.Check(verify.Request{URL: page, Cookies: values(cookies), Time: now}); err != nil || !d.Allowed {
		t.Errorf("cookies: %v, %s", err, d.Reason)
	}
	if s.KeyPairID() != "K1" || s.Deployment().Stack != "PrivateCdn" {
		t.Errorf("%s, %v", s.KeyPairID(), s.Deployment())
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	path, _ := deployed(t)
	s := open(t, path)
	week := 7 * 24 * time.Hour
	hour := signer.Terms{For: time.Hour}
	for name, c := range map[string]struct {
		raw   string
		terms signer.Terms
		want  error
	}{
		"public path":          {"/public/a", hour, signer.ErrPublicPath},
		"public path, encoded": {"/%70ublic/a", hour, signer.ErrPublicPath},
		"public path, slashes": {host + "//public//a", hour, signer.ErrPublicPath},
		"presigned path":       {"/uploads/a", hour, signer.ErrPresignedPath},
		"other key group":      {"/other/a", hour, signer.ErrNotTrusted},
		"unknown host":         {"https://media.example.com/a", hour, signer.ErrUnknownHost},
		"port":                 {host + ":8443/a", hour, signer.ErrUnknownHost},
		"another's path":       {"//evil.example/a", hour, policy.ErrURL},
		"over the limit":       {"/a", signer.Terms{For: week + time.Second}, signer.ErrLifetime},
		"until over the limit": {"/a", signer.Terms{Until: now.Add(week + time.Second)}, signer.ErrLifetime},
		"window over it":       {"/a", signer.Terms{For: week, Window: time.Hour}, signer.ErrLifetime},
		"policy over it": {
			"/a", signer.Terms{Policy: policy.Policy{Resource: "*", Until: now.Add(week + time.Second)}.String()},
			signer.ErrLifetime,
		},
		"resource elsewhere": {
			"/a", signer.Terms{For: time.Hour, Resource: "https://*.example.org/*"}, signer.ErrUnknownHost,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if u, err := s.URL(c.raw, c.terms); !errors.Is(err, c.want) {
				t.Errorf("got %q, %v; want %v", u, err, c.want)
			}
		})
	}
	for _, terms := range []signer.Terms{{For: week}, {Until: now.Add(week)}, {For: week - time.Hour, Window: time.Hour}} {
		if _, err := s.URL("/a", terms); err != nil {
			t.Errorf("%+v: %v", terms, err)
		}
	}
}

func TestOpenResources(t *testing.T) {
	t.Parallel()
	path, _ := deployed(t)
	s := open(t, path)
	for resource, want := range map[string]error{
		"/films/*":                            nil,
		"/p*":                                 nil, // public/* and more
		"*":                                   nil,
		"https://*/*.mp4":                     nil,
		"https://*.media.example.com/*":       nil,
		"https://eu.media.example.com*":       nil,
		host + "/a?b=*":                       nil,
		"/films/a%2fb/*":                      nil,
		host + "//films/*":                    nil,
		"/public/*":                           signer.ErrPublicPath,
		host + "//%70ublic/*":                 signer.ErrPublicPath,
		"/public/*.jpg?*":                     signer.ErrPublicPath,
		"/uploads/*":                          signer.ErrPresignedPath,
		"/other/*":                            signer.ErrNotTrusted,
		"https://media.example.com/*":         signer.ErrUnknownHost,
		"https://*.cloudfront.example/*":      signer.ErrUnknownHost,
		"http*://*.media.example.com/other/*": signer.ErrNotTrusted,
	} {
		if _, err := s.Grant(resource, signer.Terms{For: time.Hour}); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", resource, err, want)
		}
	}
	g, err := s.Grant("/p*", signer.Terms{For: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if u, err := g.URL("/public/a"); !errors.Is(err, signer.ErrPublicPath) {
		t.Errorf("got %q, %v", u, err)
	}
}

// A rotation, as a signer that is never restarted sees it.
func TestReload(t *testing.T) {
	t.Parallel()
	path, d := deployed(t)
	s := open(t, path)
	step := func(want string, wantErr error, change func()) {
		t.Helper()
		change()
		if err := s.Reload(t.Context()); !errors.Is(err, wantErr) {
			t.Errorf("reload: got %v, want %v", err, wantErr)
		}
		if s.KeyPairID() != want {
			t.Errorf("%s signs, want %s", s.KeyPairID(), want)
		}
		if _, err := s.URL("/a", signer.Terms{For: time.Hour}); err != nil {
			t.Error(err)
		}
	}
	last := &d.Behaviors[len(d.Behaviors)-1]
	step("K1", nil, func() { // promoted in the ring, and not in the deployed key group
		d.Keys[0].State, d.Keys[1].State, last.Keys = keys.Retiring, keys.Signing, []string{"K1"}
		write(t, d, path)
	})
	step("K2", nil, func() { last.Keys = []string{"K1", "K2"}; write(t, d, path) })
	step("K2", deployment.ErrSyntax, func() {
		if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	step("K2", deployment.ErrNotFound, func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	})
	step("K2", deployment.ErrNoSigningKey, func() { d.Keys[0].State, d.Keys[1].State = "", ""; write(t, d, path) })
	step("K2", signer.ErrWrongKey, func() {
		d.Keys[0].State, d.Keys[0].PrivateKey = keys.Signing, "file:K2.pem"
		write(t, d, path)
	})
	step("K2", signer.ErrWrongKey, func() {
		d.Keys[0].State, d.Keys[1].State, d.Keys[1].Fingerprint = "", keys.Signing, d.Keys[0].Fingerprint
		write(t, d, path)
	})
	d.Keys[0].State, d.Keys[1].State = keys.Signing, ""
	step("K2", keys.ErrScheme, func() { d.Keys[0].PrivateKey = "kms:alias/one"; write(t, d, path) })
	step("K1", nil, func() { d.Keys[0].PrivateKey = "file:K1.pem"; write(t, d, path) })
}

// A limit holds to the second, and the hint names one that is enough, in days.
func TestLimit(t *testing.T) {
	t.Parallel()
	path, _ := deployed(t)
	const day = 24 * time.Hour
	late := signer.WithClock(func() time.Time { return now.Add(1) })
	if _, err := open(t, path, late).URL("/a", signer.Terms{For: 7 * day}); err != nil {
		t.Error(err)
	}
	for lifetime, enough := range map[time.Duration]string{7*day + time.Second: "8d`", 8 * day: "8d`", 9*day - 1: "9d`"} {
		_, err := open(t, path).URL("/a", signer.Terms{For: lifetime})
		var refused *signer.Error
		if !errors.As(err, &refused) || !strings.Contains(refused.Remedy, "keys limit "+enough) {
			t.Errorf("%v: %+v", lifetime, refused)
		}
	}
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	if _, err := signer.Open(t.Context(), deployment.File(filepath.Join(t.TempDir(), "none.json"))); !errors.Is(
		err,
		deployment.ErrNotFound,
	) {
		t.Errorf("got %v", err)
	}
	path, _ := deployed(t)
	if err := os.Remove(filepath.Join(filepath.Dir(path), "K1.pem")); err != nil {
		t.Fatal(err)
	}
	if _, err := signer.Open(t.Context(), deployment.File(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
