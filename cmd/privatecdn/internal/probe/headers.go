package probe

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/privatecdn/internal/infra"
)

// readable is a URL that opens, and the template's behavior for it.
func (p *probe) readable() (target string, b *infra.Behavior, skip string, err error) {
	target, _, ok := p.signedPath()
	if !ok {
		target, _, _ = p.publicURL()
		return target, p.behavior(strings.TrimPrefix(target, p.Deployment.BaseURL())), "", nil
	}
	if p.signer == nil {
		return "", nil, p.noKey, nil
	}
	b = p.behavior(strings.TrimPrefix(target, p.Deployment.BaseURL()))
	target, err = p.signer.URL(target, hour())
	return target, b, "", err
}

// usual are the headers to expect where no template says which are promised.
var usual = []string{"Strict-Transport-Security", "X-Content-Type-Options"}

func (p *probe) securityHeaders() (Status, string) {
	target, b, skip, err := p.readable()
	if skip != "" {
		return Skipped, skip
	}
	if err != nil {
		return Broken, err.Error()
	}
	a := p.ask(http.MethodGet, target, nil)
	switch {
	case a.err != nil:
		return Broken, a.err.Error()
	case b == nil:
		set := slices.DeleteFunc(slices.Clone(usual), func(name string) bool { return a.header.Get(name) == "" })
		if len(set) < len(usual) {
			return Skipped, "not all are set; --template FILE says which are promised"
		}
		return Kept, strings.Join(set, ", ")
	case b.ResponseHeaderPolicy == nil || len(b.ResponseHeaderPolicy.Security) == 0:
		return Skipped, "the template sets none"
	}
	var names []string
	for _, h := range b.ResponseHeaderPolicy.Security {
		got := a.header.Get(h.Name)
		if got == "" || h.Override && got != h.Value {
			return Broken, fmt.Sprintf("%s is %q, not %q", h.Name, got, h.Value)
		}
		names = append(names, h.Name)
	}
	return Kept, strings.Join(names, ", ")
}

func (p *probe) cors() (Status, string) {
	target, b, skip, err := p.readable()
	if skip != "" {
		return Skipped, skip
	}
	if err != nil {
		return Broken, err.Error()
	}
	origin := "https://stranger.example"
	if b != nil {
		policy := b.ResponseHeaderPolicy
		if policy == nil || policy.CORS == nil || len(policy.CORS.AllowOrigins) == 0 {
			return Skipped, "the template lets none in"
		}
		if allowed := policy.CORS.AllowOrigins; !slices.Contains(allowed, "*") {
			origin = strings.Replace(allowed[0], "*", "stranger", 1)
		}
	}
	a := p.ask(http.MethodGet, target, http.Header{"Origin": {origin}})
	allowed := a.header.Get("Access-Control-Allow-Origin")
	switch {
	case a.err != nil:
		return Broken, a.err.Error()
	case allowed == "*" || allowed == origin:
		return Kept, "Access-Control-Allow-Origin: " + allowed
	case b == nil:
		return Skipped, "none are let in; --template FILE says which are promised"
	}
	return Broken, fmt.Sprintf("Access-Control-Allow-Origin is %q for %s", allowed, origin)
}
