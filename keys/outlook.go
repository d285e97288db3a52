package keys

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Entry is a key with what lies before it.
type Entry struct {
	Key
	Age  time.Duration `json:"-"`    // since it began to sign; since it was added, when it never has
	Next Action        `json:"next"` // the step that comes next for it; of the signing key ActNew, which replaces it
	From time.Time     `json:"from"` // from when on; for promote and retire, once the step before is deployed
}

// List returns every key, in ring order, with what comes next for it and when.
func (r *Ring) List() []Entry {
	entries := make([]Entry, 0, len(r.past.keys))
	for _, k := range r.past.keys {
		entries = append(entries, r.entry(k))
	}
	return entries
}

func (r *Ring) entry(k Key) Entry {
	e := Entry{Key: k, Age: r.today().Sub(k.Created)}
	if !k.Promoted.IsZero() {
		e.Age = r.today().Sub(k.Promoted)
	}
	switch {
	case k.State == Pending:
		e.Next, e.From = ActPromote, k.Created
	case k.State == Signing:
		e.Next, e.From = ActNew, k.Promoted.Add(r.RotateAfter())
	case k.State == Revoked:
		e.Next, e.From = ActDrop, k.Revoked.Add(k.longest)
	case k.Until.IsZero():
		e.Next, e.From = ActRetire, k.Replaced
	default:
		e.Next, e.From = ActDrop, k.Until
	}
	return e
}

// Next returns the step that comes next for the ring: what is due before what
// is not, the end of a rotation before the start of another. It is ActNew with
// a zero Key for a ring without keys.
func (r *Ring) Next() Entry {
	entries := r.List()
	if len(entries) == 0 {
		return Entry{Next: ActNew, From: r.today()}
	}
	return slices.MinFunc(entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(r.rank(a), r.rank(b)), a.From.Compare(b.From))
	})
}

// rank orders what comes next for each key.
func (r *Ring) rank(e Entry) int {
	due := !r.today().Before(e.From)
	switch {
	case e.Next == ActDrop && due:
		return 0
	case e.Next == ActRetire:
		return 1
	case e.Next == ActPromote:
		return 2
	case e.Next == ActNew && due:
		return 3
	case e.State == Retiring:
		return 4
	case e.Next == ActNew:
		return 5
	}
	return 6
}

// Rotate takes the step that comes next, as Next gives it: it drops a key that
// is past its end, retires one that was replaced, promotes a pending one, or
// adds one, with the algorithm a and the store s, also before the signing key
// is due. While a retired key waits for its end, nothing comes next and the
// error is ErrStrands with the date. The key is returned as it is now.
func (r *Ring) Rotate(ctx context.Context, a Algorithm, s Store) (Action, Key, error) {
	next := r.Next()
	var k Key
	var err error
	switch next.Next {
	case ActNew:
		k, err = r.Add(ctx, a, s)
	case ActPromote:
		k, err = r.Promote(next.Fingerprint)
	case ActRetire:
		k, err = r.Retire(next.Fingerprint)
	default:
		k, err = r.Drop(next.Fingerprint)
	}
	return next.Next, k, err
}

// Reminder is something about a key that waits for its owner.
type Reminder struct {
	Fingerprint string
	Text        string // a sentence, with what to do
}

// patience is how long a promotion may wait for its deployment before the
// retirement that follows it is called for.
const patience = 24 * time.Hour

// Reminders returns what should have been done by now: a signing key older
// than its rotation age, a replaced key without an end, a retired key past it.
func (r *Ring) Reminders() []Reminder {
	var due []Reminder
	for _, e := range r.List() {
		if text := r.remind(e); text != "" {
			due = append(due, Reminder{e.Fingerprint, text})
		}
	}
	return due
}

func (r *Ring) remind(e Entry) string {
	id, late := short(e.Fingerprint), r.today().Sub(e.From)
	switch {
	case e.State == Signing && late >= 0:
		return fmt.Sprintf("Key %s has signed for %s, and should be replaced after %s: run `privatecdn keys rotate`.", id, days(e.Age), days(r.RotateAfter()))
	case e.Next == ActRetire && late >= patience:
		return fmt.Sprintf("Key %s was replaced on %s and has no end yet: once that is deployed, run `privatecdn keys retire %s`.", id, stamp(e.Replaced), id)
	case e.State == Retiring && e.Next == ActDrop && late >= 0:
		return fmt.Sprintf("Key %s is past its end, %s: run `privatecdn keys rotate` to take it off the ring.", id, stamp(e.Until))
	}
	return ""
}

// days writes a time of days in days, a shorter one as Go does.
func days(d time.Duration) string {
	const day = 24 * time.Hour
	if d < 2*day {
		return d.Truncate(time.Second).String()
	}
	return fmt.Sprintf("%d days", d/day)
}
