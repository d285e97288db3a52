package e2e_test

import (
	"mime"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/signer"
)

// The name that was signed is the name that the response has, and another name
// is another object of the cache.
func TestDownload(t *testing.T) {
	t.Parallel()
	const template = "../../../constructs/privatecdn/testdata/golden/downloads.template.json"
	s := edgetest.NewServer(t, template, fstest.MapFS{"downloads/report": {Data: []byte("a report")}})
	for _, name := range []string{"Bücher – May's.pdf", "other.pdf"} {
		url, err := s.Signer.URL("/downloads/report", signer.Terms{For: time.Hour, Download: name})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			r := s.Opens(url)
			_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Disposition"))
			if err != nil || parameters["filename"] != name {
				t.Errorf("%s: %q, %v", name, r.Header.Get("Content-Disposition"), err)
			}
		}
	}
}
