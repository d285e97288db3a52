package edge

import (
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
)

// The sizes CloudFront compresses, in bytes.
const (
	minCompressed = 1_000
	maxCompressed = 10_000_000
)

// Levels chosen for an answer that waits for them, not for the smallest size.
const (
	gzipLevel   = 5
	brotliLevel = 4
)

// compressedTypes are the content types CloudFront compresses.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
var compressedTypes = strings.Fields(`
application/dash+xml application/eot application/font application/font-sfnt application/javascript
application/json application/opentype application/otf application/pdf application/pkcs7-mime
application/protobuf application/rss+xml application/truetype application/ttf application/vnd.apple.mpegurl
application/vnd.mapbox-vector-tile application/vnd.ms-fontobject application/wasm application/x-font-opentype
application/x-font-truetype application/x-font-ttf application/x-httpd-cgi application/x-javascript
application/x-mpegurl application/x-opentype application/x-otf application/x-perl application/x-ttf
application/xhtml+xml application/xml font/eot font/opentype font/otf font/ttf image/svg+xml text/css text/csv
text/html text/javascript text/js text/plain text/richtext text/tab-separated-values text/x-component
text/x-java-source text/x-script text/xml vnd.apple.mpegurl`)

// compress replaces an origin's answer by its compressed form where CloudFront
// would. Brotli is preferred.
func (q *request) compress(resp *http.Response) {
	coding := q.coding()
	if coding == "" || !compressible(resp) {
		return
	}
	resp.Header = resp.Header.Clone()
	h := resp.Header
	h.Set("Content-Encoding", coding)
	h.Del("Content-Length")
	h.Del("Accept-Ranges")
	weakenTag(h)
	addVary(h, "Accept-Encoding")
	resp.ContentLength = -1
	if q.http.Method != http.MethodHead {
		resp.Body = compressed(resp.Body, coding)
	}
}

func (q *request) coding() string {
	if !q.behavior.Compress || q.behavior.CachePolicy.MaxTTL <= 0 || !isReadMethod(q.http.Method) {
		return ""
	}
	preferred, _, _ := strings.Cut(q.acceptEncoding(), ",")
	return preferred
}

func compressible(resp *http.Response) bool {
	contentType, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	return slices.Contains([]int{http.StatusOK, http.StatusForbidden, http.StatusNotFound}, resp.StatusCode) &&
		resp.ContentLength >= minCompressed && resp.ContentLength <= maxCompressed &&
		resp.Header.Get("Content-Encoding") == "" &&
		slices.Contains(compressedTypes, strings.ToLower(strings.TrimSpace(contentType)))
}

// weakenTag marks an ETag as one of equal content, not of equal bytes. One
// that is no ETag by the syntax is dropped.
func weakenTag(h http.Header) {
	tag := h.Get("Etag")
	switch {
	case tag == "" || strings.HasPrefix(tag, `W/"`):
	case len(tag) >= 2 && tag[0] == '"' && tag[len(tag)-1] == '"':
		h.Set("Etag", "W/"+tag)
	default:
		h.Del("Etag")
	}
}

// compressed compresses src while it is read.
func compressed(src io.ReadCloser, coding string) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		defer src.Close()
		var c io.WriteCloser
		if coding == "br" {
			c = brotli.NewWriterLevel(w, brotliLevel)
		} else {
			c, _ = gzip.NewWriterLevel(w, gzipLevel)
		}
		_, err := io.Copy(c, src)
		if err == nil {
			err = c.Close()
		}
		w.CloseWithError(err)
	}()
	return r
}
