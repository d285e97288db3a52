package har

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strings"

	"example.com/privatecdn/internal/fault"
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
		f := d.explain(i, e)
		if f.Kind == "" {
			continue
		}
		f.Method, f.URL, f.Status = e.Request.Method, shown(e), e.Response.Status
		f.Explanation, f.Hint = fault.Text(fault.Printable(f.Explanation)), fault.Printable(f.Hint)
		if findings = append(findings, f); len(findings) == maxFindings {
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

// because returns a finding: its kind, why the request failed, and what to change.
func because(kind Kind, explanation, hint string) Finding {
	return Finding{Kind: kind, Explanation: explanation, Hint: hint}
}

// explain returns an empty Finding for a request that did not fail.
func (d *recording) explain(i int, e *entry) Finding {
	status, body, cache := e.Response.Status, e.Response.Content.Text, e.Response.get("X-Cache")
	fromS3 := strings.Contains(body, "<RequestId>")
	switch {
	case e.Request.Method == http.MethodOptions && e.failed():
		return because(Preflight,
			fmt.Sprintf("the preflight for %s got status %d, so the browser sent no request",
				e.Request.get("Access-Control-Request-Method"), status),
			"allow OPTIONS in the behavior's methods, and let a response headers policy or the bucket's CORS rules "+
				"allow the origin "+e.origin()+" and the headers "+e.Request.get("Access-Control-Request-Headers"))
	case status == http.StatusForbidden && !fromS3 && (body == "" || strings.Contains(body, "<Code>")):
		return d.explainRefusal(i, e)
	case status == http.StatusForbidden && fromS3:
		return because(Origin, "S3 refused, not CloudFront: "+code(body),
			"check that the object exists, and that the bucket's policy lets the distribution read it")
	case status >= http.StatusBadRequest && strings.HasPrefix(cache, "Hit"):
		return because(Cache, fmt.Sprintf("a cached error was served (%d, X-Cache: %s)", status, cache),
			"invalidate the path, and lower the error caching minimum TTL of that status")
	case status >= http.StatusBadRequest:
		return because(Origin, fmt.Sprintf("status %d, and not from a signature", status),
			"request the path from the origin itself")
	}
	if f := explainCORS(e); f.Kind != "" || status != 0 {
		return f
	}
	return because(Network, "there was no response: "+cmp.Or(e.Error, "the recording does not say why"),
		"check the host name, the certificate and blockers in the browser")
}

// code returns the error code of a response, in quotes.
func code(body string) string {
	_, rest, _ := strings.Cut(body, "<Code>")
	name, _, _ := strings.Cut(rest, "</Code>")
	return fault.Quote(name)
}

// explainRefusal explains a 403 of CloudFront's.
func (d *recording) explainRefusal(i int, e *entry) Finding {
	f, err := d.refusal(i, e)
	if e.crossOrigin() && e.Response.get("Access-Control-Allow-Origin") == "" {
		f.Explanation += " (the console calls it a CORS error, because a refusal has no CORS headers)"
	}
	if err != nil {
		f.Explanation += "; " + err.Error()
	}
	return f
}

func (d *recording) refusal(i int, e *entry) (Finding, error) {
	cookies := verify.ParseCookies(e.Request.all("Cookie"))
	isSigned := verify.Strip(e.url.RawQuery) != e.url.RawQuery
	if !isSigned && cookies == nil {
		return d.explainMissingCookies(i, e), nil
	}
	refused := "CloudFront refused the signature: " + code(e.Response.Content.Text)
	if d.judge == nil {
		return because(Signature, refused, "give --deployment, or --public-key and --key-pair-id, to learn why"), nil
	}
	decision, err := d.judge(verify.Request{URL: e.Request.URL, Cookies: cookies, Time: e.Started})
	switch what, todo := decision.Explain(); {
	case err != nil:
		return because(Signature, refused, fault.Hint(err)), err
	case decision.Allowed:
		refused = strings.Replace(refused, "CloudFront refused the signature",
			"this signature opens the URL today, but CloudFront refused it", 1)
		return because(Signature, refused, "deploy the key group with this key, and check the policy's address range"), nil
	case !isSigned && decision.Reason == verify.ResourceMismatch:
		return because(Cookie, what, todo), nil
	default:
		return because(Signature, what, todo), nil
	}
}

// explainCORS explains a response that the browser keeps from the page.
func explainCORS(e *entry) Finding {
	const rule = "a response headers policy with CORS for that origin (CookieOrigins in the construct)"
	allowed, origin := e.Response.get("Access-Control-Allow-Origin"), e.Request.get("Origin")
	hasCookies := e.Request.get("Cookie") != ""
	switch {
	case origin == "" || !e.crossOrigin() || e.Response.Status == 0 && (e.Error == "" || allowed == ""):
		return Finding{}
	case allowed == "":
		return because(CORS, "the response has no Access-Control-Allow-Origin for "+origin, "give the behavior "+rule)
	case allowed == "*" && hasCookies:
		return because(CORS, "the request has cookies, and Access-Control-Allow-Origin is *",
			"name the origin and allow credentials: "+rule)
	case allowed == "*" || strings.EqualFold(allowed, origin):
		if hasCookies && !strings.EqualFold(e.Response.get("Access-Control-Allow-Credentials"), "true") {
			return because(CORS, "the request has cookies, and the response does not allow credentials",
				"allow credentials: "+rule)
		}
		return Finding{}
	case strings.HasPrefix(e.Response.get("X-Cache"), "Hit"):
		return because(Cache, "the cached response allows "+allowed+", not "+origin,
			"put Origin into the cache key, or let "+rule+" write the header")
	}
	return because(CORS, "the response allows "+allowed+", not "+origin, "add the origin to "+rule)
}
