package s3_test

import (
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/edge/internal/s3"
	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/infra"
)

const (
	bucketHost = "media.s3.eu-west-1.amazonaws.com"
	canonical  = "0123456789abcdef"
)

var modified = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// at is the clock of most tests.
func at() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// privateBucket is what the default stack makes: TLS only, read by one OAI.
func privateBucket() *infra.Bucket {
	return &infra.Bucket{
		Name: "media", ARN: "arn:aws:s3:::media", Region: "eu-west-1", Encryption: "AES256",
		PublicAccessBlock: infra.PublicAccessBlock{BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true,
			RestrictPublicBuckets: true},
		Policy: []bucketpolicy.Statement{
			{
				Effect: "Deny", Principals: []bucketpolicy.Principal{{Kind: "*", Value: "*"}}, Actions: []string{"s3:*"},
				Resources:  []string{"arn:aws:s3:::media", "arn:aws:s3:::media/*"},
				Conditions: []bucketpolicy.Condition{{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"false"}}},
			},
			allow(bucketpolicy.Principal{Kind: "CanonicalUser", Value: canonical}, "s3:GetObject", "arn:aws:s3:::media/*"),
		},
	}
}

func allow(who bucketpolicy.Principal, action, resource string,
	conditions ...bucketpolicy.Condition) bucketpolicy.Statement {
	return bucketpolicy.Statement{
		Effect: "Allow", Principals: []bucketpolicy.Principal{who},
		Actions: []string{action}, Resources: []string{resource}, Conditions: conditions,
	}
}

var everyone = bucketpolicy.Principal{Kind: "*", Value: "*"}

func publicBucket(extra ...bucketpolicy.Statement) *infra.Bucket {
	b := privateBucket()
	b.PublicAccessBlock = infra.PublicAccessBlock{}
	b.Policy = append([]bucketpolicy.Statement{allow(everyone, "s3:GetObject", "arn:aws:s3:::media/*")}, extra...)
	return b
}

func objects() fstest.MapFS {
	return fstest.MapFS{
		"index.html":         {Data: []byte("<h1>hello</h1>"), ModTime: modified},
		"picture.jpg":        {Data: []byte("0123456789"), ModTime: modified},
		"empty.txt":          {ModTime: modified},
		"a b.txt":            {Data: []byte("space"), ModTime: modified},
		"a+b.txt":            {Data: []byte("plus"), ModTime: modified},
		"dir/file.txt":       {Data: []byte("file"), ModTime: modified},
		"dir/sub/deep.m3u8":  {Data: []byte("#EXTM3U"), ModTime: modified},
		"grüße/日本.bin":       {Data: []byte("utf8"), ModTime: modified},
		"percent%20sign.txt": {Data: []byte("percent"), ModTime: modified},
	}
}

func newServer(t *testing.T, bucket *infra.Bucket) *s3.Server {
	t.Helper()
	return serve(t, bucket, objects())
}

