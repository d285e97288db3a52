package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/privatecdn/internal/cdkapp"
	"example.com/privatecdn/internal/refs"
	"example.com/privatecdn/keys"
)

type keysCommand struct {
	New     keysNew     `cmd:"" help:"Make a key pair and add it to the ring. The first key signs at once, a later one is pending."`
	List    keysList    `cmd:"" help:"List the keys: state, age, and what comes next and when."`
	Promote keysPromote `cmd:"" help:"Make a pending key sign, once it is deployed. The one that signed is retiring."`
	Retire  keysRetire  `cmd:"" help:"Give the key that signed before its end: after the last URL it signed."`
	Revoke  keysRevoke  `cmd:"" help:"Put a key out of the key group now. URLs it signed die."`
	Rotate  keysRotate  `cmd:"" help:"Say which step of the rotation comes next, and take it."`
}

// ringFlag is the ring that the commands on keys work on.
type ringFlag struct {
	Ring string `help:"Directory of the key ring; the app's own (cdk.json, or keys/ring) by default." placeholder:"DIR"`
}

func (f ringFlag) dir() (string, error) {
	if f.Ring != "" {
		return f.Ring, nil
	}
	return cdkapp.RingDir(".")
}

func (f ringFlag) open() (*keys.Ring, error) {
	dir, err := f.dir()
	if err != nil {
		return nil, err
	}
	return keys.Open(dir)
}

// storeFlag is where private halves of new keys go.
type storeFlag struct {
	Store string `help:"Where the private half of a new key goes: file:DIR, kms:alias/NAME, secretsmanager:NAME or ssm:NAME. A file beside the ring by default." placeholder:"URI"`
}

type algorithmFlag struct {
	Algorithm keys.Algorithm `help:"ecdsa-p256 or rsa-2048." enum:"ecdsa-p256,rsa-2048" default:"ecdsa-p256"`
}

type keysNew struct {
	algorithmFlag
	storeFlag
	ringFlag
}

func (c keysNew) Run(e *env) error {
	dir, err := c.dir()
	if err != nil {
		return err
	}
	store, err := refs.Store(e, c.Store, dir)
	if err != nil {
		return err
	}
	ring, err := keys.Open(dir)
	if errors.Is(err, keys.ErrNoRing) {
		ring, err = keys.Create(dir)
	}
	if err != nil {
		return err
	}
	key, err := ring.Add(e, c.Algorithm, store)
	if err != nil {
		return err
	}
	e.note("%s", afterwards(keys.ActNew, key, dir))
	return e.print(key, func(w io.Writer) { fmt.Fprintln(w, key.Fingerprint) })
}

type keysList struct{ ringFlag }

func (c keysList) Run(e *env) error {
	ring, err := c.open()
	if err != nil {
		return err
	}
	for _, r := range ring.Reminders() {
		e.note("warning: %s", r.Text)
	}
	list := struct {
		Keys []keys.Entry `json:"keys"`
	}{ring.List()}
	return e.print(list, func(w io.Writer) { table(w, list.Keys, time.Now()) })
}

func table(w io.Writer, entries []keys.Entry, now time.Time) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	fmt.Fprintln(t, "STATE\tKEY\tALGORITHM\tAGE\tNEXT")
	for _, k := range entries {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", k.State, short(k.Key), k.Algorithm, span(k.Age), next(k, now))
	}
}

// next is the step that comes next for a key, and when.
func next(k keys.Entry, now time.Time) string {
	switch {
	case k.Next == keys.ActPromote:
		return "promote, once it is deployed"
	case k.Next == keys.ActRetire:
		return "retire, once its successor is deployed and signs"
	case now.Before(k.From):
		return fmt.Sprintf("%s on %s", steps[k.Next], k.From.Format(time.DateOnly))
	}
	return steps[k.Next] + " now"
}

// steps are the steps as the table words them.
var steps = map[keys.Action]string{keys.ActNew: "replace", keys.ActDrop: "drop"}

type keysPromote struct {
	keyArg
	ringFlag
}

func (c keysPromote) Run(e *env) error {
	return c.step(e, c.ringFlag, keys.ActPromote, (*keys.Ring).Promote)
}

