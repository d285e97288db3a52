package s3_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/privatecdn/edge/internal/s3"
	"example.com/privatecdn/internal/bucketpolicy"
)

// client is the SDK's S3 client of the bucket's owner.
func client(c s3.Credentials, change ...func(*sdk.Options)) *sdk.Client {
	return sdk.New(sdk.Options{
		Region:      "eu-west-1",
		Credentials: credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, c.SessionToken),
	}, change...)
}

// presigned has the SDK sign a GET at a time, good for a lifetime.
func presigned(t *testing.T, c s3.Credentials, key string, signed time.Time, lifetime time.Duration,
	change ...func(*sdk.GetObjectInput)) string {
	t.Helper()
	input := &sdk.GetObjectInput{Bucket: aws.String("media"), Key: aws.String(key)}
	for _, f := range change {
		f(input)
	}
	presigner := sdk.NewPresignClient(client(c), func(o *sdk.PresignOptions) {
		o.Expires = lifetime
		o.Presigner = signingAt{v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }), signed}
	})
	request, err := presigner.PresignGetObject(t.Context(), input)
	if err != nil {
		t.Fatal(err)
	}
	return request.URL
}

// signingAt presigns at a fixed time.
type signingAt struct {
	*v4.Signer
	at time.Time
}

func (s signingAt) PresignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string,
	_ time.Time,
	opts ...func(*v4.SignerOptions)) (string, http.Header, error) {
	return s.Signer.PresignHTTP(ctx, c, r, hash, service, region, s.at, opts...)
}

// open sends a signed URL without a network.
func open(t *testing.T, server *s3.Server, method, signed string, change ...func(*http.Request)) (int, string) {
	t.Helper()
	u, err := url.Parse(signed)
	if err != nil {
		t.Fatal(err)
	}
	response, body := ask(t, server, method, u.RequestURI(),
		append([]func(*http.Request){func(r *http.Request) { r.Host = u.Host }}, change...)...)
	return response.StatusCode, body
}

func TestPresigned(t *testing.T) {
	t.Parallel()
	server := newServer(t, privateBucket())
	for _, key := range []string{"index.html", "a b.txt", "a+b.txt", "grüße/日本.bin", "percent%20sign.txt",
		"dir/sub/deep.m3u8"} {
		signed := presigned(t, s3.LocalCredentials, key, at(), time.Hour)
		if status, body := open(t, server, "GET", signed); status != 200 {
			t.Errorf("%s: %d %s", key, status, body)
		}
		if status, _ := open(t, server, "HEAD", signed); status != 403 {
			t.Errorf("%s: HEAD of a URL signed for GET: %d", key, status)
		}
	}
	override := presigned(t, s3.LocalCredentials, "index.html", at(), time.Hour, func(i *sdk.GetObjectInput) {
		i.ResponseContentDisposition = aws.String(`attachment; filename="a b.html"`)
	})
	if status, body := open(t, server, "GET", override); status != 200 {
		t.Errorf("with an override: %d %s", status, body)
	}
	if status, _ := open(t, server, "GET", presigned(t, s3.LocalCredentials, "missing", at(),
		time.Hour)); status != 404 {
		t.Errorf("the owner may list, so missing is 404, not %d", status)
	}
}

