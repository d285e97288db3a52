package local_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/privatecdn/cmd/privatecdn/internal/local"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

// options are for a template with a key of its own, and a bucket, in a
// directory of the test.
func options(t *testing.T) local.Options {
	t.Helper()
	dir := t.TempDir()
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	public, err := keys.NewPublic(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	pem, err := json.Marshal(public.PEM())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../testdata/template.json")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, content []byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("stack.json", bytes.Replace(text, []byte(`"@KEY@"`), pem, 1))
	for _, name := range []string{
		"notes.txt", "films/film.mp4", "films/list.txt", "picture.png", ".hidden.png", "public/free.png",
	} {
		write(filepath.Join("content", name), []byte(name))
	}
	return local.Options{
		Edge:  edge.Options{Template: filepath.Join(dir, "stack.json"), Bucket: filepath.Join(dir, "content")},
		HTTPS: "127.0.0.1:0", HTTP: "127.0.0.1:0", S3: "127.0.0.1:0",
		Document: filepath.Join(dir, "state", "deployment.json"), State: filepath.Join(dir, "state"),
		Progress: t.Logf, Step: func(string) func() { return func() {} },
	}
}

func start(t *testing.T, o local.Options) *local.Local {
	t.Helper()
	l, err := local.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// roots trusts the local authority alone.
func roots(t *testing.T, d *deployment.Deployment) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(d.Resolve(d.CA))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("%s holds no certificate", d.CA)
	}
	return pool
}

// The certificate is good for loopback and for the distribution's own hosts.
func TestCertificate(t *testing.T) {
	t.Parallel()
	d := start(t, options(t)).Deployment()
	u, err := url.Parse(d.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	for name, good := range map[string]bool{
		"127.0.0.1": true, "localhost": true, "::1": true, d.Hosts[0]: true, "example.com": false,
	} {
		conn, err := tls.Dial("tcp", u.Host, &tls.Config{RootCAs: roots(t, d), ServerName: name})
		if (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			conn.Close()
		}
	}
}

// dial connects to a deployment and returns the certificate that name gets.
func dial(t *testing.T, d *deployment.Deployment, trusted *x509.CertPool, name string) *x509.Certificate {
	t.Helper()
	address := strings.TrimPrefix(d.Endpoint, "https://")
	conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: trusted, ServerName: name})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0]
}

// A later run for another host leaves what an earlier one has signed as good as
// it was. While one runs, there is no other.
func TestAuthorityIsKept(t *testing.T) {
	t.Parallel()
	o := options(t)
	first := start(t, o)
	certificate := dial(t, first.Deployment(), roots(t, first.Deployment()), "127.0.0.1")
	text, err := os.ReadFile(o.Edge.Template)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte(`"Enabled": true`), []byte(`"Enabled": true, "Aliases": ["*.media.example.com"]`), 1)
	if err := os.WriteFile(o.Edge.Template+".other.json", text, 0o600); err != nil {
		t.Fatal(err)
	}
	o.Edge.Template, o.Document = o.Edge.Template+".other.json", filepath.Join(o.State, "other.json")
	_, err = local.Start(t.Context(), o)
	at := ", at " + first.Deployment().Endpoint
	if !errors.Is(err, local.ErrRunning) || !strings.HasSuffix(err.Error(), at) {
		t.Errorf("a second run: %v, want it to end in %q", err, at)
	}
	first.Close()
	if _, err := os.Lstat(filepath.Join(o.State, "running")); err == nil {
		t.Error("the address of what ran stays")
	}

	second := start(t, o).Deployment()
	dial(t, second, roots(t, second), "a.media.example.com")
	if _, err := certificate.Verify(x509.VerifyOptions{Roots: roots(t, second)}); err != nil {
		t.Errorf("the earlier certificate: %v", err)
	}
}

// What a person would look at comes first, hidden files never.
func TestObjects(t *testing.T) {
	t.Parallel()
	l := start(t, options(t))
	want := []string{"/picture.png", "/films/film.mp4", "/notes.txt", "/films/list.txt"}
	if got := l.Objects(deployment.Signed); !slices.Equal(got, want) {
		t.Errorf("signed: %v, want %v", got, want)
	}
	if got, want := l.Objects(deployment.Public), []string{"/public/free.png"}; !slices.Equal(got, want) {
		t.Errorf("public: %v, want %v", got, want)
	}
}

