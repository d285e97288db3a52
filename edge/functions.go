package edge

import (
	"cmp"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/privatecdn/edge/internal/cffunction"
	"example.com/privatecdn/edge/internal/forwarding"
	"example.com/privatecdn/internal/infra"
)

// function is a CloudFront function, ready to run.
type function = cffunction.Function

func (e *Edge) newFunction(f *infra.Function) (*function, error) {
	if f == nil {
		return nil, nil
	}
	var stores []cffunction.Store
	for _, s := range f.KeyValueStores {
		data := s.Data
		if file := cmp.Or(e.options.KeyValueStores[s.LogicalID], e.options.KeyValueStores[s.Name]); file != "" {
			var err error
			if data, err = infra.ReadPairs(file); err != nil {
				return nil, err
			}
		}
		stores = append(stores, cffunction.Store{ID: s.ID, Name: s.Name, Data: data})
	}
	return cffunction.Compile(f.LogicalID, f.Runtime, f.Code, stores)
}

// viewerRequestFunction runs the behavior's function on the request, which it
// may change or answer.
func (q *request) viewerRequestFunction() *response {
	if q.behavior.request == nil {
		return nil
	}
	event := q.event(cffunction.ViewerRequest)
	result, err := q.behavior.request.Run(event, q.now, q.logFunction)
	if err != nil {
		return q.functionFailed(err)
	}
	if result.Response != nil {
		return q.generated(result.Response)
	}
	if change := result.Request.Origin; change != nil {
		if err := q.chooseOrigin(change); err != nil {
			return q.functionFailed(err)
		}
	}
	q.path = result.Request.URI
	if !slices.Equal(result.Request.Query, event.Request.Query) {
		q.query = joinQuery(result.Request.Query)
	}
	q.header = headerOf(result.Request.Headers)
	q.cookies = nil
	for _, c := range result.Request.Cookies {
		q.cookies = append(q.cookies, forwarding.Cookie{Name: c.Name, Value: c.Value})
	}
	return nil
}

// viewerResponseFunction runs on what the origin or the cache gave; not on
// errors, as with CloudFront.
func (q *request) viewerResponseFunction(r *response) *response {
	if q.behavior.response == nil || r.status >= 400 {
		return r
	}
	event := q.event(cffunction.ViewerResponse)
	event.Response = &cffunction.Response{Status: r.status, Description: http.StatusText(r.status),
		Headers: pairsOf(r.header, "Set-Cookie"), Cookies: setCookies(r.header)}
	result, err := q.behavior.response.Run(event, q.now, q.logFunction)
	if err != nil {
		r.discard()
		return q.functionFailed(err)
	}
	r.status = result.Response.Status
	header := functionHeader(result.Response)
	header["Content-Length"] = r.header["Content-Length"] // the body's, whatever the function says
	clear(r.header)
	maps.Copy(r.header, header)
	if b := result.Response.Body; b != nil {
		r.setBody(bodyBytes(b))
	}
	return r
}

func (q *request) event(kind string) cffunction.Event {
	var query, cookies []cffunction.Pair
	if q.query != "" {
		for part := range strings.SplitSeq(q.query, "&") {
			name, value, _ := strings.Cut(part, "=")
			query = append(query, cffunction.Pair{Name: name, Value: value})
		}
	}
	for _, c := range q.cookies {
		cookies = append(cookies, cffunction.Pair{Name: c.Name, Value: c.Value})
	}
	headers := append(pairsOf(q.header, "Cookie"), cffunction.Pair{Name: "host", Value: q.host})
	for _, name := range q.behavior.forward.CloudFrontHeaders() {
		if v := q.cloudFrontHeader(name); v != "" && q.header.Get(name) == "" {
			headers = append(headers, cffunction.Pair{Name: strings.ToLower(name), Value: v})
		}
	}
	return cffunction.Event{
		DistributionDomain: q.dist.DomainName, DistributionID: q.dist.ID, RequestID: q.id, Type: kind,
		ViewerIP: q.viewer.String(), RawQuery: q.target.query,
		Request: cffunction.Request{Method: q.http.Method, URI: q.path, Query: query, Headers: headers, Cookies: cookies},
	}
}

func (q *request) logFunction(line string) {
	q.edge.options.Log.Info("function", "behavior", q.behavior.PathPattern, "says", q.printable(line))
}

// generated is a response a function made in place of the origin's.
func (q *request) generated(f *cffunction.Response) *response {
	r := q.newResponse(f.Status, fromFunction, functionHeader(f))
	if r.header.Get("Server") == "" {
		r.header.Set("Server", serverName)
	}
	r.setBody(bodyBytes(f.Body))
	if f.Status >= 400 {
		r.refusal = &Refusal{Reason: ReasonFunctionRefused, Why: "the behavior's CloudFront function answered so"}
	}
	return r
}

// functionFailed is CloudFront's answer for a function that does not work: 503
// for one that fails, 502 for one that returns what it must not.
func (q *request) functionFailed(err error) *response {
	status := http.StatusServiceUnavailable
	if errors.Is(err, cffunction.ErrInvalid) {
		status = http.StatusBadGateway
	}
	q.edge.options.Log.Error("function", "error", q.printable(err.Error()))
	return q.errorPage(status, ReasonFunctionFailed, err.Error(), "fix the function's code")
}

func functionHeader(f *cffunction.Response) http.Header {
	h := headerOf(f.Headers)
	for _, c := range f.Cookies {
		value := c.Name + "=" + c.Value
		if c.Attributes != "" {
			value += "; " + c.Attributes
		}
		h.Add("Set-Cookie", value)
	}
	return h
}

func bodyBytes(b *cffunction.Body) []byte {
	if b == nil {
		return nil
	}
	if data, err := base64.StdEncoding.DecodeString(b.Data); b.Encoding == "base64" && err == nil {
		return data
	}
	return []byte(b.Data)
}

func pairsOf(h http.Header, except string) []cffunction.Pair {
	var all []cffunction.Pair
	for name, values := range h {
		for _, v := range values {
			if name != except {
				all = append(all, cffunction.Pair{Name: strings.ToLower(name), Value: v})
			}
		}
	}
	return all
}

func headerOf(pairs []cffunction.Pair) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		if p.Name != "host" {
			h.Add(p.Name, p.Value)
		}
	}
	return h
}

func setCookies(h http.Header) []cffunction.Pair {
	var all []cffunction.Pair
	for _, line := range h["Set-Cookie"] {
		pair, attributes, _ := strings.Cut(line, ";")
		name, value, _ := strings.Cut(pair, "=")
		all = append(all, cffunction.Pair{
			Name: strings.TrimSpace(name), Value: value, Attributes: strings.TrimSpace(attributes)})
	}
	return all
}

func joinQuery(query []cffunction.Pair) string {
	parts := make([]string, len(query))
	for i, p := range query {
		parts[i] = p.Name
		if p.Value != "" {
			parts[i] += "=" + p.Value
		}
	}
	return strings.Join(parts, "&")
}
