package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// writeTemplate writes testdata/template.json with a public key in it:
// template FILE [PUBLIC.pem]. Without one it keeps the placeholder @KEY@.
func writeTemplate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: template FILE [PUBLIC.pem]")
	}
	// The script runs elsewhere; the test itself runs in the package's directory.
	text, err := os.ReadFile("testdata/template.json")
	ts.Check(err)
	if len(args) == 2 {
		key, err := json.Marshal(ts.ReadFile(args[1]))
		ts.Check(err)
		text = bytes.Replace(text, []byte(`"@KEY@"`), key, 1)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
}

// await FILE [TEXT] waits until a file is there, and holds a text.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: await FILE [TEXT]")
	}
	for range 1000 {
		content, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && (len(args) == 1 || strings.Contains(string(content), args[1])) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("%s does not come", strings.Join(args, " with "))
}

// get STATUS URL [HEADER…] requests a URL, trusting .privatecdn/ca.pem. The
// body is in the file body, the headers in the file headers.
func get(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: get STATUS URL [HEADER…]")
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(ts.ReadFile(".privatecdn/ca.pem")))
	client := &http.Client{
		Timeout:       20 * time.Second,
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	r, err := http.NewRequest(http.MethodGet, args[1], nil)
	ts.Check(err)
	for _, h := range args[2:] {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	resp, err := client.Do(r)
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	var headers bytes.Buffer
	ts.Check(resp.Header.Write(&headers))
	ts.Check(os.WriteFile(ts.MkAbs("body"), body, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("headers"), headers.Bytes(), 0o600))
	if strconv.Itoa(resp.StatusCode) != args[0] {
		ts.Fatalf("%s answers %d, not %s:\n%s\n%s", args[1], resp.StatusCode, args[0], headers.Bytes(), body)
	}
}
