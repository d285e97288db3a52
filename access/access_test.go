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

// CloudFront has no distribution with that many behaviors.
func TestTooManyBehaviors(t *testing.T) {
	t.Parallel()
	for count, valid := range map[int]bool{300: true, 301: false} {
		s := base()
		for i := range count - len(s.behaviors) {
			s.insert("*", public(fmt.Sprintf("p%d", i)))
		}
		if _, err := access.Parse(s.template(), nil); (err == nil) != valid {
			t.Errorf("%d behaviors: %v", count, err)
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
	findings := access.Diff(before, after)
	for _, f := range findings {
		fmt.Println(f.Severity, f.Kind, f.Witness)
	}
	fmt.Println(findings[2].Sentence)
	// Output:
	// breaking became-public /presigned/x.jpg
	// breaking bucket-replaced /web/x.jpg
	// widening became-public /private/x.jpg
	// widening became-public /presigned/x.jpg
	// widening behavior-shadowed /private/x.jpg
	// widening behavior-shadowed /presigned/x.jpg
	// narrowing cors-narrowed /private/x.jpg
	// narrowing https-required /public/x.jpg
	// note https-weakened /private/x.jpg
	// paths of "*.jpg" that needed a CloudFront signature are open to everyone
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
