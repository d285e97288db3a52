package signer

import (
	"slices"
	"strings"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/signer/internal/urlparts"
)

// allowURL refuses an encoded URL whose signature would open nothing.
func (st *state) allowURL(u string) error {
	if st.deployed == nil {
		return nil
	}
	target := urlparts.Cut(u)
	b, ok := st.deployed.Behavior(target.Path)
	switch {
	case !st.deployed.HasHost(target.Host):
		return st.unknownHost(target.Host)
	case !ok || b.Access == deployment.Public:
		return publicPath(target.Path)
	case b.Access == deployment.Presigned:
		return presignedPath(target.Path)
	case !st.opens(b):
		return st.notTrusted(b.PathPattern)
	}
	return dropped(b, target.Query)
}

// dropped refuses parameters that S3 makes headers of and the behavior does not
// pass on: the response would not have what was asked for.
func dropped(b deployment.Behavior, query string) error {
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "response-") && !b.QueryParameters.Has(name) {
			return refuse(ErrDropped, "set Downloads on the behavior and deploy",
				"the behavior %s does not pass %s on to the origin", b.PathPattern, name)
		}
	}
	return nil
}

// allowResource refuses an encoded pattern that no viewer could use: one that
// reaches no known host, or no signed behavior that trusts the key. A pattern
// may reach public paths too, where a signature does no harm.
func (st *state) allowResource(resource string) error {
	if st.deployed == nil {
		return nil
	}
	host, paths := patternsOf(resource)
	if !st.deployed.HasHost(host) &&
		!slices.ContainsFunc(st.deployed.Hosts, func(known string) bool { return overlap(host, known) }) {
		return st.unknownHost(host)
	}
	// In most cases one path of the pattern settles it.
	if b, ok := st.deployed.Behavior(strings.NewReplacer("*", "x", "?", "x").Replace(paths[0])); ok && st.opens(b) {
		return nil
	}
	var refusal error
	var earlier []string
	for _, b := range st.deployed.Behaviors {
		if reaches(paths, b.PathPattern, earlier) {
			switch {
			case st.opens(b):
				return nil
			case b.Access == deployment.Signed:
				refusal = st.notTrusted(b.PathPattern)
			case refusal == nil && b.Access == deployment.Presigned:
				refusal = presignedPath(paths[0])
			}
		}
		earlier = append(earlier, b.PathPattern)
	}
	if refusal == nil {
		refusal = publicPath(paths[0])
	}
	return refusal
}

// opens reports whether the key that signs opens a behavior.
func (st *state) opens(b deployment.Behavior) bool {
	return b.Access == deployment.Signed && slices.Contains(b.Keys, st.keyID)
}

// patternsOf returns a resource's host pattern and its path patterns: two
// where a ? may be a wildcard or the start of the query.
func patternsOf(resource string) (host string, paths []string) {
	if _, rest, ok := strings.Cut(resource, "://"); ok {
		resource = rest
	}
	host, _, _ = strings.Cut(resource, "/")
	path, _, escaped := strings.Cut(resource[len(host):], `\?`)
	before, _, _ := strings.Cut(path, "?")
	switch {
	case path == "":
		return host, []string{"*"}
	case escaped:
		return host, []string{path}
	}
	return host, slices.Compact([]string{before, path})
}

func overlap(a, b string) bool {
	_, found := pathpattern.Witness([]string{a, b}, nil)
	return found
}

// reaches reports whether one of the path patterns, which match raw paths,
// matches a path that a behavior's pattern gets because no earlier one does.
func reaches(paths []string, pattern string, earlier []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		_, found := pathpattern.Witness([]string{pathpattern.Normalize(path), pattern}, earlier)
		return found
	})
}

func (st *state) unknownHost(host string) error {
	return refuse(ErrUnknownHost, "sign for one of "+strings.Join(st.deployed.Hosts, ", "),
		"%s is not a host of stack %s", fault.Quote(host), st.deployed.Stack)
}

func (st *state) notTrusted(pattern string) error {
	return refuse(ErrNotTrusted, "add the key to the behavior's key group and deploy",
		"the behavior %s does not trust %s, the key that signs", pattern, st.keyID)
}

func publicPath(path string) error {
	return refuse(ErrPublicPath, "use its URL as it is, or make its behavior signed",
		"%s is public and needs no signature", path)
}

func presignedPath(path string) error {
	return refuse(ErrPresignedPath, "presign it instead", "S3, not CloudFront, checks the signature of %s", path)
}
