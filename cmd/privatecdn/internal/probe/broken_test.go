package probe_test

import (
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/probe"
	"example.com/privatecdn/internal/infra"
)

// broken is a deployment that breaks promises, and what is said of each.
type broken struct {
	handle proxy
	want   map[string]string // by promise, the start of the detail
}

const opens = "200, text/javascript"

type proxy = func(http.ResponseWriter, *http.Request, http.Handler)

// when hands requests that match to another handler.
func when(match func(*http.Request) bool, other http.HandlerFunc) proxy {
	return func(w http.ResponseWriter, r *http.Request, to http.Handler) {
		if match(r) {
			to = other
		}
		to.ServeHTTP(w, r)
	}
}

// open responds with an object whoever asks.
func open(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript")
	_, _ = io.WriteString(w, "open")
}

// refuseAs responds with an error, as CloudFront or S3 words it.
func refuseAs(code, rest string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>`+code+`</Code><Message>m</Message>`+
			rest+`</Error>`)
	}
}

var denied, fromS3 = refuseAs("AccessDenied", ""), refuseAs("AccessDenied", "<RequestId>r</RequestId>")

// retry opens what the edge refuses and another form of the request, with the
// same signature, would open.
func retry(change func(*http.Request)) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, to http.Handler) {
		if r.URL.Query().Has("Signature") {
			other := r.Clone(r.Context())
			change(other)
			other.RequestURI = other.URL.RequestURI()
			record := httptest.NewRecorder()
			to.ServeHTTP(record, other)
			if body := record.Body.String(); record.Code < 300 || strings.Contains(body, "<RequestId>") {
				open(w, r)
				return
			}
		}
		to.ServeHTTP(w, r)
	}
}

func unsigned(r *http.Request, path string) bool {
	return r.Method == http.MethodGet && r.TLS != nil && r.URL.Path == path && r.URL.RawQuery == "" &&
		r.Header.Get("Cookie") == ""
}

func expired(r *http.Request) bool {
	expires, err := strconv.ParseInt(r.URL.Query().Get("Expires"), 10, 64)
	return err == nil && expires < time.Now().Unix()
}

func policyHas(pattern string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		encoded := strings.NewReplacer("-", "+", "_", "=", "~", "/").Replace(r.URL.Query().Get("Policy"))
		policy, _ := base64.StdEncoding.DecodeString(encoded)
		return regexp.MustCompile(pattern).Match(policy)
	}
}

// otherBit undoes what was changed of a signature, if its 21st character was, to A
// or B.
func otherBit(w http.ResponseWriter, r *http.Request, to http.Handler) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~"
	at := strings.Index(r.URL.RawQuery, "Signature=") + len("Signature=") + 20
	tries := len(alphabet)
	if !r.URL.Query().Has("Signature") || !strings.Contains("AB", r.URL.RawQuery[at:at+1]) {
		tries = 0
	}
	for i := range tries {
		other := r.Clone(r.Context())
		other.URL.RawQuery = r.URL.RawQuery[:at] + alphabet[i:i+1] + r.URL.RawQuery[at+1:]
		other.RequestURI = other.URL.RequestURI()
		if record := httptest.NewRecorder(); r.Method == http.MethodGet {
			if to.ServeHTTP(record, other); record.Code < 300 {
				r = other
				break
			}
		}
	}
	to.ServeHTTP(w, r)
}

func without(names ...string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, to http.Handler) {
		to.ServeHTTP(withoutHeaders{w, names}, r)
	}
}

// deployments each break one promise, and those that follow from it.
var deployments = map[string]broken{
	"unsigned requests are let through": {
		when(func(r *http.Request) bool { return unsigned(r, "/films/film.js") }, open),
		map[string]string{"a plain request is refused": opens},
	},
	"unsigned requests reach S3": {
		when(func(r *http.Request) bool { return unsigned(r, "/films/film.js") }, fromS3),
		map[string]string{"a plain request is refused": "403 AccessDenied from S3"},
	},
	"unsigned requests are refused for something else": {
		when(func(r *http.Request) bool { return unsigned(r, "/films/film.js") }, denied),
		map[string]string{"a plain request is refused": "403 AccessDenied"},
	},
	"signed URLs are refused": {
		when(func(r *http.Request) bool {
			return r.URL.Query().Has("Signature") && r.Header.Get("Origin") == "" && r.Method == http.MethodGet &&
				!r.URL.Query().Has("Policy") && !expired(r)
		}, denied),
		map[string]string{
			"a signed URL opens": "403 AccessDenied", "a key that is not trusted is refused": "403 AccessDenied",
			"a signed download name arrives": "403 AccessDenied",
			"security headers are set":       `Referrer-Policy is ""`,
		},
	},
	"cookies are not read": {
		func(w http.ResponseWriter, r *http.Request, to http.Handler) {
			r.Header.Del("Cookie")
			to.ServeHTTP(w, r)
		},
		map[string]string{"signed cookies open": "403 MissingKey"},
	},
	"download names are dropped": {
		without("Content-Disposition"), map[string]string{"a signed download name arrives": "Content-Disposition is "},
	},
	"a signature opens its neighbor": {
		retry(func(r *http.Request) { r.URL.Path = "/films/other-film.js" }),
		map[string]string{"a signature for another path is refused": opens},
	},
	"a host contains a path": {
		when(func(r *http.Request) bool { return strings.Contains(r.Host, "/") }, open),
		map[string]string{"a host that contains a path is refused": opens},
	},
	"a signature has a bit that does not count": {
		otherBit, map[string]string{"a changed signature is refused": opens},
	},
	"expired URLs open": {when(expired, open), map[string]string{"an expired URL is refused": opens}},
	"URLs open early": {
		when(policyHas(`DateGreaterThan":{"AWS:EpochTime":[0-9]{10}`), open),
		map[string]string{"a URL from the future is refused": opens},
	},
	"addresses are not compared": {
		when(policyHas(`192\.0\.2\.1`), open), map[string]string{"a URL for another address is refused": opens},
	},
	"any key is trusted": {
		when(func(r *http.Request) bool { return strings.Contains(r.URL.RawQuery, "Key-Pair-Id=K0000") }, open),
		map[string]string{"a key that is not trusted is refused": opens},
	},
	"public objects are refused": {
		when(func(r *http.Request) bool { return r.URL.Path == "/public/open.js" }, fromS3),
		map[string]string{"a public path opens": "403 AccessDenied from S3"},
	},
	"presigned objects open": {
		when(func(r *http.Request) bool { return r.URL.Path == "/presigned/x.js" }, open),
		map[string]string{"a presigned path is refused without a signature": opens},
	},
	"the bucket is open": {
		when(func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/content/") }, open),
		map[string]string{"the bucket's own address refuses": opens},
	},
	"the bucket is not there": {
		when(func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/content/") }, http.NotFound),
		map[string]string{"the bucket's own address refuses": "404"},
	},
	"plain HTTP serves": {
		when(func(r *http.Request) bool { return r.TLS == nil }, open),
		map[string]string{"plain HTTP leads to HTTPS": opens},
	},
	"writing works": {
		when(func(r *http.Request) bool { return r.Method == http.MethodPut }, open),
		map[string]string{"writing is refused": opens},
	},
	"writing is S3's to refuse": {
		when(func(r *http.Request) bool { return r.Method == http.MethodPut }, fromS3),
		map[string]string{"writing is refused": "403 AccessDenied from S3"},
	},
	"HSTS is not set": {
		without("Strict-Transport-Security"),
		map[string]string{"security headers are set": `Strict-Transport-Security is "", not "max-age=31536000"`},
	},
	"other origins may not read": {
		without("Access-Control-Allow-Origin"),
		map[string]string{
			"other origins may read as promised (CORS)": `Access-Control-Allow-Origin is "" for https://stranger.example`,
		},
	},
}

// passesNames has the behaviors pass the parameter of download names on.
const passesNames = "QueryStringsConfig: {QueryStringBehavior: whitelist, QueryStrings: [response-content-disposition]}"

// probed are the results of a deployment of ours that breaks its promises.
func probed(t *testing.T, b broken, change func(*probe.Options)) (all []probe.Result, kept bool) {
	t.Helper()
	o := deployed(t, "QueryStringsConfig: {QueryStringBehavior: none}", passesNames, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.handle(w, r, h) })
	})
	change(&o)
	kept, err := probe.Run(t.Context(), o, func(r probe.Result) { all = append(all, r) })
	if err != nil {
		t.Fatal(err)
	}
	return all, kept
}

