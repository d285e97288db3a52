package attacks_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"example.com/privatecdn/internal/testing/fakeaws"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/presign"
	"example.com/privatecdn/signer/verify"
)

const (
	trustedID = "K2JCJMDEHXQW5F"
	site      = "https://d111111abcdef8.cloudfront.net"
)

var (
	signedAt = time.Unix(1767225600, 0)
	ends     = signedAt.Add(time.Hour)
	trusted  = sync.OnceValue(func() *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		return key
	})
)

// forge signs a text with the trusted key, as a signer without scruples would,
// and returns the parameters that carry both.
func forge(t *testing.T, text string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(text))
	signature, err := trusted().Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return carry(text, signature)
}

func carry(text string, signature []byte) string {
	return "Policy=" + policy.Encode([]byte(text)) + "&Signature=" + policy.Encode(signature) +
		"&Key-Pair-Id=" + trustedID + "&Hash-Algorithm=SHA256"
}

func grant(resource string) string { return policy.Policy{Resource: resource, Until: ends}.String() }

// decide is what the verifier says of a URL.
func decide(url string) verify.Decision {
	v := verify.New(map[string]crypto.PublicKey{trustedID: trusted().Public()})
	return v.Check(verify.Request{URL: url, Time: signedAt, IP: netip.MustParseAddr("203.0.113.7")})
}

func refusedFor(t *testing.T, url string, reason verify.Reason) {
	t.Helper()
	if d := decide(url); d.Allowed || d.Reason != reason {
		t.Errorf("%s: allowed %v, %q; want %q", url, d.Allowed, d.Reason, reason)
	}
}

// local is a signer over the trusted key.
func local(t *testing.T) *signer.Signer {
	t.Helper()
	s, err := signer.New(trustedID, trusted(), signer.WithClock(func() time.Time { return signedAt }))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// refusedToSign checks that no URL is made.
func refusedToSign(t *testing.T, raw string, kind error) {
	t.Helper()
	if u, err := local(t).URL(raw, signer.Terms{Until: ends}); !errors.Is(err, kind) {
		t.Errorf("%q: %q, %v; want %v", raw, u, err, kind)
	}
}

// The signature of one URL with a query is used for a path that has another character where the ? is. The custom
// policies of single URLs write \?, which is no wildcard.
func TestQuestionMarkOfExactURL(t *testing.T) {
	s := serve(t, app)
	signed, err := s.Signer.URL(s.URL+"/film?v=1", signer.Terms{For: time.Hour, IP: netip.MustParsePrefix("0.0.0.0/0")})
	if err != nil {
		t.Fatal(err)
	}
	_, q, _ := strings.Cut(signed, "v=1&")
	opened(t, get(t, s, "/film?v=1&"+q))
	status(t, get(t, s, "/filmXv=1?"+q), http.StatusForbidden)
}

// A viewer adds thousands of parameters to a signed URL. 403: the search for an explanation stops after a fixed number
// of tries.
func TestThousandsOfParameters(t *testing.T) {
	s := serve(t, app)
	status(t, get(t, s, "/report.pdf?"+query(t, s, "/film")+strings.Repeat("&a", 3700)), http.StatusForbidden)

	// The search would find this one after 600 tries.
	many := "/film?" + strings.Repeat("a&", 600) + "b&" + strings.Repeat("a&", 599) + "a"
	added := strings.Replace(strings.TrimPrefix(s.Signed(many), s.URL), "b&", "b&extra&", 1)
	r := get(t, s, added)
	status(t, r, http.StatusForbidden)
	if why := r.Header.Get("X-Privatecdn-Why"); strings.Contains(why, "added after signing") {
		t.Errorf("the search went on: %s", why)
	}
}

// A viewer sends thousands of characters that may be escaped or not. 403: the search for an explanation stops after a
// fixed number of tries.
func TestThousandsOfEscapes(t *testing.T) {
	s := serve(t, app)
	status(t, get(t, s, "/"+strings.Repeat("%2C,;", 1400)+"?"+query(t, s, "/film")), http.StatusForbidden)
}

// A directory's wildcard is used for a directory whose name only begins the same way. 403
func TestWildcardOfNeighbor(t *testing.T) {
	s := serve(t, app)
	q := wildcard(t, s, "/hls/*")
	opened(t, get(t, s, "/hls/1.ts?"+q))
	status(t, get(t, s, "/hls2/1.ts?"+q), http.StatusForbidden)
}

// A policy has a second statement that opens everything. MalformedPolicy: exactly one statement is read.
func TestSecondStatement(t *testing.T) {
	t.Parallel()
	one := strings.TrimSuffix(strings.TrimPrefix(grant(site+"/a"), `{"Statement":[`), `]}`)
	two := strings.TrimSuffix(strings.TrimPrefix(grant("*"), `{"Statement":[`), `]}`)
	refusedFor(t, site+"/a?"+forge(t, `{"Statement":[`+one+","+two+`]}`), verify.MalformedPolicy)
}

// A policy names its resource twice, so that two readers could use different ones. MalformedPolicy
func TestResourceTwice(t *testing.T) {
	t.Parallel()
	text := strings.Replace(grant(site+"/a"), `"Condition"`, `"Resource":"*","Condition"`, 1)
	refusedFor(t, site+"/a?"+forge(t, text), verify.MalformedPolicy)
}

// A policy's member is written in another case, which lax readers take for the real one. MalformedPolicy
func TestMemberInOtherCase(t *testing.T) {
	t.Parallel()
	text := strings.Replace(grant(site+"/a"), `"Condition"`, `"resource":"*","Condition"`, 1)
	refusedFor(t, site+"/a?"+forge(t, text), verify.MalformedPolicy)
}

// A policy is followed by a second one. MalformedPolicy
func TestTextAfterPolicy(t *testing.T) {
	t.Parallel()
	refusedFor(t, site+"/a?"+forge(t, grant(site+"/a")+grant("*")), verify.MalformedPolicy)
}

// A policy states a condition that is not known, such as one that lax readers drop. MalformedPolicy
func TestUnknownCondition(t *testing.T) {
	t.Parallel()
	text := strings.Replace(grant("*"), `"DateLessThan"`, `"Bool":{"aws:SecureTransport":"true"},"DateLessThan"`, 1)
	refusedFor(t, site+"/a?"+forge(t, text), verify.MalformedPolicy)
}

// A policy's end is a fraction, negative, in exponents, too large for an integer or a string. MalformedPolicy
func TestStrangeEnds(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"1767229200.5", "-1767229200", "1e10", "9223372036854775808", "18446744073709551616",
		`"1767229200"`, "0", "null", "017672292"} {
		text := strings.Replace(grant("*"), fmt.Sprint(ends.Unix()), end, 1)
		refusedFor(t, site+"/a?"+forge(t, text), verify.MalformedPolicy)
		refusedFor(t, site+"/a?Expires="+end+"&Signature=AAAA&Key-Pair-Id="+trustedID, verify.MalformedPolicy)
	}
}

