package main

import (
	"fmt"
	"io"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/keys"
)

// table writes what keys list prints.
func table(w io.Writer, t cli.Terminal, entries []keys.Entry, now time.Time) {
	widths := []int{len(keys.Retiring), 16, len(keys.ECDSAP256), 9}
	fmt.Fprintln(w, t.Row(widths, "STATE", "KEY", "ALGORITHM", "AGE", "NEXT"))
	for _, k := range entries {
		fmt.Fprintln(w, t.Row(widths, string(k.State), k.Short(), string(k.Algorithm), span(k.Age), next(k, now)))
	}
}

// next returns the step that comes next for a key, and when.
func next(k keys.Entry, now time.Time) string {
	step := map[keys.Action]string{
		keys.ActPromote: "promote, once deployed", keys.ActRetire: "retire, once its successor is deployed",
		keys.ActNew: "replace", keys.ActDrop: "drop",
	}[k.Next]
	switch {
	case k.Next == keys.ActPromote || k.Next == keys.ActRetire:
		return step
	case now.Before(k.From):
		return step + " on " + k.From.Format(time.DateOnly)
	}
	return step + " now"
}

// afterwards says what a step has done and what comes next.
func afterwards(action keys.Action, k keys.Key, ring string) string {
	id := k.Short()
	switch {
	case action == keys.ActNew && k.State == keys.Signing:
		return fmt.Sprintf("%s signs. Next: commit %s and deploy. Its private key is not in the ring: %s.",
			id, ring, k.Private)
	case action == keys.ActNew:
		return fmt.Sprintf("%s is pending. Next: commit %s, deploy, then `privatecdn keys promote %s`.", id, ring, id)
	case action == keys.ActPromote:
		return fmt.Sprintf("%s signs. Next: commit %s, deploy, then retire the key it replaces.", id, ring)
	case action == keys.ActRetire:
		return fmt.Sprintf("%s is accepted until %s. Next: commit %s; after that, `privatecdn keys drop %s`.",
			id, k.Until.Format(time.RFC3339), ring, id)
	}
	return fmt.Sprintf("%s is removed from the ring. Next: commit %s, deploy, and delete its private key: %s.",
		id, ring, k.Private)
}

// span returns a length of time in the largest unit that says enough.
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return "new"
}
