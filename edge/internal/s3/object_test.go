package s3_test

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"example.com/privatecdn/edge/internal/s3"
	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/cloudformation"
)

func TestObjectHeaders(t *testing.T) {
	t.Parallel()
	sum := md5.Sum([]byte("0123456789"))
	want := map[string]string{
		"Content-Type": "image/jpeg", "Content-Length": "10", "Accept-Ranges": "bytes", "Server": "AmazonS3",
		"Etag":                         `"` + hex.EncodeToString(sum[:]) + `"`,
		"Last-Modified":                "Sun, 01 Nov 2026 12:00:00 GMT",
		"Date":                         "Sun, 22 Nov 2026 12:00:00 GMT",
		"X-Amz-Server-Side-Encryption": "AES256",
	}
	for method, text := range map[string]string{"GET": "0123456789", "HEAD": ""} {
		response, body := ask(t, newServer(t, privateBucket()), method, "/picture.jpg", asOAI)
		if response.StatusCode != 200 || body != text {
			t.Errorf("%s: %d %q", method, response.StatusCode, body)
		}
		for name, value := range want {
			if got := response.Header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", method, name, got, value)
			}
		}
		if id, host := response.Header.Get("X-Amz-Request-Id"), response.Header.Get("X-Amz-Id-2"); len(id) != 16 ||
			len(host) != 76 {
			t.Errorf("%s: request ID %q, host ID %q", method, id, host)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	server := newServer(t, publicBucket())
	for path, want := range map[string]string{
		"/a%20b.txt": "space", "/a%2Bb.txt": "plus",
		"/a+b.txt": "space", // S3 reads a plus sign as a space, in paths too
		"/gr%C3%BC%C3%9Fe/%E6%97%A5%e6%9c%ac.bin": "utf8",
		"/percent%2520sign.txt":                   "percent", "/dir/file.txt": "file", "/dir%2Ffile.txt": "file",
		"/index.html?any=query": "<h1>hello</h1>",
	} {
		if response, body := ask(t, server, "GET", path); response.StatusCode != 200 || body != want {
			t.Errorf("GET %s: %d %q, want %q", path, response.StatusCode, body, want)
		}
	}
}

func TestRanges(t *testing.T) {
	t.Parallel()
	server := newServer(t, privateBucket())
	for _, c := range []struct {
		path, header  string
		status        int
		body, content string
	}{
		{"/picture.jpg", "bytes=0-3", 206, "0123", "bytes 0-3/10"},
		{"/picture.jpg", "bytes=7-", 206, "789", "bytes 7-9/10"},
		{"/picture.jpg", "bytes=-4", 206, "6789", "bytes 6-9/10"},
		{"/picture.jpg", "bytes=-40", 206, "0123456789", "bytes 0-9/10"},
		{"/picture.jpg", "bytes=9-99", 206, "9", "bytes 9-9/10"},
		{"/picture.jpg", "bytes=3-3", 206, "3", "bytes 3-3/10"},
		{"/picture.jpg", "0-1", 200, "0123456789", ""},
		{"/picture.jpg", "bytes=+1-2", 200, "0123456789", ""},
		{"/picture.jpg", "bytes=1-+2", 200, "0123456789", ""},
		{"/picture.jpg", "bytes=10-", 416, "", ""},
		{"/picture.jpg", "bytes=-0", 416, "", ""},
		{"/empty.txt", "bytes=0-", 416, "", ""},
		{"/picture.jpg", "bytes=0-1,4-5", 200, "0123456789", ""},
		{"/picture.jpg", "bytes=5-2", 200, "0123456789", ""},
		{"/picture.jpg", "bytes=a-b", 200, "0123456789", ""},
		{"/picture.jpg", "items=0-1", 200, "0123456789", ""},
		{"/picture.jpg", "bytes=", 200, "0123456789", ""},
		{"/picture.jpg", "bytes=-", 200, "0123456789", ""},
		{"/picture.jpg", "bytes=99999999999999999999-", 200, "0123456789", ""},
	} {
		response, body := ask(t, server, "GET", c.path, asOAI, header("Range", c.header))
		if response.StatusCode != c.status || response.Header.Get("Content-Range") != c.content || c.status != 416 &&
			body != c.body {
			t.Errorf("%s %s: %d %q %q", c.path, c.header, response.StatusCode, body, response.Header.Get("Content-Range"))
		}
		size := "<ActualObjectSize>10</ActualObjectSize>"
		if c.path == "/empty.txt" {
			size = "<ActualObjectSize>0</ActualObjectSize>"
		}
		if c.status == 416 && !(strings.Contains(body, "<Code>InvalidRange</Code>") && strings.Contains(body, size)) {
			t.Errorf("%s %s: %s", c.path, c.header, body)
		}
		if got, want := response.Header.Get("Content-Length"), strconv.Itoa(len(body)); got != want {
			t.Errorf("%s %s: Content-Length %s, body %s", c.path, c.header, got, want)
		}
	}
}

func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	server := newServer(t, privateBucket())
	first, _ := ask(t, server, "GET", "/picture.jpg", asOAI)
	tag := first.Header.Get("Etag")
	const (
		before = "Sat, 31 Oct 2026 12:00:00 GMT"
		same   = "Sun, 01 Nov 2026 12:00:00 GMT"
	)
	for _, c := range []struct {
		status  int
		headers []string
	}{
		{304, []string{"If-None-Match", tag}},
		{304, []string{"If-None-Match", "W/" + tag}},
		{304, []string{"If-None-Match", strings.Trim(tag, `"`)}},
		{304, []string{"If-None-Match", `"other", ` + tag}},
		{304, []string{"If-None-Match", "*"}},
		{200, []string{"If-None-Match", `"other"`}},
		{200, []string{"If-Match", tag}},
		{200, []string{"If-Match", "*"}},
		{412, []string{"If-Match", `"other"`}},
		{304, []string{"If-Modified-Since", same}},
		{200, []string{"If-Modified-Since", before}},
		{200, []string{"If-Modified-Since", "yesterday"}},
		{200, []string{"If-Unmodified-Since", same}},
		{412, []string{"If-Unmodified-Since", before}},
		{200, []string{"If-Match", tag, "If-Unmodified-Since", before}},
		{200, []string{"If-None-Match", `"other"`, "If-Modified-Since", same}},
		{304, []string{"If-None-Match", tag, "If-Modified-Since", before}},
		{206, []string{"Range", "bytes=0-1", "If-Range", tag}},
		{206, []string{"Range", "bytes=0-1", "If-Range", same}},
		{200, []string{"Range", "bytes=0-1", "If-Range", `"other"`}},
		{200, []string{"Range", "bytes=0-1", "If-Range", before}},
		{304, []string{"Range", "bytes=0-1", "If-None-Match", tag}},
	} {
		changes := []func(*http.Request){asOAI}
		for i := 0; i < len(c.headers); i += 2 {
			changes = append(changes, header(c.headers[i], c.headers[i+1]))
		}
		response, body := ask(t, server, "GET", "/picture.jpg", changes...)
		if response.StatusCode != c.status {
			t.Errorf("%q: %d, want %d", c.headers, response.StatusCode, c.status)
		}
		of := response.Header["Content-Type"] != nil || response.Header["Content-Length"] != nil
		if c.status == 304 && (body != "" || response.Header.Get("Etag") != tag || of) {
			t.Errorf("%q: body %q, %v", c.headers, body, response.Header)
		}
		if c.status == 412 && !strings.Contains(body, "<Condition>"+c.headers[0]+"</Condition>") {
			t.Errorf("%q: %s", c.headers, body)
		}
	}
}

