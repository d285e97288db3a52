package browser

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Hosts answer for the hosts of an internet, over HTTPS and HTTP on their own
// ports; "*" for every other host. Loopback addresses are themselves.
type Hosts map[string]http.Handler

// Request is a request that the browser sent.
type Request struct {
	Method string
	URL    string // in the bytes that were sent
	Header http.Header
}

// Requests returns the requests the page sent to its hosts, in order.
func (p *Page) Requests() []Request {
	p.internet.mu.Lock()
	defer p.internet.mu.Unlock()
	return slices.Clone(p.internet.requests)
}

// internet is a proxy that leads nowhere but to its hosts.
type internet struct {
	hosts   Hosts
	proxy   string // its address
	tunnels chan net.Conn
	closed  chan struct{}

	mu       sync.Mutex
	requests []Request
}

func connect(t testing.TB, hosts Hosts) *internet {
	t.Helper()
	proxy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &internet{
		hosts:   hosts,
		proxy:   proxy.Addr().String(),
		tunnels: make(chan net.Conn),
		closed:  make(chan struct{}),
	}
	quiet := log.New(io.Discard, "", 0) // a browser hangs up when it likes
	plain := &http.Server{Handler: http.HandlerFunc(n.forward), ErrorLog: quiet}
	secure := &http.Server{Handler: http.HandlerFunc(n.answer), ErrorLog: quiet,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate()}}}
	var running sync.WaitGroup
	running.Go(func() { plain.Serve(proxy) })
	running.Go(func() { secure.ServeTLS(tunnels{n, proxy.Addr()}, "", "") })
	t.Cleanup(func() {
		plain.Close()
		secure.Close()
		running.Wait()
	})
	return n
}

// forward is the proxy: it opens a tunnel for HTTPS, and takes plain requests
// as the host would get them.
func (n *internet) forward(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		r.RequestURI = strings.TrimPrefix(r.RequestURI, "http://"+r.URL.Host)
		r.URL.Scheme, r.URL.Host = "", ""
		n.answer(w, r)
		return
	}
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil || port != "443" || n.host(host) == nil {
		http.Error(w, "there is no "+r.Host, http.StatusBadGateway)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		conn.Close()
		return
	}
	select {
	case n.tunnels <- conn:
	case <-n.closed:
		conn.Close()
	}
}

// answer notes a request and has its host answer.
func (n *internet) answer(w http.ResponseWriter, r *http.Request) {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	n.mu.Lock()
	n.requests = append(n.requests, Request{r.Method, scheme + r.Host + r.RequestURI, r.Header.Clone()})
	n.mu.Unlock()
	h := n.host(r.Host)
	if h == nil {
		http.Error(w, "there is no "+r.Host, http.StatusBadGateway)
		return
	}
	h.ServeHTTP(w, r)
}

func (n *internet) host(name string) http.Handler {
	if h := n.hosts[name]; h != nil {
		return h
	}
	return n.hosts["*"]
}

// tunnels is the listener at the other end of the proxy's tunnels.
type tunnels struct {
	*internet
	addr net.Addr
}

func (t tunnels) Accept() (net.Conn, error) {
	select {
	case conn := <-t.tunnels:
		return conn, nil
	case <-t.closed:
		return nil, net.ErrClosed
	}
}

func (t tunnels) Close() error {
	close(t.closed)
	return nil
}

func (t tunnels) Addr() net.Addr { return t.addr }
