package awsname_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/privatecdn/internal/awsname"
)

type sdkPartition struct {
	ID      string
	Regions map[string]any
	Outputs struct{ DNSSuffix, DualStackDNSSuffix string }
}

// sdkPartitions reads the partitions that the AWS SDK resolves endpoints with.
func sdkPartitions(t *testing.T) []sdkPartition {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimSpace(string(out))
	text, err := os.ReadFile(filepath.Join(dir, "internal/endpoints/awsrulesfn/partitions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Partitions []sdkPartition }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Partitions) < 8 {
		t.Fatalf("the SDK knows %d partitions", len(file.Partitions))
	}
	return file.Partitions
}

// Every region that the SDK knows is in the SDK's partition, and its domains
// are the SDK's.
func TestPartitionsAreTheSDKs(t *testing.T) {
	t.Parallel()
	for _, p := range sdkPartitions(t) {
		for region := range p.Regions {
			if strings.HasSuffix(region, "-global") {
				if _, ok := awsname.PartitionOf(region); ok {
					t.Errorf("%s is a region", region)
				}
				continue
			}
			got, ok := awsname.PartitionOf(region)
			if !ok || got.ID != p.ID || got.DNSSuffix != p.Outputs.DNSSuffix {
				t.Errorf("%s is in %q under %q, the SDK's is %q under %q",
					region, got.ID, got.DNSSuffix, p.ID, p.Outputs.DNSSuffix)
			}
		}
		for _, suffix := range []string{p.Outputs.DNSSuffix, p.Outputs.DualStackDNSSuffix} {
			if !awsname.IsEndpoint("logs.x." + strings.ToUpper(suffix) + ".") {
				t.Errorf("%s is no domain of endpoints", suffix)
			}
		}
	}
}

func TestPartitionOf(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1": "aws", "eu-west-99": "aws", "eusc-de-north-7": "aws-eusc", "us-isof-south-2": "aws-iso-f",
		"": "", "eu-west": "", "eu-west-": "", "eu--1": "", "aws-global": "", "EU-WEST-1": "", "eu-west-1a": "",
		"eusc-fr-east-1": "", "moon-west-1": "", "us-gov-1x": "", "eu-west-1.example": "", "eu-west-1/": "",
	} {
		p, ok := awsname.PartitionOf(region)
		if p.ID != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", region, p.ID, ok)
		}
	}
	if p := awsname.PartitionFor("moon-west-1"); p.ID != "aws" {
		t.Errorf("a region of none is in %q", p.ID)
	}
}

func TestARNRegion(t *testing.T) {
	t.Parallel()
	for arn, want := range map[string]string{
		"arn:aws:kms:us-west-2:444455556666:key/x":                         "us-west-2",
		"arn:aws-cn:secretsmanager:cn-north-1:444455556666:secret:media:x": "cn-north-1",
		"arn:aws:s3:::bucket":                    "",
		"arn:aws:kms:moon:444455556666:key/x":    "",
		"alias/media":                            "",
		"x:aws:kms:us-west-2:444455556666:key/x": "",
		"arn:aws:kms:us-west-2:444455556666":     "",
	} {
		if got := awsname.ARNRegion(arn); got != want {
			t.Errorf("%s: %q, want %q", arn, got, want)
		}
	}
}

// resolve returns the host that the SDK's endpoint rules give.
func resolve(t *testing.T, bucket, region string, dualStack, fips, accelerate bool) string {
	t.Helper()
	p := s3.EndpointParameters{
		Region: &region, UseDualStack: &dualStack, UseFIPS: &fips, Accelerate: &accelerate,
		UseGlobalEndpoint: aws.Bool(false), ForcePathStyle: aws.Bool(bucket == ""),
		DisableMultiRegionAccessPoints: aws.Bool(false),
	}
	if bucket != "" {
		p.Bucket = &bucket
	}
	e, err := s3.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(), p)
	if err != nil {
		t.Fatalf("%s in %s: %v", bucket, region, err)
	}
	return e.URI.Host
}

