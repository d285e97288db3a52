package signer_test

import (
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign"

	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

// Whatever a private key is given in place of, no error repeats any of it.
func TestErrorsHoldNoKey(t *testing.T) {
	t.Parallel()
	text, err := keys.MarshalPrivate(ecKey())
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	oneLine := strings.NewReplacer("\n", "").Replace(string(text))
	body := strings.TrimSuffix(strings.TrimPrefix(oneLine, "-----BEGIN PRIVATE KEY-----"), "-----END PRIVATE KEY-----")
	if len(body) < len(block.Bytes) {
		t.Fatal("no key to look for")
	}
	path, _ := deployed(t)
	live := open(t, path)
	until := signer.Terms{Until: end}
	for _, secret := range []string{string(text), oneLine, body} {
		for name, give := range map[string]func() error{
			"key pair ID":   func() error { _, err := signer.New(secret, ecKey()); return err },
			"URL":           func() error { _, err := live.URL(secret, until); return err },
			"host":          func() error { _, err := live.URL("https://"+secret+"/", until); return err },
			"port":          func() error { _, err := live.URL("https://h.example:"+secret, until); return err },
			"scheme":        func() error { _, err := live.URL(secret+"://h.example/", until); return err },
			"resource":      func() error { _, err := live.Grant(secret, until); return err },
			"policy":        func() error { _, err := live.URL("/a", signer.Terms{Policy: secret}); return err },
			"policy member": func() error { _, err := live.URL("/a", signer.Terms{Policy: `{"` + body + `":1}`}); return err },
			"address":       func() error { _, err := policy.ParseIP(secret); return err },
			"cookie domain": func() error {
				_, err := live.Cookies("/a", until, signer.CookieOptions{Domain: secret})
				return err
			},
			"cookie path": func() error { _, err := live.Cookies("/a", until, signer.CookieOptions{Path: secret}); return err },
			"SDK resource": func() error {
				_, err := policy.FromSDK(sign.NewCannedPolicy(secret, time.Now()))
				return err
			},
		} {
			err := give()
			if err == nil {
				t.Errorf("%s: no error", name)
				continue
			}
			for at := 0; at+16 <= len(body); at++ {
				if strings.Contains(err.Error(), body[at:at+16]) {
					t.Errorf("%s: the error holds part of the key", name)
					break
				}
			}
		}
	}
}
