package s3

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// forward sends an allowed request to the remote server.
func (s *Server) forward(q *request) (*http.Response, *refusal, error) {
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

// unsigned returns the request for the object alone, without its signature,
// which the remote server's client replaces.
func (s *Server) unsigned(q *request) *http.Request {
	r := q.http.Clone(WithPrincipal(q.http.Context(), Principal{}))
	r.Body, r.ContentLength = nil, 0
	query := maps.Clone(q.query)
	maps.DeleteFunc(query, func(name string, _ []string) bool { return strings.HasPrefix(name, "X-Amz-") })
	r.URL = &url.URL{Path: "/" + q.key, RawQuery: query.Encode()}
	return r
}
