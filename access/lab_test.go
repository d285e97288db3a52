package access_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/edge"
)

// proving puts findings to the edges of the sites before and after a change.
type proving struct {
	t        *testing.T
	keys     map[string]*randomKey
	failing  int // the status that the first origin of a group fails with, or 0
	old, now *site
}

// lab is an edge with a site's template.
type lab struct {
	*proving
	site  *site
	edge  *edge.Edge
	clock time.Time
	trace edge.Trace // of the last request
}

func (p *proving) lab(s *site) *lab {
	p.t.Helper()
	l := &lab{proving: p, site: s, clock: time.Now()}
	buckets, origins := map[string]fs.FS{"": everything{}}, map[string]http.RoundTripper{"www.example.com": website{}}
	for id, r := range s.resources {
		if r.(props)["Type"] == "AWS::S3::Bucket" {
			buckets[id] = everything{id + ":"}
		}
	}
	buckets[s.media] = everything{fmt.Sprint(s.media, s.bucket["BucketName"], ":")}
	if groups, ok := s.config["OriginGroups"].(props); ok && p.failing > 0 {
		members := groups["Items"].([]props)[0]["Members"].(props)["Items"].([]props)
		origins[members[0]["OriginId"].(string)] = failing(p.failing)
	}
	var err error
	l.edge, err = edge.New(edge.Options{Text: p.template(s), NoWatch: true, Buckets: buckets, Origins: origins,
		Clock: func() time.Time { return l.clock }, OnRequest: func(t edge.Trace) { l.trace = t }})
	if err != nil {
		p.t.Fatal(err)
	}
	return l
}

// template returns a site's template with keys whose private halves are known.
func (p *proving) template(s *site) []byte {
	text := string(s.template())
	for name, key := range map[string]string{"KeyOne": keyOne, "KeyTwo": keyTwo} {
		text = strings.ReplaceAll(text, strings.ReplaceAll(key, "\n", `\n`),
			strings.ReplaceAll(p.keys[name].public+"\n", "\n", `\n`))
	}
	return []byte(text)
}

// failing responds to every request with a status. It implements http.RoundTripper.
type failing int

func (f failing) RoundTrip(r *http.Request) (*http.Response, error) {
	response := httptest.NewRecorder()
	response.WriteHeader(int(f))
	result := response.Result()
	result.Request = r
	return result, nil
}

// credentials are what viewers have to show: see [viewer].
var allKeys = []string{"", "KeyOne", "KeyTwo", "presigned"}

func (l *lab) hosts() (all []string) {
	for _, d := range l.edge.Deployments() {
		all = append(all, d.Hosts...)
	}
	return all
}

// send sends a request to a host.
func (l *lab) send(v viewer, host, path string) *httptest.ResponseRecorder {
	l.t.Helper()
	query := ""
	switch {
	case v.key == "presigned":
		query = l.presign(host, path)
	case v.key != "":
		query = l.keys[v.key].query
	}
	request := v.request(host, path+query)
	response := httptest.NewRecorder()
	if v.direct {
		request.Header.Set("Access-Control-Request-Method", http.MethodGet)
		l.edge.Bucket(l.site.media).ServeHTTP(response, request)
	} else {
		l.edge.ServeHTTP(response, request)
	}
	return response
}

// content returns what a viewer gets for a path, of all distributions one after
// another; "" if all refuse.
func (l *lab) content(v viewer, path string) string {
	l.t.Helper()
	var b strings.Builder
	for _, d := range l.edge.Deployments() {
		if r := l.send(v, d.Hosts[0], path); r.Code == http.StatusOK && l.trace.Refusal == nil {
			b.WriteString(r.Body.String())
		}
	}
	return b.String()
}

// presign returns the query of a presigned URL whose object may be cached for a
// day.
func (l *lab) presign(host, path string) string {
	l.t.Helper()
	now := func() time.Time { return l.clock }
	return presigned(l.t, l.edge, now, host, path, http.Header{"Cache-Control": {"max-age=86400"}})
}
