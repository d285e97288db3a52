package signer_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign"

	"example.com/privatecdn/internal/testing/need"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

// The judges are not ours: openssl, the AWS SDK for Go (SHA-1) and the AWS SDK
// for JavaScript (SHA-256).

// query is a signed URL's own URL and its signature's parameters.
func query(t *testing.T, u string) (base string, parameters map[string]string) {
	t.Helper()
	parsed, err := url.Parse(u)
	if err != nil {
		t.Fatal(err)
	}
	parameters = map[string]string{}
	for name, values := range parsed.Query() {
		parameters[name] = values[0]
	}
	base, _, _ = strings.Cut(u, "?")
	return base, parameters
}

func TestOpenSSLVerifies(t *testing.T) {
	t.Parallel()
	openssl := need.Need(t, "openssl", "install OpenSSL")
	for name, key := range map[string]crypto.Signer{"rsa": rsaKey(), "p256": ecKey()} {
		for hash, flag := range map[crypto.Hash]string{crypto.SHA1: "-sha1", crypto.SHA256: "-sha256"} {
			t.Run(name+flag, func(t *testing.T) {
				t.Parallel()
				u, err := newSigner(t, key, signer.WithHash(hash)).URL(page, signer.Terms{Until: end, IP: ip})
				if err != nil {
					t.Fatal(err)
				}
				_, parameters := query(t, u)
				standard := strings.NewReplacer("-", "+", "_", "=", "~", "/")
				dir := t.TempDir()
				for file, parameter := range map[string]string{"policy": "Policy", "signature": "Signature"} {
					// Decoded by openssl, not by this module.
					out, err := decode64(openssl, standard.Replace(parameters[parameter]))
					if err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(dir, file), out, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				public, err := keys.NewPublic(key.Public())
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, "public.pem"), []byte(public.PEM()), 0o600); err != nil {
					t.Fatal(err)
				}
				cmd := exec.Command(openssl, "dgst", flag, "-verify", "public.pem", "-signature", "signature", "policy")
				cmd.Dir = dir
				if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "Verified OK") {
					t.Errorf("openssl: %s", out)
				}
			})
		}
	}
}

func decode64(openssl, text string) ([]byte, error) {
	cmd := exec.Command(openssl, "base64", "-d", "-A")
	cmd.Stdin = strings.NewReader(text)
	return cmd.Output()
}

// On every input both accept, SHA-1 output is the SDK's byte for byte.
func TestSameAsGoSDK(t *testing.T) {
	t.Parallel()
	s := newSigner(t, rsaKey(), signer.WithHash(crypto.SHA1))
	urls := sign.NewURLSigner(keyID, rsaKey())
	cookies := sign.NewCookieSigner(keyID, rsaKey())
	random := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		raw, err := policy.EncodeURL(randomURL(random))
		if err != nil {
			continue
		}
		terms := signer.Terms{Until: end.Add(time.Duration(random.Int64N(1e17)))}
		ours, err := s.URL(raw, terms)
		theirs, sdkErr := urls.Sign(raw, terms.Until)
		if err != nil || sdkErr != nil || ours != theirs {
			t.Fatalf("canned %q: %v, %v\nours %s\nSDK  %s", raw, err, sdkErr, ours, theirs)
		}
		p := policy.Policy{Resource: raw, Until: terms.Until}
		if random.IntN(2) == 0 {
			p.From = end.Add(-time.Duration(random.Int64N(1e16)))
		}
		if p.From.IsZero() || random.IntN(2) == 0 {
			p.IP = netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(random.IntN(256))}), random.IntN(33))
		}
		// The SDK leaves a ? as it is, as one does for a pattern.
		terms.From, terms.IP, terms.Resource = p.From, p.IP, raw
		ours, err = s.URL(raw, terms)
		theirs, sdkErr = urls.SignWithPolicy(raw, p.SDK())
		if err != nil || sdkErr != nil || ours != theirs {
			t.Fatalf("custom %s: %v, %v\nours %s\nSDK  %s", p, err, sdkErr, ours, theirs)
		}
		back, err := policy.FromSDK(p.SDK())
		if err != nil || back.String() != p.String() {
			t.Fatalf("%s came back as %s, %v", p, back, err)
		}
	}
	resource := host + "/films/*"
	ours, err := s.Cookies(resource, signer.Terms{Until: end}, signer.CookieOptions{})
	theirs, sdkErr := cookies.Sign(resource, end)
	if err != nil || sdkErr != nil || fmt.Sprint(values(ours)) != fmt.Sprint(values(theirs)) {
		t.Errorf("cookies: %v, %v\nours %v\nSDK  %v", err, sdkErr, ours, theirs)
	}
}

// randomURL is a URL of letters that encoders disagree about.
func randomURL(random *rand.Rand) string {
	const letters = "aZ09-._~ !$&'()+,;=:@/?%^{}|[]<>`é日€%20%2F%41%zz"
	runes := []rune(letters)
	var b strings.Builder
	b.WriteString(host + "/")
	for range random.IntN(30) {
		b.WriteRune(runes[random.IntN(len(runes))])
	}
	return b.String()
}

