package inspector

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

// row is a request as the list shows it.
type row struct {
	ID       int       `json:"id"`
	Time     time.Time `json:"time"`
	Method   string    `json:"method"`
	URL      string    `json:"url"`
	Status   int       `json:"status"`
	Behavior string    `json:"behavior"`
	Access   string    `json:"access"`
	Reason   string    `json:"reason"` // "" when the object was served
	Cache    string    `json:"cache"`
	Age      int64     `json:"age"` // seconds
	Key      string    `json:"key"`
	Until    time.Time `json:"until,omitzero"` // end of the signature
}

func newRow(n numbered) row {
	t := n.trace
	_, decision, _ := t.Signature()
	r := row{
		ID: n.id, Time: t.Time, Method: t.Request.Method, URL: t.URL(), Status: t.Status,
		Behavior: t.Behavior, Access: string(t.Access), Cache: t.Cache, Age: int64(t.Age / time.Second), Key: t.KeyID,
		Until: decision.Policy.Until,
	}
	if t.Refusal != nil {
		r.Reason = cmp.Or(string(t.Refusal.Reason), "refused")
	}
	return r
}

// detail is everything about one request.
type detail struct {
	row
	Milliseconds float64         `json:"milliseconds"`
	Why          string          `json:"why,omitempty"`
	Hint         string          `json:"hint,omitempty"`
	Policy       json.RawMessage `json:"policy,omitempty"`
	Conditions   []condition     `json:"conditions,omitempty"`
	CacheKey     []field         `json:"cacheKey"` // empty when nothing is cached
	Viewer       []field         `json:"viewer"`
	Origin       []field         `json:"origin"` // empty when the origin was not asked
	Response     []field         `json:"response"`
}

// condition is one thing a policy asks for, beside what the request brought.
type condition struct {
	Name  string `json:"name"`
	Asked string `json:"asked"`
	Found string `json:"found"`
	Holds bool   `json:"holds"`
}

type field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (i *Inspector) detail(id int, t edge.Trace) detail {
	d := detail{
		row: newRow(numbered{id, t}), Milliseconds: milliseconds(t.Duration),
		CacheKey: keyParts(&t),
		Viewer:   fields(t.Request.Header), Origin: fields(t.Origin), Response: fields(t.Response),
	}
	if t.Refusal != nil {
		d.Why, d.Hint = t.Refusal.Why, t.Refusal.Hint
	}
	if r, decision, ok := t.Signature(); ok {
		d.Conditions = conditions(decision, r, i.trusted(t.Behavior))
		if !decision.Policy.Until.IsZero() {
			d.Policy, _ = decision.Policy.MarshalJSON() // strings and numbers always marshal
		}
	}
	return d
}

// trusted lists the keys of the behavior with a path pattern.
func (i *Inspector) trusted(pattern string) []string {
	for _, b := range i.Source.Deployment().Behaviors {
		if b.PathPattern == pattern {
			return b.Keys
		}
	}
	return nil
}

// conditions lists what a request has to meet, as far as it was checked.
func conditions(d verify.Decision, r verify.Request, trusted []string) []condition {
	list := []condition{{"key", strings.Join(trusted, " or "), d.KeyID, d.Reason != verify.UnknownKey}}
	if d.Policy.Until.IsZero() {
		if d.Reason == verify.MalformedPolicy {
			list = append(list, condition{"policy", "a policy or a time", "malformed", false})
		}
		return list
	}
	p, signature := d.Policy, condition{"signature", "by this key, of this policy", "valid", true}
	if d.Reason == verify.SignatureMismatch || d.Reason == verify.MalformedSignature {
		signature.Found, signature.Holds = "invalid", false
	}
	list = append(list, signature, condition{"resource", p.Resource, bare(r.URL), p.Matches(bare(r.URL))})
	if !p.From.IsZero() {
		list = append(list, condition{"not before", stamp(p.From), stamp(r.Time), r.Time.After(p.From)})
	}
	list = append(list, condition{"before", stamp(p.Until), stamp(r.Time), r.Time.Before(p.Until)})
	if p.IP.IsValid() {
		list = append(list, condition{"address", p.IP.String(), r.IP.String(), p.IP.Contains(r.IP.Unmap())})
	}
	return list
}

// bare returns a URL without the parameters of its signature.
func bare(url string) string {
	path, query, found := strings.Cut(url, "?")
	if query = verify.Strip(query); !found || query == "" {
		return path
	}
	return path + "?" + query
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// keyParts lists what a response is cached under.
func keyParts(t *edge.Trace) []field {
	list := []field{}
	for _, p := range t.CacheKey() {
		list = append(list, field{p.Name, fault.Printable(fault.Text(p.Value))})
	}
	return list
}

// fields lists headers by name, without what opens anything.
func fields(h http.Header) []field {
	list := []field{}
	for name, values := range h {
		for _, v := range values {
			list = append(list, field{name, hide(name, v)})
		}
	}
	slices.SortFunc(list, func(a, b field) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
	})
	return list
}

// hide leaves out what opens something: credentials, and the values of cookies
// but for those of a signature that only describe it.
func hide(name, value string) string {
	switch name {
	case "Authorization", "Proxy-Authorization", "X-Amz-Security-Token":
		return "…"
	case "Cookie", "Set-Cookie":
		parts := strings.Split(value, ";")
		for i, part := range parts {
			cookie, _, found := strings.Cut(part, "=")
			isAttribute := name == "Set-Cookie" && i > 0
			if found && !isAttribute && !strings.HasPrefix(strings.TrimSpace(cookie), policy.CookiePrefix) {
				parts[i] = cookie + "=…"
			}
		}
		value = strings.Join(parts, ";")
	}
	return fault.Printable(fault.Text(value)) // without CloudFront-Signature
}
