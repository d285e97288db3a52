package sigv4

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Part is the part of a signature that is wrong, by the name that an
// Authorization header gives it; "" for none.
type Part string

// The parts a request can get wrong.
const (
	PartMissing    Part = "query"             // a presigned request lacks a parameter
	PartAlgorithm  Part = "Algorithm"         // not AWS4-HMAC-SHA256
	PartCredential Part = "Credential"        // not KEY/DATE/REGION/SERVICE/aws4_request
	PartSignature  Part = "Signature"         // not there
	PartDate       Part = "Date"              // not YYYYMMDDTHHMMSSZ
	PartScopeDate  Part = "Credential's date" // not the request's
	PartHeaders    Part = "SignedHeaders"     // do not contain host
)

// ParseQuery returns the signature of a presigned request; its expiry is left
// to the caller.
func ParseQuery(query url.Values) (*Signature, Part) {
	get := func(name string) string { return query.Get("X-Amz-" + name) }
	s := &Signature{PayloadHash: cmp.Or(get("Content-Sha256"), UnsignedPayload), Presigned: true}
	for _, name := range []string{"Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires"} {
		if get(name) == "" {
			return s, PartMissing
		}
	}
	return s, s.parse(get("Algorithm"), get("Date"), get)
}

// ParseHeader returns the signature in a request's Authorization header.
func ParseHeader(h http.Header) (*Signature, Part) {
	algorithm, rest, _ := strings.Cut(h.Get("Authorization"), " ")
	fields := map[string]string{}
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	s := &Signature{PayloadHash: h.Get("X-Amz-Content-Sha256")}
	return s, s.parse(algorithm, h.Get("X-Amz-Date"), func(name string) string { return fields[name] })
}

// parse reads what both forms share, and returns the first part that is wrong.
func (s *Signature) parse(algorithm, date string, get func(string) string) Part {
	// An access key ID may contain slashes; the scope's four parts are the last ones.
	parts := strings.Split(get("Credential"), "/")
	n := len(parts)
	if n > 4 {
		s.AccessKeyID, s.Date, s.Region, s.Service = strings.Join(parts[:n-4], "/"), parts[n-4], parts[n-3], parts[n-2]
	}
	s.SignedHeaders, s.Value = strings.Split(get("SignedHeaders"), ";"), get("Signature")
	var err error
	s.Time, err = time.Parse(DateFormat, date)
	switch {
	case algorithm != Algorithm:
		return PartAlgorithm
	case len(s.Date) != len("20060102") || parts[n-1] != "aws4_request":
		return PartCredential
	case s.Value == "":
		return PartSignature
	case err != nil:
		return PartDate
	case s.Date != s.Time.Format("20060102"):
		return PartScopeDate
	case !slices.Contains(s.SignedHeaders, "host"):
		return PartHeaders
	}
	return ""
}