// TestChangedObject: an object's new content has a new ETag, and a large one's
// has the form of a multipart upload's.
func TestChangedObject(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "x.bin")
	server := serve(t, privateBucket(), os.DirFS(dir))
	seen := map[string]bool{}
	for size, parts := range map[int64]string{0: "", 1: "", 8 << 20: "", 8<<20 + 1: "-2", 16 << 20: "-2",
		5 << 30: "-640"} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(name, size); err != nil {
			t.Fatal(err)
		}
		response, _ := ask(t, server, "HEAD", "/x.bin", asOAI)
		tag := response.Header.Get("Etag")
		if seen[tag] || strings.Trim(tag[33:], `"`) != parts || response.ContentLength != size {
			t.Errorf("%d bytes: ETag %s, length %d", size, tag, response.ContentLength)
		}
		seen[tag] = true
	}
	if err := os.Truncate(name, 5<<30); err != nil {
		t.Fatal(err)
	}
	response, body := ask(t, server, "GET", "/x.bin", asOAI, header("Range", "bytes=5368709119-"))
	if response.StatusCode != 206 || len(body) != 1 {
		t.Errorf("the last byte of 5 GiB: %d, %d bytes", response.StatusCode, len(body))
	}
	if err := os.WriteFile(filepath.Join(dir, "y.bin"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "y.bin"), 5<<30); err != nil {
		t.Fatal(err)
	}
	if other, _ := ask(t, server, "HEAD", "/y.bin", asOAI); other.Header.Get("Etag") == response.Header.Get("Etag") {
		t.Errorf("two large objects have the ETag %s", other.Header.Get("Etag"))
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	const path = "/index.html?response-content-type=text/plain&response-content-disposition=attachment" +
		"&response-cache-control=no-store"
	response, _ := ask(t, newServer(t, privateBucket()), "GET", path, asOAI)
	for name, want := range map[string]string{"Content-Type": "text/plain", "Content-Disposition": "attachment",
		"Cache-Control": "no-store"} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if response, body := ask(t, newServer(t, publicBucket()), "GET", path); response.StatusCode != 400 ||
		!strings.Contains(body, "InvalidRequest") {
		t.Errorf("anonymous: %d %s", response.StatusCode, body)
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	writable := publicBucket(allow(everyone, "s3:*", "arn:aws:s3:::media/*"),
		allow(everyone, "s3:*", "arn:aws:s3:::media"))
	for _, c := range []struct {
		method, path    string
		private, public int
	}{
		{"PUT", "/index.html", 403, 405},
		{"POST", "/", 403, 405},
		{"DELETE", "/index.html", 403, 405},
		{"PATCH", "/index.html", 405, 405},
		{"OPTIONS", "/index.html", 400, 400},
		{"GET", "/index.html?tagging", 403, 501},
		{"GET", "/index.html?versionId=1", 403, 501},
		{"GET", "/?policy", 403, 501},
		{"HEAD", "/", 403, 200},
	} {
		if response, _ := ask(t, newServer(t, privateBucket()), c.method, c.path); response.StatusCode != c.private {
			t.Errorf("%s %s on a private bucket: %d, want %d", c.method, c.path, response.StatusCode, c.private)
		}
		response, _ := ask(t, newServer(t, writable), c.method, c.path)
		if response.StatusCode != c.public {
			t.Errorf("%s %s where it is allowed: %d, want %d", c.method, c.path, response.StatusCode, c.public)
		}
		if allow := response.Header.Get("Allow"); (allow == "GET, HEAD, OPTIONS") != (c.public == 405) {
			t.Errorf("%s %s: %d allows %q", c.method, c.path, response.StatusCode, allow)
		}
	}
}

// TestActions: each operation needs its own permission, on the bucket or on
// the object.
func TestActions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, path, action string }{
		{"PUT", "/", "s3:CreateBucket"},
		{"PUT", "/x", "s3:PutObject"},
		{"POST", "/", "s3:PutObject"},
		{"DELETE", "/", "s3:DeleteBucket"},
		{"DELETE", "/x", "s3:DeleteObject"},
	} {
		for _, action := range []string{"s3:CreateBucket", "s3:PutObject", "s3:DeleteBucket", "s3:DeleteObject"} {
			server := newServer(t, publicBucket(
				allow(everyone, action, "arn:aws:s3:::media"), allow(everyone, action, "arn:aws:s3:::media/*")))
			response, _ := ask(t, server, c.method, c.path)
			if allowed := response.StatusCode == 405; allowed != (action == c.action) {
				t.Errorf("%s %s by %s: %d", c.method, c.path, action, response.StatusCode)
			}
		}
	}
}

