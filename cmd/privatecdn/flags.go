package main

import (
	"crypto"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/publicsuffix"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cdkapp"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/wholefile"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

// deploymentFlag names what is deployed.
type deploymentFlag struct {
	Deployment awsuri.Deployment `help:"${deployment}" placeholder:"${document}"`
}

// valueFlag gives what a template leaves open.
type valueFlag struct {
	Value map[string]string `help:"${value}" placeholder:"NAME=VALUE" mapsep:"none"`
}

// refuseUnused refuses values that nothing needs, by name.
func refuseUnused(names []string) error {
	if len(names) == 0 {
		return nil
	}
	return fault.Of("--value: no template needs the value "+fault.Quote(names[0]), "correct its name, or leave it out")
}

// ringFlag is the ring that the commands on keys work on.
type ringFlag struct {
	Ring string `help:"Directory of the key ring; by default the app's (cdk.json, else keys/ring)." placeholder:"DIR"`
}

func (f ringFlag) open(opts ...keys.Option) (*keys.Ring, error) {
	dir, err := cdkapp.RingDir(".", f.Ring)
	if err != nil {
		return nil, err
	}
	return keys.Open(dir, opts...)
}

// stepFlags are the ring that a step is taken on, and what is deployed of it.
type stepFlags struct {
	ringFlag
	Deployment awsuri.Deployment `help:"${steps}" placeholder:"${document}"`
}

func (f stepFlags) open(e *env) (*keys.Ring, error) {
	if f.Deployment == "" {
		return f.ringFlag.open()
	}
	d, err := f.Deployment.Load(e)
	if err != nil {
		return nil, err
	}
	return f.ringFlag.open(keys.WithDeployed(d.RingKeys()))
}

// storeFlag is where private keys of new keys go.
type storeFlag struct {
	Store string `help:"${store}" placeholder:"URI"`
}

type algorithmFlag struct {
	Algorithm keys.Algorithm `help:"${enum}." enum:"ecdsa-p256,rsa-2048" default:"ecdsa-p256"`
}

// signFlags are what every way of signing takes.
type signFlags struct {
	For      cli.Lifetime `help:"Lifetime of the signature: 90m, 36h, 7d." xor:"end" placeholder:"D"`
	Until    cli.Time     `help:"End of validity: RFC 3339 or epoch seconds." xor:"end" placeholder:"TIME"`
	Window   cli.Duration `help:"Round the end up to a multiple, so that viewers share one URL." placeholder:"D"`
	From     cli.Time     `help:"Start of validity; by default immediately." placeholder:"TIME"`
	IP       string       `help:"The viewers' IPv4 address or range." placeholder:"CIDR"`
	Policy   string       `help:"File with a policy to sign unchanged." type:"path" placeholder:"FILE"`
	Hash     string       `help:"sha256 or sha1." enum:"sha256,sha1" default:"sha256"`
	Resource string       `help:"Pattern of URLs to sign instead of the URL itself." placeholder:"PATTERN"`

	deploymentFlag
	Key       string `help:"${key}" placeholder:"FILE|URI"`
	KeyPairID string `help:"ID of its public key in CloudFront (K…)." placeholder:"ID"`
}

// open returns the signer and the terms that the flags describe.
func (f signFlags) open(e *env) (*signer.Signer, signer.Terms, error) {
	terms, err := f.terms()
	if err != nil {
		return nil, terms, err
	}
	s, err := f.signer(e)
	return s, terms, err
}

func (f signFlags) signer(e *env) (*signer.Signer, error) {
	options := []signer.Option{
		signer.WithHash(map[string]crypto.Hash{"sha256": crypto.SHA256, "sha1": crypto.SHA1}[f.Hash]),
		signer.WithPublicSuffixes(publicsuffix.List),
	}
	switch {
	case f.Deployment != "" && (f.Key != "" || f.KeyPairID != ""):
		return nil, errors.New("give --deployment, or --key and --key-pair-id, not both")
	case f.Deployment != "":
		return signer.Open(e, f.Deployment, append(options, signer.WithReload(0), signer.WithOpeners(awsuri.Openers))...)
	case f.Key == "" || f.KeyPairID == "":
		return nil, fault.Of("no signing key is given",
			"give --deployment FILE|ssm:NAME|stack:NAME, or --key FILE|URI --key-pair-id ID")
	}
	key, err := awsuri.PrivateKey(e, f.Key)
	if err != nil {
		return nil, err
	}
	return signer.New(f.KeyPairID, key, options...)
}

func (f signFlags) terms() (t signer.Terms, err error) {
	t = signer.Terms{
		For: f.For.Std(), Until: f.Until.Time, Window: f.Window.Std(), From: f.From.Time, Resource: f.Resource,
	}
	if f.Policy != "" {
		text, err := wholefile.Read(f.Policy, 1<<20)
		if err != nil {
			return t, err
		}
		t.Policy = strings.TrimPrefix(string(text), "\ufeff")
	}
	if f.IP != "" {
		if t.IP, err = policy.ParseIP(f.IP); err != nil {
			return t, fmt.Errorf("--ip: %w", err)
		}
	}
	if t.For == 0 && t.Until.IsZero() && t.Policy == "" {
		err = fault.Of("no lifetime is given", "give --for 1h or --until 2030-01-02T15:04:05Z")
	}
	return t, err
}
