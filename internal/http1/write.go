package http1

import (
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// writer is the response to one request after the other. A body of known
// length goes out with its head in one call, another one in chunks.
type writer struct {
	conn    net.Conn
	request *http.Request
	header  http.Header
	head    []byte // status line and headers, not sent yet
	status  int    // 0 until the head is made
	left    int64  // bytes of the body still to come, -1 in chunks
	failed  error
	vector  [][]byte // room for what is sent in one call
}

func (w *writer) begin(r *http.Request) {
	clear(w.header)
	w.request, w.head = r, w.head[:0]
	w.status, w.left, w.failed = 0, 0, nil
}

// Header implements http.ResponseWriter.
func (w *writer) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *writer) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status = status
	switch status {
	case http.StatusNotModified:
		delete(w.header, "Content-Type")
		delete(w.header, "Content-Length")
	case http.StatusNoContent:
		delete(w.header, "Content-Length")
	}
	w.left = w.bodyLength()
	b := append(w.head, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(append(append(b, ' '), http.StatusText(status)...), "\r\n"...)
	for name, values := range w.header {
		for _, v := range values {
			b = append(append(append(b, name...), ": "...), oneLine(v)...)
			b = append(b, "\r\n"...)
		}
	}
	if w.header["Date"] == nil {
		b = append(time.Now().UTC().AppendFormat(append(b, "Date: "...), http.TimeFormat), "\r\n"...)
	}
	if w.left < 0 {
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	}
	w.head = append(b, "\r\n"...)
}

// bodyLength is what the headers promise: nothing for an answer without a
// body, -1 for one of unknown length.
func (w *writer) bodyLength() int64 {
	if w.request.Method == http.MethodHead || w.status < 200 || w.status == http.StatusNoContent || w.status == http.StatusNotModified {
		return 0
	}
	if length := w.header["Content-Length"]; len(length) == 1 {
		if n, err := strconv.ParseInt(length[0], 10, 63); err == nil && n >= 0 {
			return n
		}
	}
	delete(w.header, "Content-Length")
	return -1
}

var lineBreaks = strings.NewReplacer("\r", " ", "\n", " ")

func oneLine(s string) string {
	if strings.ContainsAny(s, "\r\n") {
		return lineBreaks.Replace(s)
	}
	return s
}

// Write implements http.ResponseWriter.
func (w *writer) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case w.failed != nil:
		return 0, w.failed
	case len(p) == 0:
		return 0, nil
	case w.left < 0:
		return len(p), w.send([]byte(strconv.FormatInt(int64(len(p)), 16)+"\r\n"), p, []byte("\r\n"))
	case int64(len(p)) > w.left:
		if w.left == 0 && (w.request.Method == http.MethodHead || w.status == http.StatusNotModified || w.status == http.StatusNoContent) {
			return 0, http.ErrBodyNotAllowed
		}
		return 0, http.ErrContentLength
	}
	w.left -= int64(len(p))
	return len(p), w.send(p)
}

// send writes the head, if it is still here, and the pieces in one call.
func (w *writer) send(pieces ...[]byte) error {
	w.vector = append(append(w.vector[:0], w.head), pieces...)
	all := net.Buffers(w.vector)
	_, w.failed = all.WriteTo(w.conn)
	w.head = w.head[:0]
	return w.failed
}

// FlushError sends the head if nothing of the body has sent it yet. Bodies are
// never held.
func (w *writer) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if len(w.head) == 0 || w.failed != nil {
		return w.failed
	}
	return w.send()
}

// Flush implements http.Flusher.
func (w *writer) Flush() { _ = w.FlushError() }

var errShort = errors.New("the handler wrote less than it promised")

// end finishes the response and reports whether another may follow.
func (w *writer) end() bool {
	if w.status == 0 {
		w.header["Content-Length"] = []string{"0"}
		w.WriteHeader(http.StatusOK)
	}
	if w.left > 0 && w.failed == nil {
		w.failed = errShort
	}
	if w.left < 0 && w.failed == nil {
		w.failed = w.send([]byte("0\r\n\r\n"))
	}
	return w.FlushError() == nil
}
