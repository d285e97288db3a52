package signer_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

const (
	host = "https://d111111abcdef8.cloudfront.net"
	page = host + "/films/7/trailer.mp4"
)

var (
	now   = time.Unix(1767225600, 0)
	end   = now.Add(time.Hour)
	clock = signer.WithClock(func() time.Time { return now })
	ip    = netip.MustParsePrefix("192.0.2.0/24")
)

func newSigner(t testing.TB, key crypto.Signer, opts ...signer.Option) *signer.Signer {
	t.Helper()
	s, err := signer.New(keyID, key, append([]signer.Option{clock}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// check is what CloudFront would answer to a request for url.
func check(key crypto.Signer, url string, at time.Time) verify.Decision {
	return verify.New(map[string]crypto.PublicKey{keyID: key.Public()}).
		Check(verify.Request{URL: url, Time: at, IP: netip.MustParseAddr("192.0.2.1")})
}

func TestURL(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw    string
		terms  signer.Terms
		prefix string
		until  time.Time
	}{
		"until":           {page, signer.Terms{Until: end}, page + "?Expires=1767229200&Signature=", end},
		"for":             {page, signer.Terms{For: time.Hour}, page + "?Expires=1767229200&Signature=", end},
		"for, rounded up": {page, signer.Terms{For: time.Hour - time.Millisecond}, page + "?Expires=1767229200&", end},
		"for, from later": {
			page, signer.Terms{For: time.Hour, From: now.Add(time.Hour)}, page + "?Policy=", end.Add(time.Hour),
		},
		"own query":   {page + "?a=b&c", signer.Terms{Until: end}, page + "?a=b&c&Expires=", end},
		"empty query": {page + "?", signer.Terms{Until: end}, page + "?Expires=", end},
		"encoded once": {
			host + "/it's 5+5 €?a=b c", signer.Terms{Until: end}, host + "/it's%205+5%20%E2%82%AC?a=b%20c&Expires=", end,
		},
		"IDN": {
			"https://bücher.example/", signer.Terms{Until: end}, "https://xn--bcher-kva.example/?Expires=", end,
		},
		"address":           {page, signer.Terms{Until: end, IP: ip}, page + "?Policy=", end},
		"start":             {page, signer.Terms{Until: end, From: now.Add(-time.Hour)}, page + "?Policy=", end},
		"resource":          {page, signer.Terms{Until: end, Resource: host + "/films/*"}, page + "?Policy=", end},
		"resource, encoded": {host + "/a b", signer.Terms{Until: end, Resource: host + "/a *"}, host + "/a%20b?Policy=", end},
		"policy": {
			page, signer.Terms{
				Policy: "\n" + `{"Statement":{"Condition":{"DateLessThan":{"AWS:EpochTime":1767229200}}, "Resource":"*"}}` + "\n",
			},
			page + "?Policy=", end,
		},
		"window": {
			page, signer.Terms{For: time.Hour, Window: 50 * time.Minute}, page + "?Expires=1767231000&",
			time.Unix(1767231000, 0),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, key := range []crypto.Signer{rsaKey(), ecKey()} {
				for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA1} {
					u, err := newSigner(t, key, signer.WithHash(hash)).URL(c.raw, c.terms)
					if err != nil {
						t.Fatal(err)
					}
					if !strings.HasPrefix(u, c.prefix) ||
						strings.HasSuffix(u, "&Key-Pair-Id="+keyID+"&Hash-Algorithm=SHA256") != (hash == crypto.SHA256) {
						t.Errorf("got %s", u)
					}
					if d := check(key, u, c.until.Add(-time.Second)); !d.Allowed {
						t.Errorf("refused: %s: %s", d.Reason, u)
					}
					if d := check(key, u, c.until); d.Reason != verify.Expired {
						t.Errorf("at the end: %q", d.Reason)
					}
				}
			}
		})
	}
}

// The same terms give the same URL, so that viewers of one window share it.
func TestStableURLs(t *testing.T) {
	t.Parallel()
	const window = 30 * time.Minute
	for _, key := range []crypto.Signer{rsaKey(), ecKey()} {
		at := time.Unix(1767225600, 0)
		s := newSigner(t, key, signer.WithClock(func() time.Time { return at }))
		urls := map[string]int{}
		for range 120 { // two hours, minute by minute
			u, err := s.URL(page, signer.Terms{For: time.Hour, Window: window})
			if err != nil {
				t.Fatal(err)
			}
			urls[u]++
			if d := check(key, u, at.Add(time.Hour-time.Second)); !d.Allowed {
				t.Errorf("%s dies early", u)
			}
			if d := check(key, u, at.Add(time.Hour+window)); d.Allowed {
				t.Errorf("%s lives too long", u)
			}
			at = at.Add(time.Minute)
		}
		if len(urls) != 5 { // the first minute falls on a window's end
			t.Errorf("%d URLs in two hours of windows of %v", len(urls), window)
		}
	}
}

