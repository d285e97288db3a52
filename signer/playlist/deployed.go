package playlist

import (
	"cmp"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

// For returns a Rewriter that signs with s on terms t, whose Resource, or whose
// Policy's, becomes the Rewriter's. With a deployment, what its signed
// behaviors catch on its hosts is private, and nothing else: a public path
// stays as it is.
func For(s *signer.Signer, t signer.Terms) Rewriter {
	r := Rewriter{Resource: t.Resource}
	t.Resource = ""
	if t.Policy != "" {
		p, _ := policy.Parse([]byte(t.Policy)) // the signer says what is wrong with it
		r.Resource = cmp.Or(p.Resource, "*")
	}
	r.Query = func(resource string) (string, error) {
		if t.Policy != "" {
			resource = "" // it has its own
		}
		g, err := s.Grant(resource, t)
		if err != nil {
			return "", err
		}
		return g.Query(), nil
	}
	if s.Deployment() != nil {
		r.Private = func(host, path string) bool {
			d := s.Deployment()
			b, _ := d.Behavior(path)
			return d.HasHost(host) && b.Access == deployment.Signed
		}
	}
	return r
}