// Every host name of every region that the SDK writes is read as what it was
// written from.
func TestS3HostsAreTheSDKs(t *testing.T) {
	t.Parallel()
	names := []string{"", "my-bucket", "my-s3", "s3-eu-west-1", "dualstack"}
	for _, p := range sdkPartitions(t) {
		for _, region := range slices.Sorted(maps.Keys(p.Regions)) {
			if strings.HasSuffix(region, "-global") {
				continue
			}
			for _, name := range names {
				for _, dual := range []bool{false, true} {
					for _, fips := range []bool{false, true} {
						if fips && p.ID == "aws-cn" {
							continue // the SDK refuses it
						}
						h := awsname.S3Host{Service: awsname.S3, Bucket: name, Region: region}
						sdk := sdkS3(t, h, dual, fips)
						same(t, h, sdk)
						if got := awsname.BucketHost(name, region); name != "" && !dual && !fips && got != sdk {
							t.Errorf("%s, the SDK's is %s", got, sdk)
						}
					}
				}
			}
			arn := "arn:" + p.ID + ":s3:" + region + ":444455556666:accesspoint/films"
			h := awsname.S3Host{Service: awsname.S3AccessPoint, Bucket: "films-444455556666", Region: region}
			same(t, h, resolve(t, arn, region, false, false, false))
		}
	}
	accelerated := awsname.S3Host{Service: awsname.S3Accelerate, Bucket: "my-bucket"}
	same(t, accelerated, resolve(t, "my-bucket", "eu-west-1", false, false, true))
	same(t, accelerated, resolve(t, "my-bucket", "eu-west-1", true, false, true))
	global := awsname.S3Host{Service: awsname.S3Global, Bucket: "mfzwi23gnjvgw.mrap"}
	same(
		t,
		global,
		resolve(t, "arn:aws:s3::444455556666:accesspoint/mfzwi23gnjvgw.mrap", "eu-west-1", false, false, false),
	)
	express := awsname.S3Host{Service: awsname.S3Express, Bucket: "b--euw1-az1--x-s3", Region: "eu-west-1"}
	same(t, express, resolve(t, "b--euw1-az1--x-s3", "eu-west-1", false, false, false))
	same(t, express, resolve(t, "b--euw1-az1--x-s3", "eu-west-1", false, true, false))
}

func sdkS3(t *testing.T, h awsname.S3Host, dual, fips bool) string {
	t.Helper()
	if h.Bucket != "" {
		return resolve(t, h.Bucket, h.Region, dual, fips, false)
	}
	bucket := resolve(t, "x-y", h.Region, dual, fips, false)
	return strings.TrimPrefix(bucket, "x-y.")
}

func same(t *testing.T, h awsname.S3Host, sdk string) {
	t.Helper()
	if read, ok := awsname.ParseS3Host(sdk); !ok || read != h {
		t.Errorf("%s is read as %+v, %v; it is %+v", sdk, read, ok, h)
	}
}

