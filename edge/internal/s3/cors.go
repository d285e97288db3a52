package s3

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// preflight responds to an OPTIONS request by the bucket's CORS rules.
//
// Source: S3 API Reference, "OPTIONS object"; S3 User Guide, "Using
// cross-origin resource sharing".
func (s *Server) preflight(q *request) (*http.Response, error) {
	h := q.http.Header
	switch {
	case h.Get("Origin") == "":
		return nil, badRequest("Insufficient information. Origin request header needed.")
	case h.Get("Access-Control-Request-Method") == "":
		return nil, badRequest("Invalid Access-Control-Request-Method: null")
	case len(s.bucket.CORS) == 0:
		return nil, forbiddenCORS(q, "CORS is not enabled for this bucket.")
	}
	rule := s.corsRule(h, h.Get("Access-Control-Request-Method"))
	if rule == nil {
		return nil, forbiddenCORS(q, "This CORS request is not allowed. This is usually because the evalution of "+
			"Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not "+
			"whitelisted by the resource's CORS spec.")
	}
	response := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}
	allowOrigin(response.Header, rule, h.Get("Origin"))
	if asked := requestedHeaders(h); len(asked) > 0 {
		response.Header.Set("Access-Control-Allow-Headers", strings.Join(asked, ", "))
	}
	return response, nil
}

// share adds the headers of the matching CORS rule to the response to a request
// other than a preflight.
func (s *Server) share(r *http.Request, h http.Header) {
	origin := r.Header.Get("Origin")
	if rule := s.corsRule(r.Header, r.Method); origin != "" && rule != nil {
		allowOrigin(h, rule, origin)
	}
}

func (s *Server) corsRule(h http.Header, method string) *infra.CORS {
	for i := range s.bucket.CORS {
		rule := &s.bucket.CORS[i]
		if slices.Contains(rule.AllowMethods, method) && fits(rule.AllowOrigins, h.Get("Origin")) &&
			allowsHeaders(rule, h) {
			return rule
		}
	}
	return nil
}

// fits reports whether a value matches an entry of a list, in which * is a
// wildcard.
func fits(list []string, value string) bool {
	return slices.ContainsFunc(list, func(pattern string) bool { return pathpattern.Glob(pattern, value) })
}

func allowsHeaders(rule *infra.CORS, h http.Header) bool {
	allowed := strings.Split(strings.ToLower(strings.Join(rule.AllowHeaders, ",")), ",")
	return !slices.ContainsFunc(requestedHeaders(h), func(name string) bool { return !fits(allowed, name) })
}

func requestedHeaders(h http.Header) []string {
	var names []string
	for name := range strings.SplitSeq(h.Get("Access-Control-Request-Headers"), ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// allowOrigin sets a rule's headers. The origin is repeated, and may send
// credentials, unless the rule allows every origin (*).
func allowOrigin(h http.Header, rule *infra.CORS, origin string) {
	if slices.Contains(rule.AllowOrigins, "*") {
		origin = "*"
	} else {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Methods", strings.Join(rule.AllowMethods, ", "))
	if len(rule.ExposeHeaders) > 0 {
		h.Set("Access-Control-Expose-Headers", strings.Join(rule.ExposeHeaders, ", "))
	}
	if rule.MaxAge > 0 {
		h.Set("Access-Control-Max-Age", strconv.Itoa(int(rule.MaxAge.Seconds())))
	}
	h.Set("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
}

func badRequest(message string) *refusal { return refuse(400, "BadRequest", message) }

func forbiddenCORS(q *request, why string) *refusal {
	return refuse(403, "AccessForbidden", "CORSResponse: "+why,
		"Method", q.http.Header.Get("Access-Control-Request-Method"), "ResourceType", "OBJECT")
}
