package access_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/access"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/pathpattern"
)

var (
	pairs     = flag.Uint64("pairs", 100, "pairs of random distributions that TestDiffMissesNothing compares")
	firstPair = flag.Uint64("first-pair", 0, "the first of them")
)

// Brute force: requests of every kind of viewer are put to the edges of two
// random distributions. Where a viewer gets an object that nothing gave to
// viewers of this kind before, a finding says that access widens; where a
// request that opened an object opens it no more, one says that it closes.
//
//	go test ./access -run TestDiffMissesNothing -timeout 0 -pairs 100000
func TestDiffMissesNothing(t *testing.T) {
	t.Parallel()
	signers := map[string]*randomKey{"KeyOne": newRandomKey(t), "KeyTwo": newRandomKey(t)}
	compared := uint64(0)
	for seed := *firstPair; seed < *firstPair+*pairs; seed++ {
		r := rand.New(rand.NewPCG(seed, 3))
		old, now := randomPair(r, signers)
		p := probing{t: t, r: r, keys: signers, old: newProbed(old), now: newProbed(now)}
		if p.old == nil || p.now == nil {
			continue
		}
		compared++
		p.findings = access.Diff(old.read(t), now.read(t))
		if missed := p.missed(); missed != "" {
			t.Fatalf("pair %d: %s\nfindings %+v\nold %s\nnew %s", seed, missed, p.findings, old.summary(), now.summary())
		}
	}
	if compared < *pairs*9/10 {
		t.Errorf("only %d of %d pairs can be deployed", compared, *pairs)
	}
}

// summary returns what random sites differ in.
func (s *site) summary() string {
	var b strings.Builder
	for _, at := range s.behaviors {
		fmt.Fprintf(&b, "\n  %+v", *at)
	}
	for _, more := range []any{s.trusted, s.policy, s.config, s.headers, s.cache, s.bucket, s.resources["Fn"],
		s.resources["Other"]} {
		fmt.Fprintf(&b, "\n  %v", more)
	}
	return b.String()
}

// named reports whether a distribution has a name.
func (p *probed) named(host string) bool {
	return slices.ContainsFunc(p.edge.Deployments(), func(d *deployment.Deployment) bool {
		return slices.Contains(d.Hosts, host) || slices.Contains(d.Hosts, "*.example.com")
	})
}

// missed returns a request that changes its outcome without a finding, or "".
func (p *probing) missed() string {
	paths, some := p.paths(), make([]viewer, 7)
	for i, v := range p.r.Perm(len(viewers))[:len(some)] {
		some[i] = viewers[v]
	}
	for n := range max(len(p.old.host), len(p.now.host)) {
		for _, v := range some {
			for _, path := range paths {
				before, after := p.get(p.old, n, v, path), p.get(p.now, n, v, path)
				if before == after {
					continue
				}
				about := append(p.now.site.pages(), path)
				for _, at := range []string{path, pathOf(after), pathOf(before)} {
					about = append(about, p.now.site.at(at).pattern)
				}
				if n > 0 || v.host != "" {
					about = append(about, "*") // the second distribution's only pattern
				}
				if before != "" && after != "" && p.old.site.at(path).origin == "group" &&
					p.says(about, access.Widening, access.Breaking) {
					continue // the other origin of the group serves it
				}
				if after != "" && !p.reached(v, path, after) && !p.says(about, access.Widening) {
					return fmt.Sprintf("%+v gets %q at %s, and %q before", v, after, path, before)
				}
				if before != "" && !p.old.isPage(before) && !p.says(about, access.Breaking, access.Narrowing) {
					return fmt.Sprintf("%+v gets %q at %s no more, but %q", v, before, path, after)
				}
			}
		}
	}
	return ""
}

// reached reports whether such a viewer could get an object before, at any
// of the object's paths.
func (p *probing) reached(v viewer, path, object string) bool {
	if v.method == http.MethodOptions {
		return true // it neither reads nor writes
	}
	if v.key == "presigned" {
		return true // who can sign for the bucket reads it without CloudFront, too
	}
	v.scheme, v.host = "", ""
	if page := p.old.site.at(pathOf(object)); p.now.isPage(object) && !page.signed && page.origin != "nobody" {
		return true // also if a function makes another of it, which does not run for pages
	}
	if p.now.isPage(object) {
		v.method, v.origin = "", "" // CloudFront itself requests the page
		for _, country := range []string{"", "DE", "FR"} {
			v.country = country
			if p.reachedBy(v, path, object) {
				return true
			}
		}
	}
	return p.reachedBy(v, path, object)
}

func (p *probing) reachedBy(v viewer, path, object string) bool {
	for n := range p.old.host {
		name := pathOf(object)
		for _, below := range []string{"", "/private", "/public", "/other"} { // of origins
			short, ok := strings.CutPrefix(name, below+"/")
			for _, at := range []string{path, "/" + short, "/" + strings.ReplaceAll(short, "/", "%2F")} {
				if ok && p.get(p.old, n, v, at) == object {
					return true
				}
			}
		}
	}
	return false
}

// pages returns the paths of the error pages.
func (s *site) pages() (paths []string) {
	pages, _ := s.config["CustomErrorResponses"].([]props)
	for _, page := range pages {
		path := page["ResponsePagePath"].(string)
		if root, ok := s.config["DefaultRootObject"].(string); ok && path == "/" {
			paths = append(paths, path+root)
		}
		paths = append(paths, path)
	}
	return paths
}

// isPage reports whether an object is the page of an error, which is no answer
// to what was requested. It may lie below an origin path.
func (s *probed) isPage(object string) bool {
	return slices.ContainsFunc(s.site.pages(), func(page string) bool { return strings.HasSuffix(pathOf(object), page) })
}

// pathOf returns the path of an object that [probing.get] returned.
func pathOf(object string) string { return "/" + strings.TrimPrefix(object, "www:") }

// at returns the behavior that catches a path.
func (s *site) at(path string) *behavior {
	pattern := func(b *behavior) string { return b.pattern }
	if root, ok := s.config["DefaultRootObject"].(string); ok && path == "/" {
		path = "/" + root
	}
	return s.behaviors[pathpattern.First(s.behaviors, pattern, pathpattern.Normalize(path))]
}

// says reports whether a finding of one of the severities is about a pattern,
// or one says that a function does something else or other content is served.
func (p *probing) says(about []string, severities ...access.Severity) bool {
	return slices.ContainsFunc(p.findings, func(f access.Finding) bool {
		concerned := len(f.Paths) == 0 || slices.ContainsFunc(f.Paths, func(p string) bool {
			return slices.Contains(about,
				p)
		})
		other := slices.Contains([]access.Kind{access.FunctionChanged, access.BucketReplaced, access.RootObjectChanged},
			f.Kind)
		return concerned && (other || slices.Contains(severities, f.Severity))
	})
}

// paths returns paths of all patterns, as they are and escaped, and of pairs of
// patterns.
func (p *probing) paths() []string {
	patterns := map[string]bool{}
	for _, s := range []*site{p.old.site, p.now.site} {
		for _, b := range s.behaviors {
			patterns[b.pattern] = true
		}
	}
	paths := map[string]bool{"/": true, "/other": true}
	for a := range patterns {
		for b := range patterns {
			if path, found := pathpattern.Witness([]string{a, b}, nil); found {
				paths[path] = true
				if i := strings.LastIndex(path, "/"); i > 0 && a == b {
					paths[path[:i]+"%2F"+path[i+1:]] = true
				}
			}
		}
	}
	var all []string
	for path := range paths {
		all = append(all, path)
	}
	slices.Sort(all)
	p.r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:min(len(all), 7)]
}