func TestURLRefuses(t *testing.T) {
	t.Parallel()
	until := signer.Terms{Until: end}
	for name, c := range map[string]struct {
		raw   string
		terms signer.Terms
		want  error
	}{
		"IPv6": {page, signer.Terms{Until: end, IP: netip.MustParsePrefix("2001:db8::/32")}, policy.ErrIP},
		"IPv4 in IPv6": {
			page, signer.Terms{Until: end, IP: netip.MustParsePrefix("::ffff:192.0.2.1/128")}, policy.ErrIP,
		},
		"start at end":      {page, signer.Terms{Until: end, From: end}, policy.ErrOrder},
		"start after end":   {page, signer.Terms{Until: end, From: end.Add(1)}, policy.ErrOrder},
		"no end":            {page, signer.Terms{}, policy.ErrNoEnd},
		"end at 1970":       {page, signer.Terms{Until: time.Unix(0, 0)}, policy.ErrEpoch},
		"end in the past":   {page, signer.Terms{Until: now.Add(-time.Hour)}, signer.ErrPast},
		"end now":           {page, signer.Terms{Until: now}, signer.ErrPast},
		"negative lifetime": {page, signer.Terms{For: -time.Hour}, signer.ErrPast},
		"milliseconds":      {page, signer.Terms{Until: time.Unix(now.UnixMilli(), 0)}, policy.ErrEpoch},
		"past 2038":         {page, signer.Terms{Until: time.Unix(1<<31, 0)}, policy.ErrEpoch},
		"two ends":          {page, signer.Terms{Until: end, For: time.Hour}, signer.ErrTerms},
		"window of an end":  {page, signer.Terms{Until: end, Window: time.Hour}, signer.ErrTerms},
		"window of -1 h":    {page, signer.Terms{For: time.Hour, Window: -time.Hour}, signer.ErrTerms},
		"half a second":     {page, signer.Terms{For: time.Second - 1}, signer.ErrTerms},
		"window of 1.5 s":   {page, signer.Terms{For: time.Hour, Window: 1500 * time.Millisecond}, signer.ErrTerms},
		"policy and end":    {page, signer.Terms{Until: end, Policy: "{}"}, signer.ErrTerms},
		"policy not JSON":   {page, signer.Terms{Policy: "{}"}, policy.ErrMalformed},
		"two statements": {
			page, signer.Terms{Policy: `{"Statement":[{"Condition":{"DateLessThan":{"AWS:EpochTime":1767229200}}},{}]}`},
			policy.ErrStatements,
		},
		"policy for all": {
			page, signer.Terms{Policy: `{"Statement":{"Condition":{"DateLessThan":{"AWS:EpochTime":1767229200}}}}`},
			policy.ErrNoResource,
		},
		"policy of the past": {
			page, signer.Terms{Policy: policy.Policy{Resource: "*", Until: now}.String()}, signer.ErrPast,
		},
		"policy not covering": {
			page, signer.Terms{Policy: policy.Policy{Resource: host + "/a", Until: end}.String()}, signer.ErrNotCovered,
		},
		"policy in ms": {
			page,
			signer.Terms{Policy: `{"Statement":{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":1767229200000}}}}`},
			policy.ErrEpoch,
		},
		"backslash in policy": {
			page,
			signer.Terms{
				Policy: `{"Statement":{"Resource":"https://h\\a","Condition":{"DateLessThan":{"AWS:EpochTime":1767229200}}}}`,
			},
			policy.ErrBackslash,
		},
		"resource not over":    {page, signer.Terms{Until: end, Resource: host + "/a/*"}, signer.ErrNotCovered},
		"backslash":            {page, signer.Terms{Until: end, Resource: host + `\films\*`}, policy.ErrBackslash},
		"fragment":             {page + "#t=10", until, policy.ErrFragment},
		"quote":                {page + `"`, until, policy.ErrCharacter},
		"newline":              {page + "\n", until, policy.ErrCharacter},
		"userinfo":             {"https://a:b@h.example/", until, policy.ErrUserinfo},
		"wildcard in a canned": {host + "/films/*", until, policy.ErrWildcard},
		"wildcard in a custom": {host + "/films/*", signer.Terms{Until: end, IP: ip}, policy.ErrWildcard},
		"bare path":            {"/films/7", until, policy.ErrURL},
		"too long":             {host + "/" + strings.Repeat("a", 8100), until, signer.ErrTooLong},
		"Hash-Algorithm":       {page + "?Hash-Algorithm=SHA256", until, policy.ErrReserved},
		"reserved, lower case": {page + "?a=b&key-pair-id=x", until, policy.ErrReserved},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, err := newSigner(t, ecKey()).URL(c.raw, c.terms)
			var hint interface{ Hint() string }
			if !errors.Is(err, c.want) || u != "" {
				t.Fatalf("got %q, %v; want %v", u, err, c.want)
			}
			if !errors.As(err, &hint) || hint.Hint() == "" {
				t.Errorf("%v says nothing about what to do", err)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	must := func(k crypto.Signer, err error) crypto.Signer {
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	rsa1024 := stub{must(rsa.GenerateKey(rand.Reader, 1024)).Public()}
	rsa4096 := must(rsa.GenerateKey(rand.Reader, 4096))
	_, edwards, _ := ed25519.GenerateKey(rand.Reader)
	for name, c := range map[string]struct {
		id   string
		key  crypto.Signer
		opts []signer.Option
		want error
	}{
		"empty ID":    {"", ecKey(), nil, signer.ErrKeyID},
		"& in the ID": {"K1&Expires=9", ecKey(), nil, signer.ErrKeyID},
		"space":       {"K1 ", ecKey(), nil, signer.ErrKeyID},
		"key group":   {"1f2b4f0a-8f3c-4f6f-a6e8-7dbb5bf4a1f0", ecKey(), nil, signer.ErrKeyGroupID},
		"no key":      {keyID, nil, nil, signer.ErrKey},
		"nil key":     {keyID, (*ecdsa.PrivateKey)(nil), nil, signer.ErrKey},
		"P-384":       {keyID, p384, nil, keys.ErrAlgorithm},
		"RSA-1024":    {keyID, rsa1024, nil, keys.ErrAlgorithm},
		"RSA-4096":    {keyID, rsa4096, nil, keys.ErrAlgorithm},
		"Ed25519":     {keyID, edwards, nil, keys.ErrAlgorithm},
		"SHA-512":     {keyID, ecKey(), []signer.Option{signer.WithHash(crypto.SHA512)}, signer.ErrHash},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s, err := signer.New(c.id, c.key, c.opts...); !errors.Is(err, c.want) || s != nil {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

type broken struct{ stub }

var errBroken = errors.New("the key store is away")

func (broken) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, errBroken }

func TestSignFails(t *testing.T) {
	t.Parallel()
	s := newSigner(t, broken{stub{ecKey().Public()}})
	_, err := s.URL(page, signer.Terms{Until: end})
	if !errors.Is(err, signer.ErrSign) || !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Cookies(host+"/*", signer.Terms{Until: end}, signer.CookieOptions{}); !errors.Is(err, signer.ErrSign) {
		t.Errorf("got %v", err)
	}
	if err := s.Reload(t.Context()); err != nil {
		t.Errorf("Reload: %v", err)
	}
}

func TestGrant(t *testing.T) {
	t.Parallel()
	g, err := newSigner(t, ecKey()).Grant(host+"/films/7/*", signer.Terms{Until: end})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/films/7/a.ts", "/films/7/b c.ts?d=e"} {
		u, err := g.URL(host + path)
		if d := check(ecKey(), u, now); err != nil || !d.Allowed || !strings.HasSuffix(u, g.Query()) {
			t.Errorf("%s: %v, %s", u, err, d.Reason)
		}
	}
	if g.Policy().Resource != host+"/films/7/*" {
		t.Errorf("policy: %s", g.Policy())
	}
	for _, raw := range []string{host + "/films/8/a.ts", host + "/films/7", "http" + page[5:]} {
		if u, err := g.URL(raw); !errors.Is(err, signer.ErrNotCovered) {
			t.Errorf("%s: %q, %v", raw, u, err)
		}
	}
	if _, err := newSigner(t, ecKey()).Grant("", signer.Terms{Until: end}); !errors.Is(err, policy.ErrNoResource) {
		t.Errorf("no resource: %v", err)
	}
}

// A program that signs stays small: nothing but the standard library, the
// SDK's sign package and this module's own.
func TestLinksNothingElse(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}",
		"example.com/privatecdn/signer", "example.com/privatecdn/signer/verify").Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.FieldsSeq(string(out)) {
		if path != "github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign" &&
			!strings.HasPrefix(path, "example.com/privatecdn/") {
			t.Errorf("links %s", path)
		}
	}
}

// A signed URL has at most 8,192 bytes.
func TestLongestURL(t *testing.T) {
	t.Parallel()
	s := newSigner(t, rsaKey()) // whose signatures have one length
	short, err := s.URL(host+"/", signer.Terms{For: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	longest := host + "/" + strings.Repeat("a", signer.MaxURL-len(short))
	if u, err := s.URL(longest, signer.Terms{For: time.Second}); err != nil || len(u) != signer.MaxURL {
		t.Errorf("%d bytes, %v", len(u), err)
	}
	if _, err := s.URL(longest+"a", signer.Terms{For: time.Second}); !errors.Is(err, signer.ErrTooLong) {
		t.Error(err)
	}
}

// A lifetime is never cut short: a fraction of a second becomes a whole one.
func TestLifetimeRoundsUp(t *testing.T) {
	t.Parallel()
	for fraction, want := range map[time.Duration]int64{0: 0, 1: 1, time.Second - 1: 1} {
		at := signer.WithClock(func() time.Time { return now.Add(fraction) })
		s, err := signer.New("K2JCJMDEHXQW5F", ecKey(), at)
		if err != nil {
			t.Fatal(err)
		}
		u, err := s.URL(page, signer.Terms{For: time.Hour})
		if end := now.Add(time.Hour).Unix() + want; err != nil || !strings.Contains(u, fmt.Sprintf("?Expires=%d&", end)) {
			t.Errorf("%v: %s, %v; want %d", fraction, u, err, end)
		}
	}
}
