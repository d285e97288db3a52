package keys

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Entry is a key with its next step.
type Entry struct {
	Key
	Age  time.Duration `json:"-"`    // since it began to sign, or since it was added
	Next Action        `json:"next"` // for the signing key ActNew, which replaces it
	From time.Time     `json:"from"` // from when on; promote and retire wait for a deployment too
}

// List returns every key, in ring order, with its next step and when.
func (r *Ring) List() []Entry {
	entries := make([]Entry, 0, len(r.past.keys))
	for _, k := range r.past.keys {
		e := Entry{Key: k, Age: r.today().Sub(cmp.Or(k.Promoted, k.Created))}
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
		entries = append(entries, e)
	}
	return entries
}

// Next returns the next step of the ring: one that is due before one that is not,
// the end of a rotation before the start of another. For a ring without keys it
// is ActNew with a zero Key.
func (r *Ring) Next() Entry {
	entries := r.List()
	if len(entries) == 0 {
		return Entry{Next: ActNew, From: r.today()}
	}
	return slices.MinFunc(entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(r.rank(a), r.rank(b)), a.From.Compare(b.From))
	})
}

// rank orders the next steps of the keys.
func (r *Ring) rank(e Entry) int {
	due := !r.today().Before(e.From)
	return slices.Index([]bool{
		e.Next == ActDrop && due,
		e.Next == ActRetire,
		e.Next == ActPromote,
		e.Next == ActNew && due,
		e.State == Retiring,
		e.Next == ActNew,
		true,
	}, true)
}

// Rotate takes the step that Next returns: it drops a key that is past its end,
// retires one that was replaced, promotes a pending one, or adds one with the
// algorithm a and the store s, also before the signing key is due. While a
// retired key waits for its end there is no next step, and the error is
// ErrStrands with the date. The key is returned as it is after the step.
func (r *Ring) Rotate(ctx context.Context, a Algorithm, s Store) (Action, Key, error) {
	next := r.Next()
	take := func(string) (Key, error) { return r.Add(ctx, a, s) }
	switch next.Next {
	case ActPromote:
		take = r.Promote
	case ActRetire:
		take = r.Retire
	case ActDrop:
		take = r.Drop
	}
	k, err := take(next.Fingerprint)
	return next.Next, k, err
}

// patience is how long a promotion may wait for its deployment before the
// retirement that follows it is overdue.
const patience = 24 * time.Hour

// Overdue returns the entries whose next step should have been taken by now: a
// signing key older than its rotation age, a replaced key without an end, a
// retired key past its end.
func (r *Ring) Overdue() []Entry {
	return slices.DeleteFunc(r.List(), func(e Entry) bool {
		late := r.today().Sub(e.From)
		return e.State == Pending || e.State == Revoked || late < 0 || e.Next == ActRetire && late < patience
	})
}

// String says what the next step is about, and since when.
func (e Entry) String() string {
	id, date := e.Short(), stamp(e.From)
	switch e.Next {
	case ActNew:
		return "key " + id + " should be replaced from " + date + " on"
	case ActPromote:
		return "key " + id + " is pending since " + date
	case ActRetire:
		return "key " + id + " was replaced on " + date + " and has no end yet"
	}
	return "key " + id + " can be dropped from " + date + " on"
}
