package edge

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// preflight answers a CORS preflight request from the response headers policy.
func (q *request) preflight() *response {
	policy := q.behavior.ResponseHeaderPolicy
	if policy == nil || policy.CORS == nil || !q.isPreflight() {
		return nil
	}
	r := q.newResponse(http.StatusOK, fromMiss, nil)
	r.content = true
	r.header.Set("Server", serverName)
	r.setBody(nil)
	return r
}

func (q *request) isPreflight() bool {
	return q.http.Method == http.MethodOptions && q.header.Get("Origin") != "" &&
		q.header.Get("Access-Control-Request-Method") != ""
}

// allMethods is what "ALL" stands for among the methods of a policy.
const allMethods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"

// applyCORS adds the CORS headers of a response headers policy.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
func (q *request) applyCORS(c *infra.CORS, h http.Header) {
	origin := q.header.Get("Origin")
	if origin == "" {
		addVary(h, "Origin")
		return
	}
	for name := range h {
		if !strings.HasPrefix(name, "Access-Control-") {
			continue
		}
		if !c.Override {
			return // the origin's own stand
		}
		delete(h, name)
	}
	allowed := allowedOrigin(c, origin)
	if allowed != "*" {
		addVary(h, "Origin")
	}
	if allowed == "" {
		return
	}
	h.Set("Access-Control-Allow-Origin", allowed)
	if c.AllowCredentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if !q.isPreflight() {
		setList(h, "Access-Control-Expose-Headers", c.ExposeHeaders)
		return
	}
	setList(h, "Access-Control-Allow-Headers", c.AllowHeaders)
	if slices.Contains(c.AllowMethods, "ALL") {
		h.Set("Access-Control-Allow-Methods", allMethods)
	} else {
		setList(h, "Access-Control-Allow-Methods", c.AllowMethods)
	}
	if c.MaxAge > 0 {
		h.Set("Access-Control-Max-Age", strconv.Itoa(int(c.MaxAge.Seconds())))
	}
}

// allowedOrigin returns the value of Access-Control-Allow-Origin, "" when the
// viewer's origin is not allowed.
func allowedOrigin(c *infra.CORS, origin string) string {
	if slices.Contains(c.AllowOrigins, "*") {
		return "*"
	}
	for _, allowed := range c.AllowOrigins {
		allowed, subject := strings.ToLower(allowed), strings.ToLower(origin)
		if _, host, found := strings.Cut(subject, "://"); found && !strings.Contains(allowed, "://") {
			subject = host
		}
		if pathpattern.Glob(allowed, subject) || pathpattern.Glob(strings.TrimSuffix(allowed, ":*"), subject) {
			return origin
		}
	}
	return ""
}

func setList(h http.Header, name string, values []string) {
	if len(values) > 0 {
		h.Set(name, strings.Join(values, ", "))
	}
}

func addVary(h http.Header, name string) {
	vary := strings.Split(strings.Join(h["Vary"], ","), ",")
	if slices.ContainsFunc(vary, func(v string) bool { return strings.EqualFold(strings.TrimSpace(v), name) }) {
		return
	}
	if v := h.Get("Vary"); v != "" {
		name = v + ", " + name
	}
	h.Set("Vary", name)
}