type keysRetire struct {
	keyArg
	ringFlag
}

func (c keysRetire) Run(e *env) error {
	return c.step(e, c.ringFlag, keys.ActRetire, (*keys.Ring).Retire)
}

// keyArg names a key.
type keyArg struct {
	ID string `arg:"" help:"The key: its fingerprint or the start of it."`
}

// step takes a step on the key and says what comes after it.
func (c keyArg) step(e *env, ringDir ringFlag, action keys.Action, take func(*keys.Ring, string) (keys.Key, error)) error {
	ring, err := ringDir.open()
	if err != nil {
		return err
	}
	key, err := take(ring, c.ID)
	if err != nil {
		return err
	}
	e.note("%s", afterwards(action, key, ring.Dir()))
	return e.print(key, func(w io.Writer) { fmt.Fprintln(w, key.Fingerprint) })
}

type keysRevoke struct {
	keyArg
	ringFlag
	storeFlag
}

func (c keysRevoke) Run(e *env) error {
	ring, err := c.open()
	if err != nil {
		return err
	}
	store, err := refs.Store(e, c.Store, ring.Dir())
	if err != nil {
		return err
	}
	done, err := ring.Revoke(e, c.ID, store)
	if err != nil {
		return err
	}
	minutes := int64((done.Lost + time.Minute - 1) / time.Minute)
	e.note("URLs that %s has signed die with the next deployment: up to %d minutes of them.", short(done.Key), minutes)
	result := struct {
		keys.Key
		LostMinutes int64     `json:"lostMinutes"` // of URLs already signed
		Successor   *keys.Key `json:"successor,omitempty"`
	}{Key: done.Key, LostMinutes: minutes}
	if done.Successor.Fingerprint != "" {
		result.Successor = &done.Successor
		e.note("%s signs in its place.", short(done.Successor))
	}
	e.note("Next: commit %s and deploy at once.", ring.Dir())
	return e.print(result, func(w io.Writer) { fmt.Fprintln(w, done.Key.Fingerprint) })
}

type keysRotate struct {
	algorithmFlag
	storeFlag
	ringFlag
}

func (c keysRotate) Run(e *env) error {
	ring, err := c.open()
	if err != nil {
		return err
	}
	store, err := refs.Store(e, c.Store, ring.Dir())
	if err != nil {
		return err
	}
	action, key, err := ring.Rotate(e, c.Algorithm, store)
	if err != nil {
		return err
	}
	e.note("%s", afterwards(action, key, ring.Dir()))
	result := struct {
		Step keys.Action `json:"step"`
		Key  keys.Key    `json:"key"`
	}{action, key}
	return e.print(result, func(w io.Writer) { fmt.Fprintln(w, action, key.Fingerprint) })
}

// afterwards says what a step has done and what comes next.
func afterwards(action keys.Action, k keys.Key, ring string) string {
	id := short(k)
	switch {
	case action == keys.ActNew && k.State == keys.Signing:
		return fmt.Sprintf("%s signs. Next: commit %s and deploy. Its private half is not part of the ring: %s.", id, ring, k.Private)
	case action == keys.ActNew:
		return fmt.Sprintf("%s is pending. Next: commit %s, deploy, then `privatecdn keys promote %s`.", id, ring, id)
	case action == keys.ActPromote:
		return fmt.Sprintf("%s signs. Next: commit %s, deploy, then retire the key it replaces.", id, ring)
	case action == keys.ActRetire:
		return fmt.Sprintf("%s is accepted until %s. Next: commit %s; after that, `privatecdn keys rotate` takes it off the ring.",
			id, k.Until.Format(time.RFC3339), ring)
	}
	return fmt.Sprintf("%s is off the ring. Next: commit %s, deploy, and delete its private half: %s.", id, ring, k.Private)
}

// short is as much of a fingerprint as names a key.
func short(k keys.Key) string {
	digits := strings.TrimPrefix(k.Fingerprint, "SHA256:")
	return digits[:min(16, len(digits))]
}

// span is a length of time in the largest unit that says enough.
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
