package fakeaws

import (
	"io"
	"net/http"

	"github.com/johannesboyne/gofakes3"
)

// s3 answers for the buckets that stacks create.
func (s *Server) s3(w http.ResponseWriter, r *http.Request, body []byte) {
	operation := "S3 " + r.Method
	s.requests = append(s.requests, Request{operation, r.URL.Path + "?" + r.URL.RawQuery, roleOf(r)})
	if failure := s.refuse(r, operation, body); failure != nil {
		w.WriteHeader(failure.Status)
		_, _ = io.WriteString(w, "<Error><Code>"+failure.Code+"</Code></Error>")
		return
	}
	if r.URL.Query().Has("encryption") {
		_, _ = io.WriteString(w, `<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`+
			`<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>`+
			`</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`)
		return
	}
	gofakes3.New(s.buckets).Server().ServeHTTP(w, r)
}