// Of a thousand objects no more are listed.
func TestObjectsAreBounded(t *testing.T) {
	t.Parallel()
	o := options(t)
	for i := range 1001 {
		if err := os.WriteFile(filepath.Join(o.Edge.Bucket, strconv.Itoa(i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(start(t, o).Objects(deployment.Signed)); got != 1000 {
		t.Errorf("%d objects", got)
	}
}

// What listens on every address is reached on loopback, and the address of an
// earlier run, which was killed, is gone before a new one is known.
func TestEveryAddress(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.HTTPS, o.HTTP, o.S3 = "0.0.0.0:0", "[::]:0", ":0"
	running := filepath.Join(o.State, "running")
	if err := os.MkdirAll(o.State, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(running, []byte("https://127.0.0.1:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(o.Edge.Template)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte(`"Resources": {`), []byte(`"Resources": {
		"CDKMetadata": {"Type": "AWS::CDK::Metadata"}, "Alarm": {"Type": "AWS::CloudWatch::Alarm"},`), 1)
	if err := os.WriteFile(o.Edge.Template, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var told []string
	o.Progress = func(format string, args ...any) {
		told = append(told, fmt.Sprintf(format, args...))
		if _, err := os.Lstat(running); err == nil {
			t.Error("an earlier address stays")
		}
	}
	l := start(t, o)
	d := l.Deployment()
	for _, address := range []string{d.Endpoint, l.HTTP(), d.Bucket.Endpoint} {
		if u, err := url.Parse(address); err != nil || u.Hostname() != "127.0.0.1" {
			t.Errorf("%s, %v", address, err)
		}
	}
	if len(told) != 1 || !strings.HasPrefix(told[0], "Left out: Alarm (AWS::CloudWatch::Alarm): ") {
		t.Errorf("told %q", told)
	}
}

// What is not there is named, with what to do, before anything is made.
func TestInputs(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*local.Options){
		"gone.json does not exist":       func(o *local.Options) { o.Edge.Template += ".gone.json" },
		"gone does not exist":            func(o *local.Options) { o.Edge.Bucket += "gone" },
		"picture.png is not a directory": func(o *local.Options) { o.Edge.Bucket += "/picture.png" },
		"the bucket":                     func(o *local.Options) { o.Edge.Bucket = "" },
		"--https here: listen tcp":       func(o *local.Options) { o.HTTPS = "here" },
		"cannot write to the directory":  func(o *local.Options) { o.State = filepath.Join(o.Edge.Template, "state") },
		"no key ring in":                 func(o *local.Options) { o.Ring = filepath.Join("no", "ring") },
	} {
		o := options(t)
		change(&o)
		l, err := local.Start(t.Context(), o)
		if err == nil {
			l.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) || fault.Hint(err) == "" {
			t.Errorf("%v, hint %q; want %q", err, fault.Hint(err), want)
		}
		if _, err := os.Lstat(o.State); err == nil {
			t.Errorf("%s: %s was made", want, o.State)
		}
	}
}

// A directory that was there before stays when a run fails.
func TestFailedRun(t *testing.T) {
	t.Parallel()
	o := options(t)
	if err := os.MkdirAll(o.State, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(o.Edge.Template, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := local.Start(t.Context(), o); err == nil {
		l.Close()
		t.Error("started")
	}
	if _, err := os.Lstat(o.State); err != nil {
		t.Error(err)
	}
}

// After Close the addresses are free again.
func TestClose(t *testing.T) {
	t.Parallel()
	o := options(t)
	l, err := local.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(l.Deployment().Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	o.HTTPS = u.Host
	start(t, o)
}

// A template whose hosts are not valid, or not one's own, leaves nothing behind.
func TestNothingIsWrittenForWrongHosts(t *testing.T) {
	t.Parallel()
	for _, alias := range []string{"", "*.com", "co.uk", "https://media.example.com"} {
		o := options(t)
		text, err := os.ReadFile(o.Edge.Template)
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.Replace(text, []byte(`"Enabled": true`), []byte(`"Enabled": true, "Aliases": ["`+alias+`"]`), 1)
		if err := os.WriteFile(o.Edge.Template, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if l, err := local.Start(t.Context(), o); err == nil {
			l.Close()
			t.Errorf("%q: started", alias)
		}
		if _, err := os.Lstat(o.State); err == nil {
			t.Errorf("%q: %s was made", alias, o.State)
		}
	}
}