// Each promise that a deployment breaks is told, with what was found, and no other.
func TestBroken(t *testing.T) {
	t.Parallel()
	unbroken := broken{func(w http.ResponseWriter, r *http.Request, to http.Handler) { to.ServeHTTP(w, r) }, nil}
	breaks := maps.Clone(deployments)
	breaks["nothing is broken"] = unbroken
	for name, b := range breaks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, kept := probed(t, b, func(*probe.Options) {})
			if kept != (len(b.want) == 0) {
				t.Errorf("all promises are kept: %t", kept)
			}
			for _, r := range all {
				detail, isBroken := b.want[r.Promise]
				if want := map[bool]probe.Status{true: probe.Broken, false: probe.Kept}[isBroken]; r.Status != want ||
					!strings.HasPrefix(r.Detail, detail) {
					t.Errorf("%s is %s: %q; want %s: %q", r.Promise, r.Status, r.Detail, want, detail)
				}
			}
		})
	}
	t.Run("each promise is broken by one of them", func(t *testing.T) {
		t.Parallel()
		all, _ := probed(t, unbroken, func(*probe.Options) {})
		for _, r := range all {
			if !slices.ContainsFunc(slices.Collect(maps.Values(deployments)), func(b broken) bool {
				_, breaks := b.want[r.Promise]
				return breaks
			}) {
				t.Errorf("no deployment breaks: %s", r.Promise)
			}
		}
	})
}