func TestPresignedRefused(t *testing.T) {
	t.Parallel()
	good := presigned(t, s3.LocalCredentials, "index.html", at(), time.Hour)
	other := s3.LocalCredentials
	other.SecretAccessKey = "wrong"
	unknown := s3.Credentials{AccessKeyID: "AKIAUNKNOWN", SecretAccessKey: "x"}
	temporary := s3.LocalCredentials
	temporary.SessionToken = "token"
	replace := func(old, with string) string { return strings.Replace(good, old, with, 1) }
	cases := map[string]struct {
		url    string
		change []func(*http.Request)
		status int
		says   []string
	}{
		"expired": {presigned(t, s3.LocalCredentials, "index.html", at().Add(-2*time.Hour), time.Hour), nil, 403,
			[]string{"<Code>AccessDenied</Code>", "Request has expired", "<X-Amz-Expires>3600<",
				"<Expires>2026-11-22T11:00:00Z<", "<ServerTime>2026-11-22T12:00:00Z<"}},
		"not yet": {presigned(t, s3.LocalCredentials, "index.html", at().Add(time.Hour), time.Hour), nil,
			403, []string{"AccessDenied", "Request is not yet valid", "<X-Amz-Date>1795352400000<",
				"<Expires>2026-11-22T14:00:00Z<"}},
		"wrong secret": {presigned(t, other, "index.html", at(), time.Hour), nil, 403,
			[]string{"SignatureDoesNotMatch", "<StringToSign>AWS4-HMAC-SHA256", "<CanonicalRequest>GET",
				"<StringToSignBytes>41 57 53 34 2d", "<CanonicalRequestBytes>47 45 54 0a 2f"}},
		"unknown key": {presigned(t, unknown, "index.html", at(), time.Hour), nil, 403,
			[]string{"InvalidAccessKeyId", "AKIAUNKNOWN"}},
		"unknown token": {presigned(t, temporary, "index.html", at(), time.Hour), nil, 400,
			[]string{"InvalidToken"}},
		"other path":      {replace("index.html", "picture.jpg"), nil, 403, []string{"SignatureDoesNotMatch"}},
		"parameter added": {good + "&response-content-type=text/html", nil, 403, []string{"SignatureDoesNotMatch"}},
		"longer": {replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"), nil, 403,
			[]string{"SignatureDoesNotMatch"}},
		"too long": {replace("X-Amz-Expires=3600", "X-Amz-Expires=604801"), nil, 400,
			[]string{"AuthorizationQueryParametersError", "604800"}},
		"as long as can be": {replace("X-Amz-Expires=3600", "X-Amz-Expires=604800"), nil, 403,
			[]string{"SignatureDoesNotMatch"}},
		"no time at all": {replace("X-Amz-Expires=3600", "X-Amz-Expires=0"), nil, 403,
			[]string{"SignatureDoesNotMatch"}},
		"negative": {replace("X-Amz-Expires=3600", "X-Amz-Expires=-1"), nil, 400, []string{"non-negative"}},
		"not a number": {replace("X-Amz-Expires=3600", "X-Amz-Expires=1h"), nil, 400,
			[]string{"should be a number"}},
		"no date": {replace("X-Amz-Date=", "X-Date="), nil, 400, []string{"requires the X-Amz-Algorithm"}},
		"bad date": {replace("X-Amz-Date=20261122T120000Z", "X-Amz-Date=today"), nil, 400,
			[]string{"ISO8601"}},
		"other date": {replace("X-Amz-Date=20261122", "X-Amz-Date=20261121"), nil, 400,
			[]string{"not the same as X-Amz-Date"}},
		"algorithm": {replace("AWS4-HMAC-SHA256", "AWS5"), nil, 400,
			[]string{"X-Amz-Algorithm only supports"}},
		"credential": {replace("aws4_request", "aws5_request"), nil, 400,
			[]string{"the Credential is mal-formed"}},
		"region": {replace("eu-west-1%2F", "eu-west-2%2F"), nil, 400,
			[]string{"Error parsing the X-Amz-Credential parameter; the region 'eu-west-2' is wrong; expecting 'eu-west-1'",
				"<Region>eu-west-1</Region>"}},
		"service": {replace("%2Fs3%2F", "%2Fsqs%2F"), nil, 400, []string{"incorrect service"}},
		"host not signed": {replace("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=date"), nil, 400,
			[]string{"host"}},
		"other host": {good,
			[]func(*http.Request){func(r *http.Request) { r.Host = "media.s3.amazonaws.com" }}, 403,
			[]string{"SignatureDoesNotMatch"}},
		"unsigned header": {good, []func(*http.Request){header("X-Amz-Meta", "x")}, 403, []string{"not signed",
			"<HeadersNotSigned>x-amz-meta<"}},
		"two mechanisms": {good, []func(*http.Request){header("Authorization", "AWS4-HMAC-SHA256 x")}, 400,
			[]string{"InvalidArgument", "Only one auth mechanism allowed"}},
		"OAC signs too": {good, []func(*http.Request){as(s3.OAC("arn:aws:cloudfront::1:distribution/E1"))}, 400,
			[]string{"Only one auth mechanism allowed"}},
		"version 2": {"https://" + bucketHost + "/index.html?AWSAccessKeyId=a&Signature=b&Expires=1", nil,
			400, []string{"Please use AWS4-HMAC-SHA256"}},
		"over HTTP":       {good, []func(*http.Request){overHTTP}, 403, []string{"Access Denied"}},
		"CloudFront's ID": {good, []func(*http.Request){header("X-Amz-Cf-Id", "x")}, 200, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body := open(t, newServer(t, privateBucket()), "GET", c.url, c.change...)
			if status != c.status {
				t.Errorf("%d, want %d: %s", status, c.status, body)
			}
			for _, text := range c.says {
				if !strings.Contains(strings.ReplaceAll(body, "&#39;", "'"), text) {
					t.Errorf("the body lacks %q: %s", text, body)
				}
			}
			if strings.Contains(body, s3.LocalCredentials.SecretAccessKey) {
				t.Error("the body holds the secret key")
			}
		})
	}
}