// A policy has no end. MalformedPolicy
func TestNoEnd(t *testing.T) {
	t.Parallel()
	refusedFor(t, site+"/a?"+forge(t, `{"Statement":[{"Resource":"*","Condition":{}}]}`), verify.MalformedPolicy)
	refusedFor(t, site+"/a?"+forge(t, `{"Statement":[{"Resource":"*"}]}`), verify.MalformedPolicy)
}

// A policy is nested a thousand times, to exhaust the reader's stack. MalformedPolicy
func TestNestedPolicy(t *testing.T) {
	t.Parallel()
	refusedFor(t, site+"/a?"+forge(t, strings.Repeat(`{"Statement":[`, 550)), verify.MalformedPolicy)
}

// A policy is larger than any URL. MalformedPolicy, without being read
func TestLargePolicy(t *testing.T) {
	t.Parallel()
	refusedFor(t, site+"/a?"+forge(t, grant(site+"/"+strings.Repeat("a", 9000))), verify.MalformedPolicy)
	if _, err := policy.Parse([]byte(strings.Repeat(" ", 9000) + grant("*"))); !errors.Is(err, policy.ErrTooLong) {
		t.Errorf("%v", err)
	}
}

// The wide policy of one signature is sent with the signature of another. AccessDenied
func TestPolicyOfAnother(t *testing.T) {
	t.Parallel()
	narrow := forge(t, grant(site+"/a"))
	_, signature, _ := strings.Cut(narrow, "&")
	refusedFor(t, site+"/b?Policy="+policy.Encode([]byte(grant("*")))+"&"+signature, verify.SignatureMismatch)
}

