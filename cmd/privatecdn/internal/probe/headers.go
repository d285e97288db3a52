package probe

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/infra"
)

// readable returns a URL that opens, and the template's behavior for it.
func (p *probe) readable() (target string, b *infra.Behavior, err error) {
	o, err := p.object(deployment.Signed, deployment.Public)
	if err != nil {
		return "", nil, err
	}
	query := ""
	if o.access == deployment.Signed {
		query, err = p.query(o.url, hour)
	}
	return o.url + query, p.behavior(o.path), err
}

// usual are the headers to expect where no template says which are promised.
var usual = []string{"Strict-Transport-Security", "X-Content-Type-Options"}

func (p *probe) securityHeaders() (string, error) {
	target, b, err := p.readable()
	if err != nil {
		return "", err
	}
	a := p.ask(http.MethodGet, target, nil)
	switch {
	case a.err != nil:
		return a.kept(false)
	case b == nil && slices.ContainsFunc(usual, func(name string) bool { return a.header.Get(name) == "" }):
		return "", skipped("not all are set; --template FILE says which are promised")
	case b == nil:
		return strings.Join(usual, ", "), nil
	case b.ResponseHeaderPolicy == nil || len(b.ResponseHeaderPolicy.Security) == 0:
		return "", skipped("the template sets none")
	}
	var names []string
	for _, h := range b.ResponseHeaderPolicy.Security {
		got := a.header.Get(h.Name)
		if got == "" || h.Override && got != h.Value {
			return "", fmt.Errorf("%s is %q, not %q", h.Name, got, h.Value)
		}
		names = append(names, h.Name)
	}
	return strings.Join(names, ", "), nil
}

func (p *probe) cors() (string, error) {
	target, b, err := p.readable()
	if err != nil {
		return "", err
	}
	origin := "https://stranger.example"
	if b != nil {
		policy := b.ResponseHeaderPolicy
		if policy == nil || policy.CORS == nil || len(policy.CORS.AllowOrigins) == 0 {
			return "", skipped("the template allows no other origin")
		}
		if allowed := policy.CORS.AllowOrigins; !slices.Contains(allowed, "*") {
			origin = strings.Replace(allowed[0], "*", "stranger", 1)
		}
	}
	a := p.ask(http.MethodGet, target, http.Header{"Origin": {origin}})
	allowed := a.header.Get("Access-Control-Allow-Origin")
	switch {
	case a.err != nil:
		return a.kept(false)
	case allowed == "*" || allowed == origin:
		return "Access-Control-Allow-Origin: " + allowed, nil
	case b == nil:
		return "", skipped("no other origin is allowed; --template FILE says which are promised")
	}
	return "", fmt.Errorf("Access-Control-Allow-Origin is %q for %s", allowed, origin)
}

// downloadName needs all that a Content-Disposition has: letters beyond ASCII,
// spaces and a quote.
const downloadName = "Bücher – May's.txt"

// namesDownloads reports whether a behavior passes on the parameter that S3 makes
// a Content-Disposition of.
func namesDownloads(b deployment.Behavior) bool {
	return b.Access == deployment.Signed && b.QueryParameters.Has("response-content-disposition")
}

// download signs a name for an object and reads it back from the response.
func (p *probe) download() (string, error) {
	if !slices.ContainsFunc(p.Deployment.Behaviors, namesDownloads) {
		return "", skipped("no signed behavior passes response-content-disposition on")
	}
	i := slices.IndexFunc(p.Objects, func(path string) bool {
		b, ok := p.Deployment.Behavior(path)
		return ok && namesDownloads(b)
	})
	if i < 0 {
		return "", skipped("--object PATH names an object of a behavior that passes response-content-disposition on")
	}
	o := object{path: p.Objects[i], url: p.Deployment.BaseURL() + p.Objects[i]}
	terms := hour
	terms.Download = downloadName
	query, err := p.query(o.url, terms)
	if err != nil {
		return "", err
	}
	a := p.get(o, query, nil)
	header := a.header.Get("Content-Disposition")
	_, parameters, err := mime.ParseMediaType(header)
	switch {
	case a.err != nil || a.status >= 300:
		return a.kept(false)
	case err == nil && parameters["filename"] == downloadName:
		return header, nil
	case a.header.Get("Server") != "AmazonS3":
		return "", skipped("the response is not S3's, which alone reads the parameter")
	}
	return "", errors.New("Content-Disposition is " + header)
}
