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
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
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
		go s.serve(c, c)
	}
}

// connection is what a connection needs while requests come. One that rests is
// without it, and without the stack that a handler has grown, so that many
// resting connections cost little.
type connection struct {
	net.Conn
	in    *bufio.Reader
	out   writer
	blank *http.Request // with everything that all its requests share
	until time.Time     // the read deadline that is set
}

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, bufferSize) }}

// restAfter is how long a connection waits for the next request at least
// before it rests.
const restAfter = 100 * time.Millisecond

// rest waits for the first byte of a connection's next request.
func (s *server) rest(c net.Conn) {
	if !s.setIdle(c) {
		c.Close()
		return
	}
	var until time.Time
	if d := s.http.IdleTimeout; d > 0 {
		until = time.Now().Add(d)
	}
	_ = c.SetReadDeadline(until)
	first := make([]byte, 1)
	n, err := c.Read(first)
	s.setBusy(c)
	if n == 0 || err != nil {
		c.Close()
		return
	}
	s.serve(c, &replayed{Conn: c, unread: first})
}

// serve answers a connection's requests one after the other.
func (s *server) serve(conn net.Conn, from io.Reader) {
	c := &connection{Conn: conn, in: readers.Get().(*bufio.Reader), out: writer{conn: conn, header: make(http.Header, 24)}}
	c.in.Reset(from)
	ctx := context.WithValue(context.Background(), http.ServerContextKey, s.http)
	ctx = context.WithValue(ctx, http.LocalAddrContextKey, conn.LocalAddr())
	c.blank = (&http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody, RemoteAddr: conn.RemoteAddr().String()}).WithContext(ctx)
	next := s.requests(c)
	c.in.Reset(nil)
	readers.Put(c.in)
	next()
}

// requests answers until something else is to be done with the connection,
// which it returns.
func (s *server) requests(c *connection) (next func()) {
	end := func() { c.Close() }
	for {
		switch s.await(c) {
		case over:
			return end
		case resting:
			return func() { go s.rest(c.Conn) }
		}
		head, ok := s.head(c)
		if !ok {
			return end
		}
		req := new(http.Request)
		*req = *c.blank
		if head == nil || !parse(req, head) {
			unread, _ := c.in.Peek(c.in.Buffered())
			handed := &replayed{Conn: c.Conn, unread: append([]byte(nil), unread...)}
			return func() { s.hand(handed) }
		}
		if _, err := c.in.Discard(len(head)); err != nil || !s.answer(&c.out, req) {
			return end
		}
	}
}

// What a connection that waits for a request comes to.
type outcome int

const (
	coming  outcome = iota // a request
	resting                // nothing for a while
	over                   // the server is closed
)

// await waits a moment for a request. The deadline is not set anew for each
// one, which costs.
func (s *server) await(c *connection) outcome {
	if c.in.Buffered() > 0 {
		return coming
	}
	if now := time.Now(); c.until.Sub(now) < restAfter {
		c.until = now.Add(2 * restAfter)
		_ = c.SetReadDeadline(c.until)
	}
	if !s.setIdle(c.Conn) {
		return over
	}
	defer s.setBusy(c.Conn)
	if _, err := c.in.Peek(1); errors.Is(err, os.ErrDeadlineExceeded) {
		return resting
	}
	return coming
}

// head returns the next request's head, nil for one that net/http is to read.
func (s *server) head(c *connection) (head []byte, ok bool) {
	if data, _ := c.in.Peek(c.in.Buffered()); !bytes.Contains(data, headEnd) {
		c.until = time.Time{} // a head in pieces has a deadline of its own
		if d := s.http.ReadHeaderTimeout; d > 0 {
			c.until = time.Now().Add(d)
		}
		_ = c.SetReadDeadline(c.until)
		c.until = time.Time{}
	}
	return readHead(c.in)
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

// hand gives a connection to net/http.
func (s *server) hand(c net.Conn) {
	_ = c.SetReadDeadline(time.Time{})
	select {
	case s.handed <- c:
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
