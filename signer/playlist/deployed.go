package playlist

import (
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/signer"
)

// For returns a Rewriter that signs with s on terms t, whose Resource becomes
// the Rewriter's. With a deployment, what its signed behaviors catch on its
// hosts is private, and nothing else: a public path stays as it is.
func For(s *signer.Signer, t signer.Terms) Rewriter {
	r := Rewriter{Resource: t.Resource}
	t.Resource = ""
	r.Query = func(resource string) (string, error) {
		g, err := s.Grant(resource, t)
		if err != nil {
			return "", err
		}
		return g.Query(), nil
	}
	if s.Deployment() != nil {
		r.Private = func(host, path string) bool { return needsSignature(s.Deployment(), host, path) }
	}
	return r
}

func needsSignature(d *deployment.Deployment, host, path string) bool {
	if !d.HasHost(host) {
		return false
	}
	b, ok := d.Behavior(path)
	return ok && b.Access == deployment.Signed
}
