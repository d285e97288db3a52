// Package inspector is a page that shows what a local edge decides, while it
// decides it: every request with the behavior that caught it, the signature's
// conditions, the cache and the headers on both sides; the distribution with
// its keys; and forms that sign a URL, test a path and read a HAR file.
//
// It listens on a loopback address of its own, never the viewer's, answers no
// other host and no other origin, and shows no usable signature.
package inspector

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
)

// Source is the deployment to inspect, as it is now.
type Source interface {
	Deployment() *deployment.Deployment
	LeftOut() []string // what of the template changes nothing here, a line each
	Ring() *keys.Ring  // the ring of the deployment's keys, nil if there is none
	Signer(context.Context) (*signer.Signer, error)
}

// Inspector serves the page. It is an http.Handler.
type Inspector struct {
	Source  Source // must be set before the first request
	page    *template.Template
	feed    feed
	handler http.Handler
}

//go:embed page
var files embed.FS

// New returns an inspector. Give its Add to edge.Options.OnRequest.
func New() *Inspector {
	i := &Inspector{page: template.Must(template.ParseFS(files, "page/index.html"))}
	i.feed.watchers = map[chan numbered]struct{}{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", i.index)
	mux.Handle("GET /page/", http.FileServerFS(files))
	mux.HandleFunc("GET /events", i.events)
	mux.HandleFunc("GET /requests/{id}", i.request)
	mux.HandleFunc("GET /distribution", i.distribution)
	mux.HandleFunc("GET /path", i.path)
	mux.HandleFunc("POST /open", i.open)
	mux.HandleFunc("POST /har", i.har)
	i.handler = mux
	return i
}

// Listen serves the page at a loopback address until the Closer is closed, and
// returns its URL.
func (i *Inspector) Listen(addr string) (string, io.Closer, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return "", nil, fault.New(fmt.Errorf("--inspector %s: %w", addr, err),
			"an address is HOST:PORT, such as 127.0.0.1:0 for any free port")
	}
	if !listener.Addr().(*net.TCPAddr).IP.IsLoopback() {
		listener.Close()
		return "", nil, fault.Of("--inspector "+addr+" is not a loopback address",
			"use 127.0.0.1:0: whoever reaches the inspector may sign")
	}
	server := &http.Server{Handler: i, ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(listener)
	return "http://" + listener.Addr().String(), server, nil
}

// Add shows a request to whoever watches and remembers it.
func (i *Inspector) Add(t edge.Trace) { i.feed.add(t) }

// ServeHTTP implements http.Handler. A host that is not loopback is refused:
// a page elsewhere may have pointed its own name here (DNS rebinding).
func (i *Inspector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy",
		"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self' https:")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	switch {
	case !isLoopback(r.Host):
		http.Error(w, "The inspector answers at a loopback address only.", http.StatusMisdirectedRequest)
	case isForeign(r):
		http.Error(w, "The inspector answers its own page only.", http.StatusForbidden)
	default:
		i.handler.ServeHTTP(w, r)
	}
}

// isLoopback reports whether a Host header is localhost or a loopback address.
func isLoopback(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	return name == "localhost" || net.ParseIP(name).IsLoopback()
}

// isForeign reports whether a page of another origin, such as another port of
// this machine, makes the request. A person may follow a link from there.
func isForeign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "": // not a browser, or an old one
		origin := r.Header.Get("Origin")
		return origin != "" && origin != "http://"+r.Host
	}
	return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Method != http.MethodGet
}

func (i *Inspector) index(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := i.page.Execute(w, i.Source.Deployment()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// events streams a row a request, first those that are remembered.
func (i *Inspector) events(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.Atoi(r.Header.Get("Last-Event-ID"))
	next, stop := i.feed.watch(after)
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	for {
		if len(next) == 0 && flush.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case n, ok := <-next:
			if !ok || send(w, n) != nil {
				return
			}
		}
	}
}

func send(w io.Writer, n numbered) error {
	data, err := json.Marshal(newRow(n))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %d\ndata: %s\n\n", n.id, data)
	return err
}

func (i *Inspector) request(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	t, ok := i.feed.get(id)
	if !ok {
		http.Error(w, "This request is no longer remembered.", http.StatusNotFound)
		return
	}
	write(w, i.detail(id, t))
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the browser went away
}
