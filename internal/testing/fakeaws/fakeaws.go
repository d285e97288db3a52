// Package fakeaws is a few services of AWS on loopback, for tests: KMS, Secrets
// Manager and Systems Manager parameters over AWS JSON 1.1, CloudFormation
// stacks over the query protocol. The AWS SDK's own clients talk to it over
// HTTP; every request's signature is checked.
package fakeaws

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// Region and Account are where everything lies.
const (
	Region  = "eu-west-1"
	Account = "111122223333"
)

var credential = aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "known to this server alone"}

// Server is the services and what they keep.
type Server struct {
	url        string
	stacks     []*stack
	buckets    gofakes3.Backend
	broken     map[string]bool // logical IDs of resources whose changes fail
	mu         sync.Mutex
	requests   []Request
	failures   map[string]Failure
	keys       map[string]*kmsKey // by key ID
	aliases    map[string]string  // key ID by alias
	secrets    map[string]string
	parameters map[string]parameter
}

// Request is one request as it came in.
type Request struct {
	Operation string // CreateKey, GetSecretValue, …
	Body      string
	Role      string // ARN of the assumed role it is signed with; "" for the caller's own key
}

// Failure is an error that a service answers with.
type Failure struct {
	Status  int
	Code    string
	Message string
}

// Start starts a server that ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		buckets:    s3mem.New(),
		failures:   map[string]Failure{},
		keys:       map[string]*kmsKey{},
		aliases:    map[string]string{},
		secrets:    map[string]string{},
		parameters: map[string]parameter{},
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// Config leads the SDK's clients here. They try again what a broken connection
// stopped, as they do by default, because smithy-go closes the body of a request
// that net/http may still be writing; a service's failure they return at once.
func (s *Server) Config() aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: &s.url,
		Credentials:  credentials.StaticCredentialsProvider{Value: credential},
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Retryables = []retry.IsErrorRetryable{retry.RetryableConnectionError{}}
			})
		},
	}
}

// Env leads programs with AWS's default configuration here.
func (s *Server) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + s.url,
		"AWS_REGION=" + Region,
		"AWS_ACCESS_KEY_ID=" + credential.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + credential.SecretAccessKey,
		"AWS_SESSION_TOKEN=",
		"AWS_PROFILE=",
		"AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// Setenv leads clients of this process here.
func (s *Server) Setenv(t *testing.T) {
	t.Helper()
	for _, variable := range s.Env() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
}

// Fail makes an operation fail from now on; with the zero Failure it works
// again.
func (s *Server) Fail(operation string, f Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures[operation] = f
}

// Requests returns what came in so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, operation, isJSON := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if !isJSON {
		form, err := url.ParseQuery(string(body))
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err == nil && form.Has("Action") {
			s.query(w, r, body, form)
		} else {
			s.s3(w, r, body)
		}
		return
	}
	s.requests = append(s.requests, Request{operation, string(body), roleOf(r)})
	answer, failure := s.answer(r, operation, body)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if failure != nil {
		w.WriteHeader(failure.Status)
		answer = map[string]string{"__type": failure.Code, "message": failure.Message}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *Server) answer(r *http.Request, operation string, body []byte) (any, *Failure) {
	if failure := s.refuse(r, operation, body); failure != nil {
		return nil, failure
	}
	for _, service := range []map[string]func([]byte) (any, *Failure){s.kms(), s.secretsManager(), s.ssm()} {
		if do := service[operation]; do != nil {
			return do(body)
		}
	}
	return nil, failed("UnknownOperationException", operation)
}

func (s *Server) refuse(r *http.Request, operation string, body []byte) *Failure {
	if f := s.failures[operation]; f != (Failure{}) {
		return &f
	}
	if !signed(r, body) {
		return &Failure{http.StatusForbidden, "InvalidSignatureException", "The request signature does not match"}
	}
	return nil
}

func failed(code, message string) *Failure {
	return &Failure{http.StatusBadRequest, code, message}
}

// signed reports whether a request's SigV4 signature is the one that the SDK's
// signer makes of what arrived.
func signed(r *http.Request, body []byte) bool {
	authorization := r.Header.Get("Authorization")
	_, scope, _ := strings.Cut(authorization, "Credential="+credential.AccessKeyID+"/")
	parts := strings.Split(scope, "/") // date, region, service, …
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil || len(parts) < 4 {
		return false
	}
	again, err := http.NewRequest(r.Method, "http://"+r.Host+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return false
	}
	_, list, _ := strings.Cut(authorization, "SignedHeaders=")
	list, _, _ = strings.Cut(list, ",")
	for _, name := range strings.Split(list, ";") {
		if values := r.Header.Values(name); len(values) > 0 && name != "content-length" {
			again.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	digest := sha256.Sum256(body)
	hash := hex.EncodeToString(digest[:])
	with := credential
	with.SessionToken = r.Header.Get("X-Amz-Security-Token")
	s3 := func(o *v4.SignerOptions) {}
	if parts[2] == "s3" {
		s3 = func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }
		hash = r.Header.Get("X-Amz-Content-Sha256")
	}
	err = v4.NewSigner().SignHTTP(context.Background(), with, again, hash, parts[2], parts[1], at, s3)
	return err == nil && again.Header.Get("Authorization") == authorization
}

// operation makes one of a service's operations of a function on its own
// input.
func operation[In any](do func(In) (any, *Failure)) func([]byte) (any, *Failure) {
	return func(body []byte) (any, *Failure) {
		var in In
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, failed("SerializationException", err.Error())
		}
		return do(in)
	}
}