const nodeSigner = `
const { getSignedUrl, getSignedCookies } = require("@aws-sdk/cloudfront-signer");
const crypto = require("node:crypto");
const jobs = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(jobs.map(j => j.signature
  ? crypto.verify("sha256", Buffer.from(j.text), j.publicKey,
      Buffer.from(j.signature.replace(/-/g, "+").replace(/_/g, "=").replace(/~/g, "/"), "base64"))
  : j.cookies ? getSignedCookies(j) : getSignedUrl(j))));
`

func node(t *testing.T, script string, in, out any) {
	t.Helper()
	root := need.NodeModule(t, "@aws-sdk/cloudfront-signer")
	jobs, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "-e", script)
	cmd.Dir, cmd.Stdin = root, bytes.NewReader(jobs)
	cmd.Env = append(os.Environ(), "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true")
	printed, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v: %s", err, err.(*exec.ExitError).Stderr)
	}
	if err := json.Unmarshal(printed, out); err != nil {
		t.Fatalf("node printed %s: %v", printed, err)
	}
}

type job map[string]any

func pkcs8(t *testing.T, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// One direction: what the JavaScript SDK signs is verified here, and with RSA,
// whose signatures cannot differ, it is what is signed here.
func TestJavaScriptSDKSigns(t *testing.T) {
	t.Parallel()
	text := policy.Policy{Resource: host + "/films/*", Until: end, IP: ip}.String()
	terms := []signer.Terms{{Until: end}, {Until: end}, {Policy: text}}
	raws := []string{page, host + "/a%20b?c=d%20e", page}
	for _, key := range []crypto.Signer{rsaKey(), ecKey()} {
		var jobs []job
		for i, raw := range raws {
			j := job{
				"url":          raw,
				"keyPairId":    keyID,
				"privateKey":   pkcs8(t, key),
				"algorithm":    "SHA256",
				"dateLessThan": end.UTC().Format(time.RFC3339),
			}
			if terms[i].Policy != "" {
				j["policy"] = terms[i].Policy
			}
			jobs = append(jobs, j)
		}
		// Its own custom policies have another order of conditions.
		jobs = append(jobs, job{"url": page, "keyPairId": keyID, "privateKey": pkcs8(t, key), "algorithm": "SHA256",
			"dateLessThan": end.UTC().
				Format(time.RFC3339),
			"dateGreaterThan": now.Add(-time.Hour).UTC().Format(time.RFC3339), "ipAddress": "192.0.2.0/24"})
		var theirs []string
		node(t, nodeSigner, jobs, &theirs)
		for i, u := range theirs {
			if d := check(key, u, now); !d.Allowed {
				t.Errorf("refused: %s: %s", d.Reason, u)
			}
			if _, ok := key.(*rsa.PrivateKey); !ok || i == len(raws) {
				continue
			}
			ours, err := newSigner(t, key).URL(raws[i], terms[i])
			if err != nil {
				t.Fatal(err)
			}
			ourBase, our := query(t, ours)
			theirBase, their := query(t, u)
			if ourBase != theirBase || fmt.Sprint(our) != fmt.Sprint(their) {
				t.Errorf("ours   %s\ntheirs %s", ours, u)
			}
		}
	}
}

func TestJavaScriptSDKSignsCookies(t *testing.T) {
	t.Parallel()
	text := policy.Policy{Resource: host + "/films/*", Until: end}.String()
	job0 := job{
		"cookies":      true,
		"keyPairId":    keyID,
		"privateKey":   pkcs8(t, rsaKey()),
		"algorithm":    "SHA256",
		"url":          page,
		"dateLessThan": end.UTC().Format(time.RFC3339),
	}
	job1 := job{
		"cookies":    true,
		"keyPairId":  keyID,
		"privateKey": pkcs8(t, rsaKey()),
		"algorithm":  "SHA256",
		"policy":     text,
	}
	var theirs []map[string]any
	node(t, nodeSigner, []job{job0, job1}, &theirs)
	for i, resource := range []string{page, host + "/films/*"} {
		ours, err := newSigner(t, rsaKey()).Cookies(resource, signer.Terms{Until: end}, signer.CookieOptions{})
		if err != nil || len(ours) != len(theirs[i]) {
			t.Fatalf("%v, %v, %v", ours, theirs[i], err)
		}
		for _, c := range ours {
			if their := theirs[i][c.Name]; c.Value != fmt.Sprint(their) && c.Value != fmt.Sprintf("%.0f", their) {
				t.Errorf("%s: %s, theirs %v", c.Name, c.Value, their)
			}
		}
	}
}

// The other direction: what is signed here, node's own OpenSSL verifies.
func TestNodeVerifies(t *testing.T) {
	t.Parallel()
	var jobs []job
	for _, key := range []crypto.Signer{rsaKey(), ecKey()} {
		public, err := keys.NewPublic(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		u, err := newSigner(t, key).URL(page, signer.Terms{Until: end})
		if err != nil {
			t.Fatal(err)
		}
		_, parameters := query(t, u)
		text := `{"Statement":[{"Resource":"` + page +
			`","Condition":{"DateLessThan":{"AWS:EpochTime":` + parameters["Expires"] + `}}}]}`
		jobs = append(jobs, job{"signature": parameters["Signature"], "text": text, "publicKey": public.PEM()})
	}
	var good []bool
	node(t, nodeSigner, jobs, &good)
	if len(good) != 2 || !good[0] || !good[1] {
		t.Errorf("node says %v", good)
	}
}
