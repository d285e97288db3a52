package edge_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/edge/internal/cffunction"
	"example.com/privatecdn/internal/cloudformation"
)

const publicURL = "https://cdn.example.com/public/a.txt"

func TestNewErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := writeFile(t, filepath.Join(dir, "good.yaml"), templateText(t, "s3"))
	odd := writeFile(t, filepath.Join(dir, "odd.yaml"),
		strings.Replace(templateText(t, "s3"), "Compress: true", "Compres: true", 1))
	function := writeFile(t, filepath.Join(dir, "function.yaml"), templateText(t, "http")+`
          FunctionAssociations: [{EventType: viewer-request, FunctionARN: {"Fn::GetAtt": [Fn, FunctionARN]}}]
  Fn:
    Type: AWS::CloudFront::Function
    Properties:
      Name: fn
      AutoPublish: true
      FunctionConfig: {Comment: c, Runtime: cloudfront-js-2.0}
      FunctionCode: "import fs from 'fs'; function handler(event) { return event.request; }"
`)
	for name, c := range map[string]struct {
		options edge.Options
		is      func(error) bool
		says    string
	}{
		"no template":       {edge.Options{Bucket: dir}, as[*edge.Error], "no template"},
		"missing template":  {edge.Options{Template: filepath.Join(dir, "none"), Bucket: dir}, is(fs.ErrNotExist), "none"},
		"missing bucket":    {edge.Options{Template: good, Bucket: dir + "/none"}, is(fs.ErrNotExist), "bucket directory"},
		"bucket is a file":  {edge.Options{Template: good, Bucket: good}, nil, "bucket directory"},
		"no content":        {edge.Options{Template: good}, is(edge.ErrNoContent), "Bucket"},
		"no distribution":   {edge.Options{Text: []byte("Resources: {}")}, is(edge.ErrNoDistribution), "Distribution"},
		"unknown property":  {edge.Options{Template: odd, Bucket: dir}, as[*cloudformation.Error], "Compres"},
		"function's module": {edge.Options{Template: function}, is(cffunction.ErrUnsupported), `"fs"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := edge.New(c.options)
			if err == nil {
				e.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("New: %v, want an error that says %q", err, c.says)
			}
			if c.is != nil && !c.is(err) {
				t.Errorf("%#v is no error of the expected kind", err)
			}
		})
	}
}

func is(target error) func(error) bool { return func(err error) bool { return errors.Is(err, target) } }

func as[E error](err error) bool {
	var target E
	return errors.As(err, &target)
}

// A log line and a callback tell of each refusal, and neither holds what
// opens the URL.
func TestRefusalsAreTold(t *testing.T) {
	t.Parallel()
	var log syncBuffer
	var told []edge.Refusal
	e := newEdge(t, "s3", edge.Options{Log: slog.New(slog.NewTextHandler(&log, nil)),
		OnRefusal: func(r edge.Refusal) { told = append(told, r) }})
	g := parseGrant(t, "canned until=-1m", time.Now())
	get(t, e, g.signURL(t, "https://cdn.example.com/private/a.txt?own=1"))
	if len(told) != 1 || told[0].Reason != "expired" || told[0].Status != 403 ||
		told[0].URL != "https://cdn.example.com/private/a.txt?own=1" {
		t.Errorf("told of %+v", told)
	}
	if s := log.String(); !strings.Contains(s, "reason=expired") || strings.Contains(s, "Signature") {
		t.Errorf("the log says %s", s)
	}
}

func TestDeployments(t *testing.T) {
	t.Parallel()
	d := newEdge(t, "s3", edge.Options{}).Deployments()[0]
	if len(d.Hosts) != 2 || !strings.HasSuffix(d.Hosts[0], ".cloudfront.net") || d.Hosts[1] != "cdn.example.com" {
		t.Errorf("hosts %q", d.Hosts)
	}
	if d.Bucket.Name != "content" || d.Stack != "template" {
		t.Errorf("bucket %+v of stack %q", d.Bucket, d.Stack)
	}
	if len(d.Behaviors) != 2 || d.Behaviors[0].Access != deployment.Public || d.Behaviors[1].Access != deployment.Signed ||
		d.Behaviors[1].MaxTTL != 86400 || len(d.Behaviors[1].Keys) != 2 {
		t.Errorf("behaviors %+v", d.Behaviors)
	}
	if len(d.Keys) != 2 || d.Keys[0].ID != keyID(t, "rsa") || d.Keys[0].LogicalID != "RSAKey" ||
		d.Keys[0].PrivateKey != "" {
		t.Errorf("keys %+v", d.Keys)
	}
}

// The content may lie on a server that speaks S3; the template still decides
// who may read it.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	backend := s3mem.New()
	fake := gofakes3.New(backend, gofakes3.WithoutVersioning(), gofakes3.WithLogger(gofakes3.DiscardLog()))
	server := httptest.NewServer(fake.Server())
	defer server.Close()
	if err := backend.CreateBucket("media"); err != nil {
		t.Fatal(err)
	}
	plain := map[string]string{"Content-Type": "text/plain"}
	if _, err := backend.PutObject("media", "public/a.txt", plain, strings.NewReader("far away"), 8, nil); err != nil {
		t.Fatal(err)
	}
	e := newEdge(t, "s3", edge.Options{Endpoints: map[string]edge.Endpoint{"Bucket": {URL: server.URL, Bucket: "media",
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "")}}})
	r := get(t, e, publicURL)
	if text := body(t, r); text != "far away" || r.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("%s %q %v", r.Status, text, r.Header)
	}
	if r := get(t, e, "https://cdn.example.com/private/a.txt"); reason(r) != "missing-key" {
		t.Errorf("a signed path: %s", r.Status)
	}
	if r := get(t, e, "https://content.s3.us-east-1.amazonaws.com/public/a.txt"); r.StatusCode != http.StatusForbidden {
		t.Errorf("the bucket's own address: %s", r.Status)
	}
}

// Several distributions answer by host: domain name, alias, alias with a
// wildcard; the main one at an address; none for another host.
func TestHosts(t *testing.T) {
	t.Parallel()
	text := templateText(t, "s3")
	_, second, _ := strings.Cut(text, "\n  Distribution:\n")
	second = strings.Replace(second, "[cdn.example.com]", `["*.example.org"]`, 1)
	second = strings.Replace(second, "public/*", "open/*", 1)
	file := writeFile(t, filepath.Join(t.TempDir(), "two.yaml"), text+"\n  Second:\n"+second)
	e, err := edge.New(edge.Options{Template: file, Buckets: map[string]fs.FS{"": fstest.MapFS{
		"public/a.txt": {Data: []byte("public")}, "open/a.txt": {Data: []byte("open")}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	hosts := e.Deployments()
	for url, want := range map[string]int{
		"https://cdn.example.com/public/a.txt":           200,
		"https://CDN.example.com:8443/public/a.txt":      200,
		"https://cdn.example.com/open/a.txt":             403,
		"https://x.example.org/open/a.txt":               200,
		"https://x.example.org/public/a.txt":             403,
		"https://a.b.example.org/open/a.txt":             200,
		"https://" + hosts[0].Hosts[0] + "/public/a.txt": 200,
		"https://" + hosts[1].Hosts[0] + "/open/a.txt":   200,
		"https://127.0.0.1:8443/public/a.txt":            200,
		"https://[::1]/public/a.txt":                     200,
		"https://localhost:8443/open/a.txt":              403,
	} {
		if r := get(t, e, url); r.StatusCode != want {
			t.Errorf("%s: %s, want %d", url, r.Status, want)
		}
	}
	for _, url := range []string{"https://example.org/open/a.txt", "https://xexample.org/open/a.txt"} {
		if r := get(t, e, url); reason(r) != edge.ReasonUnknownHost {
			t.Errorf("%s: %s %v", url, r.Status, r.Header)
		}
	}
}

// A Host is a name or an address, with or without a port.
func TestValidHost(t *testing.T) {
	t.Parallel()
	e := newEdge(t, "s3", edge.Options{})
	a61, a62, a63 := strings.Repeat("a", 61), strings.Repeat("a", 62), strings.Repeat("a", 63)
	for host, valid := range map[string]bool{
		"azAZ09-_.example": true, "example.com.": true, "cdn:12345": true, "cdn:123456": false, "cdn:": false, ":443": false,
		"a..b": false, ".": false, "a`b": false, "a{b": false, "a@b": false, "a[b": false, "a/b": false, "a:b": false,
		"[::1]": true, "[::1]:8443": true, "[::1": false, "::1]": false, "[192.0.2.1]": false, "[fe80::1%eth0]": false,
		"[::x]": false, a63 + ".b": true, a63 + "a.b": false,
		a63 + "." + a63 + "." + a63 + "." + a61: true, a63 + "." + a63 + "." + a63 + "." + a62: false,
	} {
		r := parseRequest(t, http.MethodGet, publicURL, "HTTP/1.1", http.Header{}, "")
		r.Host = host
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if (w.Code == http.StatusOK) != valid || w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d, want valid %t", host, w.Code, valid)
		}
	}
}

// The URL and the headers of a request have at most 32,768 bytes.
func TestLargestRequest(t *testing.T) {
	t.Parallel()
	e := newEdge(t, "s3", edge.Options{})
	rest := 32768 - len(publicURL) - len("X-Own: \r\n")
	for size, want := range map[int]int{rest: 200, rest + 1: 494} {
		if r := get(t, e, publicURL, "X-Own", strings.Repeat("a", size)); r.StatusCode != want {
			t.Errorf("%d: %s, want %d", size, r.Status, want)
		}
	}
}

// A bucket that is no origin needs no content; a bucket's own content comes
// before that of any other; the deployment has the default behavior's bucket.
func TestSeveralBuckets(t *testing.T) {
	t.Parallel()
	bucket := func(name string) string {
		return "\n  " + name + ":\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: " + strings.ToLower(name) + "}"
	}
	text := templateText(t, "s3") + bucket("Logs") + bucket("Other")
	text = strings.Replace(text, "PathPattern: public/*\n            TargetOriginId: bucket",
		"PathPattern: public/*\n            TargetOriginId: other", 1)
	text = strings.Replace(text, "        Origins:\n", `        Origins:
          - Id: other
            DomainName: {"Fn::GetAtt": [Other, RegionalDomainName]}
            S3OriginConfig: {OriginAccessIdentity: ""}
`, 1)
	content := fstest.MapFS{"public/a.txt": {Data: []byte("public")}}
	_, err := edge.New(edge.Options{Text: []byte(text), Buckets: map[string]fs.FS{"content": content}})
	if !errors.Is(err, edge.ErrNoContent) {
		t.Errorf("an origin without content: %v", err)
	}
	e, err := edge.New(edge.Options{Text: []byte(text), Buckets: map[string]fs.FS{"content": content, "Other": content}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if d := e.Deployments()[0]; d.Bucket.Name != "content" {
		t.Errorf("the deployment's bucket is %s", d.Bucket.Name)
	} else if b := d.Behaviors[0].Bucket; b == nil || b.Name != "other" || d.Behaviors[1].Bucket != nil {
		t.Errorf("the buckets of the behaviors are %v and %v", b, d.Behaviors[1].Bucket)
	}
	for _, name := range []string{"Logs", "logs", "other", "Bucket"} {
		if e.Bucket(name) == nil {
			t.Errorf("no bucket %s", name)
		}
	}
	if e.Bucket("none") != nil || e.Bucket("") != nil {
		t.Error("a bucket that does not exist")
	}
}
