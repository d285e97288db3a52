package access_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/access"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/keys"
)

// What Diff says of random behaviors holds under the rule the edge follows,
// the first match wins, for every path of up to five characters: each witness
// changes its access as the finding says, and no change is left out.
func TestDiffAgreesWithTheEdge(t *testing.T) {
	t.Parallel()
	group := newKeyGroup(t)
	paths := shortPaths(4)
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		old, new := randomTemplate(r, group), randomTemplate(r, group)
		findings := diff(old, new)
		found := map[string]bool{}
		for _, f := range findings {
			before, after := accessAt(old, f.Witness), accessAt(new, f.Witness)
			if f.Kind == access.BecamePublic && (before != deployment.Signed || after != deployment.Public) ||
				f.Kind == access.BecameSigned && (before != deployment.Public || after != deployment.Signed) {
				t.Fatalf("seed %d: %s %s: %s is %s before and %s after", seed, f.Kind, f.Path, f.Witness, before, after)
			}
			found[string(f.Kind)+" "+f.Path] = true
		}
		for _, path := range paths {
			want := ""
			switch before, after := accessAt(old, path), accessAt(new, path); {
			case before == deployment.Signed && after == deployment.Public:
				want = "became-public"
			case before == deployment.Public && after == deployment.Signed:
				want = "became-signed"
			}
			if pattern := behaviorAt(new, path).PathPattern; want != "" && !found[want+" "+pattern] {
				t.Fatalf("seed %d: nothing says that %s of %s %s: %+v", seed, path, pattern, want, findings)
			}
		}
	}
}

// Patterns made to be hard end in findings that say so, not in silence.
func TestEntangledPatterns(t *testing.T) {
	t.Parallel()
	group := []*infra.KeyGroup{newKeyGroup(t)}
	hard := "*a" + strings.Repeat("?", 20) + "b*a*"
	template := func(behaviors ...*infra.Behavior) *infra.Template {
		bucket := &infra.Bucket{LogicalID: "B", Name: "b"}
		for _, b := range behaviors {
			b.Origin = &infra.Origin{Bucket: bucket, OAI: &infra.OAI{ID: "E"}}
		}
		return &infra.Template{Distributions: []*infra.Distribution{{LogicalID: "D", Behaviors: behaviors}}}
	}
	for name, c := range map[string]struct {
		old, now *infra.Template
		severity access.Severity
		says     string
	}{
		"opened": {template(&infra.Behavior{PathPattern: hard, KeyGroups: group}, &infra.Behavior{PathPattern: "*"}),
			template(&infra.Behavior{PathPattern: hard}, &infra.Behavior{PathPattern: "*"}),
			access.Widening, "are open to everyone (the patterns are too entangled to name a path)"},
		"beside the default": {template(&infra.Behavior{PathPattern: "*"}),
			template(&infra.Behavior{PathPattern: hard, KeyGroups: group}, &infra.Behavior{PathPattern: "*"}),
			access.Widening, "an escaped path may open what the second protects"},
		"behind a public one": {template(&infra.Behavior{PathPattern: "*", KeyGroups: group}),
			template(&infra.Behavior{PathPattern: "a*"}, &infra.Behavior{PathPattern: hard, KeyGroups: group},
				&infra.Behavior{PathPattern: "*", KeyGroups: group}),
			access.Widening, "they may catch paths that it protects"},
		"in front": {template(&infra.Behavior{PathPattern: "*", KeyGroups: group}),
			template(&infra.Behavior{PathPattern: hard, KeyGroups: group}, &infra.Behavior{PathPattern: "*"}),
			access.Note, "they may catch paths that it protects"},
		"public behind a public one": {template(&infra.Behavior{PathPattern: "*", KeyGroups: group}),
			template(&infra.Behavior{PathPattern: "a*"}, &infra.Behavior{PathPattern: hard}, &infra.Behavior{PathPattern: "*"}),
			access.Note, "they may catch paths that it protects"},
	} {
		findings := diff(c.old, c.now)
		if !slices.ContainsFunc(findings, func(f access.Finding) bool {
			return f.Witness == hard && f.Path == hard && f.Severity == c.severity && strings.Contains(f.Sentence, c.says)
		}) {
			t.Errorf("%s: %+v", name, findings)
		}
	}
}

func newKeyGroup(t *testing.T) *infra.KeyGroup {
	t.Helper()
	private, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	public, err := keys.NewPublic(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return &infra.KeyGroup{Keys: []*infra.PublicKey{{ID: public.LocalID(), Key: public}}}
}

func randomTemplate(r *rand.Rand, group *infra.KeyGroup) *infra.Template {
	bucket := &infra.Bucket{LogicalID: "B", Name: "b"}
	origin := &infra.Origin{Bucket: bucket, OAI: &infra.OAI{ID: "E"}}
	d := &infra.Distribution{LogicalID: "D"}
	for range r.IntN(4) {
		d.Behaviors = append(d.Behaviors, &infra.Behavior{PathPattern: randomPattern(r), Origin: origin})
	}
	d.Behaviors = append(d.Behaviors, &infra.Behavior{PathPattern: "*", Origin: origin})
	for _, b := range d.Behaviors {
		if r.IntN(2) == 0 {
			b.KeyGroups = []*infra.KeyGroup{group}
		}
	}
	return &infra.Template{Distributions: []*infra.Distribution{d}, Buckets: []*infra.Bucket{bucket}}
}

func randomPattern(r *rand.Rand) string {
	p := make([]byte, 1+r.IntN(4))
	for i := range p {
		p[i] = "ab/.*?"[r.IntN(6)]
	}
	return string(p)
}

// shortPaths returns every normal path over a few characters, one of which
// random patterns do not have.
func shortPaths(most int) []string {
	paths, last := []string{"/"}, []string{"/"}
	for range most {
		var next []string
		for _, p := range last {
			for _, c := range "abx/." {
				next = append(next, p+string(c))
			}
		}
		last = next
		for _, p := range next {
			if pathpattern.Normalize(p) == p {
				paths = append(paths, p)
			}
		}
	}
	return paths
}

func behaviorAt(tmpl *infra.Template, path string) *infra.Behavior {
	for _, b := range tmpl.Distributions[0].Behaviors {
		if pathpattern.Match(b.PathPattern, pathpattern.Normalize(path)) {
			return b
		}
	}
	return nil
}

func accessAt(tmpl *infra.Template, path string) deployment.Access {
	return behaviorAt(tmpl, path).Access()
}
