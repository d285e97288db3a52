package bucketpolicy

import (
	"maps"
	"slices"
)

// Keys returns the condition keys that are evaluated, sorted.
func Keys() []string { return slices.Sorted(maps.Keys(knownKeys)) }

// Operators returns the condition operators that are evaluated, sorted.
func Operators() []string { return slices.Sorted(maps.Keys(operators)) }