// A wide policy comes first and the signed one after it, in the hope that one is checked and the other used.
// AccessDenied: one value is read, for both
func TestPolicyTwice(t *testing.T) {
	t.Parallel()
	narrow := forge(t, grant(site+"/a"))
	wide := "Policy=" + policy.Encode([]byte(grant("*")))
	refusedFor(t, site+"/b?"+wide+"&"+narrow, verify.SignatureMismatch)
	refusedFor(t, site+"/b?"+narrow+"&"+wide, verify.ResourceMismatch)
}

// An expired URL gets a later Expires beside its policy. Expired: the policy counts
func TestExpiresBesidePolicy(t *testing.T) {
	t.Parallel()
	old := policy.Policy{Resource: site + "/a", Until: signedAt.Add(-time.Second)}.String()
	refusedFor(t, site+"/a?"+forge(t, old)+"&Expires=1999999999", verify.Expired)
}

// The signature consists of zeros, which a careless verifier of ECDSA accepts. AccessDenied
func TestZeroSignature(t *testing.T) {
	t.Parallel()
	order := elliptic.P256().Params().N
	for _, n := range []*big.Int{new(big.Int), order, big.NewInt(-1), big.NewInt(1)} {
		der, err := asn1.Marshal(struct{ R, S *big.Int }{n, n})
		if err != nil {
			t.Fatal(err)
		}
		refusedFor(t, site+"/a?"+carry(grant("*"), der), verify.SignatureMismatch)
	}
}

// A signature is followed by more bytes, so that many forms of it open. AccessDenied
func TestBytesAfterSignature(t *testing.T) {
	t.Parallel()
	text := grant("*")
	sum := sha256.Sum256([]byte(text))
	signature, err := trusted().Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if d := decide(site + "/a?" + carry(text, signature)); !d.Allowed {
		t.Fatal(d.Reason)
	}
	refusedFor(t, site+"/a?"+carry(text, append(signature, 0)), verify.SignatureMismatch)
}

// An RSA signature is made with PSS in place of PKCS #1 v1.5. AccessDenied
func TestPSS(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(grant("*")))
	signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], nil)
	if err != nil {
		t.Fatal(err)
	}
	v := verify.New(map[string]crypto.PublicKey{trustedID: key.Public()})
	if d := v.Check(verify.Request{URL: site + "/a?" + carry(grant("*"), signature), Time: signedAt}); d.Allowed {
		t.Error("allowed")
	}
}

// The hash is named as one that nobody computes, in the hope of no check at all. AccessDenied
func TestUnknownHash(t *testing.T) {
	t.Parallel()
	good := site + "/a?" + forge(t, grant("*"))
	for _, name := range []string{"none", "MD5", "SHA-256", "sha256", "SHA1", "%00"} {
		refusedFor(t, strings.Replace(good, "=SHA256", "="+name, 1), verify.SignatureMismatch)
	}
}

// The base64 of a signature has line breaks or bits to spare, so that many forms of it open. MalformedSignature
func TestBase64Forms(t *testing.T) {
	t.Parallel()
	good := site + "/a?" + forge(t, grant("*"))
	for _, change := range []string{"Signature=\n", "Signature=%0A", "Signature= ", "Signature=%00", "Signature=+"} {
		refusedFor(t, strings.Replace(good, "Signature=", change, 1), verify.MalformedSignature)
	}
}

// Good cookies are sent beside a signed URL's parameters that are not good. 403: any of them makes it a signed URL
func TestCookiesBesideQuery(t *testing.T) {
	s := serve(t, app)
	c := "Cookie: " + cookies(t, s, "/*")
	opened(t, get(t, s, "/report.pdf", c))
	for _, q := range []string{"Expires=1", "Policy=", "Signature", "Key-Pair-Id=K", "Hash-Algorithm=SHA256"} {
		status(t, get(t, s, "/report.pdf?"+q, c), http.StatusForbidden)
	}
}

// A reserved parameter comes with its name escaped or in another case, for it to be checked here and dropped there.
// 403: it is an own parameter, and nobody signed it
func TestEscapedParameterNames(t *testing.T) {
	s := serve(t, app)
	q := query(t, s, "/report.pdf")
	for _, name := range []string{"%45xpires", "expires", "Expires%00", "EXPIRES"} {
		status(t, get(t, s, "/report.pdf?"+q+"&"+name+"=1"), http.StatusForbidden)
	}
}

