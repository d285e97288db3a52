package signer_test

import (
	"crypto"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

// A grant by a P-256 key holds no tilde, opens what it is for, not before its
// start and not after its end, and is the same for all viewers of a window.
func TestGrantWithoutTilde(t *testing.T) {
	t.Parallel()
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	cloudFront := verify.New(map[string]crypto.PublicKey{"K2JCJMDEHXQW5F": key.Public()})
	now := time.Unix(1_800_000_000, 0)
	clock := signer.WithClock(func() time.Time { return now })
	s, err := signer.New("K2JCJMDEHXQW5F", key, clock)
	if err != nil {
		t.Fatal(err)
	}
	starts := map[int64]bool{}
	for i := range 60 {
		for _, terms := range []signer.Terms{
			{
				For: time.Hour, Resource: fmt.Sprintf("https://h.example/%d/a??*", i),
			}, {For: time.Hour, Window: time.Minute}, {For: time.Hour, From: now.Add(-time.Minute)},
			{For: time.Hour, Resource: fmt.Sprintf("https://h.example/%d/", i) + strings.Repeat("?", i%3) + "*"},
		} {
			resource := fmt.Sprintf("https://h.example/%d/*", i)
			if terms.Resource != "" {
				resource = ""
			}
			g, err := s.Grant(resource, terms)
			if err != nil {
				t.Fatal(err)
			}
			starts[g.Policy().From.Unix()] = true
			if strings.Contains(g.Query(), "~") {
				t.Errorf("%+v: %s", terms, g.Query())
			}
			if again, err := s.Grant(resource, terms); err != nil ||
				again.Query() != g.Query() {
				t.Errorf("%+v: signed again it is %s, %v", terms, again.Query(), err)
			}
			request := verify.Request{URL: fmt.Sprintf("https://h.example/%d/abcde?%s", i, g.Query()), Time: now}
			if d := cloudFront.Check(request); !d.Allowed {
				t.Errorf("%+v: %s", terms, d.Reason)
			}
			request.Time = g.Policy().Until
			if d := cloudFront.Check(request); d.Allowed || g.Policy().Until.Sub(now) > time.Hour+time.Minute {
				t.Errorf("%+v: open until after %v", terms, g.Policy().Until)
			}
		}
	}
	for _, start := range []int64{1, 10, 100, 2, 20, 200} { // the first that are tried
		if !starts[start] {
			t.Errorf("none of %d grants starts in second %d", len(starts), start)
		}
	}
}

// What is not free stays: a start in the future, a policy given as text.
func TestGrantAsAsked(t *testing.T) {
	t.Parallel()
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	s, err := signer.New("K2JCJMDEHXQW5F", key)
	if err != nil {
		t.Fatal(err)
	}
	from := time.Now().Add(time.Hour).Truncate(time.Second)
	for i := range 20 {
		resource := fmt.Sprintf("https://h.example/%d/*", i)
		g, err := s.Grant(resource, signer.Terms{For: time.Hour, From: from})
		if err != nil || !g.Policy().From.Equal(from) {
			t.Errorf("starts at %v, %v", g.Policy().From, err)
		}
		text := policy.Policy{Resource: resource, Until: from}.String()
		if g, err = s.Grant(resource, signer.Terms{Policy: text}); err != nil ||
			!strings.Contains(g.Query(), policy.Encode([]byte(text))) {
			t.Errorf("%s, %v", g.Query(), err)
		}
	}
}
