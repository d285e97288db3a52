package edge

import (
	"net/http"
	"strings"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/verify"
)

// Reason says why a request was refused: one of package verify's reasons, one
// of those below, or empty where the origin gave none.
type Reason = verify.Reason

// The reasons that have nothing to do with a signature.
const (
	ReasonTooLarge         Reason = "request-too-large"
	ReasonBadRequest       Reason = "bad-request"
	ReasonHTTPSOnly        Reason = "https-only"
	ReasonMethodNotAllowed Reason = "method-not-allowed"
	ReasonBodyNotAllowed   Reason = "body-not-allowed"
	ReasonCountryBlocked   Reason = "country-blocked"
	ReasonUnknownHost      Reason = "unknown-host"
	ReasonDisabled         Reason = "distribution-disabled"
	ReasonFunctionFailed   Reason = "function-failed"
	ReasonFunctionRefused  Reason = "function-refused"
	ReasonOriginFailed     Reason = "origin-failed"
	ReasonOriginRefused    Reason = "origin-refused"
)

// Refusal is a request the edge answered with an error, and why.
type Refusal struct {
	Method string
	URL    string // without signature and policy
	Status int    // what the viewer got
	Reason Reason
	Why    string // one sentence: what does not hold
	Hint   string // one sentence: what to do, may be empty
}

// noteRefusal adds the debug headers, logs the refusal and calls OnRefusal.
func (q *request) noteRefusal(r *response) {
	f := r.refusal
	if f == nil {
		return
	}
	f.Method, f.URL, f.Status = fault.Printable(q.http.Method), q.publicURL(), r.status
	f.Why, f.Hint = q.printable(f.Why), q.printable(f.Hint)
	o := &q.edge.options
	if !o.HideReasons {
		setDebug(r.header, "X-Privatecdn-Reason", string(f.Reason))
		setDebug(r.header, "X-Privatecdn-Why", f.Why)
		setDebug(r.header, "X-Privatecdn-Hint", f.Hint)
	}
	o.Log.Info("refused", "method", f.Method, "url", f.URL, "status", f.Status, "reason", string(f.Reason), "why", f.Why)
	if o.OnRefusal != nil {
		o.OnRefusal(*f)
	}
}

// setDebug sets a header to text that may hold what a viewer sent.
func setDebug(h http.Header, name, text string) {
	if text == "" {
		return
	}
	h.Set(name, strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, text))
}
