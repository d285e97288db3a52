package edgetest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"go.yaml.in/yaml/v3"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/verify"
)

const templateFile = "testdata/template.yaml"

var content = fstest.MapFS{
	"private/a.txt": {Data: []byte("private")},
	"public/a.txt":  {Data: []byte("public")},
	"public/b.css":  {Data: bytes.Repeat([]byte("b"), 2000)},
}

func TestServerReadsLikeTheSentence(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, templateFile, content)
	url := srv.Signed("/private/a.txt")

	srv.Refuses("/private/a.txt", verify.MissingKey)
	if text := srv.Opens(url).Text; text != "private" {
		t.Errorf("the content is %q", text)
	}
	srv.ServesFromCache(url)
	srv.RedirectsToHTTPS("/private/a.txt")
	if r := srv.Opens("/public/b.css"); r.Uncompressed || len(r.Text) != 2000 {
		t.Errorf("the client decompressed: %t, %d bytes", r.Uncompressed, len(r.Text))
	}
	srv.Opens("/public/a.txt")
	srv.Refuses("/public/none.txt", edge.ReasonOriginRefused)

	srv.Clock.Advance(2 * time.Hour)
	srv.Refuses(url, verify.Expired)
	srv.AsksOrigin(srv.Signed("/private/a.txt"))
}

// A client of one's own reaches the server under the distribution's own name.
func TestServerClient(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, templateFile, content)
	host := srv.Edge.Deployments()[0].Hosts[0]
	res, err := srv.Client().Get("https://" + host + "/public/a.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", host, res.Status)
	}
}

func TestServerCookies(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, templateFile, content)
	cookies, err := srv.Signer.Cookies(srv.URL+"/private/*", signer.Terms{For: time.Hour}, signer.CookieOptions{})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodGet, srv.URL+"/private/a.txt", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cookies {
		req.AddCookie(c)
	}
	if r := srv.Do(req); r.StatusCode != http.StatusOK || r.Text != "private" {
		t.Errorf("with cookies: %s %q", r.Status, r.Text)
	}
}

func TestServerAnswersForTheDomainName(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, templateFile, content)
	host := srv.Edge.Deployments()[0].Hosts[0]
	srv.Refuses("https://"+host+"/private/a.txt", verify.MissingKey)
	srv.Opens(srv.Signed("https://" + host + "/private/a.txt"))
}

func TestTemplateForms(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(templateFile)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, srv := range []*edgetest.Server{
		edgetest.NewServer(t, text, content),
		edgetest.NewServer(t, asJSON, content),
		edgetest.NewServer(t, doc, content),
		edgetest.NewServer(t, &doc, content),
	} {
		srv.Opens(srv.Signed("/private/a.txt"))
	}
}

func TestWithEdge(t *testing.T) {
	t.Parallel()
	var seen []edge.Refusal
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	srv := edgetest.NewServer(t, templateFile, content, edgetest.WithStart(start),
		edgetest.WithEdge(func(o *edge.Options) {
			o.OnRefusal = func(r edge.Refusal) { seen = append(seen, r) }
		}))
	r := srv.Refuses("/private/a.txt?x=1", verify.MissingKey)
	if r.Header.Get("Date") != start.Format(http.TimeFormat) {
		t.Errorf("the date is %s", r.Header.Get("Date"))
	}
	if len(seen) != 1 || seen[0].URL != srv.URL+"/private/a.txt?x=1" || seen[0].Status != http.StatusForbidden {
		t.Errorf("told of %+v", seen)
	}
}