// Error pages in the place of S3's errors say nothing of a signature where no
// object is known to be there.
func TestErrorPagesProveNothing(t *testing.T) {
	t.Parallel()
	page := func(w http.ResponseWriter, r *http.Request, to http.Handler) {
		if r.TLS != nil {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<html>nothing here</html>")
			return
		}
		to.ServeHTTP(w, r)
	}
	all, _ := probed(t, broken{handle: page}, func(o *probe.Options) { o.Objects = nil })
	for _, r := range all[:2] {
		if r.Status != probe.Skipped || !strings.HasPrefix(r.Detail, "404, an error page: ") {
			t.Errorf("%+v", r)
		}
	}
}

// respond responds with a status and a body.
func respond(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// What a response says of a promise, with an object that is there and without.
func TestResponses(t *testing.T) {
	t.Parallel()
	const (
		plain, public, presigned = "a plain request is refused", "a public path opens",
			"a presigned path is refused without a signature"
		missing = "<Error><Code>NoSuchKey</Code><RequestId>r</RequestId></Error>"
	)
	paths := map[string]string{plain: "/films/", public: "/public/", presigned: "/presigned/"}
	for name, c := range map[string]struct {
		promise  string
		there    bool
		response http.HandlerFunc
		status   probe.Status
	}{
		"plain, 400":               {plain, false, respond(400, "x"), probe.Kept},
		"plain, 421":               {plain, false, respond(421, "x"), probe.Kept},
		"plain, 403":               {plain, false, respond(403, "x"), probe.Skipped},
		"plain, 499 of an object":  {plain, true, respond(499, "x"), probe.Kept},
		"plain, 500 of an object":  {plain, true, respond(500, "x"), probe.Broken},
		"public, 200":              {public, false, respond(200, "x"), probe.Kept},
		"public, 300":              {public, false, respond(300, "x"), probe.Kept},
		"public, 300 of an object": {public, true, respond(300, "x"), probe.Broken},
		"public, 400":              {public, false, respond(400, "x"), probe.Skipped},
		"public, S3's 400":         {public, false, respond(400, missing), probe.Kept},
		"public, S3's 404":         {public, false, respond(404, missing), probe.Kept},
		"public, S3's 500":         {public, false, respond(500, missing), probe.Broken},
		"public, refused":          {public, false, denied, probe.Broken},
		"presigned, 400":           {presigned, true, respond(400, "x"), probe.Kept},
		"presigned, 399":           {presigned, true, respond(399, "x"), probe.Broken},
		"presigned, 500":           {presigned, true, respond(500, "x"), probe.Broken},
		"presigned, no object":     {presigned, false, respond(400, "x"), probe.Skipped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := func(r *http.Request) bool {
				return strings.HasPrefix(r.URL.Path, paths[c.promise]) ||
					c.promise == plain && r.URL.RawQuery == "" && r.TLS != nil
			}
			all, _ := probed(t, broken{handle: when(path, c.response)}, func(o *probe.Options) {
				if !c.there {
					o.Objects = nil
				}
			})
			for _, r := range all {
				if r.Promise == c.promise && r.Status != c.status {
					t.Errorf("%+v; want %s", r, c.status)
				}
			}
		})
	}
}

