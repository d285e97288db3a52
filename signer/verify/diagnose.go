package verify

import (
	"crypto"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"example.com/privatecdn/signer/policy"
)

// variant is a URL that the signer may have signed instead of the one that was
// requested.
type variant struct{ url, what, todo string }

// explainMismatch looks for what was signed instead, with what, and how.
func (d Decision) explainMismatch() (what, todo string) {
	signature, _ := policy.Decode(d.parts.signature) // decoded once already
	key := d.verifier.keys[d.KeyID]
	if what, todo, ok := explainForm(key, signature); ok {
		return what, todo
	}
	named, known := hashNamed(d.parts.hash)
	for _, text := range d.texts() {
		for _, hash := range []crypto.Hash{named, crypto.SHA256, crypto.SHA1} {
			if hash != 0 && fits(key, hash, []byte(text.url), signature) {
				return d.explainFound(text, hash, named, known)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(d.verifier.keys)) {
			if id != d.KeyID && (fits(d.verifier.keys[id], crypto.SHA256, []byte(text.url), signature) ||
				fits(d.verifier.keys[id], crypto.SHA1, []byte(text.url), signature)) {
				return fmt.Sprintf("signed with the private half of %s, sent with the ID %s", id, d.KeyID), "send the ID of the key that signs"
			}
		}
	}
	return d.explainUnfound()
}

func (d Decision) explainFound(found variant, hash, named crypto.Hash, known bool) (what, todo string) {
	switch {
	case found.what != "":
		return found.what, found.todo
	case !known:
		return fmt.Sprintf("Hash-Algorithm is %q, which CloudFront does not know", d.parts.hash), "send Hash-Algorithm=SHA256, or none for SHA-1"
	case hash == crypto.SHA1:
		return "signed with SHA-1, but Hash-Algorithm says SHA256", "leave Hash-Algorithm out, or sign with SHA-256"
	}
	return "signed with SHA-256, but Hash-Algorithm does not say so", "add Hash-Algorithm=SHA256 to the signature's parameters or cookies"
}

func (d Decision) explainUnfound() (what, todo string) {
	if d.parts.policy == "" && d.parts.fromCookies {
		return fmt.Sprintf("the cookies are not %s's signature over %s until %s", d.KeyID, d.base, stamp(d.Policy.Until)),
			"cookies with CloudFront-Expires open one URL alone; for a directory sign a pattern, which makes CloudFront-Policy"
	}
	if d.parts.policy != "" {
		return fmt.Sprintf("the signature is not %s's over this policy", d.KeyID),
			"check that the key pair ID and the private key belong together, and that the policy is sent exactly as it was signed"
	}
	return fmt.Sprintf("the signature is not %s's over %s until %s", d.KeyID, d.base, stamp(d.Policy.Until)),
		"check that the key pair ID and the private key belong together, and that the URL is requested exactly as it was signed"
}

// texts are the policies that may have been signed, the one that was sent
// first; each stands in its variant's url.
func (d Decision) texts() []variant {
	if d.parts.policy != "" {
		text, _ := policy.Decode(d.parts.policy)
		sent := string(text)
		return []variant{
			{url: sent},
			{sent + "\n", "signed with a newline after the policy, which was not sent", "sign the policy without the newline"},
			{strings.TrimSpace(sent), "signed without the white space around the policy", "send the policy exactly as it was signed"},
			{d.parts.policy, "the policy's base64 was signed instead of the policy", "sign the policy's text itself"},
		}
	}
	texts := []variant{{url: d.Policy.String()}}
	for _, v := range d.variants() {
		signed := policy.Policy{Resource: v.url, Until: d.Policy.Until}
		texts = append(texts, variant{signed.String(), v.what, v.todo})
	}
	return texts
}

// variants are the requested URL as signers commonly get it wrong.
func (d Decision) variants() []variant {
	scheme, rest, _ := strings.Cut(d.base, "://")
	host, target := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, target = rest[:i], rest[i:]
	}
	path, query, hasQuery := strings.Cut(target, "?")
	origin := scheme + "://" + host
	var found []variant
	add := func(u, what, todo string) {
		if u != d.base {
			found = append(found, variant{u, what, todo})
		}
	}
	other := map[string]string{"http": "https", "https": "http"}[scheme]
	add(other+"://"+rest, "signed for "+other+", requested with "+scheme,
		"sign the URL that viewers end up at: after a redirect to HTTPS that is https://")
	add(other+"://"+rest+"?", "signed for "+other+", requested with "+scheme, "sign the URL that viewers end up at")
	withQuery := func(path string) string {
		if hasQuery {
			return origin + path + "?" + query
		}
		return origin + path
	}
	for _, p := range pathsInstead(path) {
		add(withQuery(p.url), p.what, p.todo)
	}
	for _, q := range queriesInstead(query, hasQuery) {
		add(origin+path+q.url, q.what, q.todo)
	}
	add(target, "signed without scheme and host", "sign the whole URL")
	add(strings.TrimPrefix(target, "/"), "signed without scheme and host", "sign the whole URL")
	return append(found, d.hostsInstead(scheme, host, target)...)
}

