package main

import (
	"crypto"
	"fmt"
	"net/url"
	"strings"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cdkapp"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/verify"
)

// deploymentFlag names what is deployed.
type deploymentFlag struct {
	Deployment string `help:"The deployment document: a file, ssm:NAME or stack:NAME." placeholder:"FILE|ssm:NAME|stack:NAME"`
}

func (f deploymentFlag) load(e *env) (*deployment.Deployment, error) {
	source, err := awsuri.Deployment(e, f.Deployment)
	if err != nil {
		return nil, err
	}
	return source.Load(e)
}

// checkDeployed decides as the behavior does that catches the request's path.
func (c verifyCommand) checkDeployed(e *env, r verify.Request) (verify.Decision, error) {
	d, err := c.load(e)
	if err != nil {
		return verify.Decision{}, err
	}
	r.URL = absolute(d, r.URL)
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		return verify.Decision{}, cli.Hint(fmt.Errorf("%q is not an absolute URL", r.URL), "give it as the viewer requests it: https://HOST/PATH")
	}
	if !d.HasHost(u.Host) {
		return verify.Decision{}, cli.Hint(fmt.Errorf("the deployment %s does not answer to the host %s", c.Deployment, u.Host), "its hosts are %s", strings.Join(d.Hosts, ", "))
	}
	b, _ := d.Behavior(u.EscapedPath())
	if b.Access == deployment.Presigned {
		e.note("S3 checks the signature of this path, not CloudFront: whether it opens is for S3 to say.")
	}
	if b.Access != deployment.Signed {
		return verify.Decision{Allowed: true, Status: 200, Reason: verify.PublicPath}, nil
	}
	trusted := map[string]crypto.PublicKey{}
	for _, id := range b.Keys {
		k, _ := d.Key(id)
		public, err := publicHalf(e, d, k)
		if err != nil {
			return verify.Decision{}, err
		}
		trusted[id] = public.Key()
	}
	return verify.New(trusted, verify.Hosts(d.Hosts...)).Check(r), nil
}

// publicHalf finds the public half of a deployment's key: in the document, in
// the ring of the app here, or from its private half.
func publicHalf(e *env, d *deployment.Deployment, k deployment.Key) (*keys.Public, error) {
	if k.PublicKey != "" {
		return keys.ParsePublic([]byte(k.PublicKey))
	}
	if dir, err := cdkapp.RingDir("."); err == nil {
		if ring, err := keys.Open(dir); err == nil {
			if public, err := ring.Public(k.Fingerprint); err == nil {
				return public, nil
			}
		}
	}
	if k.PrivateKey != "" {
		if private, err := awsuri.Openers(d.Resolve(".")).Open(e, k.PrivateKey); err == nil {
			return keys.NewPublic(private.Public())
		}
	}
	return nil, cli.Hint(fmt.Errorf("the public half of key %s is not here", k.ID),
		"run this where its ring is, or give --public-key FILE --key-pair-id %s", k.ID)
}
