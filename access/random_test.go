package access_test

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"example.com/privatecdn/access"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/presign"
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

type randomKey struct {
	public string // in base64, as [publicKey] takes it
	query  string // of a URL it signed, good for every URL
}

func newRandomKey(t *testing.T) *randomKey {
	t.Helper()
	private, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	public, err := keys.NewPublic(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	s, err := signer.New(public.LocalID(), private)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := s.URL("https://x/x", signer.Terms{For: 24 * time.Hour, Resource: "http*://*/*"})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.TrimPrefix(public.PEM(), "-----BEGIN PUBLIC KEY-----\n")
	return &randomKey{strings.TrimSuffix(text, "-----END PUBLIC KEY-----\n"), strings.TrimPrefix(signed, "https://x/x")}
}

// probed is a site and its edge.
type probed struct {
	site *site
	edge *edge.Edge
	host []string // of each distribution
}

// newEdge returns an edge with a site's template, which caches nothing.
func newEdge(s *site) (*edge.Edge, error) {
	return edge.New(edge.Options{Text: s.template(), NoWatch: true, Buckets: map[string]fs.FS{"": everything{}},
		Origins: map[string]http.RoundTripper{"www.example.com": website{}}, CacheSize: 1})
}

// newProbed returns nil for a site that nobody can deploy.
func newProbed(s *site) *probed {
	e, err := newEdge(s)
	if err != nil {
		return nil
	}
	p := &probed{site: s, edge: e}
	for _, d := range e.Deployments() {
		p.host = append(p.host, d.Hosts[0])
	}
	if len(p.host) > 1 && p.host[0] != firstHost() { // the edge begins with one that asks for signatures
		slices.Reverse(p.host)
	}
	return p
}

// firstHost returns the host of the base site's distribution, the same in every
// site.
var firstHost = sync.OnceValue(func() string {
	e, err := newEdge(base())
	if err != nil {
		panic(err)
	}
	return e.Deployments()[0].Hosts[0]
})

// A viewer is a kind of viewers: what they have to show and how they come.
type viewer struct {
	key     string // that signed their URLs, or "presigned" or ""
	method  string
	scheme  string
	origin  string // of the web page that sends the request
	country string
	host    string // an alternate domain name, "" for the distribution's own
	direct  bool   // to the bucket, not to the distribution
}

var viewers = []viewer{
	{}, {key: "KeyOne"}, {key: "KeyTwo"}, {key: "presigned"}, {scheme: "http"}, {scheme: "http", key: "KeyOne"},
	{method: "PUT"}, {method: "DELETE", key: "KeyOne"},
	{origin: "https://a.example.com"}, {origin: "https://evil.test", key: "KeyOne"},
	{country: "DE"}, {country: "FR", key: "KeyOne"}, {direct: true},
	{host: "a.example.com"}, {host: "b.example.com", key: "KeyOne"}, {method: "OPTIONS"},
}

type probing struct {
	t        *testing.T
	r        *rand.Rand
	keys     map[string]*randomKey
	old, now *probed
	findings []access.Finding
}

// get returns what a viewer gets for a path of the n-th distribution: the key
// of an object, or "" for a refusal.
func (p *probing) get(s *probed, n int, v viewer, path string) string {
	if n >= len(s.host) || v.host != "" && n > 0 {
		return ""
	}
	host, query := orElse(v.host, s.host[n]), ""
	switch {
	case v.key == "presigned" && (n > 0 || s.site.at(path).origin != "nobody" && p.old.site.at(path).origin != "nobody"):
	case v.direct:
		host = bucketHost(s.edge)
	case v.key == "presigned":
		query = presigned(p.t, s, host, path)
	case v.key != "":
		query = p.keys[v.key].query
	}
	request := httptest.NewRequest(orElse(v.method, http.MethodGet), orElse(v.scheme, "https")+"://"+host+path+query, nil)
	if v.scheme != "http" {
		request.TLS = &tls.ConnectionState{HandshakeComplete: true}
	}
	for name, value := range map[string]string{"Origin": v.origin, "CloudFront-Viewer-Country": v.country} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	response := httptest.NewRecorder()
	switch {
	case v.host != "" && !s.named(v.host): // an edge with one distribution responds to every name
		return ""
	case v.direct:
		s.edge.Bucket(s.site.media).ServeHTTP(response, request)
	default:
		s.edge.ServeHTTP(response, request)
	}
	allowed := response.Header().Get("Access-Control-Allow-Origin")
	switch {
	case response.Code == http.StatusMovedPermanently:
		v.scheme = ""
		return p.get(s, n, v, path)
	case v.method != "" && response.Header().Get("X-Method") != v.method: // the origin got no such request
		return ""
	case response.Code != http.StatusOK || v.origin != "" && allowed != "*" && allowed != v.origin:
		return ""
	case strings.Contains(response.Body.String(), "<ListBucketResult"):
		return "list"
	}
	return response.Body.String()
}

func presigned(t *testing.T, s *probed, host, path string) string {
	t.Helper()
	d := s.edge.Deployments()[0]
	owner := edge.LocalCredentials
	maker, err := presign.New(presign.Config{Bucket: d.Bucket.Name, Region: d.Bucket.Region, Host: host,
		Lifetime:    time.Hour,
		Credentials: credentials.NewStaticCredentialsProvider(owner.AccessKeyID, owner.SecretAccessKey, "")})
	if err != nil {
		t.Fatal(err)
	}
	key, err := url.PathUnescape(path[1:])
	if err != nil || key == "" {
		return ""
	}
	made, err := maker.Presign(t.Context(), presign.Request{Key: key})
	if err != nil {
		return ""
	}
	_, query, _ := strings.Cut(made.URL, "?")
	return "?" + query
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
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
			path += root
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

// randomPair returns two sites that have something in common and differ in a
// few things.
func randomPair(r *rand.Rand, keys map[string]*randomKey) (old, now *site) {
	old, now = base(), base()
	for _, s := range []*site{old, now} {
		for name, key := range keys {
			s.resources[name] = publicKey(key.public)
		}
		for _, path := range []string{"/private", "/public", "/other"} {
			origin := s.s3Origin(path)
			origin["OriginPath"] = path
			s.origins = append(s.origins, origin)
		}
		control(s)
	}
	for range r.IntN(3) {
		edit := randomEdit(r)
		edit(old)
		edit(now)
	}
	for range 1 + r.IntN(2) {
		randomEdit(r)([]*site{old, now}[r.IntN(2)])
	}
	return old, now
}

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// randomEdit returns a change of a site that it may be applied to.
func randomEdit(r *rand.Rand) func(*site) {
	at := one(r, "private/*", "public/*", "presigned/*", "web/*", "*")
	pattern := one(r, "private/a/*", "public/secret/*", "*.jpg", "p*", "*/x", "pub?ic/*", "a/b", "private%2F*", "*%2F*",
		"public/*.x", "/*", "/")
	added := &behavior{pattern, one(r, "media", "media", "nobody", "web"),
		one(r, "https-only", "redirect-to-https", "allow-all"), r.IntN(2) == 0, props{}}
	if added.origin == "nobody" {
		added.signed = false
	}
	return one(r,
		insert(at, added), insert(at, added), insert(at, added),
		func(s *site) { s.behavior(at).signed = !s.behavior(at).signed },
		func(s *site) {
			if i := r.IntN(len(s.behaviors)); i < len(s.behaviors)-1 {
				s.behaviors = slices.Insert(slices.Delete(slices.Clone(s.behaviors), i, i+1), r.IntN(i+1), s.behaviors[i])
			}
		},
		from(at, one(r, "media", "nobody", "web")),
		from(at, one(r, "/private", "/public", "/other", "control")),
		trust(one(r, []string{"KeyOne"}, []string{"KeyTwo"}, []string{"KeyOne", "KeyTwo"})...),
		https(at, one(r, "https-only", "redirect-to-https", "allow-all")),
		methods(at, one(r, allMethods, []string{"GET", "HEAD"}, []string{"GET", "HEAD", "OPTIONS"})...),
		errorPages(one(r, 403, 404), one(r, 200, 403), one(r, "/private/film", "/public/403.html", "/presigned/x",
			"/web/x", "/")),
		function(at, "viewer-request", one(r, keepAll, refuseAll, rewriteAll)),
		function(at, "viewer-response", one(r, keepResponse, shareResponse)),
		group(at, one(r, "media", "nobody", "web"), one(r, "/private", "/public", "media", "web")),
		trustToo(at),
		keyIn(one(r, "none", "all")), cacheFor(one(r, 0, 60, 86400)),
		grant(one(r, "Allow", "Deny"), one[any](r, "*", cloudFront), one(r, "s3:GetObject", "s3:*"),
			one(r, "/*", "/private/*", "/public/x")),
		ofControl,
		grant("Allow", one[any](r, "*", props{"CanonicalUser": att("Identity", "S3CanonicalUserId")}), "s3:ListBucket", ""),
		cut,
		func(s *site) { s.policy = s.policy[len(s.policy)-1:] },
		func(s *site) { s.bucket["PublicAccessBlockConfiguration"] = props{} },
		second(), second("KeyOne"), second("KeyTwo"),
		configure("Enabled", false),
		configure("DefaultRootObject", one(r, "private/x", "public/x", "web/x", "presigned/x", "x")),
		configure("WebACLId", "arn:acl"),
		configure("Aliases", one(r, []string{"a.example.com"}, []string{"*.example.com"},
			[]string{"a.example.com", "b.example.com"})),
		secondNamed("a.example.com"), secondNamed("*.example.com", "KeyOne"),
		countries(one(r, "whitelist", "blacklist"), one(r, "DE", "FR")),
		cors("AccessControlAllowOrigins", items(one(r, "*", "https://evil.test", "https://a.example.com"))),
		bucketCORS(props{"AllowedMethods": []string{"GET"}, "AllowedOrigins": []string{one(r, "*", "https://evil.test")}}),
		func(s *site) { delete(s.behavior(at).with, "ResponseHeadersPolicyId") },
	)
}

// secondNamed adds a distribution that has an alternate domain name.
func secondNamed(alias string, keys ...string) func(*site) {
	return func(s *site) {
		second(keys...)(s)
		config := s.resources["Other"].(props)["Properties"].(props)["DistributionConfig"].(props)
		config["Aliases"], config["ViewerCertificate"] = []string{alias}, s.config["ViewerCertificate"]
	}
}

const (
	keepResponse  = "function handler(event) { return event.response }"
	shareResponse = "function handler(event) { event.response.headers['access-control-allow-origin'] = {value: '*'}; " +
		"return event.response }"

	refuseAll  = "function handler(event) { return {statusCode: 403, statusDescription: 'Forbidden'} }"
	rewriteAll = "function handler(event) { event.request.uri = '/private/film'; return event.request }"
)
