package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/access"
	"example.com/privatecdn/keys"
)

// published is a store whose next key is given. It implements keys.Store.
type published string

func (p published) New(context.Context, keys.Algorithm) (*keys.Public, string, error) {
	public, err := keys.ParsePublic([]byte("-----BEGIN PUBLIC KEY-----\n" + string(p) + "-----END PUBLIC KEY-----\n"))
	return public, "kms:alias/media", err
}

// A revoked key's links would have lived until its end, not for the longest
// lifetime.
func TestDaysOfDyingLinks(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	ring, err := keys.Create(t.TempDir(), keys.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	first, err := ring.Add(t.Context(), keys.ECDSAP256, published(keyOne))
	if err != nil {
		t.Fatal(err)
	}
	second, err := ring.Add(t.Context(), keys.ECDSAP256, published(keyTwo))
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	_, promoted := ring.Promote(second.Fingerprint)
	_, retired := ring.Retire(first.Fingerprint)
	now = now.Add(48 * time.Hour)
	_, revoked := ring.Revoke(t.Context(), first.Fingerprint, nil)
	if err := errors.Join(promoted, retired, revoked); err != nil {
		t.Fatal(err)
	}
	old, changed := base(), base()
	old.trusted, changed.trusted = []string{"KeyOne", "KeyTwo"}, []string{"KeyTwo"}
	findings := access.Diff(old.read(t), changed.read(t), access.WithRing(ring))
	if len(findings) != 1 || !strings.Contains(findings[0].Sentence, "up to 5.0 days") {
		t.Errorf("%+v", findings)
	}
}

// The steps of a rotation are notes if the ring took them, and nothing else is.
func TestRingExplainsRotation(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	ring, err := keys.Create(t.TempDir(), keys.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	key := func(k keys.Key, err error) keys.Key {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	expect := func(step string, before, after []string, want string) {
		t.Helper()
		old, changed := base(), base()
		old.trusted, changed.trusted = before, after
		var got []string
		for _, f := range access.Diff(old.read(t), changed.read(t), access.WithRing(ring)) {
			got = append(got, string(f.Severity)+" "+string(f.Kind)+" "+about(f))
			if len(f.Paths) != 2 || f.Paths[0] != "private/*" || f.Paths[1] != "*" ||
				!strings.Contains(f.Sentence, `"private/*", "*"`) {
				t.Errorf("%s: the finding does not name its paths: %+v", step, f)
			}
			if f.Kind == access.KeyRemoved && f.Severity == access.Breaking && !strings.Contains(f.Sentence, "up to 7.0 days") {
				t.Errorf("%s: %s", step, f.Sentence)
			}
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%s: got %s, want %s", step, text, want)
		}
	}
	one, two := []string{"KeyOne"}, []string{"KeyTwo"}
	first := key(ring.Add(t.Context(), keys.ECDSAP256, published(keyOne)))
	expect("not in the ring", one, []string{"KeyOne", "KeyTwo"}, "widening key-added KeyTwo")
	second := key(ring.Add(t.Context(), keys.ECDSAP256, published(keyTwo)))
	expect("new", one, []string{"KeyOne", "KeyTwo"}, "note key-added KeyTwo")
	now = now.Add(time.Hour)
	key(ring.Promote(second.Fingerprint))
	expect("signs, and was not there", one, []string{"KeyOne", "KeyTwo"}, "widening key-added KeyTwo")
	expect("too early", []string{"KeyOne", "KeyTwo"}, two, "breaking key-removed KeyOne")
	now = now.Add(time.Hour)
	key(ring.Retire(first.Fingerprint))
	now = now.Add(8 * 24 * time.Hour)
	key(ring.Drop(first.Fingerprint))
	expect("drop", []string{"KeyOne", "KeyTwo"}, two, "note key-removed KeyOne")
}

func TestAccept(t *testing.T) {
	t.Parallel()
	for text, accepted := range map[string]bool{
		"key-removed": true,
		"key-removed " + fingerprint(keyOne)[:20] + "*": false, // the paths do not match
		"key-removed *":         true,
		"key-removed private/*": false,
		"became-public":         false,
		"became-public *":       false,
	} {
		old, changed := base(), base()
		changed.trusted = []string{"KeyTwo"}
		findings := access.Diff(old.read(t), changed.read(t))
		a, err := access.ParseAllowance(text)
		if err != nil {
			t.Fatal(err)
		}
		access.Accept(findings, []access.Allowance{a})
		if findings[0].Kind != access.KeyRemoved || findings[0].Accepted != accepted || findings[0].Fails() == accepted ||
			findings[1].Accepted {
			t.Errorf("%s: %+v", text, findings)
		}
	}
	abroad := []access.Finding{{Kind: access.GeoChanged, Severity: access.Widening}}
	access.Accept(abroad, []access.Allowance{{Kind: access.GeoChanged, What: "*"}})
	if abroad[0].Accepted {
		t.Error("an allowance for something accepts a finding about nothing in particular")
	}
	access.Accept(abroad, []access.Allowance{{Kind: access.GeoChanged}})
	access.Accept(abroad, nil)
	if !abroad[0].Accepted {
		t.Error("a finding is no longer accepted")
	}
	all, err := access.ReadAllowances(strings.NewReader("# why\n\nkey-removed K* # for a while\nbecame-public\n"))
	if err != nil || len(all) != 2 || all[0] != (access.Allowance{Kind: access.KeyRemoved, What: "K*"}) ||
		all[1].What != "" {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := access.ReadAllowances(strings.NewReader("key-removed\nall\n")); !errors.Is(err, access.ErrAllow) ||
		!strings.HasPrefix(err.Error(), "line 2: ") {
		t.Errorf("%v", err)
	}
}

// Without a ring, the deployment document in the old template says how long
// what a key signed would have lived.
func TestDaysByTheDeploymentDocument(t *testing.T) {
	t.Parallel()
	for kind, publish := range map[string]func(s *site, document string){
		"parameter": func(s *site, document string) {
			s.resources["Deployment"] = resource("AWS::SSM::Parameter", props{"Name": "/d", "Type": "String", "Value": document})
		},
		"a document without a longest lifetime": func(s *site, document string) {
			s.resources["Deployment"] = resource("AWS::SSM::Parameter", props{"Name": "/d", "Type": "String",
				"Value": strings.Replace(document, `, "maxLifetime": 259200`, "", 1)})
		},
		"a text that is no document": func(s *site, document string) {
			s.resources["Deployment"] = resource("AWS::SSM::Parameter", props{"Name": "/d", "Type": "String",
				"Value": document[1:]})
		},
	} {
		for key, want := range map[string]string{keyOne: "up to 3.0 days before their end", keyTwo: "stop working there"} {
			old, changed := base(), base()
			publish(old, `{"version": 1, "stack": "S", "hosts": ["d111111abcdef8.cloudfront.net"],
				"bucket": {"name": "bucket", "region": "eu-west-1"},
				"behaviors": [{"pathPattern": "*", "access": "signed", "keys": ["K2JCJMDEHXQW5F"], "maxTtl": 0}],
				"keys": [{"id": "K2JCJMDEHXQW5F", "fingerprint": "`+fingerprint(key)+`", "algorithm": "ecdsa-p256",
					"state": "signing", "privateKey": "kms:alias/media"}], "maxLifetime": 259200}`)
			changed.trusted = []string{"KeyTwo"}
			if kind != "parameter" {
				want = "stop working there"
			}
			findings := access.Diff(old.read(t), changed.read(t))
			if len(findings) == 0 || !strings.HasSuffix(findings[0].Sentence, want) {
				t.Errorf("%s: %+v", kind, findings)
			}
		}
	}
}
