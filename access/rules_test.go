package access_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"example.com/privatecdn/access"
	"example.com/privatecdn/internal/infra"
)

func TestRules(t *testing.T) {
	t.Parallel()
	tmpl := read(t, []string{"#behavior", `- {PathPattern: "private/a/*"` + signed})
	var got []string
	for _, r := range access.Rules(tmpl) {
		got = append(got, fmt.Sprintf("%s %s %s %d %q", r.PathPattern, r.Access, r.Bucket, len(r.Keys), r.Example))
	}
	want := []string{
		`private/* signed Media 1 "/private/x"`,
		`public/* public Media 0 "/public/x"`,
		`presigned/* presigned Media 0 "/presigned/x"`,
		`web/* public  0 "/web/x"`,
		`private/a/* signed Media 1 ""`, // never reached
		`* signed Media 1 "/x"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// A bucket that answers everybody makes an origin without identity public.
func TestPublicBucketIsNotPresigned(t *testing.T) {
	t.Parallel()
	tmpl := read(t, append(statement(`{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/*"}`),
		"RestrictPublicBuckets: true", "RestrictPublicBuckets: false"))
	for _, r := range access.Rules(tmpl) {
		if r.PathPattern == "presigned/*" && r.Access != "public" {
			t.Errorf("%+v", r)
		}
	}
}

// No change is an empty list, to a script too.
func TestNoFindingsAsJSON(t *testing.T) {
	t.Parallel()
	tmpl := read(t, nil)
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
		old, new, err := infra.ReadPair(dir+name, dir+name, infra.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if findings := access.Diff(old, new); len(findings) > 0 {
			t.Errorf("%s against itself: %+v", name, findings)
		}
	}
	old, new, err := infra.ReadPair(dir+"oai.template.json", dir+"oai.template.json", infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range new.Distributions[0].Behaviors {
		b.KeyGroups = nil
	}
	findings := access.Diff(old, new)
	if len(findings) != 1 || findings[0].Kind != access.BecamePublic || !access.Widened(findings) {
		t.Errorf("%+v", findings)
	}
}

func ExampleDiff() {
	old, new, err := infra.ReadPair("testdata/base.yaml", "testdata/opened.yaml", infra.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range access.Diff(old, new) {
		fmt.Printf("%s %s (%s): %s\n", f.Severity, f.Kind, f.Witness, f.Sentence)
	}
	// Output:
	// widening became-public (/private/x.jpg): paths of "*.jpg" that needed a CloudFront signature are open to everyone
	// widening behavior-shadowed (/private/x.jpg): the behavior "private/*" does not protect /private/x.jpg: "*.jpg", which is public, comes before it
	// widening behavior-shadowed (/presigned/x.jpg): the behavior "presigned/*" does not protect /presigned/x.jpg: "*.jpg", which is public, comes before it
	// note https-weakened (/private/x.jpg): browsers are no longer told to keep to HTTPS for paths of "*.jpg" (Strict-Transport-Security)
}

func BenchmarkDiff(b *testing.B) {
	text, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		b.Fatal(err)
	}
	tmpl, err := infra.Read(text, infra.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		access.Diff(tmpl, tmpl)
	}
}
