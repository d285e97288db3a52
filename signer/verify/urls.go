package verify

import (
	"iter"
	"net/url"
	"slices"
	"strings"
)

// target is a requested URL in its parts.
type target struct {
	scheme, host, path, query string
	hasQuery                  bool
}

func cutURL(u string) (t target) {
	scheme, rest, _ := strings.Cut(u, "://")
	end := len(rest)
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		end = i
	}
	t.scheme, t.host = scheme, rest[:end]
	t.path, t.query, t.hasQuery = strings.Cut(rest[end:], "?")
	return t
}

func (t target) String() string {
	if t.hasQuery {
		return t.scheme + "://" + t.host + t.path + "?" + t.query
	}
	return t.scheme + "://" + t.host + t.path
}

// urls returns the requested URL as signers and clients commonly get it wrong:
// in another scheme, host, path or query. See encodings for the rest.
func (d Decision) urls() iter.Seq[variant] {
	return func(yield func(variant) bool) {
		t := cutURL(d.base)
		for _, list := range []func(Decision, target) []variant{
			Decision.schemes, Decision.hostsInstead, Decision.pathsInstead, Decision.queriesInstead,
		} {
			for _, v := range list(d, t) {
				if v.text != d.base && !yield(v) {
					return
				}
			}
		}
	}
}

func (d Decision) schemes(t target) []variant {
	other := t
	other.scheme = map[string]string{"http": "https", "https": "http"}[t.scheme]
	what := "signed for " + other.scheme + ", requested with " + t.scheme
	const todo = "sign the URL that viewers end up at: after a redirect to HTTPS that is https://"
	bare := t.path
	if t.hasQuery {
		bare += "?" + t.query
	}
	const whole = "signed without scheme and host"
	return []variant{
		{other.String(), what, todo}, {other.String() + "?", what, todo},
		{bare, whole, "sign the whole URL"}, {strings.TrimPrefix(bare, "/"), whole, "sign the whole URL"},
		{t.host + bare, "signed without a scheme", "sign the whole URL"},
	}
}

// maxHosts bounds the other names that are tried.
const maxHosts = 12

// hostsInstead returns the URL with the host in other spellings, and with the
// other names of the distribution.
func (d Decision) hostsInstead(t target) (found []variant) {
	const todo = "sign the URL with the host that viewers request it from"
	name, _, hasPort := strings.Cut(t.host, ":")
	requested := t.host
	if hasPort {
		t.host = name
		found = append(found, variant{t.String(), "signed without the port", "sign the URL with its port"})
	}
	others := append([]string{
		strings.ToLower(requested), name + ":443", name + ":80", name + ".", strings.TrimSuffix(name, "."),
	}, d.verifier.hosts...)
	for _, h := range others[:min(len(others), maxHosts)] {
		if t.host = h; h != requested {
			found = append(found, variant{t.String(), "signed for " + h + ", requested from " + requested, todo})
		}
	}
	return found
}

func (d Decision) pathsInstead(t target) (found []variant) {
	path := t.path
	add := func(p, what, todo string) {
		t.path = p
		found = append(found, variant{t.String(), what, todo})
	}
	const todo = "encode the URL before signing it, and request exactly what was signed"
	if once, ok := encodedTwice(path); ok {
		add(once, "requested with the path encoded twice: "+spelled(once, path), encodeOnce)
		once, _ := encodedTwice(t.query)
		both := t
		both.query = once
		found = append(found, variant{both.String(), "requested with path and query encoded twice", encodeOnce})
	}
	if decoded, err := url.PathUnescape(path); err == nil && decoded != path {
		add(decoded, "signed the unencoded path: "+spelled(decoded, path), todo)
		add(strings.ReplaceAll(decoded, " ", "+"), "signed the path with + for a space", todo)
	}
	add(strings.ReplaceAll(path, "%", "%25"), "signed the path encoded twice", "encode the URL once")
	add(
		"/"+strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", "%2F"),
		"signed the path with its slashes encoded",
		todo,
	)
	add(strings.TrimSuffix(path, "/"), "signed without the last slash", todo)
	if strings.HasSuffix(path, "/") {
		add(path+"index.html", "signed with the index document, requested without it", "sign the URL that viewers request")
	}
	add(
		strings.TrimSuffix(path, "index.html"), "signed without the index document, requested with it",
		"sign the URL that viewers request",
	)
	add(path+"/", "signed with another slash at the end", todo)
	add(strings.Replace(path, "/", "//", 1), "signed with two slashes after the host", todo)
	return found
}

const encodeOnce = "encode the URL once, before signing it"

// encodedTwice returns a path or query encoded once less, if it is escaped twice.
func encodedTwice(s string) (once string, ok bool) {
	once, err := url.PathUnescape(s)
	if err != nil {
		return s, false
	}
	again, err := url.PathUnescape(once)
	if err != nil || again == once {
		return s, false
	}
	return once, true
}

// maxParameters bounds the parameters that are left out one by one.
const maxParameters = 12

func (d Decision) queriesInstead(t target) (found []variant) {
	added := "put a URL's own parameters in before signing it: nothing may be added afterwards"
	if strings.Contains(t.query, "_HLS_") || strings.Contains(t.query, "CMCD") {
		added = "the player adds parameters: sign a Resource that ends in *, which covers them"
	}
	pairs := strings.Split(t.query, "&")
	add := func(hasQuery bool, query, what, todo string) {
		t.hasQuery, t.query = hasQuery, query
		found = append(found, variant{t.String(), what, todo})
	}
	if !t.hasQuery {
		add(true, "", "signed with an empty query", "leave the ? out of what is signed")
		return found
	}
	query := t.query
	add(false, "", "query added after signing", added)
	for i := len(pairs) - 1; i >= max(0, len(pairs)-maxParameters); i-- {
		name, _, _ := strings.Cut(pairs[i], "=")
		without := slices.Delete(slices.Clone(pairs), i, i+1)
		add(true, strings.Join(without, "&"), "query parameter "+quote(name)+" added after signing", added)
		if i > 0 && i < len(pairs)-1 {
			add(true, strings.Join(pairs[:i], "&"), "query added after signing, from "+quote(name)+" on", added)
		}
	}
	const order = "the query's parameters are in another order than signed"
	slices.Reverse(pairs)
	add(true, strings.Join(pairs, "&"), order, "keep their order")
	slices.Sort(pairs)
	add(true, strings.Join(pairs, "&"), order, "keep their order")
	add(
		true,
		trimEquals(query),
		"signed without the = after a parameter that has no value",
		"request exactly what was signed",
	)
	add(true, addEquals(query), "signed with = after a parameter that has no value", "request exactly what was signed")
	add(
		true, strings.ReplaceAll(query, "&", "&amp;"), "signed with &amp; for &, as HTML writes it",
		"sign the URL itself, not its HTML",
	)
	add(
		true, strings.ReplaceAll(query, "&amp;", "&"), "requested with &amp; for &, as HTML writes it",
		"read the URL out of the HTML",
	)
	if once, ok := encodedTwice(query); ok {
		add(true, once, "requested with the query encoded twice: "+spelled(once, query), encodeOnce)
	}
	if decoded, err := url.QueryUnescape(query); err == nil {
		add(true, decoded, "signed the unencoded query: "+spelled(decoded, query), "encode the URL before signing it")
	}
	return found
}

func trimEquals(query string) string {
	return strings.TrimSuffix(strings.ReplaceAll(query, "=&", "&"), "=")
}

func addEquals(query string) string {
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		if !strings.Contains(pair, "=") {
			pairs[i] += "="
		}
	}
	return strings.Join(pairs, "&")
}
