package access_test

import (
	"cmp"
	"crypto/tls"
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
	"example.com/privatecdn/edge"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/presign"
)

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

// request returns the viewer's request, without what has to be shown for it.
func (v viewer) request(host, pathAndQuery string) *http.Request {
	scheme := cmp.Or(v.scheme, "https")
	r := httptest.NewRequest(cmp.Or(v.method, http.MethodGet), scheme+"://"+host+pathAndQuery, nil)
	if scheme == "https" {
		r.TLS = &tls.ConnectionState{HandshakeComplete: true}
	}
	for name, value := range map[string]string{"Origin": v.origin, "CloudFront-Viewer-Country": v.country} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	return r
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
	host, query := cmp.Or(v.host, s.host[n]), ""
	switch {
	case v.key == "presigned" && (n > 0 || s.site.at(path).origin != "nobody" && p.old.site.at(path).origin != "nobody"):
	case v.direct:
		host = bucketHost(s.edge)
	case v.key == "presigned":
		query = presigned(p.t, s.edge, time.Now, host, path, nil)
	case v.key != "":
		query = p.keys[v.key].query
	}
	request := v.request(host, path+query)
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

const presignedFor = time.Hour

// presigned returns the query of a presigned URL of an edge's first distribution,
// "" where S3 has no object for the path. headers are those of the response.
func presigned(t *testing.T, e *edge.Edge, now func() time.Time, host, path string, headers http.Header) string {
	t.Helper()
	d, owner := e.Deployments()[0], edge.LocalCredentials
	maker, err := presign.New(presign.Config{Bucket: d.Bucket.Name, Region: d.Bucket.Region, Host: host,
		Lifetime: presignedFor, Clock: now,
		Credentials: credentials.NewStaticCredentialsProvider(owner.AccessKeyID, owner.SecretAccessKey, "")})
	if err != nil {
		t.Fatal(err)
	}
	key, err := url.PathUnescape(path[1:])
	if err != nil || key == "" {
		return ""
	}
	made, err := maker.Presign(t.Context(), presign.Request{Key: key, Response: headers})
	if err != nil {
		return ""
	}
	_, query, _ := strings.Cut(made.URL, "?")
	return "?" + query
}
