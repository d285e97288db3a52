package s3

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// ServeHTTP responds at the bucket's own address: its host name
// (BUCKET.s3.REGION.amazonaws.com, BUCKET.localhost) or, at another address of
// this machine, the path's first segment.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	response, err := s.RoundTrip(r)
	if err != nil {
		response = s.refuse(r, errorUnavailable)
	}
	defer response.Body.Close()
	maps.Copy(w.Header(), response.Header)
	w.WriteHeader(response.StatusCode)
	_, _ = io.Copy(w, response.Body) // the viewer may disconnect
}

// refuse turns an error into the response.
func (s *Server) refuse(r *http.Request, failure *refusal) *http.Response {
	ids := newIDs()
	response := document(r, failure.status, "application/xml", failure.body(ids))
	if r.Method == http.MethodHead {
		response.ContentLength = -1
	}
	if failure.status == http.StatusMethodNotAllowed {
		response.Header.Set("Allow", "GET, HEAD, OPTIONS")
	}
	return s.complete(r, response, ids)
}

// document returns a response with a text, or its headers for HEAD.
func document(r *http.Request, status int, contentType string, text []byte) *http.Response {
	response := &http.Response{StatusCode: status, ContentLength: int64(len(text)),
		Header: http.Header{"Content-Type": {contentType}}}
	if r.Method != http.MethodHead {
		response.Body = io.NopCloser(bytes.NewReader(text))
	}
	return response
}

// complete adds what every response of S3 has.
func (s *Server) complete(r *http.Request, response *http.Response, ids responseIDs) *http.Response {
	response.Request = r
	response.Status = strconv.Itoa(response.StatusCode) + " " + http.StatusText(response.StatusCode)
	response.Proto, response.ProtoMajor, response.ProtoMinor = "HTTP/1.1", 1, 1
	if response.Body == nil {
		response.Body = http.NoBody
	}
	h := response.Header
	s.share(r, h)
	h.Set("Server", "AmazonS3")
	h.Set("Date", s.now().UTC().Format(http.TimeFormat))
	h.Set("X-Amz-Request-Id", ids.request)
	h.Set("X-Amz-Id-2", ids.host)
	if response.ContentLength >= 0 && response.StatusCode != http.StatusNotModified {
		h.Set("Content-Length", strconv.FormatInt(response.ContentLength, 10))
	}
	return response
}

// responseIDs identify a response, in S3's formats.
type responseIDs struct{ request, host string }

func newIDs() responseIDs {
	var random [64]byte
	_, _ = rand.Read(random[:]) // never fails
	return responseIDs{strings.ToUpper(hex.EncodeToString(random[:8])), base64.StdEncoding.EncodeToString(random[8:])}
}
