package access_test

import (
	"fmt"
	"testing"
	"time"

	"example.com/privatecdn/access"
	"example.com/privatecdn/internal/infra"
)

func big(n int, pattern func(i int) string, group *infra.KeyGroup, flip int) *infra.Infrastructure {
	bucket := &infra.Bucket{LogicalID: "B", Name: "b"}
	origin := &infra.Origin{Bucket: bucket, OAI: &infra.OAI{ID: "E"}}
	d := &infra.Distribution{LogicalID: "D"}
	for i := range n {
		b := &infra.Behavior{PathPattern: pattern(i), Origin: origin}
		if i%2 == flip {
			b.KeyGroups = []*infra.KeyGroup{group}
		}
		d.Behaviors = append(d.Behaviors, b)
	}
	d.Behaviors = append(d.Behaviors, &infra.Behavior{PathPattern: "*", Origin: origin, KeyGroups: []*infra.KeyGroup{group}})
	return &infra.Infrastructure{Distributions: []*infra.Distribution{d}, Buckets: []*infra.Bucket{bucket}}
}

func TestBig(t *testing.T) {
	group := newKeyGroup(t)
	for name, p := range map[string]func(i int) string{
		"dirs": func(i int) string { return fmt.Sprintf("dir-%d/*", i) },
		"mixed": func(i int) string {
			return []string{fmt.Sprintf("dir-%d/*", i), fmt.Sprintf("*.x%d", i), fmt.Sprintf("*/sub%d/*", i)}[i%3]
		},
		"hard":     func(i int) string { return fmt.Sprintf("*%c*%c*%cz", 'a'+i%25, 'b'+i%24, 'a'+i%23) },
		"question": func(i int) string { return fmt.Sprintf("*%c???????????????????", 'a'+i%25) },
	} {
		for _, n := range []int{74, 1000} {
			for _, flip := range []int{0, 1} {
				start := time.Now()
				old, new := big(n, p, group, 0), big(n, p, group, flip)
				f := access.Diff(old, new)
				t.Log(name, n, flip, len(f), time.Since(start))
			}
		}
	}
}
