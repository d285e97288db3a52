package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cdkapp"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

type keysCommand struct {
	New     keysNew     `cmd:"" help:"Make a key pair and add it to the ring. The first key signs at once, a later one is pending."`
	Add     keysAdd     `cmd:"" help:"Add a key pair that exists. The first key signs at once, a later one is pending."`
	List    keysList    `cmd:"" help:"List the keys: state, age, and what comes next and when."`
	Promote keysPromote `cmd:"" help:"Make a pending key sign, once it is deployed. The one that signed is retiring."`
	Retire  keysRetire  `cmd:"" help:"Give the key that signed before its end: after the last URL it signed."`
	Drop    keysDrop    `cmd:"" help:"Take a key off the ring: a retired one after its end, one that never signed or is revoked at any time."`
	Revoke  keysRevoke  `cmd:"" help:"Put a key out of the key group now. URLs it signed die."`
	Rotate  keysRotate  `cmd:"" help:"Say which step of the rotation comes next, and take it."`
	Limit   keysLimit   `cmd:"" help:"Change the longest lifetime a signer may grant."`
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

func (f ringFlag) open(opts ...keys.Option) (*keys.Ring, error) {
	dir, err := f.dir()
	if err != nil {
		return nil, err
	}
	return keys.Open(dir, opts...)
}

// stepFlags are the ring that a step is taken on, and what is deployed of it.
type stepFlags struct {
	ringFlag
	Deployment string `help:"What is deployed: a file, ssm:NAME or stack:NAME. With it, a step that comes before the one before it is deployed is refused." placeholder:"FILE|ssm:NAME|stack:NAME"`
}

func (f stepFlags) open(e *env) (*keys.Ring, error) {
	if f.Deployment == "" {
		return f.ringFlag.open()
	}
	d, err := deploymentFlag{f.Deployment}.load(e)
	if err != nil {
		return nil, err
	}
	return f.ringFlag.open(keys.WithDeployed(d.RingKeys()))
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
	store, err := awsuri.Store(e, c.Store, dir)
	if err != nil {
		return err
	}
	ring, err := openOrCreate(dir)
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

func openOrCreate(dir string) (*keys.Ring, error) {
	ring, err := keys.Open(dir)
	if errors.Is(err, keys.ErrNoRing) {
		return keys.Create(dir)
	}
	return ring, err
}

type keysAdd struct {
	Public    string `required:"" help:"File with the public key in PEM." placeholder:"FILE"`
	Private   string `help:"Where the private key is: file:PATH (relative to the ring), kms:…, secretsmanager:… or ssm:…." placeholder:"URI"`
	KeyPairID string `name:"key-pair-id" help:"ID of the public key, if CloudFront already has it." placeholder:"K…"`
	ringFlag
}

func (c keysAdd) Run(e *env) error {
	dir, err := c.dir()
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
	ring, err := openOrCreate(dir)
	if err != nil {
		return err
	}
	key, err := ring.Adopt(public, c.Private, c.KeyPairID)
	if err != nil {
		return err
	}
	e.note("%s", afterwards(keys.ActNew, key, dir))
	return e.print(key, func(w io.Writer) { fmt.Fprintln(w, key.Fingerprint) })
}

// checkPrivate refuses a private key that does not belong to the public key.
func (c keysAdd) checkPrivate(e *env, dir string, public *keys.Public) error {
	if c.Private == "" {
		return nil
	}
	private, err := awsuri.Openers(dir).Open(e, c.Private)
	if err != nil {
		return err
	}
	own, err := keys.NewPublic(private.Public())
	if err != nil {
		return err
	}
	if own.Fingerprint() != public.Fingerprint() {
		return cli.Hint(fmt.Errorf("%s is not the private key of %s", fault.Quote(c.Private), c.Public), "give the two keys of one pair")
	}
	return nil
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
	list := struct {
		Keys []keys.Entry `json:"keys"`
	}{ring.List()}
	return e.print(list, func(w io.Writer) { table(w, e.stdout, list.Keys, time.Now()) })
}

type keysPromote struct {
	keyArg
	stepFlags
}

func (c keysPromote) Run(e *env) error {
	return c.step(e, c.stepFlags, keys.ActPromote, (*keys.Ring).Promote)
}

type keysRetire struct {
	keyArg
	stepFlags
}

func (c keysRetire) Run(e *env) error {
	return c.step(e, c.stepFlags, keys.ActRetire, (*keys.Ring).Retire)
}

type keysDrop struct {
	keyArg
	stepFlags
}

func (c keysDrop) Run(e *env) error {
	return c.step(e, c.stepFlags, keys.ActDrop, (*keys.Ring).Drop)
}

// keyArg names a key.
type keyArg struct {
	ID string `arg:"" help:"The key: its fingerprint or the start of it."`
}

// step takes a step on the key and says what comes after it.
func (c keyArg) step(e *env, flags stepFlags, action keys.Action, take func(*keys.Ring, string) (keys.Key, error)) error {
	ring, err := flags.open(e)
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
	store, err := awsuri.Store(e, c.Store, ring.Dir())
	if err != nil {
		return err
	}
	done, err := ring.Revoke(e, c.ID, store)
	if err != nil {
		return err
	}
	minutes := int64((done.Lost + time.Minute - 1) / time.Minute)
	e.note("URLs that %s has signed die with the next deployment: up to %d minutes of them.", done.Key.Short(), minutes)
	result := struct {
		keys.Key
		LostMinutes int64     `json:"lostMinutes"` // of URLs already signed
		Successor   *keys.Key `json:"successor,omitempty"`
	}{Key: done.Key, LostMinutes: minutes}
	if done.Successor.Fingerprint != "" {
		result.Successor = &done.Successor
		e.note("%s signs in its place.", done.Successor.Short())
	}
	e.note("Next: commit %s and deploy at once.", ring.Dir())
	return e.print(result, func(w io.Writer) { fmt.Fprintln(w, done.Key.Fingerprint) })
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
	result := struct {
		Step keys.Action `json:"step"`
		Key  keys.Key    `json:"key"`
	}{action, key}
	return e.print(result, func(w io.Writer) { fmt.Fprintln(w, action, key.Fingerprint) })
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
	e.note("Next: commit %s and deploy. A key ends after the longest lifetime it has signed for, also where that is shorter now.", ring.Dir())
	result := struct {
		MaxLifetime int64 `json:"maxLifetime"` // seconds
	}{int64(ring.MaxLifetime() / time.Second)}
	return e.print(result, func(w io.Writer) { fmt.Fprintln(w, ring.MaxLifetime()) })
}
