package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/testing/keytest"
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
		return synthesize(t, map[string]any{"ring": ring.Dir(), "deployed": documentOf(t, ring, deployed)})
	}
	stderr, code := synth(first)
	want := regexp.MustCompile(`(?m)^error: \[PrivateCdn/Media/Keys\] Keys: key [0-9a-f]{16} was added and promoted ` +
		`in one.*\nhint: .*\(earliest safe date: 20\d\d-`)
	if code != 2 || !want.MatchString(stderr) {
		t.Errorf("two steps in one: exit %d:\n%s", code, stderr)
	}
	if stderr, code := synth(both); code != 0 {
		t.Errorf("one step: exit %d:\n%s", code, stderr)
	}
}

// documentOf writes the deployment document of what is deployed.
func documentOf(t *testing.T, ring *keys.Ring, deployed []keys.Key) (file string) {
	t.Helper()
	d, err := keytest.Deployment(ring, deployed, "d111111abcdef8.cloudfront.net")
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "deployment.json")
	if err := d.Write(file); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestOldKey synthesizes with a key in a file that has signed too long: the
// command line warns of it, and nothing it writes holds the private key.
func TestOldKey(t *testing.T) {
	t.Parallel()
	ring, err := keys.Create(t.TempDir(), keys.WithClock(func() time.Time { return time.Now().AddDate(0, 0, -91) }))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.Add(context.Background(), keys.ECDSAP256, keys.FileStore{Ring: ring.Dir()})
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	stdout, stderr, err := cdk(t, unvalidated, "synth", "--output", out, "--app", os.Args[0], "-c", "ring="+ring.Dir())
	const want = " should be replaced from 20"
	if err != nil || !strings.Contains(stderr, want) {
		t.Errorf("cdk synth: %v\n%s", err, stderr)
	}
	private, err := os.ReadFile(filepath.Join(ring.Dir(), strings.TrimPrefix(key.Private, "file:")))
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]string{"standard output": stdout, "standard error": stderr}
	if err := filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			var text []byte
			text, err = os.ReadFile(path)
			written[path] = string(text)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(private)) {
		for place, text := range written {
			if strings.Contains(text, strings.TrimSpace(line)) {
				t.Errorf("%s holds the private key", place)
			}
		}
	}
}
