package policy_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"example.com/privatecdn/signer/policy"
)

func TestEncodeIsBase64(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for n := range 200 {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		want := strings.NewReplacer("+", "-", "=", "_", "/", "~").Replace(base64.StdEncoding.EncodeToString(b))
		if got := policy.Encode(b); got != want {
			t.Fatalf("%d bytes: got %s, want %s", n, got, want)
		}
		if got := policy.AppendEncode([]byte("Policy="), b); string(got) != "Policy="+want {
			t.Fatalf("%d bytes: got %s", n, got)
		}
		if back, err := policy.Decode(want); n > 0 && (err != nil || !bytes.Equal(back, b)) {
			t.Fatalf("%d bytes: %x came back as %x, %v", n, b, back, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "Y", "YQ", "YQ_", "YQ==", "YR__", "YQ__\n", "Y Q__", "YWJ+", "YWJ/", "YWI_YWI_"} {
		if b, err := policy.Decode(s); !errors.Is(err, policy.ErrEncoding) {
			t.Errorf("%q: got %x, %v", s, b, err)
		}
	}
}
