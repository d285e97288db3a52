package main

import (
	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cdkapp"
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

// openDeployed returns what decides on requests as the deployment does.
func (f deploymentFlag) openDeployed(e *env) (*verify.Deployed, error) {
	source, err := awsuri.Deployment(e, f.Deployment)
	if err != nil {
		return nil, err
	}
	openers := awsuri.Openers(".")
	delete(openers, "file") // relative to the document, which Open sees to
	options := []verify.Option{verify.WithOpeners(openers)}
	if dir, err := cdkapp.RingDir("."); err == nil {
		if ring, err := keys.Open(dir); err == nil {
			options = append(options, verify.WithRing(ring))
		}
	}
	return verify.Open(e, source, options...)
}
