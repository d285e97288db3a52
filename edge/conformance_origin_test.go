package edge_test

import (
	"bufio"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
)

// scriptedOrigin is an HTTP origin that answers what the case's files say.
// A file origin/NAME holds status line, headers and body; "status 502" and no
// more than "refuse" or "timeout" stand for an origin that does not answer.
type scriptedOrigin struct {
	mu       sync.Mutex
	files    map[string]string
	current  string // name of the answer every path gets, "" for the path's own
	requests []*http.Request
	bodies   []string
}

func newScriptedOrigin(files map[string]string) *scriptedOrigin {
	o := &scriptedOrigin{files: map[string]string{}}
	for name, data := range files {
		if key, found := strings.CutPrefix(name, "origin/"); found {
			o.files[key] = data
		}
	}
	return o
}

func (o *scriptedOrigin) serve(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.current = name
}

func (o *scriptedOrigin) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requests = nil
}

// asked is how the origin was asked: method and target of each request.
func (o *scriptedOrigin) asked() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []string
	for _, r := range o.requests {
		all = append(all, r.Method+" "+r.URL.RequestURI())
	}
	return strings.Join(all, ", ")
}

// header is a header of the last request; Host and Body count as headers.
func (o *scriptedOrigin) header(name string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.requests) == 0 {
		return "(not asked)"
	}
	r := o.requests[len(o.requests)-1]
	switch name {
	case "Host":
		return r.Host
	case "Scheme":
		return r.URL.Scheme
	case "Body":
		return o.bodies[len(o.bodies)-1]
	}
	return strings.Join(r.Header.Values(name), ", ")
}

func (o *scriptedOrigin) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		data, _ := io.ReadAll(r.Body)
		body = string(data)
	}
	o.mu.Lock()
	o.requests, o.bodies = append(o.requests, r), append(o.bodies, body)
	name := o.current
	if name == "" {
		name = strings.TrimPrefix(r.URL.Path, "/")
	}
	text, found := o.files[name]
	o.mu.Unlock()
	switch {
	case !found:
		text = "404 Not Found\nContent-Type: text/plain\n\nno such file"
	case text == "refuse":
		return nil, errors.New("connection refused")
	case text == "timeout":
		return nil, os.ErrDeadlineExceeded
	}
	return parseAnswer(r, text)
}

// ServeHTTP is the origin as a server.
func (o *scriptedOrigin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resp, err := o.RoundTrip(r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	w.Header()["Date"], w.Header()["Content-Type"] = nil, nil
	maps.Copy(w.Header(), resp.Header)
	if resp.ContentLength > 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(resp.ContentLength, 10))
	}
	w.WriteHeader(resp.StatusCode)
	if resp.ContentLength < 0 {
		_ = http.NewResponseController(w).Flush()
	}
	_, _ = io.Copy(w, resp.Body)
}

func parseAnswer(r *http.Request, text string) (*http.Response, error) {
	head, body, _ := strings.Cut(text, "\n\n")
	body = expand(body)
	text = "HTTP/1.1 " + strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n"
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), r)
	if err != nil {
		return nil, err
	}
	resp.ContentLength = int64(len(body))
	if resp.Header.Get("X-Unknown-Length") != "" {
		resp.Header.Del("X-Unknown-Length")
		resp.ContentLength = -1
	}
	if tag := resp.Header.Get("Etag"); tag != "" && r.Header.Get("If-None-Match") == tag {
		resp.StatusCode, resp.ContentLength, body = http.StatusNotModified, 0, ""
	}
	return cutRange(r, resp, body), nil
}

// cutRange answers a range of one piece, as the simplest origin does.
func cutRange(r *http.Request, resp *http.Response, body string) *http.Response {
	first, last, found := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-")
	if found && resp.StatusCode == http.StatusOK {
		from, _ := strconv.Atoi(first)
		to, err := strconv.Atoi(last)
		if err != nil {
			to = len(body) - 1
		}
		resp.StatusCode = http.StatusPartialContent
		resp.Header.Set("Content-Range", "bytes "+strconv.Itoa(from)+"-"+strconv.Itoa(to)+"/"+strconv.Itoa(len(body)))
		body = body[from : to+1]
		resp.ContentLength = int64(len(body))
	}
	if r.Method == http.MethodHead {
		body = ""
	}
	resp.Body = io.NopCloser(strings.NewReader(body))
	return resp
}
