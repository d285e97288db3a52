package edge_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/privatecdn/keys"
)

// The keys of the conformance cases. They sign without this project's signer,
// so that the edge is not judged by its own kin.
var caseKeys = sync.OnceValue(func() map[string]crypto.Signer {
	newRSA := func() crypto.Signer {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return k
	}
	newP256 := func() crypto.Signer {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		return k
	}
	all := map[string]crypto.Signer{}
	for name, create := range map[string]func() crypto.Signer{
		"rsa": newRSA, "stranger": newRSA, "p256": newP256, "other": newP256,
	} {
		if *edgeDir != "" {
			all[name] = storedKey(*edgeDir, name, create)
		} else {
			all[name] = create()
		}
	}
	return all
})

func publicPEM(key crypto.Signer) string {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func keyID(t testing.TB, name string) string {
	t.Helper()
	p, err := keys.NewPublic(caseKeys()[name].Public())
	if err != nil {
		t.Fatal(err)
	}
	return p.LocalID()
}

// grant is what a "sign:" or "cookies:" field asks for.
type grant struct {
	kind                                string // canned or custom
	until, from                         int64
	ip, resource, policy, key, id, hash string
	flip, drop                          string // a part whose last character is changed, one left out
	set                                 []string
}

func parseGrant(t *testing.T, field string, now time.Time) grant {
	t.Helper()
	words := strings.Fields(field)
	g := grant{kind: words[0], until: now.Add(time.Hour).Unix(), key: "p256", hash: "SHA256"}
	for _, w := range words[1:] {
		name, value, _ := strings.Cut(w, "=")
		switch name {
		case "until":
			g.until = moment(t, value, now)
		case "from":
			g.from = moment(t, value, now)
		case "ip":
			g.ip = value
		case "resource":
			g.resource = value
		case "policy":
			g.policy = value
		case "key":
			g.key = value
		case "id":
			g.id = value
		case "hash":
			g.hash = value
		case "flip":
			g.flip = value
		case "drop":
			g.drop = value
		case "set":
			g.set = append(g.set, value)
		default:
			t.Fatalf("unknown word %q in a signature", w)
		}
	}
	return g
}

func moment(t *testing.T, s string, now time.Time) int64 {
	t.Helper()
	if d, err := time.ParseDuration(s); err == nil && (s[0] == '+' || s[0] == '-') {
		return now.Add(d).Unix()
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// parameters are the grant's parts for a URL, in the order of the documentation.
func (g grant) parameters(t testing.TB, url string) [][2]string {
	t.Helper()
	resource := g.resource
	if resource == "" {
		resource = url
	}
	text := g.policy
	if text == "" {
		conditions := fmt.Sprintf(`"DateLessThan":{"AWS:EpochTime":%d}`, g.until)
		if g.ip != "" {
			conditions += fmt.Sprintf(`,"IpAddress":{"AWS:SourceIp":%q}`, g.ip)
		}
		if g.from != 0 {
			conditions += fmt.Sprintf(`,"DateGreaterThan":{"AWS:EpochTime":%d}`, g.from)
		}
		text = `{"Statement":[{"Resource":"` + resource + `","Condition":{` + conditions + `}}]}`
	}
	id := g.id
	if id == "" {
		id = keyID(t, g.key)
	} else if name, found := strings.CutPrefix(id, "@"); found {
		id = keyID(t, name)
	}
	first := [2]string{"Expires", strconv.FormatInt(g.until, 10)}
	if g.kind == "custom" {
		first = [2]string{"Policy", encode64([]byte(text))}
	}
	parts := [][2]string{first, {"Signature", encode64(signText(t, caseKeys()[g.key], g.hash, text))}, {"Key-Pair-Id", id}}
	if g.hash != "SHA1" {
		parts = append(parts, [2]string{"Hash-Algorithm", g.hash})
	}
	return g.spoil(parts)
}

// spoil does what "flip", "drop" and "set" ask for.
func (g grant) spoil(parts [][2]string) [][2]string {
	var kept [][2]string
	for _, p := range parts {
		if p[0] == g.drop {
			continue
		}
		if p[0] == g.flip {
			swap := "A"
			if strings.HasPrefix(p[1], "A") {
				swap = "B"
			}
			p[1] = swap + p[1][1:]
		}
		for _, s := range g.set {
			if name, value, _ := strings.Cut(s, ":"); name == p[0] {
				p[1] = value
			}
		}
		kept = append(kept, p)
	}
	return kept
}

func signText(t testing.TB, key crypto.Signer, hash, text string) []byte {
	t.Helper()
	sum1, sum256 := sha1.Sum([]byte(text)), sha256.Sum256([]byte(text))
	digest, algorithm := sum256[:], crypto.SHA256
	if hash == "SHA1" {
		digest, algorithm = sum1[:], crypto.SHA1
	}
	signature, err := key.Sign(rand.Reader, digest, algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func encode64(b []byte) string {
	return strings.NewReplacer("+", "-", "=", "_", "/", "~").Replace(base64.StdEncoding.EncodeToString(b))
}

func (g grant) signURL(t testing.TB, url string) string {
	t.Helper()
	join := "?"
	if strings.Contains(url, "?") {
		join = "&"
	}
	for _, p := range g.parameters(t, url) {
		url += join + p[0] + "=" + p[1]
		join = "&"
	}
	return url
}

func (g grant) cookie(t testing.TB, url string) string {
	t.Helper()
	var all []string
	for _, p := range g.parameters(t, url) {
		all = append(all, "CloudFront-"+p[0]+"="+p[1])
	}
	return strings.Join(all, "; ")
}
