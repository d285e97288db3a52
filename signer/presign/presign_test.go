package presign_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/signer/presign"
)

const cdn = "d111111abcdef8.cloudfront.net"

// noon begins windows of every length in these tests.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// static are credentials that do not expire.
var static = credentials.NewStaticCredentialsProvider(
	"AKIAIOSFODNN7EXAMPLE",
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	"",
)

// classic is a presigner with the classic numbers, at a time.
func classic(at time.Time) presign.Config {
	return presign.Config{
		Bucket: "media", Region: "eu-west-1", Host: cdn,
		Lifetime: time.Hour, Window: 30 * time.Minute, CacheTTL: 30 * time.Minute,
		Credentials: static, Clock: func() time.Time { return at },
	}
}

func mustURL(t *testing.T, c presign.Config, method, key string) presign.Presigned {
	t.Helper()
	p, err := presign.New(c)
	if err != nil {
		t.Fatal(err)
	}
	u, err := p.Presign(t.Context(), presign.Request{Method: method, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

var hardKeys = []string{
	"film.mp4", "a b/ü+~'(1)*!$&=;,:@.txt", "100%/%2F.bin", "//twice//", "emoji 🎬.png", "#1?x=2",
	`back\slash "quoted"`,
	".hidden/..x", "x\ny",
}

// atTime signs at a time of its own in place of the SDK's clock.
type atTime struct {
	*v4.Signer
	at time.Time
}

func (s atTime) PresignHTTP(
	ctx context.Context,
	c aws.Credentials,
	r *http.Request,
	hash, service, region string,
	_ time.Time,
	opts ...func(*v4.SignerOptions),
) (string, http.Header, error) {
	return s.Signer.PresignHTTP(ctx, c, r, hash, service, region, s.at, opts...)
}

// TestAsTheSDK holds that a URL is, but for its host, byte for byte the one
// that the AWS SDK makes at the window's start.
func TestAsTheSDK(t *testing.T) {
	t.Parallel()
	temporary := credentials.NewStaticCredentialsProvider("ASIAEXAMPLE", "secret", "a/token+with=signs")
	for _, region := range []string{"eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1",
		"eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "us-isof-south-1", "eu-isoe-west-1"} {
		for _, provider := range []aws.CredentialsProvider{static, temporary} {
			client := awss3.New(
				awss3.Options{
					Region:                     region,
					Credentials:                provider,
					ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
				},
			)
			presigner := awss3.NewPresignClient(client, func(o *awss3.PresignOptions) {
				o.Expires = time.Hour
				o.Presigner = atTime{v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }), noon}
			})
			c := classic(noon.Add(29*time.Minute + 59*time.Second))
			c.Region, c.Host, c.Credentials = region, "", provider
			for _, key := range hardKeys {
				get, err := presigner.PresignGetObject(t.Context(), &awss3.GetObjectInput{Bucket: aws.String("media"), Key: &key})
				if err != nil {
					t.Fatal(err)
				}
				head, err := presigner.PresignHeadObject(
					t.Context(),
					&awss3.HeadObjectInput{Bucket: aws.String("media"), Key: &key},
				)
				if err != nil {
					t.Fatal(err)
				}
				for method, want := range map[string]string{"GET": get.URL, "HEAD": head.URL} {
					if got := mustURL(t, c, method, key).URL; got != want {
						t.Errorf("%s %q\nis     %s\nSDK's  %s", method, key, got, want)
					}
				}
			}
		}
	}
}

// What a request adds is signed as the SDK signs it.
func TestOverridesAsTheSDK(t *testing.T) {
	t.Parallel()
	client := awss3.New(awss3.Options{Region: "eu-west-1", Credentials: static,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired})
	presigner := awss3.NewPresignClient(client, func(o *awss3.PresignOptions) {
		o.Expires = time.Hour
		o.Presigner = atTime{v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }), noon}
	})
	c := classic(noon)
	c.Host = ""
	const header = `attachment; filename="B_cher.pdf"; filename*=UTF-8''B%C3%BCcher.pdf`
	want, err := presigner.PresignGetObject(t.Context(), &awss3.GetObjectInput{
		Bucket: aws.String("media"), Key: aws.String("a"), VersionId: aws.String("L4kqtJlcpXroDTDmpUMLUo"),
		ResponseContentDisposition: aws.String(header), ResponseContentType: aws.String("application/pdf"),
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := presign.New(c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Presign(t.Context(), presign.Request{
		Key: "a", VersionID: "L4kqtJlcpXroDTDmpUMLUo", Download: "Bücher.pdf",
		Response: http.Header{"Content-Type": {"application/pdf"}},
	})
	if err != nil || got.URL != want.URL {
		t.Errorf("%v\nis     %s\nSDK's  %s", err, got.URL, want.URL)
	}
	for kind, r := range map[error][]presign.Request{
		presign.ErrDownload: {{Key: "a", Download: "a/b"}, {Key: "a", Download: "a\nb"}, {
			Key: "a", Download: "x", Response: http.Header{"Content-Disposition": {"inline"}},
		}},
		presign.ErrResponse: {
			{Key: "a", Response: http.Header{"X-Other": {"1"}}}, {Key: "a", Response: http.Header{"Expires": {"1", "2"}}},
			{Key: "a", Response: http.Header{"Content-Type": {"a\r\nb"}}}, {Key: "a", Response: http.Header{"Expires": nil}},
		},
	} {
		for _, r := range r {
			if u, err := p.Presign(t.Context(), r); !errors.Is(err, kind) {
				t.Errorf("%+v: %s, %v", r, u.URL, err)
			}
		}
	}
}

// TestWindow holds the promises on times: one URL a window, living between
// L−W and L, and out of every cache after L+C.
func TestWindow(t *testing.T) {
	t.Parallel()
	first := mustURL(t, classic(noon), "GET", "film.mp4")
	for minute := range 120 {
		at := noon.Add(time.Duration(minute)*time.Minute + 59*time.Second)
		u := mustURL(t, classic(at), "GET", "film.mp4")
		if same := u.URL == first.URL; same != (minute < 30) {
			t.Errorf("minute %d: the same URL: %v", minute, same)
		}
		if left := u.Until.Sub(at); left <= 30*time.Minute || left > time.Hour {
			t.Errorf("minute %d: lives for %s", minute, left)
		}
		if u.Exposed.Sub(u.Signed) != 90*time.Minute || u.Signed.After(at) {
			t.Errorf("minute %d: signed %s, exposed until %s", minute, u.Signed, u.Exposed)
		}
	}
	c := classic(noon.Add(time.Second))
	c.Window = 0
	if u := mustURL(t, c, "GET", "film.mp4"); !u.Signed.Equal(noon.Add(time.Second)) {
		t.Errorf("without a window, signed %s", u.Signed)
	}
}

// TestDeployment holds what a deployment fills in and what it forbids.
func TestDeployment(t *testing.T) {
	t.Parallel()
	d := &deployment.Deployment{
		Version: 1, Stack: "PrivateCdn", Hosts: []string{cdn, "127.0.0.1:8443"}, Endpoint: "https://127.0.0.1:8443",
		Bucket: deployment.Bucket{Name: "media", Region: "eu-west-1"},
		Behaviors: []deployment.Behavior{
			{PathPattern: "in time/*", Access: deployment.Presigned, MaxTTL: 1800, Exposure: 5400},
			{PathPattern: "in%20time/*", Access: deployment.Presigned, MaxTTL: 1800, Exposure: 5400},
			{PathPattern: "kept/*", Access: deployment.Presigned, MaxTTL: 1801, Exposure: 5400},
			{PathPattern: "unlimited/*", Access: deployment.Presigned, MaxTTL: 86400},
			{PathPattern: "own/*", Access: deployment.Presigned, MaxTTL: 1800,
				Bucket: &deployment.Bucket{Name: "own-content", Region: "eu-central-1"}},
			{PathPattern: "public/*", Access: deployment.Public},
			{PathPattern: "*", Access: deployment.Signed},
		},
	}
	c := presign.Config{
		Deployment:  d,
		Lifetime:    time.Hour,
		Window:      30 * time.Minute,
		Credentials: static,
		Clock:       func() time.Time { return noon },
	}
	u := mustURL(t, c, "GET", "in time/film.mp4")
	if !strings.HasPrefix(u.URL, "https://127.0.0.1:8443/in%20time/film.mp4?") ||
		!u.Exposed.Equal(noon.Add(90*time.Minute)) {
		t.Errorf("%+v", u)
	}
	c.Host = cdn
	mustURL(t, c, "GET", "unlimited/film.mp4")
	if !strings.Contains(u.URL, "%2Feu-west-1%2Fs3%2F") {
		t.Errorf("not the deployment's region: %s", u.URL)
	}
	moved := c
	moved.Region = "eu-west-2"
	if _, err := presign.New(moved); !errors.Is(err, presign.ErrRegion) {
		t.Errorf("the deployment's bucket in another region: %v", err)
	}
	moved.Bucket = "other"
	if u := mustURL(t, moved, "GET", "unlimited/film.mp4"); !strings.Contains(u.URL, "%2Feu-west-2%2Fs3%2F") {
		t.Errorf("not the region that was given: %s", u.URL)
	}
	moved.Region = ""
	if _, err := presign.New(moved); !errors.Is(err, presign.ErrBucket) {
		t.Errorf("another bucket: %v", err)
	}
	moved.Bucket = "own-content"
	if u := mustURL(t, moved, "GET", "own/film.mp4"); !strings.Contains(u.URL, "%2Feu-central-1%2Fs3%2F") {
		t.Errorf("not the region of the behavior's bucket: %s", u.URL)
	}
	if p, err := presign.New(c); err != nil {
		t.Error(err)
	} else if _, err := p.Presign(t.Context(), presign.Request{Key: "own/film.mp4"}); !errors.Is(err, presign.ErrBucket) {
		t.Errorf("a path of another bucket: %v", err)
	}
	for key, want := range map[string]error{
		"kept/film.mp4": presign.ErrExposure, "public/film.mp4": presign.ErrNotPresigned, "film.mp4": presign.ErrNotPresigned,
	} {
		p, err := presign.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if u, err := p.Presign(t.Context(), presign.Request{Method: "GET", Key: key}); !errors.Is(err, want) {
			t.Errorf("%s: %v, %v", key, u, err)
		}
	}
	c.Exposure = 2 * time.Hour
	if p, err := presign.New(c); err != nil {
		t.Error(err)
	} else if _, err := p.Presign(
		t.Context(), presign.Request{Method: "GET", Key: "unlimited/film.mp4"},
	); !errors.Is(err, presign.ErrExposure) {
		t.Errorf("over one's own limit: %v", err)
	}
	c.Host = "other.example"
	if _, err := presign.New(c); !errors.Is(err, presign.ErrHost) {
		t.Errorf("another host: %v", err)
	}
}

func ExamplePresigner_Presign() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	d, err := deployment.File(".privatecdn/deployment.json").Load(ctx)
	if err != nil {
		log.Fatal(err)
	}
	p, err := presign.New(
		presign.Config{Deployment: d, Credentials: cfg.Credentials, Lifetime: time.Hour, Window: 30 * time.Minute},
	)
	if err != nil {
		log.Fatal(err)
	}
	u, err := p.Presign(ctx, presign.Request{Key: "films/7.mp4"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(u.URL, "opens until", u.Until, "and may be in caches until", u.Exposed)
}
