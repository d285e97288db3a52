package signer

import (
	"context"
	"strings"
	"time"

	"example.com/privatecdn/keys"
)

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
	free := g.state.public.Algorithm() == keys.ECDSAP256 && t.Policy == "" && !t.From.After(s.now())
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
