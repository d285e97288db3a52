// Package http1 serves HTTP/1.1 as net/http does, at less cost for the requests
// a CDN lives from: GET and HEAD without a body on a connection that is kept.
//
// Such requests are read and answered by a loop of this package, with head and
// body in one system call. Whatever else comes, a connection is handed to
// net/http for good, with all that it sent: other methods, bodies, upgrades,
// HTTP/1.0, large heads, and everything malformed. The one difference: no
// Content-Type is guessed.
package http1

import (
	"bufio"
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// bufferSize bounds the head of a request that is read here.
const bufferSize = 4 << 10

// Serve accepts connections from l and answers them with srv's handler until
// srv is closed or shut down; it returns what srv.Serve returns. Of srv's
// settings ReadHeaderTimeout and IdleTimeout apply to requests answered here.
// Their context does not end when a viewer leaves: writing to him fails.
func Serve(l net.Listener, srv *http.Server) error {
	s := &server{Listener: l, http: srv, handler: srv.Handler, handed: make(chan net.Conn), closed: make(chan struct{}), idle: map[net.Conn]bool{}}
	if s.handler == nil {
		s.handler = http.DefaultServeMux
	}
	go s.accept()
	return srv.Serve(s)
}

// server is the listener from which net/http gets the connections handed to it.
type server struct {
	net.Listener
	http    *http.Server
	handler http.Handler
	handed  chan net.Conn
	once    sync.Once
	closed  chan struct{}
	failure error // of the listener, once closed

	mu   sync.Mutex
	idle map[net.Conn]bool // connections between two requests
}

// Accept implements net.Listener for net/http.
func (s *server) Accept() (net.Conn, error) {
	select {
	case c := <-s.handed:
		return c, nil
	case <-s.closed:
		return nil, s.failure
	}
}

// Close ends accepting and the connections that wait for a request.
func (s *server) Close() error {
	s.fail(net.ErrClosed)
	err := s.Listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.idle {
		c.Close()
	}
	return err
}

func (s *server) fail(err error) {
	s.once.Do(func() {
		s.failure = err
		close(s.closed)
	})
}

func (s *server) accept() {
	for {
		c, err := s.Listener.Accept()
		var temporary net.Error
		if errors.As(err, &temporary) && temporary.Timeout() {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		if err != nil {
			s.fail(err)
			return
		}
		go s.serve(c)
	}
}

// rest is time.Time's zero, which takes a deadline away.
var rest time.Time

// serve answers a connection's requests one after the other.
func (s *server) serve(c net.Conn) {
	r := bufio.NewReaderSize(c, bufferSize)
	w := &writer{conn: c, header: make(http.Header, 24)}
	remote := c.RemoteAddr().String()
	ctx := context.WithValue(context.Background(), http.ServerContextKey, s.http)
	ctx = context.WithValue(ctx, http.LocalAddrContextKey, c.LocalAddr())
	blank := (&http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody, RemoteAddr: remote}).WithContext(ctx)
	for {
		head, ok := s.await(c, r)
		if head == nil {
			if ok {
				s.hand(c, r)
			} else {
				c.Close()
			}
			return
		}
		req := new(http.Request)
		*req = *blank
		if !parse(req, head) {
			s.hand(c, r)
			return
		}
		if _, err := r.Discard(len(head)); err != nil {
			c.Close()
			return
		}
		if !s.answer(w, req) {
			c.Close()
			return
		}
	}
}

// await returns the next request's head. Without one, ok says whether net/http
// should go on with the connection.
func (s *server) await(c net.Conn, r *bufio.Reader) (head []byte, ok bool) {
	if !s.setIdle(c) {
		return nil, false
	}
	defer s.setBusy(c)
	if d := s.http.IdleTimeout; d > 0 {
		_ = c.SetReadDeadline(time.Now().Add(d))
		defer func() { _ = c.SetReadDeadline(rest) }()
	}
	if _, err := r.Peek(1); err != nil {
		return nil, false
	}
	if d := s.http.ReadHeaderTimeout; d > 0 {
		_ = c.SetReadDeadline(time.Now().Add(d))
		defer func() { _ = c.SetReadDeadline(rest) }()
	}
	return readHead(r)
}

func (s *server) setIdle(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
		return false
	default:
		s.idle[c] = true
		return true
	}
}

func (s *server) setBusy(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.idle, c)
}

// hand gives a connection to net/http, with what was read of it.
func (s *server) hand(c net.Conn, r *bufio.Reader) {
	unread, _ := r.Peek(r.Buffered())
	select {
	case s.handed <- &replayed{Conn: c, unread: append([]byte(nil), unread...)}:
	case <-s.closed:
		c.Close()
	}
}

// replayed is a connection of which a part was read before.
type replayed struct {
	net.Conn
	unread []byte
}

func (c *replayed) Read(p []byte) (int, error) {
	if len(c.unread) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.unread)
	c.unread = c.unread[n:]
	return n, nil
}

// answer runs the handler and reports whether the connection goes on.
func (s *server) answer(w *writer, r *http.Request) (goesOn bool) {
	w.begin(r)
	defer func() {
		if p := recover(); p != nil {
			goesOn = false
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				s.logf("http1: panic serving %s: %v\n%s", r.RemoteAddr, p, debug.Stack())
			}
		}
	}()
	s.handler.ServeHTTP(w, r)
	return w.end()
}

func (s *server) logf(format string, args ...any) {
	if s.http.ErrorLog != nil {
		s.http.ErrorLog.Printf(format, args...)
		return
	}
	log.Printf(format, args...)
}
