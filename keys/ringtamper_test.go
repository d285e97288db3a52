package keys_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/testing/keytest"
	"example.com/privatecdn/keys"
)

// tampered opens a copy of a ring after its ring.json was changed as text.
func tampered(t *testing.T, r *keys.Ring, c *clock, edit func(string) string) error {
	t.Helper()
	path := filepath.Join(r.Dir(), "ring.json")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	after := edit(string(before))
	if after == string(before) {
		t.Fatal("the edit changes nothing")
	}
	if err := os.WriteFile(path, []byte(after), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = keys.Open(r.Dir(), keys.WithClock(c.now))
	return err
}

// replaced replaces the first occurrence.
func replaced(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

// edited changes the document as JSON.
func edited(t *testing.T, edit func(doc map[string]any, list []any) []any) func(string) string {
	return func(s string) string {
		var doc map[string]any
		if err := json.Unmarshal([]byte(s), &doc); err != nil {
			t.Fatal(err)
		}
		doc["keys"] = edit(doc, doc["keys"].([]any))
		out, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
}

// field sets a field of the key at an index.
func field(t *testing.T, i int, name string, value any) func(string) string {
	return edited(t, func(_ map[string]any, list []any) []any {
		list[i].(map[string]any)[name] = value
		return list
	})
}

// TestTampered opens rings that were changed by hand. Key 0 is retiring until
// a date, key 1 signs, key 2 is pending.
func TestTampered(t *testing.T) {
	t.Parallel()
	without := func(i int) func(string) string {
		return edited(t, func(_ map[string]any, list []any) []any { return append(list[:i:i], list[i+1:]...) })
	}
	for name, c := range map[string]struct {
		edit func(string) string
		want error
		says string
	}{
		"the signing key is gone":  {without(1), keys.ErrStrands, "2026-11-29T14:15:00Z"},
		"the retiring key is gone": {without(0), keys.ErrStrands, "2026-11-29T14:15:00Z"},
		"the pending key is gone":  {without(2), keys.ErrRing, "no step dropped it"},
		"all keys are gone": {
			edited(t, func(map[string]any, []any) []any { return []any{} }), keys.ErrStrands, "gone",
		},
		"two keys sign":    {field(t, 2, "state", "signing"), keys.ErrRing, "pending"},
		"none signs":       {field(t, 1, "state", "pending"), keys.ErrRing, "signing"},
		"revoked by hand":  {field(t, 1, "state", "revoked"), keys.ErrRing, "signing"},
		"an unknown state": {field(t, 1, "state", "active"), keys.ErrRing, `"active"`},
		"an earlier end":   {field(t, 0, "until", "2026-11-23T00:00:00Z"), keys.ErrRing, "dates"},
		"an earlier end, in the step too": {
			func(s string) string { return strings.ReplaceAll(s, "2026-11-29T14:15:00Z", "2026-11-24T00:00:00Z") },
			keys.ErrStrands, "2026-11-29T14:00:00Z",
		},
		"another algorithm": {field(t, 0, "algorithm", "rsa-2048"), keys.ErrRing, "another key"},
		"another's public key": {edited(t, func(_ map[string]any, l []any) []any {
			l[0].(map[string]any)["public"] = l[1].(map[string]any)["public"]
			return l
		}), keys.ErrRing, "another key"},
		"a public key elsewhere": {field(t, 0, "public", "../../key.pem"), keys.ErrRing, "file in the ring"},
		"no public key":          {field(t, 0, "public", "none.pem"), os.ErrNotExist, "none.pem"},
		"the private key as public key": {edited(t, func(_ map[string]any, l []any) []any {
			k := l[0].(map[string]any)
			k["public"] = strings.TrimPrefix(k["private"].(string), "file:")
			return l
		}), keys.ErrPrivateKey, "a private key, want"},
		"no URI":         {field(t, 0, "private", "key.pem"), keys.ErrRing, "URI"},
		"no fingerprint": {field(t, 0, "fingerprint", "SHA1:00"), keys.ErrRing, "not a fingerprint"},
		"a key twice": {
			edited(t, func(_ map[string]any, l []any) []any { return append(l, l[2]) }), keys.ErrRing, "twice",
		},
		"an unknown field":          {replaced(`"version": 1,`, `"version": 1, "comment": "x",`), keys.ErrRing, "comment"},
		"an unknown field of a key": {field(t, 0, "comment", "x"), keys.ErrRing, "comment"},
		"another version":           {replaced(`"version": 1`, `"version": 2`), keys.ErrRing, "version 2"},
		"no lifetime":               {replaced(`"maxLifetime": 604800,`, `"maxLifetime": 0,`), keys.ErrRing, "maxLifetime"},
		"a limit raised by hand": {
			replaced(`"maxLifetime": 604800,`, `"maxLifetime": 604801,`), keys.ErrRing, "maxLifetime is higher",
		},
		"a negative allowance": {
			replaced(`"clockAllowance": 900`, `"clockAllowance": -1`), keys.ErrRing, "clockAllowance",
		},
		"no rotation age":  {replaced(`"rotateAfter": 7776000`, `"rotateAfter": 0`), keys.ErrRing, "rotateAfter"},
		"no JSON":          {func(string) string { return "{" }, keys.ErrRing, "ends early"},
		"two documents":    {func(s string) string { return s + s }, keys.ErrRing, "follows"},
		"a merge conflict": {func(s string) string { return "<<<<<<< HEAD\n" + s }, keys.ErrRing, "merge conflict"},
		"a step taken out": {replaced(`"step": "retire"`, `"step": "promote"`), keys.ErrRing, "step"},
		"an unknown step":  {replaced(`"step": "retire"`, `"step": "sell"`), keys.ErrRing, `step 5 (sell): "sell"`},
		"a step dated back": {func(s string) string {
			i := strings.LastIndex(s, `"at": "2026`)
			return s[:i] + `"at": "2025` + s[i+11:]
		}, keys.ErrRing, "step 6 (new) is dated before"},
		"a limit of nothing": {
			func(s string) string { i := strings.LastIndex(s, `604800`); return s[:i] + "-1" + s[i+6:] }, keys.ErrRing,
			"-1 seconds",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clk := newClock()
			r := newRing(t, clk, 2)
			clk.advance(time.Hour)
			must(t)(r.Promote(r.Keys()[1].Fingerprint))
			clk.advance(time.Hour)
			must(t)(r.Retire(r.Keys()[0].Fingerprint))
			add(t, r)
			err := tampered(t, r, clk, c.edit)
			if !errors.Is(err, c.want) || !strings.Contains(keytest.Said(err), c.says) {
				t.Errorf("%v, want %v that says %q", err, c.want, c.says)
			}
			if err != nil && !strings.Contains(keytest.Said(err), r.Dir()) {
				t.Errorf("%v does not name the file", err)
			}
			var hinted interface{ Hint() string }
			if err != nil && !errors.Is(err, os.ErrNotExist) && !errors.As(err, &hinted) {
				t.Errorf("%v has no hint", err)
			}
		})
	}
}

func TestPublicHalfReplaced(t *testing.T) {
	t.Parallel()
	r := newRing(t, newClock(), 2)
	ks := r.Keys()
	data, err := os.ReadFile(filepath.Join(r.Dir(), ks[1].Public))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.Dir(), ks[0].Public), data, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err = keys.Open(r.Dir()); !errors.Is(err, keys.ErrRing) || !strings.Contains(keytest.Said(err), ks[0].Public) {
		t.Error(err)
	}
}

// TestLimit lowers and raises the longest lifetime between steps, by hand where
// its owner may: a key's end always counts the longest one it has signed under.
func TestLimit(t *testing.T) {
	t.Parallel()
	type change func(t *testing.T, r *keys.Ring, c *clock)
	byHand := func(from, to string) change {
		return func(t *testing.T, r *keys.Ring, c *clock) {
			limit := func(s string) string { return `"maxLifetime": ` + s + ",\n  \"clock" }
			if err := tampered(t, r, c, replaced(limit(from), limit(to))); err != nil {
				t.Fatal(err)
			}
		}
	}
	limit := func(d time.Duration) change {
		return func(t *testing.T, r *keys.Ring, _ *clock) {
			if err := r.Limit(d); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		changes []change
		want    time.Duration
	}{
		"lowered":                 {[]change{limit(time.Hour)}, 7 * day},
		"lowered by hand":         {[]change{byHand("604800", "3600")}, 7 * day},
		"lowered, restored":       {[]change{limit(time.Hour), limit(7 * day)}, 7 * day},
		"raised":                  {[]change{limit(14 * day)}, 14 * day},
		"raised and lowered":      {[]change{limit(14 * day), limit(day)}, 14 * day},
		"raised, by hand lowered": {[]change{limit(14 * day), byHand("1209600", "3600")}, 14 * day},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clk := newClock()
			r := newRing(t, clk, 2)
			a, b := r.Keys()[0], r.Keys()[1]
			for _, change := range c.changes {
				clk.advance(time.Hour)
				change(t, r, clk)
			}
			must(t)(r.Promote(b.Fingerprint))
			clk.advance(time.Hour)
			a = must(t)(r.Retire(a.Fingerprint))
			if got := a.Until.Sub(clk.now()) - r.ClockAllowance(); got != c.want {
				t.Errorf("the end leaves %v for URLs, want %v", got, c.want)
			}
			if _, err := keys.Open(r.Dir()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestLeast opens rings with the least that their owner may write by hand.
func TestLeast(t *testing.T) {
	t.Parallel()
	for from, to := range map[string]string{
		`"rotateAfter": 7776000`: `"rotateAfter": 1`, `"clockAllowance": 900`: `"clockAllowance": 0`,
	} {
		c := newClock()
		if err := tampered(t, newRing(t, c, 1), c, replaced(from, to)); err != nil {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// TestLimitReaches raises the longest lifetime: what signers may still use counts
// it, what has no signer or an end does not.
func TestLimitReaches(t *testing.T) {
	t.Parallel()
	for stage, want := range map[string]time.Duration{"replaced": 30 * day, "retired": 7 * day} {
		clk := newClock()
		r := stages[stage](t, clk)
		if err := r.Limit(30 * day); err != nil {
			t.Fatal(err)
		}
		k := must(t)(r.Retire(r.Keys()[0].Fingerprint))
		if got := k.Until.Sub(clk.now()) - r.ClockAllowance(); got != want {
			t.Errorf("%s: the end leaves %v for URLs, want %v", stage, got, want)
		}
	}
	r := stages["pending"](t, newClock())
	if err := r.Limit(30 * day); err != nil {
		t.Fatal(err)
	}
	done, err := r.Revoke(t.Context(), r.Keys()[1].Fingerprint, nil)
	if err != nil || done.Lost != 0 {
		t.Errorf("a pending key: %v lost, %v", done, err)
	}
}

func TestLimitRefused(t *testing.T) {
	t.Parallel()
	r := newRing(t, newClock(), 1)
	for _, d := range []time.Duration{-day, 0, time.Second - 1, 10*365*day + time.Second} {
		if err := r.Limit(d); err == nil || !strings.Contains(keytest.Said(err), "10 years") {
			t.Errorf("%v: %v", d, err)
		}
	}
	if r, err := keys.Open(r.Dir()); err != nil || r.MaxLifetime() != 7*day {
		t.Errorf("%v", err)
	}
	for _, d := range []time.Duration{time.Second, 10 * 365 * day} {
		if err := r.Limit(d); err != nil {
			t.Errorf("%v: %v", d, err)
		}
	}
}

// FuzzOpen opens a ring whose ring.json is anything: it is refused, or exactly
// one of its keys signs.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "ring.json")
	c := newClock()
	r, err := keys.Create(dir, keys.WithClock(c.now))
	if err != nil {
		f.Fatal(err)
	}
	for range 3 {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		if _, _, err := r.Rotate(f.Context(), keys.ECDSAP256, keys.FileStore{Ring: dir}); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := keys.Open(dir, keys.WithClock(c.now))
		if err != nil {
			return
		}
		signing := 0
		for _, k := range r.Keys() {
			if k.State == keys.Signing {
				signing++
			}
		}
		if signing > 1 || signing == 0 && len(r.Keys()) > 0 {
			t.Errorf("%d keys sign", signing)
		}
		r.Next()
		r.Overdue()
	})
}
