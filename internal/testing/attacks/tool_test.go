package attacks_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
)

// deploymentAt writes the document of a deployment at a server, with a ring of
// its own, and returns its directory.
func deploymentAt(t *testing.T, server *httptest.Server) string {
	t.Helper()
	dir := t.TempDir()
	ring, err := keys.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	k, err := ring.Add(t.Context(), keys.ECDSAP256, keys.FileStore{Ring: dir})
	if err != nil {
		t.Fatal(err)
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), ca, 0o644); err != nil {
		t.Fatal(err)
	}
	d := &deployment.Deployment{
		Version: deployment.Version, Stack: "Media", Endpoint: server.URL, CA: "ca.pem",
		Hosts:     []string{strings.TrimPrefix(server.URL, "https://")},
		Behaviors: []deployment.Behavior{{PathPattern: "*", Access: deployment.Signed, Keys: []string{"K2JCJMDEHXQW5F"}}},
		Keys: []deployment.Key{{ID: "K2JCJMDEHXQW5F", Fingerprint: k.Fingerprint, Algorithm: k.Algorithm,
			State: k.State, PrivateKey: k.Private}},
	}
	if err := d.Write(filepath.Join(dir, "deployment.json")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// serverFor starts a server with HTTP/2.
func serverFor(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	t.Parallel()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// check runs check, and checks that nothing it prints is a signature.
func check(t *testing.T, dir string) result {
	t.Helper()
	r := run(t, dir, "", "check", "--deployment", "deployment.json")
	if strings.Contains(r.stdout+r.stderr, "Signature=M") {
		t.Errorf("a signature is printed:\n%s%s", r.stdout, r.stderr)
	}
	return r
}

// The host that is checked does not respond, so that errors repeat the signed URLs. Exit 2, said once, without a URL.
func TestCheckOfDeadHost(t *testing.T) {
	server := serverFor(t, nil)
	dir := deploymentAt(t, server)
	server.Close()
	r := check(t, dir)
	failed(t, r, "cannot be reached")
	if r.stdout != "" || strings.Count(r.stderr, "error:") != 1 {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
}

// The host that is checked closes each connection in the middle. No line has a signed URL.
func TestCheckOfBrokenHost(t *testing.T) {
	server := serverFor(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead {
			panic(http.ErrAbortHandler)
		}
	})
	if r := check(t, deploymentAt(t, server)); r.code != 1 {
		t.Errorf("exit %d:\n%s%s", r.code, r.stdout, r.stderr)
	}
}

// The host that is checked redirects to the signed URL, with control characters behind it. The lines have neither.
func TestCheckOfRedirectingHost(t *testing.T) {
	server := serverFor(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "https://elsewhere.example"+r.RequestURI+"\u009b31m")
		w.WriteHeader(http.StatusFound)
	})
	if r := check(t, deploymentAt(t, server)); r.code != 1 || strings.Contains(r.stdout, "\u009b") {
		t.Errorf("exit %d:\n%s%s", r.code, r.stdout, r.stderr)
	}
}

// A distribution takes a host that contains a path. check finds it.
func TestCheckOfOpenHost(t *testing.T) {
	server := serverFor(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Host, "/") {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	r := check(t, deploymentAt(t, server))
	if r.code != 1 || !strings.Contains(r.stdout, "FAIL  a host that contains a path is refused") {
		t.Errorf("exit %d:\n%s%s", r.code, r.stdout, r.stderr)
	}
}

// The host that is checked responds without end. 64 KiB are read of each response.
func TestCheckOfEndlessHost(t *testing.T) {
	chunk := make([]byte, 32<<10)
	server := serverFor(t, func(w http.ResponseWriter, r *http.Request) {
		for n := 0; n < 64<<20 && r.Context().Err() == nil; n += len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	if r := check(t, deploymentAt(t, server)); r.code != 1 {
		t.Errorf("exit %d:\n%s%s", r.code, r.stdout, r.stderr)
	}
}

// A deployment document is megabytes long. Only its first 1 MiB is read.
func TestLargeDocument(t *testing.T) {
	dir := deploymentAt(t, serverFor(t, nil))
	path := filepath.Join(dir, "deployment.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sign := func() result {
		return run(t, dir, "", "sign", "url", "/x", "--for", "1h", "--deployment", "deployment.json")
	}
	for size, code := range map[int]int{1 << 20: 0, 1<<20 + 1: 2} {
		if err := os.WriteFile(path, append(data, strings.Repeat(" ", size-len(data))...), 0o644); err != nil {
			t.Fatal(err)
		}
		if r := sign(); r.code != code {
			t.Errorf("%d bytes: exit %d, want %d: %s", size, r.code, code, r.stderr)
		}
	}
}

// A member of the deployment document is given twice, or misspelled, so that a limit counts for one reader alone. It is
// refused.
func TestDocumentMemberTwice(t *testing.T) {
	dir := deploymentAt(t, serverFor(t, nil))
	path := filepath.Join(dir, "deployment.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range []string{`"maxLifetime": 1,`, `"MaxLifetime": 1,`, `"maxLifeTimes": 1,`} {
		text := strings.Replace(string(data), "{", "{"+member, 1)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		failed(t, run(t, dir, "", "sign", "url", "/x", "--for", "1h", "--deployment", "deployment.json"), "error: ")
	}
}

// A private key is pasted into the deployment document, which is not secret. It is refused, and not repeated.
func TestKeyPastedIntoDocument(t *testing.T) {
	dir := deploymentAt(t, serverFor(t, nil))
	path := filepath.Join(dir, "deployment.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key, part := privatePEM(t)
	quoted := strings.ReplaceAll(key, "\n", `\n`)
	for _, old := range []string{"file:private/", "Media", "K2JCJMDEHXQW5F", "ecdsa-p256", "signing"} {
		text := strings.Replace(string(data), old, quoted, 1)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		r := run(t, dir, "", "sign", "url", "/x", "--for", "1h", "--deployment", "deployment.json")
		if old != "Media" {
			failed(t, r, "error: ")
		}
		if strings.Contains(r.stdout+r.stderr, part) {
			t.Errorf("in place of %s: %s", old, r.stderr)
		}
	}
}