// TestAddresses: a path names the bucket where the host is S3's own, or local.
func TestAddresses(t *testing.T) {
	t.Parallel()
	server := newServer(t, publicBucket())
	for host, paths := range map[string][2]string{
		"media": {"/index.html", "/media/index.html"}, "media.s3.amazonaws.com": {"/index.html", "/media/index.html"},
		"s3.eu-west-1.amazonaws.com": {"/media/index.html", "/index.html"},
		"s3-eu-west-1.amazonaws.com": {"/media/index.html", "/index.html"},
		"localhost:9000":             {"/media/index.html", "/index.html"}, "LOCALHOST": {"/media/index.html", "/index.html"},
		"127.0.0.1:9000": {"/media/index.html", "/index.html"}, "[::1]:9000": {"/media/index.html", "/index.html"},
	} {
		to := func(r *http.Request) { r.Host = host }
		if response, _ := ask(t, server, "GET", paths[0], to); response.StatusCode != 200 {
			t.Errorf("%s%s: %d", host, paths[0], response.StatusCode)
		}
		if response, _ := ask(t, server, "GET", paths[1], to); response.StatusCode == 200 {
			t.Errorf("%s%s: %d", host, paths[1], response.StatusCode)
		}
	}
	other := func(r *http.Request) { r.Host = "other.example.com" }
	if _, body := ask(t, server, "GET", "/media/index.html", other); !strings.Contains(body, "NoSuchBucket") {
		t.Errorf("a host that is not S3's: %s", body)
	}
}