// A header that the template sets only where the origin does not may differ.
func TestHeadersOfTheOrigin(t *testing.T) {
	t.Parallel()
	other := func(w http.ResponseWriter, r *http.Request, to http.Handler) {
		to.ServeHTTP(otherHeader{w}, r)
	}
	for override, want := range map[bool]probe.Status{true: probe.Broken, false: probe.Kept} {
		all, _ := probed(t, broken{handle: other}, func(o *probe.Options) {
			for _, b := range o.Template.Distributions[0].Behaviors {
				if policy := b.ResponseHeaderPolicy; policy != nil {
					for i := range policy.Security {
						policy.Security[i].Override = override
					}
				}
			}
		})
		for _, r := range all {
			if r.Promise == "security headers are set" && r.Status != want {
				t.Errorf("override %t: %+v", override, r)
			}
		}
	}
}

// otherHeader responds with another Referrer-Policy.
type otherHeader struct{ http.ResponseWriter }

func (w otherHeader) WriteHeader(status int) {
	w.Header().Set("Referrer-Policy", "unsafe-url")
	w.ResponseWriter.WriteHeader(status)
}

// Another page than CloudFront's in the place of a refusal hides whose it is.
func TestErrorPagesHideRefusals(t *testing.T) {
	t.Parallel()
	const hides = ": it hides whether CloudFront or S3 refused"
	const (
		write, plain = "writing is refused", "plain HTTP leads to HTTPS"
		own          = "<HTML><H1>403 ERROR</H1>\n<PRE>\nGenerated by cloudfront (CloudFront)\nRequest ID: x\n</PRE></HTML>"
	)
	are := map[string]func(*http.Request) bool{
		write: func(r *http.Request) bool { return r.Method == http.MethodPut },
		plain: func(r *http.Request) bool { return r.TLS == nil },
	}
	for name, c := range map[string]struct {
		promise  string
		response http.HandlerFunc
		status   probe.Status
		detail   string
	}{
		"writing, 403":        {write, respond(403, "<html>"), probe.Skipped, "403, an error page" + hides},
		"writing, 405":        {write, respond(405, ""), probe.Skipped, "405, an error page" + hides},
		"writing, own page":   {write, respond(403, own), probe.Kept, "403, an error page"},
		"writing, other code": {write, respond(404, own), probe.Broken, "404, an error page"},
		"writing, no answer":  {write, respond(500, own), probe.Broken, "500, an error page"},
		"writing, signature":  {write, denied, probe.Broken, "403 AccessDenied"},
		"HTTP, 403":           {plain, respond(403, "<html>"), probe.Skipped, "403, an error page" + hides},
		"HTTP, own page":      {plain, respond(403, own), probe.Kept, "403, an error page"},
		"HTTP, signature":     {plain, denied, probe.Broken, "403 AccessDenied"},
		"HTTP, S3":            {plain, fromS3, probe.Broken, "403 AccessDenied from S3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, _ := probed(t, broken{handle: when(are[c.promise], c.response)}, func(*probe.Options) {})
			for _, r := range all {
				if r.Promise == c.promise && (r.Status != c.status || r.Detail != c.detail) {
					t.Errorf("%+v; want %s: %s", r, c.status, c.detail)
				}
			}
		})
	}
}

