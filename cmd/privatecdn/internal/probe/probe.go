// Package probe probes what is deployed, a local edge or the real thing, and
// says of each promise whether it is kept.
package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/viewerclient"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
)

// Status is what became of a promise.
type Status string

// The statuses of a promise.
const (
	Kept    Status = "kept"
	Broken  Status = "broken"
	Skipped Status = "skipped" // not promised here, or not to be found out from here
)

// Result is one promise and what a probe found.
type Result struct {
	Promise string `json:"promise"`
	Status  Status `json:"status"`
	Detail  string `json:"detail"`
}

// Options says what is probed and with what.
type Options struct {
	Deployment *deployment.Deployment
	Openers    keys.Openers    // of private keys; a deployment without one here is probed from outside alone
	Objects    []string        // paths of objects that are there, as requested; they need not be given
	Template   *infra.Template // what the template promises, nil where it is not at hand
}

// ErrUnreachable is a deployment of which nothing can be found out.
var ErrUnreachable = errors.New("the deployment cannot be reached")

// Run probes every promise and hands each result to tell as it comes in. It
// returns whether all are kept; the error is one of not being able to probe.
func Run(ctx context.Context, o Options, tell func(Result)) (bool, error) {
	p, err := reach(ctx, o)
	if err != nil {
		return false, err
	}
	kept := true
	for _, promise := range promises {
		r := Result{Promise: promise.name, Status: Kept}
		if r.Detail, err = promise.probe(p); err != nil {
			r.Status, r.Detail = Broken, err.Error()
			if _, ok := err.(skipped); ok {
				r.Status = Skipped
			}
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		kept = kept && r.Status != Broken
		r.Detail = fault.Printable(fault.Text(r.Detail))
		tell(r)
	}
	return kept, nil
}

// probe is one deployment being probed.
type probe struct {
	Options
	ctx    context.Context
	client *http.Client
	signer *signer.Signer // nil without a private key
	ago    time.Duration  // how far the signer's clock is behind
	noKey  skipped        // why there is no signer
}

// reach returns a probe of a deployment that answers.
func reach(ctx context.Context, o Options) (p *probe, err error) {
	p = &probe{Options: o, ctx: ctx}
	if p.client, err = viewerclient.New(o.Deployment); err != nil {
		return nil, err
	}
	if _, err = o.Deployment.SigningKey(); err != nil {
		p.noKey = "no private key of a trusted key is on this machine"
	} else {
		p.signer, err = signer.Open(ctx, o.Deployment, signer.WithOpeners(o.Openers), signer.WithReload(0),
			signer.WithClock(func() time.Time { return time.Now().Add(-p.ago) }))
		if errors.Is(err, os.ErrNotExist) {
			p.noKey = "the private key of the signing key is not on this machine"
		} else if err != nil {
			return nil, err
		}
	}
	if a := p.ask(http.MethodHead, o.Deployment.BaseURL()+"/", nil); a.err != nil {
		return nil, &fault.Error{
			Kind: ErrUnreachable, What: o.Deployment.BaseURL() + " cannot be reached: " + a.err.Error(),
			Remedy: "start the local edge with `privatecdn up`, or check the deployment's host",
		}
	}
	return p, nil
}

// object is what a probe requests.
type object struct {
	path, url string
	access    deployment.Access
	there     bool // an object is known to exist
}

// get requests an object, with a query.
func (p *probe) get(o object, query string, header http.Header) answer {
	a := p.ask(http.MethodGet, o.url+query, header)
	a.there = o.there
	return a
}

// object returns what a behavior with one of these accesses catches, the first
// that there is: an object that exists where one is known, and else a path that
// only the patterns know of.
func (p *probe) object(accesses ...deployment.Access) (object, error) {
	base := p.Deployment.BaseURL()
	for _, access := range accesses {
		for _, path := range p.Objects {
			if b, found := p.Deployment.Behavior(path); found && b.Access == access {
				return object{path, base + path, access, true}, nil
			}
		}
		var earlier []string
		for _, b := range p.Deployment.Behaviors {
			if b.Access == access {
				if path, found := pathpattern.Witness([]string{b.PathPattern}, earlier); found {
					return object{path, base + path, access, false}, nil
				}
			}
			earlier = append(earlier, b.PathPattern)
		}
	}
	return object{}, skipped(fmt.Sprintf("no path is %s", accesses[0]))
}

// behavior returns the template's behavior for a path, nil without a template.
func (p *probe) behavior(path string) *infra.Behavior {
	b, ok := p.Deployment.Behavior(path)
	if p.Template == nil || !ok {
		return nil
	}
	for _, d := range p.Template.Distributions {
		i := slices.IndexFunc(d.Behaviors, func(t *infra.Behavior) bool { return t.PathPattern == b.PathPattern })
		if i >= 0 && (d.DomainName == p.Deployment.Hosts[0] || len(p.Template.Distributions) == 1) {
			return d.Behaviors[i]
		}
	}
	return nil
}