// A viewer with an address mapped into IPv6 claims to be in the policy's range of IPv4, or outside it. Mapped addresses
// are the IPv4 ones
func TestMappedAddress(t *testing.T) {
	t.Parallel()
	text := policy.Policy{Resource: "*", Until: ends, IP: netip.MustParsePrefix("192.0.2.0/24")}.String()
	v := verify.New(map[string]crypto.PublicKey{trustedID: trusted().Public()})
	for address, allowed := range map[string]bool{
		"192.0.2.1": true, "::ffff:192.0.2.1": true, "::192.0.2.1": false, "64:ff9b::192.0.2.1": false,
		"::ffff:198.51.100.1": false,
	} {
		d := v.Check(verify.Request{URL: site + "/a?" + forge(t, text), Time: signedAt, IP: netip.MustParseAddr(address)})
		if d.Allowed != allowed {
			t.Errorf("%s: %v", address, d.Allowed)
		}
	}
}

// A name that a user chose ends the policy's string and begins another policy. ErrCharacter: no quote reaches a policy
func TestPolicyInjection(t *testing.T) {
	t.Parallel()
	refusedToSign(
		t,
		site+`/a","Condition":{"DateLessThan":{"AWS:EpochTime":2147483647}}},{"Resource":"`,
		policy.ErrCharacter,
	)
	refusedToSign(t, site+"/a\x00", policy.ErrCharacter)
	refusedToSign(t, site+"/a\nb", policy.ErrCharacter)
	refusedToSign(t, site+`/a\u002a`, policy.ErrBackslash)
}

// A name that a user chose contains a star, which would open everything below. ErrWildcard; in a query it is escaped
func TestWildcardInName(t *testing.T) {
	t.Parallel()
	refusedToSign(t, site+"/users/7/*", policy.ErrWildcard)
	if u, err := policy.EncodeURL(site + "/a?b=*"); err != nil || u != site+"/a?b=%2A" {
		t.Errorf("%q, %v", u, err)
	}
	refusedToSign(t, "https://*/a", policy.ErrWildcard)
	refusedToSign(t, "http*://d111111abcdef8.cloudfront.net/a", policy.ErrWildcard)
}

// A name that a user chose climbs out of the user's directory. ErrDotSegment, plain and escaped
func TestClimbingName(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/users/7/../8/a", "/users/7/%2e%2E/8/a", "/users/7/.%2e/8/a", "/users/7/..", "/./a"} {
		refusedToSign(t, site+path, policy.ErrDotSegment)
	}
	refusedToSign(t, site+`/users/7/..\8\a`, policy.ErrBackslash)
}

// A name that a user chose brings a signature of its own. ErrReserved, in every case and encoding
func TestSignatureInName(t *testing.T) {
	t.Parallel()
	for _, q := range []string{"Policy=x", "policy=x", "%50olicy=x", "a=b&Key-Pair-Id=K", "a&SIGNATURE", "Expires"} {
		refusedToSign(t, site+"/a?"+q, policy.ErrReserved)
	}
}

// A URL to sign names another host behind a user, a fragment or a backslash. Refused, each as what it is
func TestConfusedHost(t *testing.T) {
	t.Parallel()
	refusedToSign(t, "https://d111111abcdef8.cloudfront.net@evil.example/a", policy.ErrUserinfo)
	refusedToSign(t, "https://evil.example#.cloudfront.net/a", policy.ErrFragment)
	refusedToSign(t, `https://evil.example\.cloudfront.net/a`, policy.ErrBackslash)
	refusedToSign(t, "https://evil.example%2f.cloudfront.net/a", policy.ErrHost)
	refusedToSign(t, "https://[::1]/a", policy.ErrHost)
	refusedToSign(t, "javascript://d111111abcdef8.cloudfront.net/a", policy.ErrURL)
}

// A URL to sign has megabytes. ErrTooLong, before anything is made of it
func TestLongURLToSign(t *testing.T) {
	t.Parallel()
	refusedToSign(t, site+"/"+strings.Repeat("a", 1<<20), policy.ErrTooLong)
	if _, err := local(t).Cookies(site+"/"+strings.Repeat("*", 1<<20), signer.Terms{Until: ends},
		signer.CookieOptions{}); !errors.Is(err, policy.ErrTooLong) {
		t.Errorf("%v", err)
	}
}

