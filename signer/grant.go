package signer

import (
	"cmp"
	"context"
	"strings"
	"time"

	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/policy"
)

// Grant is one signature over a custom policy, to be put on every URL the
// policy covers: made once, used for a whole playlist.
type Grant struct {
	policy policy.Policy
	text   []byte
	query  string
	state  *state
}

// Grant signs a policy for resource: a pattern, or a path pattern beginning
// with / with a deployment. An empty resource stands for the terms' Resource
// or Policy, which must cover the resource otherwise.
//
// With a P-256 key and a start that is not in the future, the query holds no ~,
// which some players re-encode: the policy may then start in 1970. A key in KMS
// signs some five times for that.
//
// Errors are those of URL. With a deployment, a pattern must reach a known
// host and a signed behavior that trusts the key.
func (s *Signer) Grant(resource string, t Terms) (*Grant, error) {
	return s.GrantContext(context.Background(), resource, t)
}

// GrantContext is Grant under a context, as URLContext is URL.
func (s *Signer) GrantContext(ctx context.Context, resource string, t Terms) (*Grant, error) {
	st := s.current.Load()
	g, err := s.grant(st, resource, t)
	if err != nil {
		return nil, err
	}
	if err := s.sign(ctx, g, t); err != nil {
		return nil, err
	}
	return g, nil
}

// grant is Grant before it is signed.
func (s *Signer) grant(st *state, resource string, t Terms) (*Grant, error) {
	target, err := st.encodeResource(resource)
	if err != nil {
		return nil, err
	}
	if t.Download != "" {
		return nil, refuse(ErrTerms, "sign the URL, or put the name into the URLs that the policy covers",
			"a download name is for one URL")
	}
	g := &Grant{state: st}
	if t.Policy != "" {
		g.policy, err = s.verbatim(st, t)
		g.text = []byte(t.Policy)
	} else {
		signed := target
		if t.Resource != "" {
			if signed, err = st.encodeResource(t.Resource); err != nil {
				return nil, err
			}
		}
		if signed == "" {
			return nil, refuse(policy.ErrNoResource, `name one, or "*" if every URL is meant`, "there is no resource to sign")
		}
		g.policy, err = s.policy(st, signed, &t)
		g.text = g.policy.Append(nil)
	}
	if err != nil {
		return nil, err
	}
	if target != "" && !g.policy.Matches(target) {
		return nil, notCovered(g.policy, target)
	}
	return g, st.allowResource(g.policy.Resource)
}

// verbatim reads the policy text of the terms, which is signed as it is.
func (s *Signer) verbatim(st *state, t Terms) (policy.Policy, error) {
	if t != (Terms{Policy: t.Policy}) {
		return policy.Policy{}, refuse(ErrTerms, "put them into the policy, or leave the text out",
			"a policy is given as text and there are terms beside it")
	}
	p, err := policy.Parse([]byte(t.Policy))
	if err := cmp.Or(err, p.Validate()); err != nil {
		return policy.Policy{}, err
	}
	now := s.clock().Round(0)
	return p, st.checkEnd(p.Until, now, p.Until.Sub(now))
}

func (st *state) encodeResource(resource string) (string, error) {
	if resource == "" {
		return "", nil
	}
	return policy.EncodeResource(st.absolute(resource))
}

// Policy returns the policy that was signed.
func (g *Grant) Policy() policy.Policy { return g.policy }

// Query returns the signature as query parameters joined by &: Policy,
// Signature, Key-Pair-Id and, for SHA-256, Hash-Algorithm.
func (g *Grant) Query() string { return g.query }

// URL puts the signature on raw, a URL as in [Signer.URL]. One that the policy
// does not cover is ErrNotCovered.
func (g *Grant) URL(raw string) (string, error) {
	u, err := g.state.encodeURL(raw)
	if err != nil {
		return "", err
	}
	if !g.policy.Matches(u) {
		return "", notCovered(g.policy, u)
	}
	return whole(u + string(separator(u)) + g.query)
}

func notCovered(p policy.Policy, u string) error {
	return refuse(ErrNotCovered, "sign it on its own, or widen the resource",
		"the policy is for %s, which does not cover %s", p.Resource, u)
}

// maxTries bounds the signatures that are made for one without a tilde. A P-256
// signature has none in two cases of nine.
const maxTries = 128

// sign sets the grant's query: the policy and its signature as parameters.
//
// CloudFront's base64 writes / as ~, which players that add parameters of
// their own (CMCD, _HLS_msn) turn into %7E, and CloudFront refuses that. So
// where the key is P-256, sign tries policies of the same meaning, with starts
// in 1970, until policy and signature have no tilde. The tries are
// the same each time, so a window's viewers still share a signature.
func (s *Signer) sign(ctx context.Context, g *Grant, t Terms) error {
	free := g.state.public.Algorithm() == keys.ECDSAP256 && t.Policy == "" && !t.From.After(s.clock())
	for try := range int64(maxTries) {
		query, err := s.appendQuery(ctx, nil, g.state, g.text, time.Time{})
		if err != nil {
			return err
		}
		g.query = string(query)
		if !free || !strings.Contains(g.query, "~") {
			break
		}
		// Of different lengths, so that what follows begins at any of the three
		// places of base64.
		g.policy.From = time.Unix((try/3+1)*[]int64{1, 10, 100}[try%3], 0)
		g.text = g.policy.Append(nil)
		if strings.Contains(g.policy.Resource, "?") { // a tilde in every third place
			g.text = conditionFirst(g.text)
		}
	}
	return nil
}

// conditionFirst returns a policy's text with the condition before the resource.
func conditionFirst(text []byte) []byte {
	const start, middle, end = `{"Statement":[{`, `,"Condition":`, `}]}`
	resource, condition, _ := strings.Cut(string(text[len(start):len(text)-len(end)]), middle)
	return []byte(start + middle[1:] + condition + "," + resource + end)
}
