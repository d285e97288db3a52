package inspector

import (
	"cmp"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/deployment"
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
}

func newRow(n numbered) row {
	t := n.trace
	r := row{
		ID: n.id, Time: t.Time, Method: t.Request.Method, URL: t.URL(), Status: t.Status,
		Behavior: t.Behavior, Access: string(t.Access), Cache: t.Cache, Age: int64(t.Age / time.Second), Key: t.KeyID,
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
	CacheKey     string          `json:"cacheKey,omitempty"`
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

func (i *Inspector) detail(ctx context.Context, id int, t edge.Trace) detail {
	d := detail{
		row: newRow(numbered{id, t}), Milliseconds: float64(t.Duration.Microseconds()) / 1000, CacheKey: fault.Text(t.CacheKey),
		Viewer: fields(t.Request.Header), Origin: fields(t.Origin), Response: fields(t.Response),
	}
	if t.Refusal != nil {
		d.Why, d.Hint = t.Refusal.Why, t.Refusal.Hint
	}
	if t.KeyID == "" {
		return d
	}
	r := asVerified(t)
	v, err := i.verifier(ctx)
	if err != nil {
		return d
	}
	if decision, err := v.Check(r); err == nil && !decision.Policy.Until.IsZero() {
		d.Policy, _ = decision.Policy.MarshalJSON() // strings and numbers always marshal
		d.Conditions = conditions(decision.Policy, r)
	}
	return d
}

// verifier decides as the edge does now.
func (i *Inspector) verifier(ctx context.Context) (*verify.Deployed, error) {
	return verify.Open(ctx, source{i.options.Deployment()})
}

// source is a deployment that is loaded already.
type source struct{ *deployment.Deployment }

func (s source) Load(context.Context) (*deployment.Deployment, error) { return s.Deployment, nil }

// asVerified returns the request as the edge put it to the verifier.
func asVerified(t edge.Trace) verify.Request {
	scheme := "http"
	if t.Request.TLS != nil {
		scheme = "https"
	}
	r := verify.Request{
		URL:  scheme + "://" + t.Request.Host + t.Request.URL.RequestURI(),
		Time: t.Time, Cookies: verify.ParseCookies(t.Request.Header["Cookie"]),
	}
	if host, _, err := net.SplitHostPort(t.Request.RemoteAddr); err == nil {
		r.IP, _ = netip.ParseAddr(host)
	}
	return r
}

func conditions(p policy.Policy, r verify.Request) []condition {
	list := []condition{{"resource", p.Resource, bare(r.URL), p.Matches(bare(r.URL))}}
	if !p.From.IsZero() {
		list = append(list, condition{"not before", stamp(p.From), stamp(r.Time), !r.Time.Before(p.From)})
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

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

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

func hide(name, value string) string {
	switch name {
	case "Authorization", "X-Amz-Security-Token":
		return "…"
	}
	return fault.Printable(fault.Text(value))
}
