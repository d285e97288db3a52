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
		r.Resource = resourceOf(t.Policy)
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
		r.Private = func(host, path string) bool { return needsSignature(s.Deployment(), host, path) }
	}
	return r
}

// resourceOf is the resource of a policy's text. What is wrong with a text, the
// signer says.
func resourceOf(text string) string {
	p, _ := policy.Parse([]byte(text))
	return cmp.Or(p.Resource, "*")
}

func needsSignature(d *deployment.Deployment, host, path string) bool {
	if !d.HasHost(host) {
		return false
	}
	b, ok := d.Behavior(path)
	return ok && b.Access == deployment.Signed
}
