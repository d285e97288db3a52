package deployment_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
)

var fingerprint = "SHA256:" + strings.Repeat("0a", 32)

func example() *deployment.Deployment {
	return &deployment.Deployment{
		Version:  1,
		Stack:    "PrivateCdn",
		Hosts:    []string{"d111111abcdef8.cloudfront.net", "*.media.example.com", "127.0.0.1:8443", "[::1]:8443"},
		Endpoint: "https://127.0.0.1:8443",
		CA:       "ca.pem",
		Bucket:   deployment.Bucket{Name: "content", Region: "eu-west-1"},
		Behaviors: []deployment.Behavior{
			{PathPattern: "public/*", Access: deployment.Public, MaxTTL: 86400},
			{PathPattern: "*", Access: deployment.Signed, Keys: []string{"K1", "K2"}, MaxTTL: 86400},
		},
		Keys: []deployment.Key{
			{
				ID: "K1", Fingerprint: fingerprint, Algorithm: keys.RSA2048, State: keys.Signing,
				PrivateKey: "file:k1.pem", PublicKey: "-----BEGIN PUBLIC KEY-----",
			},
			{
				ID: "K2", Fingerprint: fingerprint, Algorithm: keys.ECDSAP256, State: keys.Pending,
				PrivateKey: "file:k2.pem",
			},
		},
		MaxLifetime: 604800,
	}
}

func TestWriteAndLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "deployment.json")
	for range 2 { // the second time in place of the first
		if err := example().Write(path); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	d, err := deployment.File(path).Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if d.Keys[1] != example().Keys[1] || !slices.Equal(d.Hosts, example().Hosts) || d.MaxLifetime != 604800 {
		t.Errorf("got %+v", d)
	}
	if got := d.Resolve(d.CA); got != filepath.Join(dir, "ca.pem") {
		t.Errorf("Resolve: %s", got)
	}
	if got := d.Resolve("/etc/ca.pem"); got != "/etc/ca.pem" {
		t.Errorf("Resolve: %s", got)
	}
}

func TestWriteLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "deployment.json")
	invalid := example()
	invalid.Hosts = nil
	if err := invalid.Write(path); !errors.Is(err, deployment.ErrInvalid) {
		t.Errorf("invalid: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := example().Write(filepath.Join(dir, "taken")); err == nil {
		t.Error("a directory was replaced")
	}
	if err := example().Write(filepath.Join(dir, "missing", "deployment.json")); err == nil {
		t.Error("a file in a missing directory was written")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

func TestFileIsNamed(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprint(deployment.File("deployment.json")); got != "deployment.json" {
		t.Errorf("got %s", got)
	}
}

func TestErrorSaysWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	d := example()
	d.Behaviors[1].Keys = []string{"K9"}
	const want = `behaviors[1].keys[0]: "K9" is not the ID of one of the keys`
	if err := d.Validate(); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestLoadMissing(t *testing.T) {
	t.Parallel()
	_, err := deployment.File(filepath.Join(t.TempDir(), "deployment.json")).Load(t.Context())
	if !errors.Is(err, deployment.ErrNotFound) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, field := range map[string]string{
		"":                                "",
		"{":                               "",
		"null x":                          "",
		"{} {}":                           "",
		`{"version":1,"maxLifeTimes":5}`:  "maxLifeTimes",
		`{"version":"1"}`:                 "version",
		`{"version":1,"keys":[{"id":5}]}`: "keys.id",
		`{"version":1,"version":1}`:       "version",
		`{"maxLifetime":1,"MaxLifetime":2,"version":1}`:                                          "MaxLifetime",
		`{"version":1,"hosts":[],"behaviors":[{"access":"signed","keys":[],"acceſs":"public"}]}`: "acceſs",
	} {
		_, err := deployment.Parse([]byte(text))
		var e *deployment.Error
		if !errors.Is(err, deployment.ErrSyntax) || !errors.As(err, &e) || e.Where != field || e.Remedy == "" {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := deployment.Parse([]byte(`{"version":2}`)); !errors.Is(err, deployment.ErrVersion) {
		t.Errorf("version 2: %v", err)
	}
}

// invalid is a change that breaks one rule, by the field that is then wrong.
var invalid = map[string]func(d *deployment.Deployment){
	"hosts":                    func(d *deployment.Deployment) { d.Hosts, d.Endpoint = nil, "" },
	"hosts[1]":                 func(d *deployment.Deployment) { d.Hosts[1] = "https://media.example.com" },
	"endpoint":                 func(d *deployment.Deployment) { d.Endpoint = "https://127.0.0.1:9999" },
	"behaviors":                func(d *deployment.Deployment) { d.Behaviors = d.Behaviors[:1] },
	"behaviors[0].access":      func(d *deployment.Deployment) { d.Behaviors[0].Access = "private" },
	"behaviors[0].keys":        func(d *deployment.Deployment) { d.Behaviors[0].Keys = []string{"K1"} },
	"behaviors[0].maxTtl":      func(d *deployment.Deployment) { d.Behaviors[0].MaxTTL = -1 },
	"behaviors[1].keys[1]":     func(d *deployment.Deployment) { d.Behaviors[1].Keys[1] = "K3" },
	"behaviors[0].pathPattern": func(d *deployment.Deployment) { d.Behaviors[0].PathPattern = "" },
	"keys":                     func(d *deployment.Deployment) { d.Keys[1].State = keys.Signing },
	"keys[0].fingerprint":      func(d *deployment.Deployment) { d.Keys[0].Fingerprint = "SHA256:" },
	"keys[0].algorithm":        func(d *deployment.Deployment) { d.Keys[0].Algorithm = "rsa" },
	"keys[0].state":            func(d *deployment.Deployment) { d.Keys[0].State = "signed" },
	"keys[0].privateKey":       func(d *deployment.Deployment) { d.Keys[0].PrivateKey = "k1.pem" },
	"keys[0].publicKey": func(d *deployment.Deployment) {
		d.Keys[0].PublicKey = "-----BEGIN PRIVATE KEY-----\nMC4="
	},
	"bucket":                func(d *deployment.Deployment) { d.Bucket.Region = "" },
	"behaviors[1].exposure": func(d *deployment.Deployment) { d.Behaviors[1].Exposure = -1 },
	"maxLifetime":           func(d *deployment.Deployment) { d.MaxLifetime = -1 },
	"keys[1].id":            func(d *deployment.Deployment) { d.Keys[1].ID, d.Behaviors[1].Keys = "K1", []string{"K1"} },
	"keys[0].id": func(d *deployment.Deployment) {
		d.Keys[0].ID, d.Behaviors[1].Keys[0] = "1f2b4f0a-8f3c-4f6f-a6e8-7dbb5bf4a1f0", "K2"
	},
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for field, change := range invalid {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			d := example()
			change(d)
			err := d.Validate()
			var e *deployment.Error
			if !errors.Is(err, deployment.ErrInvalid) || !errors.As(err, &e) || e.Where != field || e.Hint() == "" {
				t.Errorf("got %v", err)
			}
		})
	}
	least := example()
	least.MaxLifetime = 0
	for _, d := range []*deployment.Deployment{example(), least} {
		if err := d.Validate(); err != nil {
			t.Error(err)
		}
	}
	least.Behaviors = nil
	if err := least.Validate(); !errors.Is(err, deployment.ErrInvalid) {
		t.Errorf("without behaviors: %v", err)
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"":                         "",
		"https://127.0.0.1:8443":   "",
		"https://127.0.0.1:8443/":  "",
		"http://127.0.0.1:8443":    "",
		"ftp://127.0.0.1:8443":     "is not a valid address",
		"https://127.0.0.1:8443/a": "is not a valid address",
		"https://127.0.0.1:8443?a": "is not a valid address",
		"https://127.0.0.1:8443#a": "is not a valid address",
		"https://a@127.0.0.1:8443": "is not a valid address",
		"https://%zz":              "is not a valid address",
		"https://":                 "is not a valid address",
		"https://127.0.0.1:8444":   "is not one of the hosts",
	} {
		d := example()
		d.Endpoint = endpoint
		if err := d.Validate(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", endpoint, err, want)
		}
	}
}

func TestSigningKey(t *testing.T) {
	t.Parallel()
	type states = [2]keys.State
	for name, c := range map[string]struct {
		states  states
		trusted []string
		want    string
	}{
		"the one that signs":       {states{keys.Signing, keys.Pending}, []string{"K1", "K2"}, "K1"},
		"promoted":                 {states{keys.Retiring, keys.Signing}, []string{"K1", "K2"}, "K2"},
		"promoted, not yet there":  {states{keys.Retiring, keys.Signing}, []string{"K1"}, "K1"},
		"two retiring":             {states{keys.Retiring, keys.Retiring}, []string{"K1", "K2"}, "K2"},
		"pending never signs":      {states{keys.Revoked, keys.Pending}, []string{"K1", "K2"}, ""},
		"signing is nowhere there": {states{keys.Revoked, keys.Signing}, []string{"K1"}, ""},
	} {
		d := example()
		d.Keys[0].State, d.Keys[1].State = c.states[0], c.states[1]
		d.Behaviors[1].Keys = c.trusted
		k, err := d.SigningKey()
		if k.ID != c.want || (err != nil) != (c.want == "") || err != nil && !errors.Is(err, deployment.ErrNoSigningKey) {
			t.Errorf("%s: got %q, %v", name, k.ID, err)
		}
	}
	d := example()
	d.Keys[0].State, d.Keys[1].State, d.Keys[1].PrivateKey = keys.Retiring, keys.Signing, ""
	d.Behaviors[1].Keys = []string{"K1", "K2"}
	if k, err := d.SigningKey(); !errors.Is(err, deployment.ErrNoSigningKey) {
		t.Errorf("without word of the private key: got %q, %v", k.ID, err)
	}
}

func TestLookups(t *testing.T) {
	t.Parallel()
	d := example()
	for path, want := range map[string]deployment.Access{
		"/public/a": deployment.Public, "/public/../a": deployment.Signed, "/": deployment.Signed,
	} {
		if b, ok := d.Behavior(path); !ok || b.Access != want {
			t.Errorf("Behavior(%s) = %v", path, b)
		}
	}
	for host, want := range map[string]bool{
		"d111111abcdef8.cloudfront.net": true, "a.media.example.com": true, "127.0.0.1:8443": true,
		"media.example.com": false, "a.b.media.example.com": true, "xmedia.example.com": false,
		"x127.0.0.1:8443": false, "127.0.0.1": false, ".media.example.com": false,
	} {
		if d.HasHost(host) != want {
			t.Errorf("HasHost(%s) = %v", host, !want)
		}
	}
	if got := d.BaseURL(); got != "https://127.0.0.1:8443" {
		t.Errorf("BaseURL: %s", got)
	}
	d.Endpoint = ""
	if got := d.BaseURL(); got != "https://d111111abcdef8.cloudfront.net" {
		t.Errorf("BaseURL: %s", got)
	}
}

func TestQueryParameters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list    deployment.QueryParameters
		valid   bool
		reaches []string // of a, b and response-content-disposition
	}{
		{nil, true, nil},
		{deployment.QueryParameters{}, true, nil},
		{deployment.QueryParameters{"a", "b"}, true, []string{"a", "b"}},
		{deployment.QueryParameters{"*"}, true, []string{"a", "b", "response-content-disposition"}},
		{deployment.QueryParameters{"*", "!b"}, true, []string{"a", "response-content-disposition"}},
		{deployment.QueryParameters{""}, false, nil},
		{deployment.QueryParameters{"a", "*"}, false, []string{"a"}},
		{deployment.QueryParameters{"!a"}, false, nil},
		{deployment.QueryParameters{"*", "a"}, false, []string{"a", "b", "response-content-disposition"}},
		{deployment.QueryParameters{"*", "!"}, false, []string{"a", "b", "response-content-disposition"}},
		{deployment.QueryParameters{"*", "*"}, false, []string{"a", "b", "response-content-disposition"}},
	} {
		var reaches []string
		for _, name := range []string{"a", "b", "response-content-disposition"} {
			if c.list.Has(name) {
				reaches = append(reaches, name)
			}
		}
		if !slices.Equal(reaches, c.reaches) {
			t.Errorf("%q: %q reach the origin, want %q", c.list, reaches, c.reaches)
		}
		d := example()
		d.Behaviors[1].QueryParameters = c.list
		err := d.Validate()
		if (err == nil) != c.valid || err != nil && !strings.Contains(err.Error(), "behaviors[1].queryParameters[") {
			t.Errorf("%q: %v", c.list, err)
		}
	}
}

