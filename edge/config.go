package edge

import (
	"crypto"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/signer/verify"
)

// ErrNoDistribution says that a template describes nothing to serve.
var ErrNoDistribution = errors.New("the template has no AWS::CloudFront::Distribution")

// config is a template made ready to answer requests. It never changes: a new
// template makes a new config.
type config struct {
	infrastructure *infra.Infrastructure
	distributions  []*distribution
	main           *distribution // the first that asks for signatures, or the first
	byHost         map[string]*distribution
	buckets        map[string]http.Handler            // the buckets' own addresses, by virtual host
	pathStyle      map[string]map[string]http.Handler // and by S3's host and the bucket's name
}

// distribution is one distribution.
type distribution struct {
	*infra.Distribution
	behaviors []*behavior
	errors    map[int]infra.CustomError
}

// behavior is one cache behavior, with what it asks of requests worked out.
type behavior struct {
	*infra.Behavior
	verifier *verify.Verifier // nil: anyone may read
	origin   http.RoundTripper
	key      keyPolicy
	forward  forwarding
	lifetime ttlPolicy
	request  *function
	response *function
}

func (e *Edge) newConfig(tmpl *infra.Infrastructure) (*config, error) {
	if len(tmpl.Distributions) == 0 {
		return nil, ErrNoDistribution
	}
	w := &config{infrastructure: tmpl, byHost: map[string]*distribution{}, buckets: map[string]http.Handler{},
		pathStyle: map[string]map[string]http.Handler{}}
	origins, err := e.newOrigins(w)
	if err != nil {
		return nil, err
	}
	for _, d := range tmpl.Distributions {
		s, err := e.newDistribution(d, origins)
		if err != nil {
			return nil, err
		}
		w.distributions = append(w.distributions, s)
		for _, host := range append([]string{d.DomainName}, d.Aliases...) {
			w.byHost[strings.ToLower(host)] = s
		}
	}
	w.main = w.distributions[max(0, slices.IndexFunc(w.distributions, (*distribution).signed))]
	return w, nil
}

func (e *Edge) newDistribution(d *infra.Distribution, origins *origins) (*distribution, error) {
	s := &distribution{Distribution: d, errors: map[int]infra.CustomError{}}
	for _, c := range d.CustomErrors {
		s.errors[c.Code] = c
	}
	for _, tb := range d.Behaviors {
		b, err := e.newBehavior(d, tb, origins)
		if err != nil {
			return nil, fmt.Errorf("distribution %s, behavior %s: %w", d.LogicalID, tb.PathPattern, err)
		}
		s.behaviors = append(s.behaviors, b)
	}
	return s, nil
}

func (e *Edge) newBehavior(d *infra.Distribution, tb *infra.Behavior, origins *origins) (*behavior, error) {
	b := &behavior{Behavior: tb, key: newKeyPolicy(tb), forward: newForwarding(tb), lifetime: newTTLPolicy(tb.CachePolicy)}
	if tb.Signed() {
		options := []verify.Option{verify.Hosts(append([]string{d.DomainName}, d.Aliases...)...)}
		if e.options.Signatures > 0 {
			options = append(options, verify.Remember(e.options.Signatures))
		}
		b.verifier = verify.New(publicKeys(tb), options...)
	}
	var err error
	if b.origin, err = origins.of(tb.Origin); err != nil {
		return nil, err
	}
	if b.request, err = e.newFunction(tb.ViewerRequest); err != nil {
		return nil, err
	}
	b.response, err = e.newFunction(tb.ViewerResponse)
	return b, err
}

func publicKeys(b *infra.Behavior) map[string]crypto.PublicKey {
	all := map[string]crypto.PublicKey{}
	for _, g := range b.KeyGroups {
		for _, k := range g.Keys {
			all[k.ID] = k.Key.Key()
		}
	}
	return all
}

func (s *distribution) signed() bool {
	return slices.ContainsFunc(s.behaviors, func(b *behavior) bool { return b.verifier != nil })
}

// match returns the first behavior whose pattern catches path; the default
// behavior, which is last, catches every path.
func (s *distribution) match(path string) *behavior {
	for _, b := range s.behaviors[:len(s.behaviors)-1] {
		if pathpattern.Match(b.PathPattern, path) {
			return b
		}
	}
	return s.behaviors[len(s.behaviors)-1]
}

// distributionFor routes by host: a domain name, an alias, an alias with a wildcard in
// its first label; a distribution that is alone answers for every host. At the
// edge's own address, which is no name in a template, the main one answers.
func (w *config) distributionFor(host string) *distribution {
	host = hostname(host)
	if s := w.byHost[host]; s != nil {
		return s
	}
	if _, parent, found := strings.Cut(host, "."); found {
		if s := w.byHost["*."+parent]; s != nil {
			return s
		}
	}
	if len(w.distributions) == 1 || isAddress(host) {
		return w.main
	}
	return nil
}

func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// isAddress holds for what reaches a server without the help of the DNS.
func isAddress(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || host == "localhost"
}
