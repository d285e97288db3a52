// Package browser is a real browser as a judge in tests: Chromium without a
// window. Each page has cookies and an internet of its own, whose hosts are
// http.Handlers of the test and nothing else.
//
//	func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }
//
//	page := browser.Open(t, browser.Hosts{"app.example.com": app, "media.example.com": srv.Edge})
//	page.Go("https://app.example.com/")
//	status := browser.Eval[int](page, `async url => (await fetch(url)).status`, url)
package browser

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"example.com/privatecdn/internal/testing/need"
)

// timeout is for one step of a test on a busy machine.
const timeout = time.Minute

// shared is the browser that the tests of a program share.
var shared struct {
	sync.Mutex
	ctx     context.Context // nil until a test needs it
	err     error           // of launching it
	profile string          // its user's home
}

// Main runs the tests of a program and closes its browser, if one was needed.
func Main(m *testing.M) int {
	code := m.Run()
	if shared.ctx != nil {
		ctx, cancel := context.WithTimeout(shared.ctx, timeout)
		defer cancel()
		_ = chromedp.Cancel(ctx) // a browser that does not end well has judged all the same
	}
	if shared.profile != "" {
		_ = os.RemoveAll(shared.profile)
	}
	return code
}

// Trust makes the browser's user trust a certificate authority, a PEM file, as
// a person would. It has to come before the first Open, so in a test that is
// not parallel.
func Trust(t testing.TB, authority string) {
	t.Helper()
	certutil := need.Need(t, "certutil", "apt-get install libnss3-tools")
	shared.Lock()
	defer shared.Unlock()
	if shared.ctx != nil {
		t.Fatal("browser: Trust comes after Open")
	}
	if err := makeProfile(); err != nil {
		t.Fatal("browser: ", err)
	}
	store := filepath.Join(shared.profile, ".pki", "nssdb")
	if err := os.MkdirAll(store, 0o700); err != nil {
		t.Fatal(err)
	}
	add := exec.Command(certutil, "-A", "-d", "sql:"+store, "-n", authority, "-t", "C,,", "-i", authority)
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("browser: certutil: %v\n%s", err, out)
	}
}

// keyHash names a certificate's key as the browser's command line does.
func keyHash(certificate *x509.Certificate) string {
	hash := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(hash[:])
}

// certificate is what the hosts of every internet show, and package httptest's
// servers. The browser takes it for any host.
var certificate = sync.OnceValue(func() tls.Certificate {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	c := server.TLS.Certificates[0]
	c.Leaf = server.Certificate()
	return c
})

// start returns the browser.
func start(t testing.TB) context.Context {
	t.Helper()
	program, err := exec.LookPath("google-chrome")
	if err != nil {
		program = need.Need(t, "chromium", "apt-get install chromium, or Google Chrome")
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.ctx == nil && shared.err == nil {
		shared.err = launch(program)
	}
	if shared.err != nil {
		t.Fatal("browser: ", shared.err)
	}
	return shared.ctx
}

func launch(program string) error {
	if err := makeProfile(); err != nil {
		return err
	}
	flags := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(program), chromedp.UserDataDir(shared.profile), chromedp.Env("HOME="+shared.profile),
		chromedp.NoSandbox, // root has none, and nothing but the tests' own hosts is visited
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-features", "Translate,HttpsUpgrades"), // http:// is asked for as written
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.Flag("ignore-certificate-errors-spki-list", keyHash(certificate().Leaf)))
	ctx, cancel := chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(flags...))
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		return err
	}
	shared.ctx = ctx
	return nil
}

// makeProfile makes the home of a user who lets sites set cookies on other
// sites' pages, which browsers do less and less.
func makeProfile() (err error) {
	if shared.profile != "" {
		return nil
	}
	if shared.profile, err = os.MkdirTemp("", "browser-"); err != nil {
		return err
	}
	preferences := filepath.Join(shared.profile, "Default", "Preferences")
	if err := os.Mkdir(filepath.Dir(preferences), 0o700); err != nil {
		return err
	}
	return os.WriteFile(preferences, []byte(`{"profile": {"cookie_controls_mode": 0}}`), 0o600)
}
