package edge_test

import (
	"archive/zip"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"example.com/privatecdn/edge"
)

// A source of a BucketDeployment may be a zip file: its objects are listed and
// served below the prefix, and a private key in it is not.
func TestUploadedZip(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	template := writeFile(t, filepath.Join(dir, "site.template.json"), `{"Resources": {
		"B": {"Type": "AWS::S3::Bucket"},
		"P": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "B"}, "PolicyDocument": {"Statement": {
			"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"],
			"Resource": [{"Fn::Sub": "${B.Arn}/*"}, {"Fn::GetAtt": ["B", "Arn"]}]}}}},
		"U": {"Type": "Custom::CDKBucketDeployment", "Properties": {"SourceObjectKeys": ["x.zip"],
			"DestinationBucketName": {"Ref": "B"}, "DestinationBucketKeyPrefix": "site/"}},
		"D": {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": {"Enabled": true,
			"Origins": [{"Id": "o", "DomainName": {"Fn::GetAtt": ["B", "RegionalDomainName"]}, "S3OriginConfig": {}}],
			"DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all",
				"CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}}}}}}`)
	file, err := os.Create(filepath.Join(dir, "asset.x.zip"))
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	for name, text := range map[string]string{
		"a/b.txt": "from the zip", "key.pem": "-----BEGIN PRIVATE KEY-----\n",
		"largest.pem": fmt.Sprintf("%-16384s", "-----BEGIN PRIVATE KEY-----\n"),
	} {
		w, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	e, err := edge.New(edge.Options{Template: template})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	for path, want := range map[string]int{
		"/site/a/b.txt": 200, "/a/b.txt": 404, "/site/": 404, "/site/../site/a/b.txt": 404, "/site/key.pem": 404,
		"/site/largest.pem": 404,
	} {
		r := get(t, e, "https://x.cloudfront.net"+path)
		if r.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, r.StatusCode, want)
		}
	}
	if r := get(t, e, "https://x.cloudfront.net/site/a/b.txt", "Range", "bytes=9-"); body(t, r) != "zip" ||
		r.StatusCode != http.StatusPartialContent {
		t.Errorf("a range: %d", r.StatusCode)
	}
}