func serve(t testing.TB, bucket *infra.Bucket, files fs.FS) *s3.Server {
	t.Helper()
	server, err := s3.New(bucket, at, s3.Content{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// listable returns a public bucket that everyone may list.
func listable() *infra.Bucket {
	return publicBucket(allow(everyone, "s3:ListBucket", "arn:aws:s3:::media"))
}

// ask sends a request without a network, by default as the OAI.
func ask(t *testing.T, server *s3.Server, method, path string, change ...func(*http.Request)) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, "https://"+bucketHost+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(r)
	}
	response, err := server.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func as(p s3.Principal) func(*http.Request) {
	return func(r *http.Request) { *r = *r.WithContext(s3.WithPrincipal(r.Context(), p)) }
}

var asOAI = as(s3.OAI("E2OAI", canonical))

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func TestWhoMayRead(t *testing.T) {
	t.Parallel()
	oac := allow(bucketpolicy.Principal{Kind: "Service", Value: "cloudfront.amazonaws.com"}, "s3:GetObject",
		"arn:aws:s3:::media/*",
		bucketpolicy.Condition{Operator: "StringEquals", Key: "AWS:SourceArn",
			Values: []string{"arn:aws:cloudfront::111122223333:distribution/E1"}})
	withOAC := privateBucket()
	withOAC.Policy = append(withOAC.Policy, oac)
	byARN := privateBucket()
	byARN.Policy[1].Principals[0] = bucketpolicy.Principal{Kind: "AWS",
		Value: "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2OAI"}
	byCondition := func(key, value string) *infra.Bucket {
		b := privateBucket()
		b.PublicAccessBlock = infra.PublicAccessBlock{}
		b.Policy = append(b.Policy[:1], allow(everyone, "s3:GetObject", "arn:aws:s3:::media/*",
			bucketpolicy.Condition{Operator: "StringLike", Key: key, Values: []string{value}}))
		return b
	}
	account, user := byCondition("aws:SourceAccount", "111122223333"), byCondition("aws:PrincipalArn",
		"arn:aws:iam::cloudfront:user/*")
	denied := publicBucket()
	denied.Policy = append(denied.Policy, bucketpolicy.Statement{
		Effect: "Deny", Principals: []bucketpolicy.Principal{everyone},
		Actions: []string{"s3:Get*"}, Resources: []string{"arn:aws:s3:::media/dir/*"},
	})
	restricted := publicBucket()
	restricted.PublicAccessBlock.RestrictPublicBuckets = true

	cases := map[string]struct {
		bucket *infra.Bucket
		path   string
		change []func(*http.Request)
		status int
	}{
		"anonymous": {privateBucket(), "/index.html", nil, 403},
		"OAI":       {privateBucket(), "/index.html", []func(*http.Request){asOAI}, 200},
		"another OAI": {privateBucket(), "/index.html", []func(*http.Request){as(s3.OAI("E9",
			"fedcba"))}, 403},
		"OAI by ARN":    {byARN, "/index.html", []func(*http.Request){asOAI}, 200},
		"OAI over HTTP": {privateBucket(), "/index.html", []func(*http.Request){asOAI, overHTTP}, 403},
		"OAC of the distribution": {withOAC, "/index.html",
			[]func(*http.Request){as(s3.OAC("arn:aws:cloudfront::111122223333:distribution/E1"))}, 200},
		"OAC of another distribution": {withOAC, "/index.html",
			[]func(*http.Request){as(s3.OAC("arn:aws:cloudfront::111122223333:distribution/E2"))}, 403},
		"OAC of the account": {account, "/index.html",
			[]func(*http.Request){as(s3.OAC("arn:aws:cloudfront::111122223333:distribution/E1"))}, 200},
		"OAC of another account": {account, "/index.html",
			[]func(*http.Request){as(s3.OAC("arn:aws:cloudfront::1:distribution/E1"))}, 403},
		"OAC of no account":         {account, "/index.html", []func(*http.Request){as(s3.OAC("a:b:c:d"))}, 403},
		"OAI by a condition":        {user, "/index.html", []func(*http.Request){asOAI}, 200},
		"anonymous by a condition":  {user, "/index.html", nil, 403},
		"OAI may not list":          {privateBucket(), "/", []func(*http.Request){asOAI}, 403},
		"missing looks forbidden":   {privateBucket(), "/missing", []func(*http.Request){asOAI}, 403},
		"public":                    {publicBucket(), "/index.html", nil, 200},
		"public, explicitly denied": {denied, "/dir/file.txt", nil, 403},
		"public, but restricted":    {restricted, "/index.html", nil, 403},
		"policy reads not so restricted": {restricted, "/index.html",
			[]func(*http.Request){as(s3.OAC("arn:aws:cloudfront::1:distribution/E1"))}, 200},
		"with ListBucket missing is 404": {publicBucket(allow(everyone, "s3:ListBucket", "arn:aws:s3:::media")),
			"/missing", nil, 404},
		"subresource": {publicBucket(), "/index.html?acl", nil, 403},
		"no such bucket": {publicBucket(), "/index.html",
			[]func(*http.Request){func(r *http.Request) { r.Host = "d1.cloudfront.net" }}, 404},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, body := ask(t, newServer(t, c.bucket), "GET", c.path, c.change...)
			if response.StatusCode != c.status {
				t.Errorf("GET %s: %d, want %d\n%s", c.path, response.StatusCode, c.status, body)
			}
		})
	}
}