// TestEnvironment: the environment's access key opens the bucket, and with it
// the key of AWS's examples does not.
func TestEnvironment(t *testing.T) {
	own := s3.Credentials{AccessKeyID: "ASIAOWN", SecretAccessKey: "own", SessionToken: "token"}
	setOwner(t, own)
	server := newServer(t, privateBucket())
	for c, want := range map[s3.Credentials]int{own: 200, s3.LocalCredentials: 403} {
		if status, body := open(t, server, "GET", presigned(t, c, "index.html", at(), time.Hour)); status != want {
			t.Errorf("%s: %d %s", c.AccessKeyID, status, body)
		}
	}
}

func setOwner(t *testing.T, c s3.Credentials) {
	t.Setenv("AWS_ACCESS_KEY_ID", c.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", c.SecretAccessKey)
	t.Setenv("AWS_SESSION_TOKEN", c.SessionToken)
}

// TestHalfAnEnvironment: half an access key is none.
func TestHalfAnEnvironment(t *testing.T) {
	for _, missing := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		setOwner(t, s3.Credentials{AccessKeyID: "AKIAHALF", SecretAccessKey: "half"})
		t.Setenv(missing, "")
		if got := s3.DefaultCredentials(); got != s3.LocalCredentials {
			t.Errorf("without %s: %v", missing, got)
		}
	}
}

// TestPresignedAge: a policy can shorten presigned URLs, and refuse signatures
// in the query at all.
func TestPresignedAge(t *testing.T) {
	t.Parallel()
	signed := presigned(t, s3.LocalCredentials, "index.html", at().Add(-11*time.Minute), time.Hour)
	for name, condition := range map[string]bucketpolicy.Condition{
		"age":  {Operator: "NumericGreaterThan", Key: "s3:signatureAge", Values: []string{"600000"}},
		"type": {Operator: "StringEquals", Key: "s3:authType", Values: []string{"REST-QUERY-STRING"}},
		"user": {Operator: "StringNotEquals", Key: "aws:PrincipalArn",
			Values: []string{"arn:aws:iam::111122223333:role/reader"}},
	} {
		bucket := privateBucket()
		bucket.Policy = append(bucket.Policy, bucketpolicy.Statement{
			Effect: "Deny", Principals: []bucketpolicy.Principal{everyone}, Actions: []string{"s3:GetObject"},
			Resources: []string{"arn:aws:s3:::media/*"}, Conditions: []bucketpolicy.Condition{condition},
		})
		if status, _ := open(t, newServer(t, bucket), "GET", signed); status != 403 {
			t.Errorf("%s: %d; the owner too is bound by a deny", name, status)
		}
	}
	if status, body := open(t, newServer(t, privateBucket()), "GET", signed); status != 200 {
		t.Errorf("without them: %d %s", status, body)
	}
}

