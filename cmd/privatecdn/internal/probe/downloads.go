package probe

import (
	"mime"
	"net/http"
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
func (p *probe) download() (Status, string) {
	i := slices.IndexFunc(p.Objects, func(path string) bool {
		b, ok := p.Deployment.Behavior(path)
		return ok && namesDownloads(b)
	})
	switch {
	case !slices.ContainsFunc(p.Deployment.Behaviors, namesDownloads):
		return Skipped, "no signed behavior passes response-content-disposition on"
	case p.signer == nil:
		return Skipped, p.noKey
	case i < 0:
		return Skipped, "--object PATH names an object of a behavior that passes response-content-disposition on"
	}
	terms := hour()
	terms.Download = downloadName
	signed, err := p.signer.URL(p.Deployment.BaseURL()+p.Objects[i], terms)
	if err != nil {
		return Broken, err.Error()
	}
	a := p.ask(http.MethodGet, signed, nil)
	header := a.header.Get("Content-Disposition")
	_, parameters, err := mime.ParseMediaType(header)
	switch {
	case a.err != nil || a.status >= 300:
		return Broken, a.String()
	case err == nil && parameters["filename"] == downloadName:
		return Kept, header
	case a.header.Get("Server") != "AmazonS3":
		return Skipped, "the response is not S3's, which alone reads the parameter"
	}
	return Broken, "Content-Disposition is " + header
}
