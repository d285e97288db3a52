package browser_test

import (
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/testing/browser"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/policy"
)

// objects are URLs of one object each, by what a browser makes of them.
var objects = map[string]string{
	media:                             media + "/",
	media + "/a b.mp4":                media + "/a%20b.mp4",
	media + "/a%20b.mp4":              media + "/a%20b.mp4",
	media + "/it's":                   media + "/it's",
	media + "/a?it's":                 media + "/a?it%27s",
	media + "/a+b=c&d,e;f":            media + "/a+b=c&d,e;f",
	media + "/a?b=c+d&e=f%26g":        media + "/a?b=c+d&e=f%26g",
	media + "/a%2Fb%2fc":              media + "/a%2Fb%2fc",
	media + "/100%25":                 media + "/100%25",
	media + "/%E9":                    media + "/%E9",
	media + "/日本/é.mp4?q=ü":           media + "/%E6%97%A5%E6%9C%AC/%C3%A9.mp4?q=%C3%BC",
	media + "/😀":                      media + "/%F0%9F%98%80",
	media + "/<a>{b}`c`":              media + "/%3Ca%3E%7Bb%7D%60c%60",
	media + "//a//":                   media + "//a//",
	media + "/.well-known/a..b":       media + "/.well-known/a..b",
	media + "/a:b@c!d$(e)~f":          media + "/a:b@c!d$(e)~f",
	media + "/a?b=https://c/../d?":    media + "/a?b=https://c/../d?",
	"HTTPS://Media.Example.com:443/A": media + "/A",
}

// random returns URLs of what encoders disagree about.
func random(n int) []string {
	source := rand.New(rand.NewPCG(26, 11))
	letters := []rune("aZ09-._~ !$&'()+,;=:@/?%^{}|[]<>`éß日€😀\u00a0\u200b\u202e")
	escapes := []string{"%20", "%2F", "%2f", "%41", "%7E", "%zz", "%", "%E9", "%C3%A9", "%3F", "%23", "%00"}
	urls := make([]string, n)
	for i := range urls {
		var b strings.Builder
		for range source.IntN(12) {
			if k := source.IntN(len(letters) + len(escapes)); k < len(letters) {
				b.WriteRune(letters[k])
			} else {
				b.WriteString(escapes[k-len(letters)])
			}
		}
		urls[i] = media + "/" + b.String()
	}
	return urls
}

// everything is an origin that has every object.
type everything struct{}

func (everything) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/plain"}}, Request: r,
		Body: http.NoBody}, nil
}

// What is signed is what a browser sends: the browser leaves a signed URL as it
// is, asks the edge for it byte for byte, and the edge opens it. And the URL is
// that of the object that the browser would have asked for without a signature.
func TestSignedIsWhatTheBrowserSends(t *testing.T) {
	t.Parallel()
	origins := map[string]http.RoundTripper{}
	srv := edgetest.NewServer(t, deployed(t, "default"), fstest.MapFS{},
		edgetest.WithEdge(func(o *edge.Options) { o.Origins = origins }))
	bucket := srv.Edge.Deployments()[0].Bucket
	origins[awsname.BucketHost(bucket.Name, bucket.Region)] = everything{}
	if err := srv.Edge.Reload(); err != nil {
		t.Fatal(err)
	}
	page := browser.Open(t, browser.Hosts{"app.example.com": blank, "media.example.com": srv.Edge})
	page.Go(app)

	raws := random(700)
	for raw := range objects {
		raws = append(raws, raw)
	}
	var asked []string
	rawOf := map[string]string{} // by signed URL
	for _, raw := range raws {
		encoded, err := policy.EncodeURL(raw)
		if err != nil || strings.HasSuffix(raw, " ") || strings.HasSuffix(raw, "?") {
			continue // refused, as dot segments are; a browser drops a space at the end, and keeps an empty query
		}
		if want, known := objects[raw]; known && encoded != want {
			t.Errorf("%q is encoded as %q, want %q", raw, encoded, want)
		}
		signed, err := srv.Signer.URL(raw, signer.Terms{For: time.Hour})
		if err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		if _, again := rawOf[signed]; !again {
			rawOf[signed] = raw
			asked = append(asked, signed)
		}
	}
	type answer struct {
		Href   string // of the signed URL
		Plain  string // of the URL that was signed
		Status int
	}
	answers := browser.Eval[[]answer](page, `async (asked, raws) => {
		const answers = [];
		for (let i = 0; i < asked.length; i += 100)
			answers.push(...await Promise.all(asked.slice(i, i + 100).map(async (url, j) => ({
				Href: new URL(url).href, Plain: new URL(raws[i + j]).href,
				Status: await fetch(url).then(r => r.status, () => 0),
			}))));
		return answers;
	}`, asked, pick(asked, rawOf))
	sent := map[string]bool{}
	for _, r := range page.Requests() {
		sent[r.URL] = true
	}
	for i, a := range answers {
		raw := rawOf[asked[i]]
		if a.Href != asked[i] || !sent[asked[i]] {
			t.Errorf("%q is signed as %s; a browser sends %s", raw, asked[i], a.Href)
		}
		if a.Status != http.StatusOK {
			t.Errorf("%q, signed as %s: %d", raw, asked[i], a.Status)
		}
		encoded, _ := policy.EncodeURL(raw)
		if want, known := objects[raw]; decode(a.Plain) != decode(encoded) || known && a.Plain != want {
			t.Errorf("%q is encoded as %s; for a browser it is %s", raw, encoded, a.Plain)
		}
	}
	if len(answers) < 500 {
		t.Errorf("only %d URLs were asked for", len(answers))
	}
}

func pick(names []string, values map[string]string) []string {
	picked := make([]string, len(names))
	for i, name := range names {
		picked[i] = values[name]
	}
	return picked
}

// decode replaces the escapes of a URL, and leaves alone what is none.
func decode(url string) string {
	var b strings.Builder
	for i := 0; i < len(url); i++ {
		if url[i] == '%' && i+2 < len(url) {
			if c, err := hex.DecodeString(url[i+1 : i+3]); err == nil {
				b.Write(c)
				i += 2
				continue
			}
		}
		b.WriteByte(url[i])
	}
	return b.String()
}

// An international host is asked for by the name that is signed.
func TestHostsInPunycode(t *testing.T) {
	t.Parallel()
	var urls, want []string
	for _, host := range []string{
		"bücher.example", "BÜCHER.Example", "bu\u0308cher.example", "日本語.jp", "straße.de", "faß.de", "δόξα.gr",
		"пример.рф", "ＦＵＬＬ.example",
		"العربية.example", "한국.kr", "नमस्ते.example", "a.é.b.example", "xn--bcher-kva.example", "日本。example",
	} {
		url := "https://" + host + "/é"
		encoded, err := policy.EncodeURL(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		urls, want = append(urls, url), append(want, encoded)
	}
	page := browser.Open(t, browser.Hosts{"*": blank})
	page.Go(app)
	browser.Eval[[]string](
		page,
		`urls => Promise.all(urls.map(async url => (await fetch(url, {mode: "no-cors"})).type))`,
		urls,
	)
	sent := map[string]bool{}
	for _, r := range page.Requests() {
		sent[r.URL] = true
	}
	for i, url := range urls {
		if !sent[want[i]] {
			t.Errorf("%s is encoded as %s, which the browser did not send", url, want[i])
		}
	}
}
