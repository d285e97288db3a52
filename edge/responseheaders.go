package edge

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"

	"example.com/privatecdn/internal/infra"
)

// finish is what every response goes through on its way out.
func (q *request) finish(r *response) *response {
	r = q.customError(r)
	if q.behavior != nil {
		q.applyResponseHeaders(r)
	}
	if r.content {
		r = q.viewerResponseFunction(r)
	}
	q.stamp(r)
	q.noteRefusal(r)
	return r
}

// stamp adds the headers that are on every answer of CloudFront.
func (q *request) stamp(r *response) {
	h := r.header
	if h.Get("Date") == "" {
		h.Set("Date", q.now.UTC().Format(http.TimeFormat))
	}
	h["Via"] = q.edge.via
	h["X-Amz-Cf-Pop"] = popHeader
	h["X-Amz-Cf-Id"] = []string{q.id}
	h["X-Cache"] = []string{r.from}
}

// pop is the name of this edge location.
const pop = "LOC50-P1"

var popHeader = []string{pop}

// applyResponseHeaders does what the behavior's response headers policy says:
// removals first, then additions.
func (q *request) applyResponseHeaders(r *response) {
	p := q.behavior.ResponseHeaderPolicy
	if p == nil {
		return
	}
	for _, name := range p.Remove {
		r.header.Del(name)
		if strings.EqualFold(name, "Server") {
			r.header.Set("Server", serverName)
		}
	}
	if p.CORS != nil {
		q.applyCORS(p.CORS, r.header)
	}
	for _, headers := range [][]infra.Header{p.Security, p.Custom} {
		for _, h := range headers {
			if h.Name == "Strict-Transport-Security" && q.scheme == "http" {
				continue // seen in public reports of redirects
			}
			if h.Override || r.header.Get(h.Name) == "" {
				r.header.Set(h.Name, h.Value)
			}
		}
	}
	q.applyServerTiming(p, r)
}

// applyServerTiming adds Server-Timing to a sample of the responses, and to
// each that is requested with Pragma: server-timing. On a hit the origin's own
// value is left out.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
func (q *request) applyServerTiming(p *infra.ResponseHeadersPolicy, r *response) {
	if p.ServerTiming <= 0 {
		return
	}
	asked := strings.EqualFold(q.header.Get("Pragma"), "server-timing")
	if !asked && rand.Float64()*100 >= p.ServerTiming {
		return
	}
	state := cmp.Or(map[string]string{fromHit: "hit", fromRefresh: "refresh"}[r.from], "miss")
	value := fmt.Sprintf(`cdn-cache-%s,cdn-pop;desc="%s",cdn-rid;desc="%s"`, state, pop, q.id)
	if r.from == fromHit {
		r.header.Set("Server-Timing", value+`,cdn-hit-layer;desc="EDGE"`)
		return
	}
	wait := q.edge.options.Clock().Sub(q.now).Milliseconds()
	value = fmt.Sprintf(`cdn-upstream-layer;desc="EDGE",cdn-upstream-dns;dur=0,cdn-upstream-connect;dur=0,`+
		`cdn-upstream-fbl;dur=%d,%s,cdn-downstream-fbl;dur=%d`, wait, value, wait)
	if v := r.header.Get("Server-Timing"); v != "" {
		value = v + "," + value
	}
	r.header.Set("Server-Timing", value)
}
