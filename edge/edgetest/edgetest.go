// Package edgetest runs a local CloudFront inside a Go test.
//
//	srv := edgetest.NewServer(t, "cdk.out/PrivateCdn.template.json", os.DirFS("testdata"))
//	url := srv.Signed("/films/trailer.mp4")
//	srv.Refuses("/films/trailer.mp4", verify.MissingKey)
//	srv.Opens(url)
//	srv.Clock.Advance(2 * time.Hour)
//	srv.Refuses(url, verify.Expired)
//
// The template may be a file, its text, or what assertions.Template_FromStack
// of a CDK stack in the same test gives from ToJSON. The server signs with a
// key made for the test, which every trusted key group of the template trusts
// beside its own; no private key of the template's is needed.
package edgetest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/tls"
	"encoding/json"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
)

// Template is a CloudFormation template: the path of a file or of a cloud
// assembly's directory, the text in JSON or YAML, or the decoded document. A
// string that contains braces or line breaks is text, any other is a path.
type Template interface {
	string | []byte | map[string]any | *map[string]any
}

// Server is an edge that listens on loopback while the test runs.
type Server struct {
	// URL is the edge's address over HTTPS, https://127.0.0.1:PORT.
	URL string
	// HTTP is the same edge's address over plain HTTP.
	HTTP string
	// Edge responds to the requests.
	Edge *edge.Edge
	// Signer signs URLs and cookies of the first distribution, for its own
	// hosts and for the server's. It is nil if no behavior requires signatures.
	Signer *signer.Signer
	// Clock is the clock of the edge and of the signer.
	Clock *Clock

	t      testing.TB
	client *http.Client
}

// Option changes how NewServer sets up a server.
type Option func(*settings)

type settings struct {
	edge  edge.Options
	start time.Time
}

// WithEdge calls change with the edge's options, to set key value stores, the
// viewers' country or other origins.
func WithEdge(change func(*edge.Options)) Option { return func(s *settings) { change(&s.edge) } }

// WithStart sets the clock's first time. The default is the current time.
func WithStart(start time.Time) Option { return func(s *settings) { s.start = start } }

// NewServer starts an edge that serves bucket as the content of every bucket in
// the template. The server stops when the test ends. A template that cannot be
// served fails the test.
func NewServer[T Template](t testing.TB, template T, bucket fs.FS, opts ...Option) *Server {
	t.Helper()
	set := settings{start: time.Now(), edge: edge.Options{Buckets: map[string]fs.FS{"": bucket}, NoWatch: true}}
	for _, o := range opts {
		o(&set)
	}
	s := &Server{t: t, Clock: &Clock{now: set.start}}
	private, err := keys.Generate(keys.ECDSAP256)
	s.check(err)
	public, err := keys.NewPublic(private.Public())
	s.check(err)
	set.edge.Template, set.edge.Text, err = pathOrText(template)
	s.check(err)
	set.edge.TrustedKeys = append(set.edge.TrustedKeys, private.Public())
	set.edge.Clock = s.Clock.Now
	s.listen(set.edge)
	deployed := s.deployment(public.LocalID())
	if len(deployed.Keys) == 0 {
		return s // no behavior is signed
	}
	open := func(context.Context, string) (crypto.Signer, error) { return private, nil }
	s.Signer, err = signer.Open(t.Context(), deployed, signer.WithClock(s.Clock.Now), signer.WithReload(0),
		signer.WithOpeners(keys.Openers{"edgetest": open}))
	s.check(err)
	return s
}

// pathOrText distinguishes a path from a template's text, which has braces or
// line breaks.
func pathOrText(template any) (path string, text []byte, err error) {
	switch template := template.(type) {
	case string:
		text = []byte(template)
	case []byte:
		text = template
	default:
		text, err = json.Marshal(template)
	}
	if err != nil || bytes.ContainsAny(text, "{\n") {
		return "", text, err
	}
	return string(text), nil, nil
}

// listen serves the edge over HTTPS and HTTP.
func (s *Server) listen(o edge.Options) {
	s.t.Helper()
	secure := httptest.NewUnstartedServer(nil)
	s.t.Cleanup(secure.Close)
	o.HTTPSPort = secure.Listener.Addr().(*net.TCPAddr).Port
	var err error
	s.Edge, err = edge.New(o)
	s.check(err)
	secure.Config.Handler = s.Edge
	secure.EnableHTTP2 = true
	secure.StartTLS()
	plain := httptest.NewServer(s.Edge)
	s.URL, s.HTTP = secure.URL, plain.URL
	s.client = client(secure, plain)
	s.t.Cleanup(plain.Close)
	s.t.Cleanup(func() { s.Edge.Close() })
}

// client returns a client that connects to the server for every host, trusts
// its certificate, stores no cookies, follows no redirects and does not
// decompress bodies.
func client(secure, plain *httptest.Server) *http.Client {
	trusted := secure.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	trusted.ServerName = "example.com" // the name in the test certificate
	dial := func(to net.Addr) func(context.Context, string, string) (net.Conn, error) {
		return func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", to.String())
		}
	}
	dialTLS := dial(secure.Listener.Addr())
	return &http.Client{
		Transport: &http.Transport{
			DisableCompression: true,
			DialContext:        dial(plain.Listener.Addr()),
			DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dialTLS(ctx, network, address)
				return tls.Client(conn, trusted), err
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// deployment describes the first distribution, with the key of the given ID as
// the signing key.
func (s *Server) deployment(keyID string) *deployment.Deployment {
	d := s.Edge.Deployments()[0]
	d.Endpoint = s.URL
	d.Hosts = append(d.Hosts, strings.TrimPrefix(s.URL, "https://"), strings.TrimPrefix(s.HTTP, "http://"))
	for i := range d.Keys {
		if d.Keys[i].ID == keyID {
			d.Keys[i].State, d.Keys[i].PrivateKey = keys.Signing, "edgetest:key"
		}
	}
	return d
}
