package s3

import (
	"net/http"
	"net/url"
	"strings"
)

// forward sends an allowed request to the remote server.
func (s *Server) forward(q *request) (*http.Response, *Error, error) {
	if _, failure := overrides(q); failure != nil {
		return nil, failure, nil
	}
	response, err := s.remote.RoundTrip(s.unsigned(q))
	if err != nil {
		return nil, nil, err
	}
	if response.StatusCode == http.StatusNotFound && q.operation == getObject {
		response.Body.Close()
		return nil, s.missing(q), nil
	}
	return response, nil, nil
}

// unsigned returns the request without its authentication, with the bucket in
// the host.
func (s *Server) unsigned(q *request) *http.Request {
	r := q.http.Clone(WithPrincipal(q.http.Context(), Principal{}))
	r.RequestURI = ""
	r.Body, r.ContentLength = nil, 0
	for name := range r.Header {
		if name == "Authorization" || strings.HasPrefix(name, "X-Amz-") {
			r.Header.Del(name)
		}
	}
	query := url.Values{}
	for name, values := range q.query {
		if !strings.HasPrefix(name, "X-Amz-") {
			query[name] = values
		}
	}
	r.Host = s.bucket.RegionalDomain
	r.URL = &url.URL{Scheme: "https", Host: r.Host, Path: "/" + q.key, RawQuery: query.Encode()}
	return r
}
