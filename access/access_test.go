package access_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"example.com/privatecdn/access"
)

// No change is an empty list, to a script too.
func TestNoFindingsAsJSON(t *testing.T) {
	t.Parallel()
	tmpl := base().read(t)
	text, err := json.Marshal(access.Diff(tmpl, tmpl))
	if err != nil || string(text) != "[]" {
		t.Errorf("%s, %v", text, err)
	}
}

// What CDK synthesizes holds against itself, and against itself with its keys
// taken off.
func TestDiffOfSynthesized(t *testing.T) {
	t.Parallel()
	const dir = "../internal/infra/testdata/"
	for _, name := range []string{"oai.template.json", "oac.template.json", "plain.template.json", "cross"} {
		tmpl, err := access.Read(dir+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if findings := access.Diff(tmpl, tmpl); len(findings) > 0 {
			t.Errorf("%s against itself: %+v", name, findings)
		}
	}
}

func ExampleDiff() {
	before, err := access.Read("testdata/base.yaml", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	after, err := access.Read("testdata/opened.yaml", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range access.Diff(before, after) {
		fmt.Printf("%s %s (%s): %s\n", f.Severity, f.Kind, f.Witness, f.Sentence)
	}
	// Output:
	// breaking became-public (/presigned/x.jpg): presigned URLs no longer open paths of "*.jpg": S3 refuses their signature beside CloudFront's own
	// breaking bucket-replaced (/web/x.jpg): paths of "*.jpg" are read from the bucket Media instead of www.example.com; its content is not moved
	// widening became-public (/private/x.jpg): paths of "*.jpg" that needed a CloudFront signature are open to everyone
	// widening became-public (/presigned/x.jpg): paths of "*.jpg" that needed an S3 signature are open to everyone
	// widening behavior-shadowed (/private/x.jpg): the behavior "private/*" does not protect /private/x.jpg: "*.jpg", which is public, comes before it
	// widening behavior-shadowed (/presigned/x.jpg): the behavior "presigned/*" does not protect /presigned/x.jpg: "*.jpg", which is public, comes before it
	// narrowing cors-narrowed (/private/x.jpg): for paths of "*.jpg", CORS no longer allows that web pages of https://*.example.com may read; web pages may use the methods GET; web pages may send the headers Range
	// narrowing https-required (/public/x.jpg): plain HTTP requests for paths of "*.jpg" are refused: links that begin with http: stop working
	// note https-weakened (/private/x.jpg): browsers are no longer told to use HTTPS alone for paths of "*.jpg" (Strict-Transport-Security)
}

func BenchmarkDiff(b *testing.B) {
	tmpl, err := access.Parse(base().template(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		access.Diff(tmpl, tmpl)
	}
}
