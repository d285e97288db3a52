package signer

import (
	"crypto"
	"net/http/cookiejar"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
)

// Option changes how a Signer works.
type Option func(*options)

type options struct {
	hash        crypto.Hash
	clock       func() time.Time
	openers     keys.Openers
	reloadEvery time.Duration
	onError     func(error)
	suffixes    cookiejar.PublicSuffixList
}

// ReloadInterval is how often a signer made by Open looks for a change, unless
// WithReload says otherwise.
const ReloadInterval = time.Minute

// newSigner returns a signer that has no key yet.
func newSigner(source deployment.Source, opts []Option) (*Signer, error) {
	o := options{hash: crypto.SHA256, clock: time.Now, reloadEvery: ReloadInterval, onError: func(error) {}}
	for _, opt := range opts {
		opt(&o)
	}
	if o.hash != crypto.SHA256 && o.hash != crypto.SHA1 {
		return nil, refuse(
			ErrHash, "use crypto.SHA256 or crypto.SHA1", "CloudFront does not accept signatures over %v", o.hash,
		)
	}
	return &Signer{options: o, source: source}, nil
}

// WithHash chooses what a signature is over: crypto.SHA256, the default, or
// crypto.SHA1, for verifiers that know no other. Another one is ErrHash.
func WithHash(h crypto.Hash) Option { return func(o *options) { o.hash = h } }

// WithClock replaces time.Now, for tests.
func WithClock(now func() time.Time) Option { return func(o *options) { o.clock = now } }

// WithPublicSuffixes lets Cookies refuse a domain that unrelated sites share,
// such as co.uk or github.io, whose cookies browsers drop.
// golang.org/x/net/publicsuffix.List is a list of them; without one only the
// domains of CloudFront and of one label are known.
func WithPublicSuffixes(list cookiejar.PublicSuffixList) Option {
	return func(o *options) { o.suffixes = list }
}

// WithOpeners adds stores that Open may take the private key from, by the
// scheme of its URI. file: is always there, relative to the document.
func WithOpeners(openers keys.Openers) Option { return func(o *options) { o.openers = openers } }

// WithReload sets how often a signer made by Open loads the deployment again;
// 0 for never, other than by Reload.
func WithReload(every time.Duration) Option { return func(o *options) { o.reloadEvery = every } }

// WithReloadError sets a callback for failed reloads. The signer goes on with
// the deployment it loaded last. f is called from one goroutine at a time.
func WithReloadError(f func(error)) Option { return func(o *options) { o.onError = f } }