func TestLongestKey(t *testing.T) {
	t.Parallel()
	server := newServer(t, publicBucket())
	for length, want := range map[int]string{1024: "403 <Code>AccessDenied<", 1025: "400 <Code>KeyTooLongError<"} {
		response, body := ask(t, server, "GET", "/"+strings.Repeat("k", length))
		status, code, _ := strings.Cut(want, " ")
		if response.Status[:3] != status || !strings.Contains(body, code) {
			t.Errorf("a key of %d bytes: %s %s", length, response.Status, body)
		}
	}
}

// TestHeaderCondition: a condition on a request header sees that header.
func TestHeaderCondition(t *testing.T) {
	t.Parallel()
	server := newServer(t, publicBucket(allow(everyone, "s3:PutObject", "arn:aws:s3:::media/*",
		bucketpolicy.Condition{Operator: "StringEquals", Key: "s3:x-amz-acl",
			Values: []string{"bucket-owner-full-control"}})))
	for acl, status := range map[string]int{"": 403, "public-read": 403, "bucket-owner-full-control": 405} {
		if response, _ := ask(t, server, "PUT", "/log", header("X-Amz-Acl", acl)); response.StatusCode != status {
			t.Errorf("PUT with the ACL %q: %d, want %d", acl, response.StatusCode, status)
		}
	}
}

// TestEncryptedByDefault: S3 encrypts what a bucket has no setting for.
func TestEncryptedByDefault(t *testing.T) {
	t.Parallel()
	bucket := publicBucket()
	bucket.Encryption = ""
	response, _ := ask(t, newServer(t, bucket), "GET", "/index.html")
	if got := response.Header.Get("X-Amz-Server-Side-Encryption"); got != "AES256" {
		t.Errorf("encrypted by %q", got)
	}
}