// A key pair ID brings parameters of its own. ErrKeyID
func TestKeyIDWithParameters(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"K&Policy=x", "K 1", "K%26", "", "K\r\nSet-Cookie: a"} {
		if _, err := signer.New(id, trusted()); !errors.Is(err, signer.ErrKeyID) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// A cookie's path or domain brings attributes of its own. Refused
func TestCookieAttributes(t *testing.T) {
	t.Parallel()
	for _, o := range []signer.CookieOptions{
		{Path: "/; Domain=evil.example"}, {Domain: "cloudfront.net; Path=/"},
		{Domain: "d111111abcdef8.cloudfront.net, evil.example"},
	} {
		if c, err := local(t).Cookies(site+"/*", signer.Terms{Until: ends}, o); err == nil {
			t.Errorf("%+v: %v", o, c)
		}
	}
}

// Bucket, region or host of a presigned URL bring another host, a path or a line break. Refused
func TestPresignElsewhere(t *testing.T) {
	t.Parallel()
	good := presign.Config{
		Bucket: "my-bucket", Region: "eu-west-1", Host: "d111111abcdef8.cloudfront.net", Lifetime: time.Hour,
		Credentials: credentials.StaticCredentialsProvider{Value: aws.Credentials{AccessKeyID: "A", SecretAccessKey: "S"}},
	}
	if _, err := presign.New(good); err != nil {
		t.Fatal(err)
	}
	for kind, change := range map[error][]func(*presign.Config){
		presign.ErrBucket: {
			func(c *presign.Config) { c.Bucket = "evil.example/x" },
			func(c *presign.Config) { c.Bucket = "my-bucket.s3.evil.example#" },
		},
		presign.ErrRegion: {
			func(c *presign.Config) { c.Region = "eu-west-1.evil.example/" },
			func(c *presign.Config) { c.Region = "eu-west-1\r\nX: y" },
		},
		presign.ErrHost: {
			func(c *presign.Config) { c.Host = "h.example/x?" },
			func(c *presign.Config) { c.Host = "user@h.example" },
		},
	} {
		for _, f := range change {
			c := good
			f(&c)
			if _, err := presign.New(c); !errors.Is(err, kind) {
				t.Errorf("%+v: %v", c, err)
			}
		}
	}
}

// A key to presign climbs out of its directory, or is larger than S3's. ErrKey
func TestPresignKey(t *testing.T) {
	t.Parallel()
	p, err := presign.New(presign.Config{
		Bucket: "my-bucket", Region: "eu-west-1", Lifetime: time.Hour,
		Credentials: credentials.StaticCredentialsProvider{Value: aws.Credentials{AccessKeyID: "A", SecretAccessKey: "S"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"users/7/../8/a", "..", "./a", strings.Repeat("a", 1025), ""} {
		if _, err := p.Presign(t.Context(), presign.Request{Method: http.MethodGet, Key: key}); !errors.Is(err,
			presign.ErrKey) {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// A curl command line that was sent to be explained reads a file, or never ends. Exit 2, and no file is opened
func TestCurlLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/secret", []byte("CloudFront-Policy=SECRET"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"curl https://h.example/ -b secret", "curl 'https://h.example/" +
		strings.Repeat("a", 1<<19) + "'"} {
		r := run(t, dir, line, "verify", "-", "--public-key", "secret", "--key-pair-id", trustedID)
		if r.code != 2 || strings.Contains(r.stdout+r.stderr, "SECRET") {
			t.Errorf("%d %s%s", r.code, r.stdout, r.stderr)
		}
	}
}

// A server in place of AWS responds without end. The tool stops reading after 16 MiB, with exit 2
func TestEndlessAWS(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"Parameter":{"Value":"`)
		for piece := strings.Repeat("a", 1<<20); r.Context().Err() == nil; {
			n, err := io.WriteString(w, piece)
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
	}))
	t.Cleanup(endless.Close)
	path, err := tool()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, "sign", "url", "/a", "--for", "1h", "--deployment", "ssm:/x")
	cmd.Env = []string{"HOME=" + t.TempDir(), "AWS_ENDPOINT_URL=" + endless.URL, "AWS_REGION=" + fakeaws.Region,
		"AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=S", "AWS_MAX_ATTEMPTS=1"}
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 2 || sent.Load() > 64<<20 {
		t.Errorf("%d after %d bytes: %.500s", cmd.ProcessState.ExitCode(), sent.Load(), out)
	}
}
