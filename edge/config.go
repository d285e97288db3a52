package edge

import (
	"crypto"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"example.com/privatecdn/edge/internal/forwarding"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/signer/verify"
)

// config is a template made ready to answer requests. It never changes: a new
// template makes a new config.
type config struct {
	template      *infra.Template
	distributions []*distribution // the first that asks for signatures before the others
	byHost        map[string]*distribution
	buckets       map[string]bucket // by name
}

// distribution is one distribution.
type distribution struct {
	*infra.Distribution
	rootObject string // its path, "" if there is none
	behaviors  []*behavior
	errors     map[int]infra.CustomError
}

// behavior is one cache behavior, with what it asks of requests worked out.
type behavior struct {
	*infra.Behavior
	verifier *verify.Verifier // nil: anyone may read
	origin   *contentOrigin
	forward  *forwarding.Policy
	request  *function
	response *function
}

func (e *Edge) newConfig(tmpl *infra.Template) (*config, error) {
	buckets, err := e.newBuckets(tmpl)
	if err != nil {
		return nil, err
	}
	c := &config{template: tmpl, byHost: map[string]*distribution{}, buckets: buckets}
	for _, d := range tmpl.Distributions {
		served, err := e.newDistribution(c, d)
		if err != nil {
			return nil, err
		}
		c.distributions = append(c.distributions, served)
		for _, host := range append([]string{d.DomainName}, d.Aliases...) {
			c.byHost[strings.ToLower(host)] = served
		}
	}
	main := max(0, slices.IndexFunc(tmpl.Distributions, func(d *infra.Distribution) bool {
		return slices.ContainsFunc(d.Behaviors, (*infra.Behavior).Signed)
	}))
	served := c.distributions[main]
	c.distributions = slices.Insert(slices.Delete(c.distributions, main, main+1), 0, served)
	return c, nil
}

func (e *Edge) newDistribution(c *config, d *infra.Distribution) (*distribution, error) {
	s := &distribution{Distribution: d, errors: map[int]infra.CustomError{}}
	if d.DefaultRootObject != "" {
		s.rootObject = "/" + d.DefaultRootObject
	}
	for _, e := range d.CustomErrors {
		s.errors[e.Code] = e
	}
	for _, tb := range d.Behaviors {
		b, err := e.newBehavior(c, d, tb)
		if err != nil {
			return nil, fmt.Errorf("distribution %s, behavior %s: %w", d.LogicalID, tb.PathPattern, err)
		}
		s.behaviors = append(s.behaviors, b)
	}
	return s, nil
}

func (e *Edge) newBehavior(c *config, d *infra.Distribution, tb *infra.Behavior) (*behavior, error) {
	b := &behavior{Behavior: tb, forward: forwarding.New(tb)}
	if tb.Signed() {
		options := []verify.Option{verify.WithHosts(append([]string{d.DomainName}, d.Aliases...)...)}
		if !e.options.VerifyAnew {
			options = append(options, verify.WithMemory(16<<10))
		}
		keys := map[string]crypto.PublicKey{}
		for _, k := range e.trustedKeys(tb) {
			keys[k.ID] = k.Key.Key()
		}
		b.verifier = verify.New(keys, options...)
	}
	b.origin = e.newContentOrigin(c, d, tb.Origin)
	var err error
	if b.request, err = e.newFunction(tb.ViewerRequest); err != nil {
		return nil, err
	}
	b.response, err = e.newFunction(tb.ViewerResponse)
	return b, err
}

// trustedKeys returns the keys a signed behavior trusts, with those that the
// options add. A key of two groups is in it twice.
func (e *Edge) trustedKeys(b *infra.Behavior) (all []*infra.PublicKey) {
	for _, g := range b.KeyGroups {
		all = slices.Concat(all, g.Keys, e.trusted)
	}
	return all
}

// match returns the first behavior whose pattern catches path; the default
// behavior, which is last, catches every path.
func (s *distribution) match(path string) *behavior {
	return s.behaviors[pathpattern.First(s.behaviors, func(b *behavior) string { return b.PathPattern }, path)]
}

// named returns the distribution with a domain name or an alias. A wildcard, *.,
// covers names at any depth, the closest one first.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/alternate-domain-names-wildcard.html
func (c *config) named(host string) *distribution {
	s := c.byHost[host]
	for s == nil && host != "" {
		_, host, _ = strings.Cut(host, ".")
		s = c.byHost["*."+host]
	}
	return s
}

// unnamed returns the distribution for any other host: the one that is alone or,
// at the edge's own address, which is no name in a template, the first.
func (c *config) unnamed(host string) *distribution {
	_, err := netip.ParseAddr(host)
	if len(c.distributions) == 1 || err == nil || host == "localhost" {
		return c.distributions[0]
	}
	return nil
}

// hostname returns the name or address in a valid Host.
func hostname(host string) string {
	return strings.ToLower(strings.TrimSuffix((&url.URL{Host: host}).Hostname(), "."))
}