func overHTTP(r *http.Request) { r.URL.Scheme = "http" }

func TestRefusalIsS3s(t *testing.T) {
	t.Parallel()
	response, body := ask(t, newServer(t, privateBucket()), "GET", "/index.html")
	want := `<?xml version="1.0" encoding="UTF-8"?>` +
		"\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>"
	if !strings.HasPrefix(body, want) || !strings.HasSuffix(body, "</HostId></Error>") {
		t.Errorf("body is %s", body)
	}
	for name, value := range map[string]string{"Content-Type": "application/xml", "Server": "AmazonS3"} {
		if got := response.Header.Get(name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	if empty, _ := ask(t, newServer(t, privateBucket()), "GET", "/empty.txt", asOAI); empty.ContentLength != 0 ||
		empty.Header.Get("Content-Length") != "0" {
		t.Errorf("an empty object: %v", empty.Header)
	}
	response, body = ask(t, newServer(t, privateBucket()), "HEAD", "/index.html")
	if response.StatusCode != 403 || body != "" || response.ContentLength != -1 ||
		response.Header["Content-Length"] != nil {
		t.Errorf("HEAD: %d with body %q, %v", response.StatusCode, body, response.Header)
	}
	if id := response.Header.Get("X-Amz-Request-Id"); len(id) != 16 || strings.Trim(id, "0123456789ABCDEF") != "" ||
		len(response.Header.Get("X-Amz-Id-2")) != 76 {
		t.Errorf("the IDs are %s and %s", id, response.Header.Get("X-Amz-Id-2"))
	}
	if response.Proto != "HTTP/1.1" || response.ProtoMajor != 1 || response.ProtoMinor != 1 {
		t.Errorf("%s %d.%d", response.Proto, response.ProtoMajor, response.ProtoMinor)
	}
}

// TestDirectory serves a real directory: no path and no link leads out of it.
func TestDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.txt")
	inside := filepath.Join(dir, "bucket")
	for name, text := range map[string]string{
		secret: "secret", filepath.Join(inside, "open.txt"): "open", filepath.Join(inside, "sub", "x.txt"): "x",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"out.txt": secret, "up.txt": "../secret.txt", "in.txt": "open.txt",
		"dirlink": ".."} {
		if err := os.Symlink(target, filepath.Join(inside, name)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(inside)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	server := serve(t, publicBucket(), root.FS())
	for path, status := range map[string]int{
		"/open.txt": 200, "/in.txt": 200, "/sub/x.txt": 200, "/%6fpen.txt": 200,
		"/out.txt": 403, "/up.txt": 403, "/dirlink/secret.txt": 403,
		"/../secret.txt": 403, "/%2e%2e/secret.txt": 403, "/..%2fsecret.txt": 403, "/sub/../open.txt": 403,
		"/sub/..%2fopen.txt": 403,
		"/./open.txt":        403, "//open.txt": 403, "/sub//x.txt": 403, "/sub": 403, "/sub/": 403, "/open.txt/": 403,
		"/open.txt%00": 403, "/sub%5cx.txt": 403, "/sub%2fx.txt": 200, "/%2fopen.txt": 403, "/OPEN.TXT": 403, "/.": 403,
		"/..": 403,
	} {
		if response, body := ask(t, server, "GET", path); response.StatusCode != status {
			t.Errorf("GET %s: %d, want %d: %s", path, response.StatusCode, status, body)
		}
	}
}
