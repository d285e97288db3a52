package access_test

import (
	"fmt"
	"testing"

	"example.com/privatecdn/access"
)

// BenchmarkDiff75 compares distributions with as many behaviors as CloudFront's
// quota allows, one of which changes, or all.
func BenchmarkDiff75(b *testing.B) {
	for name, p := range map[string]func(i int) string{
		"directories": func(i int) string { return fmt.Sprintf("dir-%d/*", i) },
		"mixed": func(i int) string {
			return []string{fmt.Sprintf("dir-%d/*", i), fmt.Sprintf("*.x%d", i), fmt.Sprintf("*/sub%d/*", i)}[i%3]
		},
	} {
		for change, flips := range map[string]func(i int) bool{
			"none": func(int) bool { return false }, "one": func(i int) bool { return i == 40 },
			"all": func(int) bool { return true },
		} {
			old, now := base(), base()
			for i := range 70 {
				one, other := public(p(i)), public(p(i))
				one.signed = i%2 == 0
				other.signed = one.signed != flips(i)
				old.insert("*", one)
				now.insert("*", other)
			}
			before, err := access.Parse(old.template(), nil)
			if err != nil {
				b.Fatal(err)
			}
			after, err := access.Parse(now.template(), nil)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(name+"/"+change, func(b *testing.B) {
				for b.Loop() {
					access.Diff(before, after)
				}
			})
		}
	}
}
