package edge

import (
	"net/http"

	"example.com/privatecdn/internal/template"
)

func newHTTPOrigin(t *template.Origin) http.RoundTripper {
	return &http.Transport{DisableCompression: true, ResponseHeaderTimeout: t.ReadTimeout}
}
