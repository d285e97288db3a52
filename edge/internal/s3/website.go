package s3

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/privatecdn/internal/infra"
)

// Website is a bucket as its website endpoint serves it, with index documents,
// the error document and errors in HTML. All its requests are anonymous.
//
// Source: S3 User Guide, "Website endpoints", "Configuring an index document",
// "Configuring a custom error document".
type Website struct {
	*Server
	infra.Website
}

// RoundTrip responds to a request, as [Server.RoundTrip] does.
func (w Website) RoundTrip(r *http.Request) (*http.Response, error) {
	path := r.URL.EscapedPath()
	if w.Redirect != "" {
		return w.redirect(r, w.Redirect+r.URL.RequestURI()), nil
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return w.page(r, methodNotAllowed(r.Method)), nil
	}
	if path == "" || strings.HasSuffix(path, "/") {
		return w.orError(w.get(r, path+w.Index))
	}
	response, err := w.get(r, path)
	if err != nil || response.StatusCode < http.StatusBadRequest {
		return response, err
	}
	index, err := w.get(r, path+"/"+w.Index)
	if err != nil {
		return nil, err
	}
	index.Body.Close()
	if index.StatusCode < http.StatusBadRequest {
		response.Body.Close()
		return w.redirect(r, path+"/"), nil
	}
	return w.orError(response, nil)
}

func (w Website) get(r *http.Request, path string) (*http.Response, error) {
	out := r.Clone(WithPrincipal(r.Context(), Principal{}))
	out.URL.RawQuery, out.Body = "", nil
	out.URL.RawPath = "/" + strings.TrimLeft(path, "/")
	if strings.HasPrefix(path, "//") {
		out.URL.RawPath = path
	}
	out.URL.Path, _ = url.PathUnescape(out.URL.RawPath)
	out.Host = w.bucket.Name + ".s3.amazonaws.com"
	return w.Server.RoundTrip(out)
}

// orError returns a response or, for an error, the error document.
func (w Website) orError(response *http.Response, err error) (*http.Response, error) {
	if err != nil || response.StatusCode < http.StatusBadRequest {
		return response, err
	}
	response.Body.Close()
	r := response.Request
	failure := errorAccessDenied
	if response.StatusCode == http.StatusNotFound {
		failure = noSuchKey(strings.TrimPrefix(r.URL.Path, "/"))
	}
	if w.Error == "" {
		return w.page(r, failure), nil
	}
	custom, err := w.get(r, "/"+(&url.URL{Path: w.Error}).EscapedPath())
	if err != nil {
		return nil, err
	}
	if custom.StatusCode != http.StatusOK {
		custom.Body.Close()
		return w.page(r, failure), nil
	}
	custom.StatusCode = failure.status
	return custom, nil
}

func (w Website) redirect(r *http.Request, location string) *http.Response {
	status := http.StatusFound
	if w.Redirect != "" {
		status = http.StatusMovedPermanently
	}
	return w.complete(r, &http.Response{StatusCode: status, Header: http.Header{"Location": {location}}}, newIDs())
}

// page returns an error as a website endpoint formats it.
func (w Website) page(r *http.Request, failure *refusal) *http.Response {
	title := fmt.Sprintf("%d %s", failure.status, http.StatusText(failure.status))
	text := "<html>\n<head><title>" + title + "</title></head>\n<body>\n<h1>" + title + "</h1>\n" +
		"<ul>\n<li>Code: " + failure.code + "</li>\n<li>Message: " + html.EscapeString(failure.message) + "</li>\n"
	for d := range slices.Chunk(failure.details, 2) {
		text += "<li>" + d[0] + ": " + html.EscapeString(d[1]) + "</li>\n"
	}
	text += "</ul>\n<hr/>\n</body>\n</html>\n"
	return w.complete(r, document(r, failure.status, "text/html; charset=utf-8", []byte(text)), newIDs())
}
