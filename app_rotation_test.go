package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
)

// TestDeployed synthesizes a promotion: refused, with a date, while what is
// deployed does not have the key, and synthesized once it does.
func TestDeployed(t *testing.T) {
	t.Parallel()
	ring := newRing(t)
	first := ring.Keys()
	second, err := ring.Add(context.Background(), keys.ECDSAP256, store{"b.pem"})
	if err != nil {
		t.Fatal(err)
	}
	both := ring.Keys()
	if _, err := ring.Promote(second.Fingerprint); err != nil {
		t.Fatal(err)
	}
	synth := func(deployed []keys.Key) (string, int) {
		return synthesize(t, map[string]any{"ring": ring.Dir(), "deployed": documentOf(t, deployed)})
	}
	stderr, code := synth(first)
	if want := regexp.MustCompile(`(?m)^error: \[PrivateCdn/Media/Keys\] Keys: key [0-9a-f]{16} is added and promoted in one.*\(earliest safe date: 20\d\d-`); code != 2 || !want.MatchString(stderr) {
		t.Errorf("two steps in one: exit %d:\n%s", code, stderr)
	}
	if stderr, code := synth(both); code != 0 {
		t.Errorf("one step: exit %d:\n%s", code, stderr)
	}
}

// documentOf writes the deployment document of what is deployed.
func documentOf(t *testing.T, deployed []keys.Key) (file string) {
	t.Helper()
	d := &deployment.Deployment{
		Version: deployment.Version, Stack: "PrivateCdn", Hosts: []string{"d111111abcdef8.cloudfront.net"},
		Behaviors: []deployment.Behavior{{PathPattern: "*", Access: deployment.Signed}},
	}
	for _, k := range deployed {
		id := "K" + strings.ToUpper(strings.TrimPrefix(k.Fingerprint, "SHA256:")[:13])
		d.Behaviors[0].Keys = append(d.Behaviors[0].Keys, id)
		d.Keys = append(d.Keys, deployment.Key{ID: id, Fingerprint: k.Fingerprint, Algorithm: k.Algorithm, State: k.State})
	}
	file = filepath.Join(t.TempDir(), "deployment.json")
	if err := d.Write(file); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestReminder holds that synthesis warns of a key that has signed too long.
func TestReminder(t *testing.T) {
	t.Parallel()
	ring, err := keys.Create(t.TempDir(), keys.WithClock(func() time.Time { return time.Now().AddDate(0, 0, -91) }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Add(context.Background(), keys.ECDSAP256, store{"a.pem"}); err != nil {
		t.Fatal(err)
	}
	_, stderr, err := cdk(t, "synth", "--quiet", "--output", t.TempDir(), "--app", os.Args[0], "-c", "ring="+ring.Dir())
	if err != nil || !strings.Contains(stderr, "has signed for 91 days, and should be replaced after 90 days: run `privatecdn keys rotate`") {
		t.Errorf("cdk synth: %v\n%s", err, stderr)
	}
}
