// Package local runs a CDK app, or a template, on this machine: a local
// CloudFront serves it over HTTPS and HTTP, the bucket answers at an address
// of its own, and a deployment document says all of this to the signer.
package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/cdkapp"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/fileuri"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/wholefile"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
)

// Options says what to run and where.
type Options struct {
	Edge    edge.Options // the template, "" for the app here, its values, the content and what else is served
	Ring    string       // the ring's directory; empty for the app's own
	Openers keys.Openers // of private keys; file: is always there

	HTTPS, HTTP, S3 string // addresses to listen on; port 0 is any free one

	State    string // the directory of this run alone; its certificate authority is kept from run to run
	Document string // where the deployment document goes
	Assembly string // where the app's cloud assembly goes
	Aside    bool   // where another run has the State, put all three into a temporary directory

	Progress func(format string, args ...any) // is told what is going on
	Step     func(what string) (done func())  // is told of what may take long
}

// Local is a deployment that runs on this machine.
type Local struct {
	options Options
	app     *cdkapp.App // nil for a template
	ringDir string
	sockets sockets
	edge    *edge.Edge
	stop    []func() // what Close calls, the last first

	mu       sync.Mutex // over what a change of ring or template changes
	ring     *keys.Ring // nil for a template of another's keys
	deployed *deployment.Deployment
}

// Start brings everything up. When it returns requests are answered and the
// deployment document is written; on an error nothing is left of it.
// [Local.Close] ends it.
func Start(ctx context.Context, o Options) (*Local, error) {
	l := &Local{options: o}
	if err := l.start(ctx); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// start does first what may well fail and leaves nothing behind.
func (l *Local) start(ctx context.Context) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := checkInputs(l.options.Edge); err != nil {
		return err
	}
	err = l.claim()
	if errors.Is(err, ErrRunning) && l.options.Aside {
		err = l.stepAside()
	}
	if err != nil {
		return err
	}
	if err := l.listen(); err != nil {
		return err
	}
	if err := l.source(ctx); err != nil {
		return err
	}
	o := &l.options.Edge
	o.Values = l.values()
	o.HTTPSPort, o.OnReload = l.sockets.https.Addr().(*net.TCPAddr).Port, l.templateChanged
	l.edge, err = edge.New(*o)
	if errors.Is(err, edge.ErrNoContent) {
		return fault.New(err, bucketHint)
	}
	if err != nil {
		return err
	}
	l.stop = append(l.stop, func() { l.edge.Close() })
	if err := l.edge.CheckNames(); err != nil {
		return err
	}
	if err := l.describe(); err != nil {
		return err
	}
	l.tellLeftOut()
	l.serve()
	running := filepath.Join(l.options.State, whereFile)
	return errors.Join(wholefile.Write(running, []byte(l.deployed.Endpoint+"\n"), 0o644), l.watchRing(ctx))
}

const bucketHint = "name a directory with the objects: --bucket DIR"

// checkInputs finds what is missing before anything is made.
func checkInputs(o edge.Options) error {
	if o.Template == "" {
		if _, err := cdkapp.Open("."); err != nil {
			return err
		}
	} else if _, err := os.Stat(o.Template); errors.Is(err, os.ErrNotExist) {
		return fault.Of("the template "+o.Template+" does not exist",
			"give a template: --template FILE; `npx cdk synth` writes the app's to cdk.out")
	}
	info, err := os.Stat(o.Bucket)
	switch {
	case o.Bucket == "": // each bucket is named
		return nil
	case errors.Is(err, os.ErrNotExist):
		err = fmt.Errorf("the bucket directory %s does not exist", o.Bucket)
	case err == nil && !info.IsDir():
		err = fmt.Errorf("the bucket %s is not a directory", o.Bucket)
	}
	if err != nil {
		return fault.New(err, bucketHint)
	}
	return nil
}

// describe finds out what is deployed, gets it a certificate and writes the
// deployment document. Nothing is written before all of it is valid.
func (l *Local) describe() error {
	dir := filepath.Dir(l.options.Document)
	d, err := describe(l.edge, l.ring, dir)
	if err != nil {
		return err
	}
	hosts, address := d.Hosts, reachable(l.sockets.https).String()
	d.Endpoint, d.Hosts = "https://"+address, append(d.Hosts, address, reachable(l.sockets.http).String())
	if d.Bucket.Name != "" {
		d.Bucket.Endpoint = "https://" + reachable(l.sockets.s3).String()
	}
	if err := d.Validate(); err != nil {
		return err
	}
	hosts = append([]string{reachable(l.sockets.https).IP.String()}, hosts...)
	ca, err := openAuthority(l.options.State, hosts, time.Now())
	if err != nil {
		return err
	}
	certificate, err := ca.issue(hosts, time.Now())
	if err != nil {
		return err
	}
	l.sockets.certificate.Store(certificate)
	if ca.wide {
		l.options.Progress("The certificate authority in %s was good for other hosts than its own, and is replaced. "+
			"Remove it where you trusted it.", l.options.State)
	}
	if d.CA, err = fileuri.Relative(dir, ca.path()); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err = d.Write(l.options.Document); err == nil {
		l.deployed = d
	}
	return err
}

// Deployment returns what is deployed now.
func (l *Local) Deployment() *deployment.Deployment {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.deployed
}

// Ring returns the key ring as it is now, nil for a template of another's keys.
func (l *Local) Ring() *keys.Ring {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ring
}

// HTTP returns the address that answers without TLS.
func (l *Local) HTTP() string { return "http://" + reachable(l.sockets.http).String() }

// Close ends it: connections are closed and the addresses free again.
func (l *Local) Close() {
	for _, stop := range slices.Backward(l.stop) {
		stop()
	}
}

// Template returns what the template describes.
func (l *Local) Template() (*infra.Template, error) {
	o := l.options.Edge
	return infra.ReadFile(o.Template, infra.Options{
		StubLambdaEdge: o.StubLambdaEdge, Options: cloudformation.Options{Values: o.Values}})
}

// Signer returns a signer of the deployment. A private key that is not here is
// an error.
func (l *Local) Signer(ctx context.Context) (*signer.Signer, error) {
	return signer.Open(ctx, l.Deployment(), signer.WithOpeners(l.options.Openers), signer.WithReload(0))
}

// LeftOut returns a line for each part of the template that changes nothing of
// what a viewer gets here.
func (l *Local) LeftOut() []string {
	var lines []string
	for _, n := range l.edge.Notes() {
		if n.Type == "AWS::CDK::Metadata" {
			continue // every app has it; it only counts the use of the CDK
		}
		lines = append(lines, fmt.Sprintf("%s (%s): %s.", n.LogicalID, n.Type, n.Why))
	}
	return lines
}

// tellLeftOut reports what is left out, so that nothing is in silence.
func (l *Local) tellLeftOut() {
	for _, line := range l.LeftOut() {
		l.options.Progress("Left out: %s", line)
	}
}
