package probe

import (
	"errors"
	"mime"
	"slices"

	"example.com/privatecdn/deployment"
)

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
