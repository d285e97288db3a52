package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"example.com/privatecdn/cmd/privatecdn/internal/cdkapp"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/fileuri"
	"example.com/privatecdn/keys"
)

// settleTime is how long a ring must be left alone before it is read again.
const settleTime = 100 * time.Millisecond

// source finds the template and the ring. An app without a ring gets one; a
// template has keys of its own, and the ring is looked at for those it knows.
func (l *Local) source(ctx context.Context) error {
	if l.options.Edge.Template != "" {
		return l.ownRing()
	}
	app, err := cdkapp.Open(".")
	if err != nil {
		return err
	}
	if l.options.Ring != "" {
		if app.Context["ring"], err = filepath.Abs(l.options.Ring); err != nil {
			return err
		}
	}
	l.app, l.ringDir, l.options.Edge.Template = app, app.Ring(), l.options.Assembly
	if l.ring, err = cdkapp.OpenRing(l.ringDir); err != nil {
		return err
	}
	if len(l.ring.Keys()) == 0 {
		if _, err := l.ring.Add(ctx, keys.ECDSAP256, keys.FileStore{Ring: l.ringDir}); err != nil {
			return err
		}
		l.options.Progress("Created a key ring in %s: commit it. It does not contain the private key.", l.ringDir)
	}
	return l.synthesize(ctx)
}

// ownRing opens the ring beside a template, if there is one.
func (l *Local) ownRing() (err error) {
	if l.ringDir, err = cdkapp.RingDir(".", l.options.Ring); err != nil {
		return err
	}
	l.ring, err = keys.Open(l.ringDir)
	if errors.Is(err, keys.ErrNoRing) && l.options.Ring == "" {
		l.ring, l.ringDir, err = nil, "", nil
	}
	return err
}

// synthesize writes the app's cloud assembly. When the first one fails nothing
// of it is left.
func (l *Local) synthesize(ctx context.Context) error {
	out, err := filepath.Abs(l.options.Assembly)
	if err != nil {
		return err
	}
	first := ""
	_, err = os.Stat(out)
	missing := errors.Is(err, fs.ErrNotExist)
	if missing {
		first = "; the first time compiles the AWS CDK, which takes one to three minutes"
	}
	done := l.options.Step(fmt.Sprintf("Synthesizing the app into %s%s …", l.options.Assembly, first))
	err = l.app.Synthesize(ctx, out)
	done()
	if err != nil && missing {
		os.RemoveAll(out)
	}
	return err
}

// watchRing takes up steps of the ring: the app is synthesized anew, as a
// deployment would, and the document says what signs.
func (l *Local) watchRing(ctx context.Context) error {
	if l.ring == nil {
		return nil
	}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	var watched sync.WaitGroup
	l.stop = append(l.stop, func() {
		notify.Close()
		watched.Wait()
	})
	watched.Go(func() {
		settled := time.NewTimer(0)
		<-settled.C
		for open := true; open; {
			var event fsnotify.Event
			select {
			case event, open = <-notify.Events:
			case _, open = <-notify.Errors: // the next event says it all again
			case <-settled.C:
				l.ringChanged(ctx)
			}
			if filepath.Base(event.Name) == "ring.json" {
				settled.Reset(settleTime)
			}
		}
	})
	return notify.Add(l.ringDir)
}

func (l *Local) ringChanged(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ring, err := keys.Open(l.ringDir)
	if err == nil && l.app != nil {
		err = l.synthesize(ctx)
	}
	if err == nil {
		l.ring = ring
		err = l.edge.Reload()
	}
	l.reloaded("key ring", err)
}

// templateChanged is called when the edge has read a changed template, or failed to.
func (l *Local) templateChanged(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reloaded("template", err) {
		l.tellLeftOut()
	}
}

// reloaded describes what a change led to, and says so.
func (l *Local) reloaded(what string, err error) bool {
	if err == nil {
		err = l.describe()
	}
	if err != nil {
		l.options.Progress("Reloading the %s failed; still serving the previous one: %v", what, err)
		return false
	}
	l.options.Progress("Reloaded the %s.", what)
	return true
}

// values returns the values that the template leaves open, with the public keys
// of the ring that the template names by the IDs they have in CloudFront.
func (l *Local) values() map[string]string {
	values := map[string]string{}
	if l.ring != nil {
		for _, k := range l.ring.Trusted() {
			if public, err := l.ring.Public(k.Fingerprint); err == nil && k.ID != "" {
				values[k.ID] = fmt.Sprintf(`{"PublicKeyConfig": {"EncodedKey": %q}}`, public.PEM())
			}
		}
	}
	maps.Copy(values, l.options.Edge.Values)
	return values
}

// describe returns what the edge serves at its own address, with what the ring,
// which may be nil, knows of the keys: their states and private keys, and its
// order. Paths are made relative to dir.
func describe(e *edge.Edge, ring *keys.Ring, dir string) (*deployment.Deployment, error) {
	d := e.Deployments()[0]
	if ring == nil {
		return d, nil
	}
	d.MaxLifetime = int64(ring.MaxLifetime() / time.Second)
	others := d.Keys
	d.Keys = []deployment.Key{}
	for _, known := range ring.Keys() {
		uri, err := relativeURI(known.Private, ring.Dir(), dir)
		if err != nil {
			return nil, err
		}
		others = slices.DeleteFunc(others, func(k deployment.Key) bool {
			if k.Fingerprint != known.Fingerprint {
				return false
			}
			k.State, k.PrivateKey = known.State, uri
			d.Keys = append(d.Keys, k)
			return true
		})
	}
	d.Keys = append(d.Keys, others...)
	return d, nil
}

// relativeURI returns a file: URI relative to one directory as one relative to
// another; URIs of other stores mean the same everywhere.
func relativeURI(uri, from, to string) (string, error) {
	path, isFile := fileuri.Path(uri)
	if !isFile || filepath.IsAbs(path) {
		return uri, nil
	}
	path, err := fileuri.Relative(to, filepath.Join(from, path))
	return "file:" + path, err
}