// Without a private key the missing signature would refuse what is written.
func TestWithoutKey(t *testing.T) {
	t.Parallel()
	unbroken := broken{handle: func(w http.ResponseWriter, r *http.Request, to http.Handler) { to.ServeHTTP(w, r) }}
	all, kept := probed(t, unbroken, func(o *probe.Options) { o.Deployment.Keys[0].PrivateKey = "" })
	want := []string{
		"a plain request is refused", "a public path opens", "a presigned path is refused without a signature",
		"the bucket's own address refuses", "plain HTTP leads to HTTPS",
	}
	for _, r := range all {
		isKept := r.Status == probe.Kept
		if isKept != slices.Contains(want, r.Promise) ||
			!isKept && r.Detail != "no private key of a trusted key is on this machine" {
			t.Errorf("%+v", r)
		}
	}
	if !kept {
		t.Error("a skipped promise counts as broken")
	}
}

// The template's distribution is the one of the deployment's host, or the only one.
func TestDistributionOfTemplate(t *testing.T) {
	t.Parallel()
	open := &infra.Distribution{
		DomainName: "other.example", Behaviors: []*infra.Behavior{{PathPattern: "*", ViewerProtocol: "allow-all"}},
	}
	unbroken := broken{handle: func(w http.ResponseWriter, r *http.Request, to http.Handler) { to.ServeHTTP(w, r) }}
	for name, c := range map[string]struct {
		change func(all []*infra.Distribution) []*infra.Distribution
		want   probe.Status
	}{
		"of the host": {
			func(all []*infra.Distribution) []*infra.Distribution {
				return append([]*infra.Distribution{open}, all...)
			},
			probe.Kept,
		},
		"the only one": {
			func([]*infra.Distribution) []*infra.Distribution { return []*infra.Distribution{open} }, probe.Skipped,
		},
		"neither": {
			func([]*infra.Distribution) []*infra.Distribution { return []*infra.Distribution{open, open} }, probe.Kept,
		},
	} {
		all, _ := probed(t, unbroken, func(o *probe.Options) {
			o.Template.Distributions = c.change(o.Template.Distributions)
		})
		for _, r := range all {
			if r.Promise == "plain HTTP leads to HTTPS" && r.Status != c.want {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
}

// Without a template the usual headers are looked for, and no promise is made of
// what is not set.
func TestWithoutTemplate(t *testing.T) {
	t.Parallel()
	unbroken := func(w http.ResponseWriter, r *http.Request, to http.Handler) { to.ServeHTTP(w, r) }
	for name, c := range map[string]struct {
		handle        proxy
		headers, cors string
	}{
		"set":      {unbroken, "Strict-Transport-Security, X-Content-Type-Options", "Access-Control-Allow-Origin: *"},
		"one only": {without("X-Content-Type-Options"), "not all are set; --template FILE says which are promised", ""},
		"no CORS": {
			without("Access-Control-Allow-Origin"), "",
			"no other origin is allowed; --template FILE says which are promised",
		},
	} {
		all, kept := probed(t, broken{handle: c.handle}, func(o *probe.Options) { o.Template = nil })
		for _, r := range all {
			want := map[string]string{
				"security headers are set": c.headers, "other origins may read as promised (CORS)": c.cors,
			}[r.Promise]
			if want != "" && r.Detail != want || !kept {
				t.Errorf("%s: %+v, want %q", name, r, want)
			}
		}
	}
}

// A server's own failure is no refusal, and opens nothing.
func TestServerFails(t *testing.T) {
	t.Parallel()
	fails := func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.WriteHeader(http.StatusInternalServerError)
	}
	all, kept := probed(t, broken{handle: fails}, func(*probe.Options) {})
	for _, r := range all {
		if r.Status == probe.Kept || kept {
			t.Errorf("%+v", r)
		}
	}
}
