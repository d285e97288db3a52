// Package har reads a browser's recording of its requests and says of each one
// that failed what to change.
//
// http://www.softwareishard.com/blog/har-12-spec/
package har

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/privatecdn/internal/fault"
)

// maxFile is the largest recording that is read, in bytes.
const maxFile = 64 << 20

// ErrFormat is the kind of a recording that cannot be read.
var ErrFormat = errors.New("not a HAR file")

// entry is one request and its response.
type entry struct {
	Started  time.Time `json:"startedDateTime"`
	Error    string    `json:"_error"`
	Request  message   `json:"request"`
	Response message   `json:"response"`

	url *url.URL
}

type message struct {
	Method  string   `json:"method"`
	URL     string   `json:"url"`
	Status  int      `json:"status"`
	Headers []header `json:"headers"`
	Content struct {
		Text string `json:"text"`
	} `json:"content"`
}

type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// all returns the values of a header. HTTP/2 tools write several cookies of a
// response as one value of several lines.
func (m *message) all(name string) (values []string) {
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, name) {
			values = append(values, strings.Split(h.Value, "\n")...)
		}
	}
	return values
}

func (m *message) get(name string) string {
	if values := m.all(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// read returns the entries of a recording, in order.
func read(r io.Reader) ([]*entry, error) {
	var file struct {
		Log *struct {
			Entries []*entry `json:"entries"`
		} `json:"log"`
	}
	limited := &io.LimitedReader{R: r, N: maxFile}
	err := json.NewDecoder(limited).Decode(&file)
	switch {
	case limited.N <= 0:
		err = fmt.Errorf("it has more than %d bytes", maxFile)
	case err == nil && file.Log == nil:
		err = errors.New("it has no log")
	}
	if err != nil {
		return nil, &fault.Error{
			Kind: ErrFormat, What: "not a HAR file: " + fault.Printable(err.Error()),
			Remedy: "save the recording from the browser's network panel, with sensitive data",
		}
	}
	var entries []*entry
	for _, e := range file.Log.Entries {
		if e == nil {
			continue
		}
		if e.url, err = url.Parse(e.Request.URL); err == nil && e.url.Host != "" {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// origin returns the origin of the page that made the request; empty where the
// recording does not say.
func (e *entry) origin() string {
	if origin := e.Request.get("Origin"); origin != "" && origin != "null" {
		return origin
	}
	if u, err := url.Parse(e.Request.get("Referer")); err == nil && u.Host != "" {
		return u.Scheme + "://" + u.Host
	}
	return ""
}

func (e *entry) crossOrigin() bool {
	origin := e.origin()
	return origin != "" && !strings.EqualFold(origin, e.url.Scheme+"://"+e.url.Host)
}

// failed reports whether a request has no response, or a refusal.
func (e *entry) failed() bool {
	return e.Response.Status == 0 || e.Response.Status >= http.StatusBadRequest
}
