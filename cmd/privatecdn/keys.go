package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cdkapp"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

type keysCommand struct {
	New     keysNew    `cmd:"" help:"Create a key pair and add it to the ring. ${later}"`
	Add     keysAdd    `cmd:"" help:"Add an existing key pair to the ring. ${later}"`
	List    keysList   `cmd:"" help:"List the keys: state, age and next step."`
	Promote keysStep   `cmd:"" help:"Sign with a pending key, once it is deployed. ${starts}"`
	Retire  keysStep   `cmd:"" help:"Set when the previous signing key expires: after the last URL it signed."`
	Drop    keysStep   `cmd:"" help:"${drop}"`
	Revoke  keysRevoke `cmd:"" help:"Remove a key from the key group immediately. URLs it signed stop working."`
	Rotate  keysRotate `cmd:"" help:"Take the next step of the rotation."`
	Limit   keysLimit  `cmd:"" help:"Change the longest lifetime that a signer may grant."`
}

type keysNew struct {
	algorithmFlag
	storeFlag
	ringFlag
}

func (c keysNew) Run(e *env) error {
	dir, err := cdkapp.RingDir(".", c.Ring)
	if err != nil {
		return err
	}
	store, err := awsuri.Store(e, c.Store, dir)
	if err != nil {
		return err
	}
	ring, err := cdkapp.OpenRing(dir)
	if err != nil {
		return err
	}
	key, err := ring.Add(e, c.Algorithm, store)
	return e.taken(keys.ActNew, key, ring, err)
}

// taken says what comes after a step, unless err is why it was not taken, and
// prints the key.
func (e *env) taken(action keys.Action, key keys.Key, ring *keys.Ring, err error) error {
	if err != nil {
		return err
	}
	e.note("%s", afterwards(action, key, ring.Dir()))
	return e.print(key, key.Fingerprint)
}

type keysAdd struct {
	Public    string `required:"" help:"File with the public key in PEM." placeholder:"FILE"`
	Private   string `help:"${private}" placeholder:"URI"`
	KeyPairID string `help:"ID of the public key, if CloudFront already has it." placeholder:"K…"`
	ringFlag
}

func (c keysAdd) Run(e *env) error {
	dir, err := cdkapp.RingDir(".", c.Ring)
	if err != nil {
		return err
	}
	public, err := readPublic(c.Public)
	if err != nil {
		return err
	}
	if err := c.checkPrivate(e, dir, public); err != nil {
		return err
	}
	ring, err := cdkapp.OpenRing(dir)
	if err != nil {
		return err
	}
	key, err := ring.Adopt(public, c.Private, c.KeyPairID)
	return e.taken(keys.ActNew, key, ring, err)
}

// checkPrivate refuses a private key that does not belong to the public key.
func (c keysAdd) checkPrivate(e *env, dir string, public *keys.Public) error {
	if c.Private == "" {
		return nil
	}
	private, err := awsuri.OpenKey(e, dir, c.Private)
	if err != nil {
		return err
	}
	own, err := keys.NewPublic(private.Public())
	if err == nil && own.Fingerprint() != public.Fingerprint() {
		err = fault.Of(fmt.Sprintf("%s is not the private key of %s", fault.Quote(c.Private), c.Public),
			"give the two keys of one pair")
	}
	return err
}

type keysList struct{ ringFlag }

func (c keysList) Run(e *env) error {
	ring, err := c.open()
	if err != nil {
		return err
	}
	for _, k := range ring.Overdue() {
		e.note("warning: %s: run `privatecdn keys rotate`", k)
	}
	list := ring.List()
	return e.print(object{"keys": list}, table(e.stdout, list, time.Now()))
}

// keysStep is each command that takes a step on a key: the action of its name.
type keysStep struct {
	ID string `arg:"" help:"${key-id}"`
	stepFlags
}

func (c keysStep) Run(e *env, k *kong.Context) error {
	ring, err := c.open(e)
	if err != nil {
		return err
	}
	action := keys.Action(k.Selected().Name)
	key, err := map[keys.Action]func(*keys.Ring, string) (keys.Key, error){
		keys.ActPromote: (*keys.Ring).Promote, keys.ActRetire: (*keys.Ring).Retire, keys.ActDrop: (*keys.Ring).Drop,
	}[action](ring, c.ID)
	return e.taken(action, key, ring, err)
}

type keysRevoke struct {
	ID string `arg:"" help:"${key-id}"`
	ringFlag
	storeFlag
}

func (c keysRevoke) Run(e *env) error {
	ring, err := c.open()
	if err != nil {
		return err
	}
	store, err := awsuri.Store(e, c.Store, ring.Dir())
	if err != nil {
		return err
	}
	done, err := ring.Revoke(e, c.ID, store)
	if err != nil {
		return err
	}
	minutes := int64((done.Lost + time.Minute - 1) / time.Minute)
	e.note("URLs signed by %s stop working with the next deployment: up to %d minutes of them.", done.Key.Short(), minutes)
	result := struct {
		keys.Key
		LostMinutes int64     `json:"lostMinutes"` // of URLs already signed
		Successor   *keys.Key `json:"successor,omitempty"`
	}{Key: done.Key, LostMinutes: minutes}
	if done.Successor.Fingerprint != "" {
		result.Successor = &done.Successor
		e.note("%s signs instead.", done.Successor.Short())
	}
	e.note("Next: commit %s and deploy immediately.", ring.Dir())
	return e.print(result, done.Key.Fingerprint)
}

type keysRotate struct {
	algorithmFlag
	storeFlag
	stepFlags
}

func (c keysRotate) Run(e *env) error {
	ring, err := c.open(e)
	if err != nil {
		return err
	}
	store, err := awsuri.Store(e, c.Store, ring.Dir())
	if err != nil {
		return err
	}
	action, key, err := ring.Rotate(e, c.Algorithm, store)
	if err != nil {
		return err
	}
	e.note("%s", afterwards(action, key, ring.Dir()))
	return e.print(object{"step": action, "key": key}, action, key.Fingerprint)
}

type keysLimit struct {
	Longest cli.Duration `arg:"" help:"The longest lifetime, such as 12h or 7d."`
	ringFlag
}

func (c keysLimit) Run(e *env) error {
	ring, err := c.open()
	if err != nil {
		return err
	}
	if err := ring.Limit(c.Longest.Std()); err != nil {
		return err
	}
	e.note("Next: commit %s and deploy. %s", ring.Dir(),
		"A key expires after the longest lifetime it has signed for, even if the limit is shorter now.")
	longest := ring.MaxLifetime()
	return e.print(object{"maxLifetime": int64(longest / time.Second)}, fault.Duration(longest))
}

// table returns what keys list prints.
func table(t cli.Terminal, entries []keys.Entry, now time.Time) string {
	widths := []int{len(keys.Retiring), 16, len(keys.ECDSAP256), 9}
	rows := []string{t.Row("", widths, "STATE", "KEY", "ALGORITHM", "AGE", "NEXT")}
	for _, k := range entries {
		rows = append(rows, t.Row("", widths, string(k.State), k.Short(), string(k.Algorithm), span(k.Age), next(k, now)))
	}
	return strings.Join(rows, "\n")
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
