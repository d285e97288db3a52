package local

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/privatecdn/internal/fault"
)

// sockets are the three addresses that answer.
type sockets struct {
	https, http, s3 net.Listener
	certificate     atomic.Pointer[tls.Certificate]
}

func (l *Local) listen() error {
	o, s := l.options, &l.sockets
	for _, a := range []struct {
		on         *net.Listener
		flag, addr string
	}{{&s.https, "--https", o.HTTPS}, {&s.http, "--http", o.HTTP}, {&s.s3, "--s3", o.S3}} {
		on, err := net.Listen("tcp", a.addr)
		if err != nil {
			return listenError(a.flag, a.addr, err)
		}
		*a.on = on
		l.stop = append(l.stop, func() { on.Close() }) // a server may have done so before
	}
	return nil
}

func listenError(flag, addr string, err error) error {
	const inUseOnWindows = syscall.Errno(10048) // WSAEADDRINUSE
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, inUseOnWindows) {
		return fault.Of(flag+" "+addr+" is in use", "stop what listens there, or use other ports: "+otherPorts())
	}
	return fault.New(fmt.Errorf("%s %s: %w", flag, addr, err), "an address is HOST:PORT, such as 127.0.0.1:8443")
}

// otherPorts returns what to type for any free ports, as it is typed here.
func otherPorts() string {
	const flags = "--https 127.0.0.1:0 --http 127.0.0.1:0"
	if os.Getenv("MAKELEVEL") != "" {
		return `make up ARGS="` + flags + `"`
	}
	return "privatecdn up " + flags
}

// reachable returns the address to reach a listener at: loopback where it
// listens on every address.
func reachable(l net.Listener) *net.TCPAddr {
	addr := *l.Addr().(*net.TCPAddr)
	if addr.IP.IsUnspecified() {
		addr.IP = net.IPv4(127, 0, 0, 1)
	}
	return &addr
}

// serve serves the edge over HTTPS and HTTP, and the bucket at its own address,
// until Close.
func (l *Local) serve() {
	for on, handler := range map[net.Listener]http.Handler{
		l.sockets.https: l.edge, l.sockets.http: l.edge, l.sockets.s3: http.HandlerFunc(l.bucket),
	} {
		server := newServer(handler)
		l.stop = append(l.stop, func() { server.Close() })
		if on == l.sockets.http {
			go server.Serve(on)
			continue
		}
		server.TLSConfig = &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return l.sockets.certificate.Load(), nil
		}}
		go server.ServeTLS(on, "", "")
	}
}

// newServer returns a server that closes connections on which nothing comes and
// accepts slightly more header bytes than the edge, which then refuses them.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       3 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // a browser that does not trust the certificate is no news
	}
}

// bucket answers as S3: for the bucket that the path or the host names, and
// for the deployed one otherwise.
func (l *Local) bucket(w http.ResponseWriter, r *http.Request) {
	path, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	host, _, _ := strings.Cut(r.Host, ".")
	b := cmp.Or(l.edge.Bucket(path), l.edge.Bucket(host))
	if b == nil {
		name := l.Deployment().Bucket.Name
		b, r.Host = l.edge.Bucket(name), name+".s3.localhost"
	}
	cmp.Or(b, http.NotFoundHandler()).ServeHTTP(w, r)
}
