package deployment

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"example.com/privatecdn/keys"
)

var (
	validHost        = regexp.MustCompile(`^((\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(:[0-9]{1,5})?$`)
	validID          = regexp.MustCompile(`^[A-Za-z0-9]+$`)
	validFingerprint = regexp.MustCompile(`^SHA256:[0-9a-f]{64}$`)
)

// Validate reports every rule the document breaks, joined; each is an *Error.
func (d *Deployment) Validate() error {
	if d.Version != Version {
		return &Error{
			Kind: ErrVersion, Field: "version",
			What: fmt.Sprintf("it is %d, and this program reads %d", d.Version, Version),
			Todo: "use the program of the release that wrote the document",
		}
	}
	v := &validation{}
	v.hosts(d)
	v.behaviors(d)
	v.keys(d.Keys)
	if (d.Bucket.Name == "") != (d.Bucket.Region == "") {
		v.wrong("bucket", "a name without a region, or the reverse", "give both")
	}
	if d.MaxLifetime < 0 {
		v.wrong("maxLifetime", "it is negative", "give seconds, or 0 for no limit")
	}
	return errors.Join(v.errs...)
}

type validation struct{ errs []error }

func (v *validation) wrong(field, what, todo string) {
	v.errs = append(v.errs, &Error{Kind: ErrInvalid, Field: field, What: what, Todo: todo})
}

func (v *validation) hosts(d *Deployment) {
	if len(d.Hosts) == 0 {
		v.wrong("hosts", "there are none", "give the distribution's domain name")
	}
	for i, h := range d.Hosts {
		if !validHost.MatchString(h) {
			v.wrong(fmt.Sprintf("hosts[%d]", i), fmt.Sprintf("%q is not a host in lower case", h), "give a name, and a port if it is not 443")
		}
	}
	if d.Endpoint == "" {
		return
	}
	u, err := url.Parse(d.Endpoint)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "":
		v.wrong("endpoint", fmt.Sprintf("%q is not an address", d.Endpoint), "give https://HOST:PORT")
	case !d.HasHost(u.Host):
		v.wrong("endpoint", u.Host+" is not among the hosts", "add it to hosts")
	}
}

func (v *validation) behaviors(d *Deployment) {
	if n := len(d.Behaviors); n == 0 || d.Behaviors[n-1].PathPattern != "*" {
		v.wrong("behaviors", `the last one is not the default behavior, "*"`, `add it: what no other pattern catches goes there`)
	}
	for i, b := range d.Behaviors {
		field := fmt.Sprintf("behaviors[%d]", i)
		if b.PathPattern == "" {
			v.wrong(field+".pathPattern", "it is empty", `give a pattern, "*" for the default behavior`)
		}
		if b.MaxTTL < 0 {
			v.wrong(field+".maxTtl", "it is negative", "give seconds")
		}
		if b.Exposure < 0 {
			v.wrong(field+".exposure", "it is negative", "give seconds, or 0 for no limit")
		}
		switch b.Access {
		case Signed:
		case Public, Presigned:
			if len(b.Keys) > 0 {
				v.wrong(field+".keys", fmt.Sprintf("a behavior whose access is %s has keys", b.Access), "remove them, or make the access signed")
			}
		default:
			v.wrong(field+".access", fmt.Sprintf("%q is none", b.Access), "give signed, public or presigned")
		}
		for j, id := range b.Keys {
			if _, ok := d.Key(id); !ok {
				v.wrong(fmt.Sprintf("%s.keys[%d]", field, j), fmt.Sprintf("%q is not among the keys", id), "add the key, or remove its ID")
			}
		}
	}
}

func (v *validation) keys(all []Key) {
	var ids []string
	signing := 0
	for i, k := range all {
		field := fmt.Sprintf("keys[%d]", i)
		switch {
		case !validID.MatchString(k.ID):
			v.wrong(field+".id", fmt.Sprintf("%q is not a public key's ID", k.ID), "give the ID of the public key, K and 13 characters, not its key group's")
		case slices.Contains(ids, k.ID):
			v.wrong(field+".id", k.ID+" stands twice", "list each key once")
		}
		ids = append(ids, k.ID)
		if !validFingerprint.MatchString(k.Fingerprint) {
			v.wrong(field+".fingerprint", "it is not a fingerprint", "give SHA256: and 64 hex digits in lower case")
		}
		if k.Algorithm != keys.ECDSAP256 && k.Algorithm != keys.RSA2048 {
			v.wrong(field+".algorithm", fmt.Sprintf("%q is none", k.Algorithm), "give ecdsa-p256 or rsa-2048")
		}
		switch k.State {
		case keys.Signing:
			signing++
		case "", keys.Pending, keys.Retiring, keys.Revoked:
		default:
			v.wrong(field+".state", fmt.Sprintf("%q is none", k.State), "give pending, signing, retiring or revoked")
		}
		if scheme, rest, ok := strings.Cut(k.PrivateKey, ":"); k.PrivateKey != "" && (!ok || scheme == "" || rest == "") {
			v.wrong(field+".privateKey", "it is not a URI", "give file:PATH, kms:…, secretsmanager:… or ssm:…")
		}
	}
	if signing > 1 {
		v.wrong("keys", fmt.Sprintf("%d keys are signing", signing), "leave one: the others are pending or retiring")
	}
}
