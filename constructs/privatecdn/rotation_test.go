package privatecdn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/testing/golden"
	"example.com/privatecdn/keys"
)

// TestRotation takes a ring through a rotation, and through a revocation, and
// holds what each step changes in the template: public keys and the key group,
// and the deployment document that tells of them. No key replaces another.
func TestRotation(t *testing.T) {
	now := then
	ring, err := keys.Create(t.TempDir(), keys.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	add := func(file string) keys.Key {
		t.Helper()
		k, err := ring.Add(context.Background(), keys.ECDSAP256, pair{file, "ssm:" + file})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	must := func(k keys.Key, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	old := add("a.pem")
	var next keys.Key
	var log strings.Builder
	before := resources(t, ring)
	for _, step := range []struct {
		name string
		take func()
	}{
		{"keys new", func() { next = add("b.pem") }},
		{"keys promote", func() { must(ring.Promote(next.Fingerprint)) }},
		{"keys retire", func() { must(ring.Retire(old.Fingerprint)) }},
		{"keys drop", func() { now = now.Add(30 * 24 * time.Hour); must(ring.Drop(old.Fingerprint)) }},
		{"keys new, once more", func() { old, next = next, add("c.pem") }},
		{"keys promote, once more", func() { must(ring.Promote(next.Fingerprint)) }},
		{"keys revoke", func() {
			if _, err := ring.Revoke(context.Background(), old.Fingerprint, nil); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		step.take()
		now = now.Add(time.Hour)
		after := resources(t, ring)
		fmt.Fprintf(&log, "%s\n%s", step.name, difference(before, after))
		before = after
	}
	golden.Equal(t, "testdata/golden/rotation.txt", []byte(log.String()))
}

// resources are the resources and outputs of a default stack with ring, by
// logical ID.
func resources(t *testing.T, ring *keys.Ring) map[string]any {
	t.Helper()
	app := newApp(t)
	stack := newStack(app, "Stack", "")
	media(stack, &props{Keys: ring})
	var template struct{ Resources map[string]any }
	if err := json.Unmarshal(synth(t, app, stack), &template); err != nil {
		t.Fatal(err)
	}
	return template.Resources
}

// difference is one line for each resource added (+), removed (-) or changed
// (~), the latter with the values that it has lost and gained.
func difference(before, after map[string]any) string {
	var b strings.Builder
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		was, had := before[id]
		is, has := after[id]
		mark := "~"
		switch {
		case !had:
			mark = "+"
		case !has:
			mark = "-"
		case reflect.DeepEqual(was, is):
			continue
		}
		fmt.Fprintf(&b, "  %s %s %s\n", mark, all[id].(map[string]any)["Type"], id)
		if mark == "~" {
			old, now := values("", was), values("", is)
			list(&b, "-", old, now)
			list(&b, "+", now, old)
		}
	}
	return b.String()
}

// values are the plain values in v, each with where it is. Places in a list do
// not count, so that a list that loses its first item loses that alone.
func values(path string, v any) (all []string) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			all = append(all, values(path+"."+name, inner)...)
		}
	case []any:
		for _, inner := range v {
			all = append(all, values(path, inner)...)
		}
	default:
		all = []string{fmt.Sprintf("%s: %v", strings.TrimPrefix(path, "."), v)}
	}
	slices.Sort(all)
	return all
}

// list writes the values that there are in some and not in others.
func list(b *strings.Builder, mark string, some, others []string) {
	for _, value := range some {
		if !slices.Contains(others, value) {
			fmt.Fprintf(b, "      %s %s\n", mark, value)
		}
	}
}