// TestSDKClient drives the server over a network with the SDK's own client,
// which signs in the Authorization header.
func TestSDKClient(t *testing.T) {
	owner := s3.Credentials{AccessKeyID: "ASIATEMPORARY", SecretAccessKey: "secret", SessionToken: "token/with+signs="}
	setOwner(t, owner)
	bucket := privateBucket()
	bucket.Policy = bucket.Policy[1:] // the test's server has no TLS
	server, err := s3.New(bucket, time.Now, s3.Content{Files: objects()})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	at := func(o *sdk.Options) { o.BaseEndpoint, o.UsePathStyle = aws.String(h.URL), true }

	c := client(owner, at)
	head, err := c.HeadObject(t.Context(), &sdk.HeadObjectInput{Bucket: aws.String("media"),
		Key: aws.String("grüße/日本.bin")})
	if err != nil || *head.ContentLength != 4 || *head.ContentType != "application/octet-stream" {
		t.Errorf("HeadObject: %+v, %v", head, err)
	}
	if _, err := c.HeadBucket(t.Context(), &sdk.HeadBucketInput{Bucket: aws.String("media")}); err != nil {
		t.Errorf("HeadBucket: %v", err)
	}
	var keys []string
	pages := sdk.NewListObjectsV2Paginator(c, &sdk.ListObjectsV2Input{Bucket: aws.String("media"),
		MaxKeys: aws.Int32(4)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			keys = append(keys, *o.Key)
		}
	}
	const want = "a b.txt a+b.txt dir/file.txt dir/sub/deep.m3u8 empty.txt grüße/日本.bin index.html percent%20sign.txt " +
		"picture.jpg"
	if got := strings.Join(keys, " "); got != want {
		t.Errorf("the keys are %s, want %s", got, want)
	}
	wrong := owner
	wrong.SecretAccessKey = "wrong"
	if _, err := client(wrong, at).GetObject(t.Context(), &sdk.GetObjectInput{Bucket: aws.String("media"),
		Key: aws.String("index.html")}); err == nil ||
		!strings.Contains(err.Error(), "SignatureDoesNotMatch") {
		t.Errorf("with a wrong secret: %v", err)
	}
}

func TestAuthorizationHeaderRefused(t *testing.T) {
	t.Parallel()
	const credential = "Credential=AKIAIOSFODNN7EXAMPLE/20261122/eu-west-1/s3/aws4_request, "
	cases := map[string]struct {
		authorization, date string
		status              int
		says                string
	}{
		"basic":     {"Basic dTpw", "", 400, "Unsupported Authorization Type"},
		"version 2": {"AWS AKIA:x", "", 400, "Please use AWS4-HMAC-SHA256"},
		"no signature": {"AWS4-HMAC-SHA256 " + credential + "SignedHeaders=host", "20261122T120000Z", 400,
			"AuthorizationHeaderMalformed"},
		"no date": {"AWS4-HMAC-SHA256 " + credential + "SignedHeaders=host, Signature=x", "", 403, "valid Date"},
		"skewed": {"AWS4-HMAC-SHA256 " + credential + "SignedHeaders=host, Signature=x", "20261122T114400Z",
			403, "<MaxAllowedSkewMilliseconds>900000<"},
		"just in time": {"AWS4-HMAC-SHA256 " + credential +
			"SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=x", "20261122T114500Z", 403,
			"SignatureDoesNotMatch"},
		"region": {"AWS4-HMAC-SHA256 " + strings.Replace(credential, "eu-west-1", "eu-west-2", 1) +
			"SignedHeaders=host, Signature=x", "20261122T120000Z", 400, "AuthorizationHeaderMalformed"},
		"mismatch": {"AWS4-HMAC-SHA256 " + credential +
			"SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=x", "20261122T120000Z", 403,
			"SignatureDoesNotMatch"},
	}
	for name, c := range cases {
		changes := []func(*http.Request){header("Authorization", c.authorization), header("X-Amz-Content-Sha256",
			"UNSIGNED-PAYLOAD")}
		if c.date != "" {
			changes = append(changes, header("X-Amz-Date", c.date))
		}
		response, body := ask(t, newServer(t, privateBucket()), "GET", "/index.html", changes...)
		if response.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", name, response.StatusCode, body)
		}
	}
}
