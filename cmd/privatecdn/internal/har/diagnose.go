package har

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

// Kind says what about a request failed.
type Kind string

// The kinds.
const (
	Signature Kind = "signature"
	Cookie    Kind = "cookie"
	Preflight Kind = "preflight"
	CORS      Kind = "cors"
	Cache     Kind = "cache"
	Origin    Kind = "origin" // the origin refused, not CloudFront
	Network   Kind = "network"
)

// Finding is a request that failed, and what to change.
type Finding struct {
	Method      string `json:"method"`
	URL         string `json:"url"` // without its signature
	Status      int    `json:"status"`
	Kind        Kind   `json:"kind"`
	Explanation string `json:"explanation"`
	Hint        string `json:"hint"`
}

// Judge decides on a signed request; nil where no key is known.
type Judge func(verify.Request) (verify.Decision, error)

// maxFindings bounds the requests that are explained.
const maxFindings = 200

// Diagnose reads a recording and explains each request that failed. Errors are
// ErrFormat.
func Diagnose(r io.Reader, judge Judge) ([]Finding, error) {
	entries, err := read(r)
	if err != nil {
		return nil, err
	}
	d := &recording{entries: entries, judge: judge}
	findings := []Finding{}
	for i, e := range entries {
		kind, what, todo := d.explain(i, e)
		if kind == "" {
			continue
		}
		findings = append(findings, Finding{
			e.Request.Method, shown(e), e.Response.Status, kind, fault.Text(fault.Printable(what)), fault.Printable(todo),
		})
		if len(findings) == maxFindings {
			break
		}
	}
	return findings, nil
}

// shown returns a request's URL without what opens it.
func shown(e *entry) string {
	u := *e.url
	u.RawQuery, u.Fragment, u.User = verify.Strip(u.RawQuery), "", nil
	return fault.Text(fault.Printable(u.String()))
}

type recording struct {
	entries []*entry
	judge   Judge
}

// explain returns an empty kind for a request that did not fail.
func (d *recording) explain(i int, e *entry) (kind Kind, what, todo string) {
	body := e.Response.Content.Text
	cached := strings.HasPrefix(e.Response.get("X-Cache"), "Hit")
	switch {
	case e.Request.Method == http.MethodOptions && e.failed():
		return d.explainPreflight(e)
	case e.Response.Status == http.StatusForbidden && refusedByCloudFront(body):
		return d.explainRefusal(i, e, body)
	case e.Response.Status == http.StatusForbidden && strings.Contains(body, "<RequestId>"):
		return Origin, "S3 refused, not CloudFront: " + code(body),
			"check that the object exists, and that the bucket's policy lets the distribution read it"
	case e.Response.Status >= http.StatusBadRequest && cached:
		return Cache, fmt.Sprintf(
				"a cached error was served (%d, X-Cache: %s)",
				e.Response.Status,
				e.Response.get("X-Cache"),
			),
			"invalidate the path, and lower the error caching minimum TTL of that status"
	case e.Response.Status >= http.StatusBadRequest:
		return Origin, fmt.Sprintf(
			"status %d, and not from a signature",
			e.Response.Status,
		), "ask the path of the origin itself"
	}
	if kind, what, todo := explainCORS(e); kind != "" {
		return kind, what, todo
	}
	if e.Response.Status == 0 {
		return Network, "there was no response: " + orUnknown(
			e.Error,
		), "check the host name, the certificate and blockers in the browser"
	}
	return "", "", ""
}

func orUnknown(s string) string {
	if s == "" {
		return "the recording does not say why"
	}
	return s
}

// refusedByCloudFront recognizes the bodies of refused signatures; S3's own have
// a RequestId.
func refusedByCloudFront(body string) bool {
	return strings.Contains(body, "<Code>") && !strings.Contains(body, "<RequestId>") || body == ""
}

func code(body string) string {
	_, rest, _ := strings.Cut(body, "<Code>")
	name, _, _ := strings.Cut(rest, "</Code>")
	return fault.Quote(name)
}

func (d *recording) explainPreflight(e *entry) (Kind, string, string) {
	what := fmt.Sprintf("the preflight for %s got status %d, so the browser sent no request",
		e.Request.get("Access-Control-Request-Method"), e.Response.Status)
	return Preflight, what, "allow OPTIONS in the behavior's methods, " +
		"and let a response headers policy or the bucket's CORS rules " +
		"allow the origin " + e.origin() + " and the headers " + e.Request.get(
		"Access-Control-Request-Headers",
	)
}

// explainRefusal is about a 403 of CloudFront's.
func (d *recording) explainRefusal(i int, e *entry, body string) (Kind, string, string) {
	cookies := verify.ParseCookies(e.Request.all("Cookie"))
	signed := verify.Strip(e.url.RawQuery) != e.url.RawQuery
	note := ""
	if e.crossOrigin() && e.Response.get("Access-Control-Allow-Origin") == "" {
		note = " (the console calls it a CORS error, because a refusal has no CORS headers)"
	}
	if !signed && cookies == nil {
		kind, what, todo := d.explainMissingCookies(i, e)
		return kind, what + note, todo
	}
	if d.judge == nil {
		return Signature, "CloudFront refused the signature: " + code(body) + note,
			"give --deployment, or --public-key and --key-pair-id, to learn why"
	}
	decision, err := d.judge(verify.Request{URL: e.Request.URL, Cookies: cookies, Time: e.Started})
	if err != nil {
		return Signature, "CloudFront refused the signature: " + code(body) + note + "; " + err.Error(), fault.Hint(err)
	}
	what, todo := decision.Explain()
	if decision.Allowed {
		return Signature, "this signature opens the URL today, but CloudFront refused it: " + code(body) + note,
			"deploy the key group with this key, and check the policy's address range"
	}
	kind := Signature
	if !signed && decision.Reason == verify.ResourceMismatch {
		kind = Cookie
	}
	return kind, what + note, todo
}

// explainCORS is about a response that the browser keeps from the page.
func explainCORS(e *entry) (Kind, string, string) {
	allowed := e.Response.get("Access-Control-Allow-Origin")
	origin := e.Request.get("Origin")
	if origin == "" || !e.crossOrigin() || e.Response.Status == 0 && e.Error == "" {
		return "", "", ""
	}
	withCookies := e.Request.get("Cookie") != ""
	const rule = "a response headers policy with CORS for that origin (CookieOrigins in the construct)"
	switch {
	case allowed == "":
		if e.Response.Status == 0 {
			return "", "", ""
		}
		return CORS, "the response has no Access-Control-Allow-Origin for " + origin, "give the behavior " + rule
	case allowed == "*" && withCookies:
		return CORS, "the request has cookies, and Access-Control-Allow-Origin is *",
			"name the origin and allow credentials: " + rule
	case allowed != "*" && !strings.EqualFold(allowed, origin):
		if strings.HasPrefix(e.Response.get("X-Cache"), "Hit") {
			return Cache, "the cached response allows " + allowed + ", not " + origin,
				"put Origin into the cache key, or let " + rule + " write the header"
		}
		return CORS, "the response allows " + allowed + ", not " + origin, "add the origin to " + rule
	case withCookies && !strings.EqualFold(e.Response.get("Access-Control-Allow-Credentials"), "true"):
		return CORS, "the request has cookies, and the response does not allow credentials", "allow credentials: " + rule
	}
	return "", "", ""
}

// signatureCookie reports whether a cookie carries part of a signature.
func signatureCookie(name string) bool {
	param, ok := strings.CutPrefix(name, policy.CookiePrefix)
	return ok && policy.IsReserved(param)
}
