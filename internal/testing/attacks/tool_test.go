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
