package keys

import (
	"fmt"
	"slices"
	"time"

	"example.com/privatecdn/internal/fault"
)

// Action is a step of a rotation.
type Action string

// The steps of a rotation, in its order, and two that are not part of it.
const (
	ActNew     Action = "new"     // adds a key; the first one signs at once
	ActPromote Action = "promote" // makes it sign, after it is deployed
	ActRetire  Action = "retire"  // sets when the previous signing key expires
	ActDrop    Action = "drop"    // removes a key from the ring, after its end
	ActRevoke  Action = "revoke"  // removes a key from the key group immediately
	ActLimit   Action = "limit"   // changes the longest lifetime
)

// step is one line of the ring's history.
type step struct {
	At          time.Time `json:"at"`
	Step        Action    `json:"step"`
	Key         string    `json:"key,omitempty"`         // fingerprint; none for limit
	Until       time.Time `json:"until,omitzero"`        // of retire
	MaxLifetime int64     `json:"maxLifetime,omitempty"` // of limit, seconds
}

// history is what the steps of a ring lead to. Every rule about the order of
// steps is in its methods, so that the same rules validate a ring that is read
// and a step that is taken.
type history struct {
	allowance time.Duration
	last      time.Time
	limit     time.Duration // the longest lifetime in force
	keys      []Key         // in ring order
	gone      []Key         // dropped
}

func replay(steps []step, allowance time.Duration) (*history, error) {
	h := &history{allowance: allowance}
	for i, s := range steps {
		if s.At.Before(h.last) {
			return nil, fmt.Errorf("step %d (%s) is dated before the previous one", i+1, s.Step)
		}
		if err := h.take(s); err != nil {
			return nil, fmt.Errorf("step %d (%s): %w", i+1, s.Step, err)
		}
	}
	return h, nil
}

func (h *history) take(s step) error {
	h.last = s.At
	switch s.Step {
	case ActLimit:
		return h.setLimit(s.MaxLifetime)
	case ActNew:
		return h.add(s)
	}
	i := h.index(s.Key)
	if i < 0 {
		return noKey(s.Key)
	}
	k := &h.keys[i]
	if r, refused := refusals[s.Step][k.State]; refused {
		return k.refuse(s.Step, r.why, r.todo)
	}
	switch s.Step {
	case ActPromote:
		return h.promote(k, s.At)
	case ActRetire:
		return h.retire(k, s)
	case ActRevoke:
		k.State, k.Revoked = Revoked, s.At
		return nil
	case ActDrop:
		return h.drop(i, s.At)
	}
	return fmt.Errorf("%s is not a valid step", fault.Quote(string(s.Step)))
}

// refusals are the steps that a key's state alone rules out.
var refusals = map[Action]map[State]struct{ why, todo string }{
	ActPromote: {
		Signing: {"already signs", "there is nothing to do"},
		Revoked: {"is revoked", "add a key with `privatecdn keys new`"},
	},
	ActRetire: {
		Pending: {"has never signed", "promote it first, or drop it"},
		Signing: {"is the signing key", "promote another key, deploy that, then retire this one"},
		Revoked: {"is revoked", "there is nothing to do"},
	},
	ActRevoke: {
		Signing: {"is the signing key", "promote another key in the same step, as `privatecdn keys revoke` does"},
		Revoked: {"is already revoked", "deploy the ring as it is"},
	},
	ActDrop: {Signing: {"is the signing key", "promote another key first, or revoke this one"}},
}

func (h *history) index(fingerprint string) int {
	return slices.IndexFunc(h.keys, func(k Key) bool { return k.Fingerprint == fingerprint })
}

// lookup returns a key as it is, or as it was when it was dropped.
func (h *history) lookup(fingerprint string) Key {
	for _, k := range slices.Concat(h.keys, h.gone) {
		if k.Fingerprint == fingerprint {
			return k
		}
	}
	return Key{}
}

// setLimit changes what keys may be used for. A lower limit does not shorten a
// key's end: URLs signed under the old one stay valid.
func (h *history) setLimit(seconds int64) error {
	if !within(seconds, 1) {
		return fmt.Errorf("the longest lifetime, %d seconds, is not between 1 second and 10 years", seconds)
	}
	h.limit = time.Duration(seconds) * time.Second
	for i := range h.keys {
		if k := &h.keys[i]; k.mayStillSign() {
			k.longest = max(k.longest, h.limit)
		}
	}
	return nil
}

func (h *history) add(s step) error {
	if h.lookup(s.Key).Fingerprint != "" {
		return wrong(ErrState, "key "+short(s.Key)+" is or was in the ring",
			"use a new key pair: a key is never added twice")
	}
	if h.limit == 0 {
		return fmt.Errorf("the limit step before it is missing")
	}
	k := Key{Fingerprint: s.Key, State: Pending, Created: s.At}
	if len(h.keys) == 0 { // from then on, one of them signs
		k.State, k.Promoted, k.longest = Signing, s.At, h.limit
	}
	h.keys = append(h.keys, k)
	return nil
}

func (h *history) promote(k *Key, at time.Time) error {
	if !k.Until.IsZero() && !at.Before(k.Until) {
		return k.refuse(ActPromote, "is past its end", "add a key with `privatecdn keys new`")
	}
	for i := range h.keys {
		if old := &h.keys[i]; old.State == Signing {
			old.State, old.Replaced = Retiring, at
		}
	}
	k.State, k.Promoted, k.Replaced, k.Until = Signing, at, time.Time{}, time.Time{}
	k.longest = max(k.longest, h.limit)
	return nil
}

func (h *history) retire(k *Key, s step) error {
	if safe := k.notBefore(s.At.Add(k.longest)); s.Until.Before(safe) {
		return k.strand("would end on "+stamp(s.Until)+", while URLs it signed can still be valid", safe, "set a later end")
	}
	k.Until = s.Until
	return nil
}

func (h *history) drop(i int, at time.Time) error {
	k := h.keys[i]
	switch {
	case k.State == Retiring && k.Until.IsZero():
		return h.strands(k, at, "has no end yet", "retire it, and drop it after its end")
	case k.State == Retiring && at.Before(k.Until):
		return h.strands(k, at, "is accepted until "+stamp(k.Until), "drop it then, or revoke it")
	}
	h.keys = slices.Delete(h.keys, i, i+1)
	h.gone = append(h.gone, k)
	return nil
}

// end returns when a key that stops signing at a time can be dropped.
func (h *history) end(k Key, stops time.Time) time.Time {
	return k.notBefore(stops.Add(k.longest + h.allowance))
}

// strands refuses to remove a key while URLs it signed may be valid.
func (h *history) strands(k Key, at time.Time, why, todo string) error {
	safe := k.Until
	if safe.IsZero() {
		safe = h.end(k, at)
	}
	return k.strand(why+": URLs it signed can still be valid", safe, todo)
}