func pathsInstead(path string) (found []variant) {
	const todo = "encode the URL before signing it, and sign exactly what is requested"
	if decoded, err := url.PathUnescape(path); err == nil {
		found = append(found, variant{decoded, "signed the unencoded path", todo})
		found = append(found, variant{strings.ReplaceAll(decoded, " ", "+"), "signed the path with + for a space", todo})
		found = append(found, variant{(&url.URL{Path: decoded}).EscapedPath(), "signed the path encoded in another way", todo})
		found = append(found, variant{strings.ReplaceAll(url.QueryEscape(decoded), "%2F", "/"), "signed the path encoded as a query", todo})
		found = append(found, variant{"/" + url.QueryEscape(strings.TrimPrefix(decoded, "/")), "signed the path with its slashes encoded", todo})
	}
	found = append(found, variant{(&url.URL{Path: path}).EscapedPath(), "signed the path encoded twice", "encode the URL once"})
	found = append(found, variant{strings.ReplaceAll(path, "+", "%20"), "signed the path with %20 for a +", todo})
	found = append(found, variant{strings.TrimSuffix(path, "/"), "signed without the last slash", todo})
	return append(found, variant{path + "/", "signed with another slash at the end", todo})
}

func queriesInstead(query string, hasQuery bool) (found []variant) {
	if !hasQuery {
		return []variant{{"?", "signed with an empty query", "leave the ? out of what is signed"}}
	}
	const added = "put a URL's own parameters in before signing it: nothing may be added afterwards"
	pairs := strings.Split(query, "&")
	found = append(found, variant{"", "query added after signing", added})
	for i, pair := range pairs {
		without := slices.Delete(slices.Clone(pairs), i, i+1)
		name, _, _ := strings.Cut(pair, "=")
		found = append(found, variant{"?" + strings.Join(without, "&"), fmt.Sprintf("query parameter %q added after signing", name), added})
		if i > 0 {
			found = append(found, variant{"?" + strings.Join(pairs[:i], "&"), fmt.Sprintf("query added after signing, from %q on", name), added})
		}
	}
	slices.Sort(pairs)
	found = append(found, variant{"?" + strings.Join(pairs, "&"), "the query's parameters are in another order than signed", "keep their order"})
	if decoded, err := url.QueryUnescape(query); err == nil {
		found = append(found, variant{"?" + decoded, "signed the unencoded query", "encode the URL before signing it"})
	}
	return found
}

// hostsInstead are the host in other spellings and the other hosts the
// verifier knows the distribution by.
func (d Decision) hostsInstead(scheme, host, target string) (found []variant) {
	const todo = "sign the URL with the host that viewers request it from"
	name, _, hasPort := strings.Cut(host, ":")
	if hasPort {
		found = append(found, variant{scheme + "://" + name + target, "signed without the port", "sign the URL with its port"})
	}
	for _, h := range append([]string{strings.ToLower(host)}, d.verifier.hosts...) {
		if h != host {
			found = append(found, variant{scheme + "://" + h + target, fmt.Sprintf("signed for %s, requested from %s", h, host), todo})
		}
	}
	return found
}