func TestKMS(t *testing.T) {
	t.Parallel()
	bucket := privateBucket()
	bucket.Encryption = "aws:kms"
	bucket.Policy = append(bucket.Policy, allow(bucketpolicy.Principal{Kind: "Service",
		Value: "cloudfront.amazonaws.com"}, "s3:GetObject", "arn:aws:s3:::media/*"))
	response, body := ask(t, newServer(t, bucket), "GET", "/index.html", asOAI)
	if response.StatusCode != 400 || !strings.Contains(body, "require AWS Signature Version 4") {
		t.Errorf("OAI: %d %s", response.StatusCode, body)
	}
	response, _ = ask(t, newServer(t, bucket), "GET", "/index.html", as(s3.OAC("arn:aws:cloudfront::1:distribution/E1")))
	if response.StatusCode != 200 || response.Header.Get("X-Amz-Server-Side-Encryption") != "aws:kms" {
		t.Errorf("OAC: %d %v", response.StatusCode, response.Header)
	}
}

func TestRefusedAtConstruction(t *testing.T) {
	t.Parallel()
	public := publicBucket()
	public.PublicAccessBlock.BlockPublicPolicy = true
	if _, err := s3.New(public, at); !errors.Is(err, s3.ErrPublicPolicy) {
		t.Errorf("public policy: %v", err)
	}
	strange := privateBucket()
	strange.Policy[1].Conditions = []bucketpolicy.Condition{{Operator: "StringEquals", Key: "aws:PrincipalOrgID",
		Values: []string{"o-1"}}}
	_, err := s3.NewRemote(strange, at, endpoint("http://127.0.0.1:9000", "any"))
	if !errors.Is(err, cloudformation.ErrUnsupported) || !strings.Contains(err.Error(), "bucket media") {
		t.Errorf("unknown condition key: %v", err)
	}
}

func TestContentType(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"a/b.m3u8": "application/vnd.apple.mpegurl", "0.ts": "video/mp2t", "a.mpd": "application/dash+xml",
		"0.m4s":  "video/iso.segment",
		"a.webp": "image/webp", "a.avif": "image/avif", "a.mjs": "text/javascript", "a.wasm": "application/wasm",
		"A.JPG": "image/jpeg", "a.json": "application/json", "a.pdf": "application/pdf",
		"noext": "binary/octet-stream", "a.unknown": "binary/octet-stream", "dir.jpg/file": "binary/octet-stream",
	} {
		if got := s3.ContentType(key); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}

// folding is a file system that opens a file under other names, as those of
// macOS and Windows do.
type folding struct{ fs.FS }

var windows = strings.NewReplacer(`\`, "/", "::$data", "", "file~1.txt", "file.txt", "nul", "index.html",
	"com1.txt", "file.txt")

func (f folding) Open(name string) (fs.File, error) {
	if name != "." {
		name = strings.TrimRight(windows.Replace(strings.ToLower(name)), ". ")
	}
	return f.FS.Open(name)
}

func TestExactNames(t *testing.T) {
	t.Parallel()
	server := serve(t, publicBucket(), folding{objects()}).Exact()
	for path, status := range map[string]int{
		"/dir/file.txt": 200, "/dir/File.txt": 403, "/DIR/file.txt": 403, "/none": 403,
		"/dir%5Cfile.txt": 403, "/dir/file.txt.": 403, "/dir/file.txt%20": 403, "/dir/file.txt::$DATA": 403,
		"/dir/file~1.txt": 403, "/NUL": 403, "/dir/COM1.txt": 403,
	} {
		if response, _ := ask(t, server, "GET", path); response.StatusCode != status {
			t.Errorf("GET %s: %d, want %d", path, response.StatusCode, status)
		}
	}
}
