package sigv4_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/privatecdn/edge/internal/sigv4"
)

const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

var (
	signed = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	owner  = aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: secret}
)

// TestDocumentedExample is the presigned URL worked through in the S3 API
// Reference, "Authenticating Requests: Using Query Parameters".
func TestDocumentedExample(t *testing.T) {
	t.Parallel()
	r, _ := http.NewRequest("GET", "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"+
		"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"+
		"&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"+
		"&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", nil)
	s, wrong := sigv4.ParseQuery(r.URL.Query())
	if wrong != "" {
		t.Fatal(wrong)
	}
	text := s.StringToSign(s.CanonicalRequest(r, "/test.txt"))
	const want = "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n" +
		"3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04"
	if text != want {
		t.Errorf("the string to sign is\n%s\nwant\n%s", text, want)
	}
	if !s.Matches(secret, text) || s.Matches("other", text) {
		t.Error("the signature does not tell its secret from another")
	}
}

// What is unreserved in RFC 3986 is kept, its neighbors are not.
func TestEncode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"AZaz09-._~":    "AZaz09-._~",
		"@[`{/:,;}\x7f": "%40%5B%60%7B%2F%3A%2C%3B%7D%7F",
	} {
		if got := sigv4.Encode(in); got != want {
			t.Errorf("Encode(%q) is %s, want %s", in, got, want)
		}
	}
	if got := sigv4.EncodePath("/a b/%2F"); got != "/a%20b/%252F" {
		t.Errorf("with slashes: %s", got)
	}
}

// TestSDK verifies what the SDK signs, in both places it can put a signature.
func TestSDK(t *testing.T) {
	t.Parallel()
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	for _, key := range []string{"a.txt", "a b/c+d.txt", "grüße/日本.bin", "a//b", "a/../b", "100%", "0123456789",
		"~tilde_-.'()*!", "x?y=z&w"} {
		for _, query := range []string{"", "b=2&a=1&a=0", "prefix=a%2Fb&q=x+y&empty=&flag", "%E6%97=%C3%A4"} {
			path := "/" + sigv4.EncodePath(key)
			u := &url.URL{Scheme: "https", Host: "media.s3.eu-west-1.amazonaws.com", Path: "/" + key, RawPath: path,
				RawQuery: query}

			r := &http.Request{Method: "GET", URL: u, Host: u.Host, Header: http.Header{"X-Amz-Meta": {" a  b ", "c"},
				"X-Amz-Content-Sha256": {sigv4.UnsignedPayload}}}
			if err := signer.SignHTTP(t.Context(), owner, r, sigv4.UnsignedPayload, "s3", "eu-west-1", signed); err != nil {
				t.Fatal(err)
			}
			s, wrong := sigv4.ParseHeader(r.Header)
			check(t, key+"?"+query+" in the header", s, wrong, r, path)

			p := &http.Request{Method: "HEAD", URL: u, Host: u.Host, Header: http.Header{}}
			presigned, _, err := signer.PresignHTTP(t.Context(), owner, p, sigv4.UnsignedPayload, "s3", "eu-west-1", signed)
			if err != nil {
				t.Fatal(err)
			}
			p.URL, _ = url.Parse(presigned)
			q := p.URL.Query()
			q.Set("X-Amz-Expires", "60") // which the bare signer leaves to its caller
			s, wrong = sigv4.ParseQuery(q)
			check(t, key+"?"+query+" in the query", s, wrong, p, path)
		}
	}
}

func check(t *testing.T, what string, s *sigv4.Signature, wrong sigv4.Part, r *http.Request, path string) {
	t.Helper()
	if wrong != "" {
		t.Errorf("%s: %v", what, wrong)
		return
	}
	parameters := strings.Split(r.URL.RawQuery, "&")
	slices.Reverse(parameters) // the SDK has sorted them, a client need not
	r.URL.RawQuery = strings.Join(parameters, "&")
	canonical := s.CanonicalRequest(r, path)
	if !s.Matches(secret, s.StringToSign(canonical)) {
		t.Errorf("%s: the signature does not match\n%s", what, canonical)
	}
	if !s.Time.Equal(signed) || s.AccessKeyID != owner.AccessKeyID || s.Region != "eu-west-1" {
		t.Errorf("%s: read %+v", what, s)
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	good := url.Values{
		"X-Amz-Algorithm": {sigv4.Algorithm}, "X-Amz-Credential": {"AK/ID/20261122/eu-west-1/s3/aws4_request"},
		"X-Amz-Date":    {"20261122T120000Z"},
		"X-Amz-Expires": {"60"}, "X-Amz-SignedHeaders": {"host"}, "X-Amz-Signature": {"0f"},
	}
	s, wrong := sigv4.ParseQuery(good)
	if wrong != "" || s.AccessKeyID != "AK/ID" {
		t.Fatalf("%+v, %v", s, wrong)
	}
	for _, c := range []struct {
		name, value string
		part        sigv4.Part
	}{
		{"X-Amz-Signature", "", sigv4.PartMissing},
		{"X-Amz-Expires", "", sigv4.PartMissing},
		{"X-Amz-Algorithm", "AWS4-HMAC-SHA1", sigv4.PartAlgorithm},
		{"X-Amz-Credential", "AK/20261122/eu-west-1/s3", sigv4.PartCredential},
		{"X-Amz-Credential", "AK/2026/eu-west-1/s3/aws4_request", sigv4.PartCredential},
		{"X-Amz-Credential", "20261122/eu-west-1/s3/aws4_request", sigv4.PartCredential},
		{"X-Amz-Credential", "AK/20261122/eu-west-1/s3/aws5_request", sigv4.PartCredential},
		{"X-Amz-Date", "2026-11-22T12:00:00Z", sigv4.PartDate},
		{"X-Amz-Date", "20261123T120000Z", sigv4.PartScopeDate},
		{"X-Amz-SignedHeaders", "date;hostx", sigv4.PartHeaders},
	} {
		bad := url.Values{}
		for name, values := range good {
			bad[name] = values
		}
		bad.Set(c.name, c.value)
		if _, wrong := sigv4.ParseQuery(bad); wrong != c.part {
			t.Errorf("%s %q: %v, want %s", c.name, c.value, wrong, c.part)
		}
	}
}