// Forms that no SDK writes any more, and hosts that only look like S3's.
func TestParseS3Host(t *testing.T) {
	t.Parallel()
	type host = awsname.S3Host
	for text, want := range map[string]host{
		"b.s3.amazonaws.com":                  {Service: awsname.S3, Bucket: "b"},
		"S3.AmazonAWS.com.":                   {Service: awsname.S3},
		"a.b.s3.eu-west-1.amazonaws.com":      {Service: awsname.S3, Bucket: "a.b", Region: "eu-west-1"},
		"b.s3-eu-west-1.amazonaws.com":        {Service: awsname.S3, Bucket: "b", Region: "eu-west-1"},
		"s3-external-1.amazonaws.com":         {Service: awsname.S3, Region: "us-east-1"},
		"s3-fips-us-gov-west-1.amazonaws.com": {Service: awsname.S3, Region: "us-gov-west-1"},
		"x.s3.dualstack.s3.eu-west-1.amazonaws.com": {Service: awsname.S3, Bucket: "x.s3.dualstack",
			Region: "eu-west-1"},
		"b.s3-website-us-east-1.amazonaws.com":  {Service: awsname.S3Website, Bucket: "b", Region: "us-east-1"},
		"b.s3-website.eu-south-1.amazonaws.com": {Service: awsname.S3Website, Bucket: "b", Region: "eu-south-1"},
		"b.s3-website.cn-northwest-1.amazonaws.com.cn": {Service: awsname.S3Website, Bucket: "b",
			Region: "cn-northwest-1"},
		"s3-control.eu-west-1.amazonaws.com":         {Service: "s3-control", Region: "eu-west-1"},
		"o.s3-outposts.eu-west-1.amazonaws.com":      {Service: "s3-outposts", Bucket: "o", Region: "eu-west-1"},
		"o.s3-object-lambda.eu-west-1.amazonaws.com": {Service: "s3-object-lambda", Bucket: "o", Region: "eu-west-1"},
	} {
		if got, ok := awsname.ParseS3Host(text); !ok || got != want {
			t.Errorf("%s: %+v, %v; want %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "s3", "amazonaws.com", "s3.evilamazonaws.com", "b.s3.eu-west-1.amazonaws.com.evil.example",
		"b.s3.eu-west-1.example.com", "b.s3.cn-north-1.amazonaws.com", "b.s3.eu-west-1.amazonaws.com.cn",
		"b.s3.amazonaws.com.cn", "b.s3-website.amazonaws.com", "b.s3x.eu-west-1.amazonaws.com",
		"s3.eu-west-1.eu-west-1.amazonaws.com", "s3.moon-west-1.amazonaws.com", "kms.eu-west-1.amazonaws.com",
		"d111111abcdef8.cloudfront.net", "s3.eusc-de-east-1.amazonaws.com", "s3express-.eu-west-1.example.com",
		"b.s3.eu-west-1.dualstack.amazonaws.com", "s3.localhost", "192.0.2.1",
	} {
		if got, ok := awsname.ParseS3Host(text); ok {
			t.Errorf("%s is read as %+v", text, got)
		}
	}
}

func TestWebsiteHost(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1":  "b.s3-website-eu-west-1.amazonaws.com",
		"eu-south-1": "b.s3-website.eu-south-1.amazonaws.com",
		"cn-north-1": "b.s3-website.cn-north-1.amazonaws.com.cn",
	} {
		if got := awsname.WebsiteHost("b", region); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}

func TestHostsOfCloudFrontAndOfEndpoints(t *testing.T) {
	t.Parallel()
	for host, want := range map[string][2]bool{
		"d111111abcdef8.cloudfront.net": {true, false}, "d111.CloudFront.cn": {true, false}, "cloudfront.net": {true, false},
		"evilcloudfront.net": {}, "cloudfront.net.example": {}, "example.com": {}, "amazonaws.com.example": {}, "": {},
		"evilamazonaws.com": {}, "lb.eu-west-1.elb.amazonaws.com": {false, true},
		"s3.cn-north-1.amazonaws.com.cn": {false, true},
	} {
		if got := [2]bool{awsname.IsCloudFront(host), awsname.IsEndpoint(host)}; got != want {
			t.Errorf("%s: %v, want %v", host, got, want)
		}
	}
}

// The names are those of the bucket naming rules' own lists.
func TestIsBucket(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"abc", "my-bucket", "a.b.c", "1-2", strings.Repeat("a", 63), "films-x7a-s3alias",
		"192.168.5"} {
		if !awsname.IsBucket(name) {
			t.Errorf("%q is refused", name)
		}
	}
	for _, name := range []string{
		"", "ab", strings.Repeat("a", 64), "A-bucket", "a_b", "a..b", ".ab", "ab.", "-ab", "ab-", "a.-b", "192.168.5.4",
		"xn--abc", "sthree-abc", "sthree-configurator", "amzn-s3-demo-x", "b--euw1-az1--x-s3", "b--ol-s3", "b.mrap",
		"b--table-s3", "bücher", "a b", "a/b", "a\nb",
	} {
		if awsname.IsBucket(name) {
			t.Errorf("%q is accepted", name)
		}
	}
}

func FuzzParseS3Host(f *testing.F) {
	f.Add("b.s3.eu-west-1.amazonaws.com")
	f.Add("s3express-fips-x.us-gov-west-1.amazonaws.com")
	f.Fuzz(func(t *testing.T, host string) {
		h, ok := awsname.ParseS3Host(host)
		if !ok {
			return
		}
		if !awsname.IsEndpoint(host) {
			t.Errorf("%q is S3's and no endpoint", host)
		}
		if h.Service == awsname.S3 && h.Bucket != "" && h.Region != "" {
			written := awsname.BucketHost(h.Bucket, h.Region)
			if again, ok := awsname.ParseS3Host(written); !ok || again != h {
				t.Errorf("%q is %+v, written %q, which is %+v", host, h, written, again)
			}
		}
	})
}