// One byte more than the limit is refused, before anything is decoded.
func TestBounds(t *testing.T) {
	t.Parallel()
	text := []byte(document + strings.Repeat(" ", 1<<20-len(document)))
	if _, err := deployment.Parse(text); err != nil {
		t.Error(err)
	}
	if _, err := deployment.Parse(append(text, ' ')); !errors.Is(err, deployment.ErrSyntax) {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "deployment.json")
	for size, good := range map[int]bool{1 << 20: true, 1<<20 + 1: false} {
		if err := os.WriteFile(path, append(text, ' ')[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := deployment.File(path).Load(t.Context()); (err == nil) != good {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	for host, good := range map[string]bool{strings.Repeat("a", 259): true, strings.Repeat("a", 260): false} {
		d := example()
		d.Hosts[1], d.Behaviors[1].MaxTTL = host, 0
		if err := d.Validate(); (err == nil) != good {
			t.Errorf("a host of %d bytes: %v", len(host), err)
		}
	}
	for pattern, good := range map[string]bool{strings.Repeat("a", 255): true, strings.Repeat("a", 256): false} {
		d := example()
		d.Behaviors[0].PathPattern = pattern
		if err := d.Validate(); (err == nil) != good {
			t.Errorf("a pattern of %d bytes: %v", len(pattern), err)
		}
	}
}

// What was pasted in the wrong place is not repeated.
func TestErrorsHoldNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2"
	for _, paste := range []func(d *deployment.Deployment){
		func(d *deployment.Deployment) { d.Hosts[0] = secret },
		func(d *deployment.Deployment) { d.Endpoint = "https://" + secret },
		func(d *deployment.Deployment) { d.Behaviors[0].Access = secret },
		func(d *deployment.Deployment) { d.Behaviors[1].Keys[0] = secret },
		func(d *deployment.Deployment) { d.Keys[0].ID = secret + "=" },
		func(d *deployment.Deployment) { d.Keys[0].Algorithm = secret },
		func(d *deployment.Deployment) { d.Keys[0].State = secret },
		func(d *deployment.Deployment) { d.Keys[0].Fingerprint = secret },
		func(d *deployment.Deployment) { d.Keys[0].PrivateKey = "file:" + secret },
		func(d *deployment.Deployment) { d.Keys[0].PublicKey = "-----BEGIN PRIVATE KEY-----\n" + secret },
	} {
		d := example()
		paste(d)
		if err := d.Validate(); err == nil || strings.Contains(err.Error(), secret[20:40]) {
			t.Errorf("%v", err)
		}
	}
}
