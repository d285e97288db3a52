package deployment

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
)

var (
	validHost        = regexp.MustCompile(`^((\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(:[0-9]{1,5})?$`)
	validID          = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)
	validFingerprint = regexp.MustCompile(`^SHA256:[0-9a-f]{64}$`)
)

// The longest host name with a port, and CloudFront's longest path pattern.
const (
	maxHost    = 253 + len(":65535")
	maxPattern = 255
)

// Validate reports every rule the document breaks, joined; each is an *Error.
func (d *Deployment) Validate() error {
	if d.Version != Version {
		return &Error{
			Kind: ErrVersion, Where: "version", What: fmt.Sprintf("version %d, want %d", d.Version, Version),
			Remedy: "use the release of the program that wrote the document",
		}
	}
	v := &validation{known: map[string]bool{}}
	v.keys(d.Keys)
	v.hosts(d.Hosts)
	if d.Endpoint != "" {
		v.endpoint(d)
	}
	v.behaviors(d.Behaviors)
	v.bucket("bucket", d.Bucket)
	v.check(d.MaxLifetime >= 0, "maxLifetime", "the number is negative", "give seconds, or 0 for no limit")
	return errors.Join(v.errs...)
}

type validation struct {
	errs  []error
	known map[string]bool // the IDs of keys
}

// check adds an error about a field unless ok.
func (v *validation) check(ok bool, field, what, remedy string) {
	if !ok {
		v.errs = append(v.errs, &Error{Kind: ErrInvalid, Where: field, What: what, Remedy: remedy})
	}
}

func (v *validation) bucket(field string, b Bucket) {
	v.check((b.Name == "") == (b.Region == ""), field, "a name without a region, or the reverse", "give both")
}

func (v *validation) hosts(hosts []string) {
	v.check(len(hosts) > 0, "hosts", "the list is empty", "give the distribution's domain name")
	for i, h := range hosts {
		v.check(len(h) <= maxHost && validHost.MatchString(h), fmt.Sprintf("hosts[%d]", i),
			fault.Quote(h)+" is not a valid host in lower case", "give a name, and a port if it is not 443")
	}
}

func (v *validation) endpoint(d *Deployment) {
	u, err := url.Parse(d.Endpoint)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		v.check(false, "endpoint", fault.Quote(d.Endpoint)+" is not a valid address", "give https://HOST:PORT")
		return
	}
	v.check(d.HasHost(u.Host), "endpoint", fault.Quote(u.Host)+" is not one of the hosts", "add it to hosts")
}

func (v *validation) behaviors(all []Behavior) {
	n := len(all)
	v.check(n > 0 && all[n-1].PathPattern == "*", "behaviors",
		`the last one is not the default behavior, "*"`, "add it: it catches all other paths")
	for i, b := range all {
		field := fmt.Sprintf("behaviors[%d]", i)
		length := len(b.PathPattern)
		v.check(0 < length && length <= maxPattern, field+".pathPattern",
			fmt.Sprintf("the pattern has %d bytes", length), `give 1 to 255 bytes, "*" for the default behavior`)
		v.check(b.MaxTTL >= 0, field+".maxTtl", "the number is negative", "give seconds")
		v.check(b.Exposure >= 0, field+".exposure", "the number is negative", "give seconds, or 0 for no limit")
		if b.Bucket != nil {
			v.bucket(field+".bucket", *b.Bucket)
		}
		v.access(field, b)
		v.query(field+".queryParameters", b.QueryParameters)
	}
}

func (v *validation) access(field string, b Behavior) {
	v.check(oneOf(b.Access, Signed, Public, Presigned), field+".access",
		fault.Quote(string(b.Access))+" is not a valid access", "give signed, public or presigned")
	v.check(len(b.Keys) == 0 || !oneOf(b.Access, Public, Presigned), field+".keys",
		"a behavior with the access "+string(b.Access)+" has keys", "remove them, or make the access signed")
	for j, id := range b.Keys {
		v.check(v.known[id], fmt.Sprintf("%s.keys[%d]", field, j),
			fault.Quote(id)+" is not the ID of one of the keys", "add the key, or remove its ID")
	}
}

// query validates a list of names, or "*" and the exceptions from it.
func (v *validation) query(field string, q QueryParameters) {
	all := len(q) > 0 && q[0] == allParameters
	for i, name := range q {
		excepted, isException := strings.CutPrefix(name, exceptParameter)
		v.check(i == 0 && all || excepted != "" && isException == all && name != allParameters,
			fmt.Sprintf("%s[%d]", field, i), fault.Quote(name)+" is not valid here",
			`give the names of parameters, or "*", or "*" and then "!NAME" for each exception`)
	}
}

func (v *validation) keys(all []Key) {
	signing := 0
	for i, k := range all {
		field := fmt.Sprintf("keys[%d]", i)
		v.check(validID.MatchString(k.ID), field+".id", fault.Quote(k.ID)+" is not a valid key pair ID",
			"give the ID of the public key, K and 13 characters, not its key group's")
		v.check(!v.known[k.ID], field+".id", fault.Quote(k.ID)+" is given twice", "list each key once")
		v.known[k.ID] = true
		v.check(validFingerprint.MatchString(k.Fingerprint), field+".fingerprint",
			"the fingerprint is not valid", "give SHA256: and 64 hex digits in lower case")
		v.check(oneOf(k.Algorithm, keys.ECDSAP256, keys.RSA2048), field+".algorithm",
			fault.Quote(string(k.Algorithm))+" is not a valid algorithm", "give ecdsa-p256 or rsa-2048")
		v.check(oneOf(k.State, "", keys.Pending, keys.Signing, keys.Retiring, keys.Revoked), field+".state",
			fault.Quote(string(k.State))+" is not a valid state", "give pending, signing, retiring or revoked")
		v.check(k.PrivateKey == "" || keys.IsURI(k.PrivateKey), field+".privateKey",
			"the value is not a URI", "give file:PATH, kms:…, secretsmanager:… or ssm:…")
		v.check(!strings.Contains(k.PublicKey, "PRIVATE KEY"), field+".publicKey",
			"a private key where the public key belongs", "replace the key pair: the document is not secret")
		if k.State == keys.Signing {
			signing++
		}
	}
	v.check(signing <= 1, "keys", fmt.Sprintf("%d keys are signing", signing),
		"leave one: the others are pending or retiring")
}

func oneOf[T comparable](value T, valid ...T) bool { return slices.Contains(valid, value) }
