package probe

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
)

// readable returns a URL that opens, and the template's behavior for it.
func (p *probe) readable() (target string, b *infra.Behavior, err error) {
	o, err := p.object(deployment.Signed, deployment.Public)
	if err != nil {
		return "", nil, err
	}
	query := ""
	if o.access == deployment.Signed {
		query, err = p.query(o.url, hour)
	}
	return o.url + query, p.behavior(o.path), err
}

// usual are the headers to expect where no template says which are promised.
var usual = []string{"Strict-Transport-Security", "X-Content-Type-Options"}

func (p *probe) securityHeaders() (string, error) {
	target, b, err := p.readable()
	if err != nil {
		return "", err
	}
	a := p.ask(http.MethodGet, target, nil)
	switch {
	case a.err != nil:
		return a.kept(false)
	case b == nil && slices.ContainsFunc(usual, func(name string) bool { return a.header.Get(name) == "" }):
		return "", skipped("not all are set; --template FILE says which are promised")
	case b == nil:
		return strings.Join(usual, ", "), nil
	case b.ResponseHeaderPolicy == nil || len(b.ResponseHeaderPolicy.Security) == 0:
		return "", skipped("the template sets none")
	}
	var names []string
	for _, h := range b.ResponseHeaderPolicy.Security {
		got := a.header.Get(h.Name)
		if got == "" || h.Override && got != h.Value {
			return "", fmt.Errorf("%s is %q, not %q", h.Name, got, h.Value)
		}
		names = append(names, h.Name)
	}
	return strings.Join(names, ", "), nil
}

func (p *probe) cors() (string, error) {
	target, b, err := p.readable()
	if err != nil {
		return "", err
	}
	origin := "https://stranger.example"
	if b != nil {
		policy := b.ResponseHeaderPolicy
		if policy == nil || policy.CORS == nil || len(policy.CORS.AllowOrigins) == 0 {
			return "", skipped("the template allows no other origin")
		}
		if allowed := policy.CORS.AllowOrigins; !slices.Contains(allowed, "*") {
			origin = strings.Replace(allowed[0], "*", "stranger", 1)
		}
	}
	a := p.ask(http.MethodGet, target, http.Header{"Origin": {origin}})
	allowed := a.header.Get("Access-Control-Allow-Origin")
	switch {
	case a.err != nil:
		return a.kept(false)
	case allowed == "*" || allowed == origin:
		return "Access-Control-Allow-Origin: " + allowed, nil
	case b == nil:
		return "", skipped("no other origin is allowed; --template FILE says which are promised")
	}
	return "", fmt.Errorf("Access-Control-Allow-Origin is %q for %s", allowed, origin)
}
