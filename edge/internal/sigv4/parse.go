package sigv4

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Part names the part of a signed request that is wrong.
type Part string

// The parts a request can get wrong.
const (
	PartMissing    Part = "missing"    // a parameter is not there
	PartAlgorithm  Part = "algorithm"  // not AWS4-HMAC-SHA256
	PartCredential Part = "credential" // not KEY/DATE/REGION/SERVICE/aws4_request
	PartDate       Part = "date"       // not YYYYMMDDTHHMMSSZ
	PartScopeDate  Part = "scope-date" // the credential's date is not the request's
	PartHeaders    Part = "headers"    // host is not signed
)

// Malformed says what of a signed request could not be read.
type Malformed struct {
	Part  Part
	Name  string // of the parameter
	Value string // as it came; never a signature
}

// queryParameters are what a presigned request must carry.
var queryParameters = []string{
	"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Expires",
}

// ParseQuery reads the signature of a presigned request; its expiry is left
// to the caller.
func ParseQuery(query url.Values) (*Signature, *Malformed) {
	for _, name := range queryParameters {
		if query.Get(name) == "" {
			return nil, &Malformed{Part: PartMissing, Name: name}
		}
	}
	if a := query.Get("X-Amz-Algorithm"); a != Algorithm {
		return nil, &Malformed{PartAlgorithm, "X-Amz-Algorithm", a}
	}
	s := &Signature{
		SignedHeaders: strings.Split(query.Get("X-Amz-SignedHeaders"), ";"),
		PayloadHash:   cmp.Or(query.Get("X-Amz-Content-Sha256"), UnsignedPayload),
		Value:         query.Get("X-Amz-Signature"),
		Presigned:     true,
	}
	return s, s.fill("X-Amz-Credential", query.Get("X-Amz-Credential"), query.Get("X-Amz-Date"), "X-Amz-SignedHeaders")
}

// ParseHeader reads the signature in a request's Authorization header.
func ParseHeader(h http.Header) (*Signature, *Malformed) {
	authorization := h.Get("Authorization")
	algorithm, rest, _ := strings.Cut(authorization, " ")
	if algorithm != Algorithm {
		return nil, &Malformed{PartAlgorithm, "Authorization", algorithm}
	}
	fields := map[string]string{}
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if fields[name] == "" {
			return nil, &Malformed{Part: PartMissing, Name: name}
		}
	}
	s := &Signature{
		SignedHeaders: strings.Split(fields["SignedHeaders"], ";"),
		PayloadHash:   h.Get("X-Amz-Content-Sha256"),
		Value:         fields["Signature"],
	}
	return s, s.fill("Credential", fields["Credential"], h.Get("X-Amz-Date"), "SignedHeaders")
}

// fill reads credential, date and signed headers, which both forms share.
func (s *Signature) fill(credentialName, credential, date, headersName string) *Malformed {
	// An access key ID may hold slashes; the scope's four parts are the last ones.
	parts := strings.Split(credential, "/")
	n := len(parts)
	if n < 5 || parts[n-1] != "aws4_request" || len(parts[n-4]) != len("20060102") {
		return &Malformed{PartCredential, credentialName, credential}
	}
	s.AccessKeyID = strings.Join(parts[:n-4], "/")
	s.Scope = Scope{Date: parts[n-4], Region: parts[n-3], Service: parts[n-2]}
	t, err := time.Parse(DateFormat, date)
	if err != nil {
		return &Malformed{PartDate, "X-Amz-Date", date}
	}
	s.Time = t
	if s.Scope.Date != t.Format("20060102") {
		return &Malformed{PartScopeDate, credentialName, s.Scope.Date}
	}
	if !slices.Contains(s.SignedHeaders, "host") {
		return &Malformed{PartHeaders, headersName, strings.Join(s.SignedHeaders, ";")}
	}
	return nil
}
