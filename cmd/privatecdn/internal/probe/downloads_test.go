package probe_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/privatecdn/cmd/privatecdn/internal/probe"
)

// A name for a download arrives where the behavior passes it on, and is not
// tried where none does.
func TestDownloadName(t *testing.T) {
	t.Parallel()
	const (
		none   = "QueryStringsConfig: {QueryStringBehavior: none}"
		passed = "QueryStringsConfig: {QueryStringBehavior: whitelist, QueryStrings: [response-content-disposition]}"
	)
	without := func(names ...string) func(http.Handler) http.Handler {
		return func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				h.ServeHTTP(withoutHeaders{w, names}, r)
			})
		}
	}
	all := func(o probe.Options) probe.Options { return o }
	for name, c := range map[string]struct {
		to      string
		viewers func(http.Handler) http.Handler
		change  func(probe.Options) probe.Options
		status  probe.Status
		detail  string
	}{
		"passed on": {passed, without(), all, probe.Kept, `filename="B_cher _ May's.txt"; filename*=UTF-8''B%C3%BC`},
		"all passed on": {
			"QueryStringsConfig: {QueryStringBehavior: all}", without(), all, probe.Kept, "filename*=UTF-8''B%C3%BCcher",
		},
		"not passed on":  {none, without(), all, probe.Skipped, "no signed behavior passes"},
		"dropped":        {passed, without("Content-Disposition"), all, probe.Broken, "Content-Disposition is "},
		"another origin": {passed, without("Content-Disposition", "Server"), all, probe.Skipped, "is not S3's"},
		"no object there": {passed, without(), func(o probe.Options) probe.Options {
			o.Objects = []string{"/films/absent.js"}
			return o
		}, probe.Broken, "403"},
		"no object known": {passed, without(), func(o probe.Options) probe.Options {
			o.Objects = nil
			return o
		}, probe.Skipped, "--object PATH"},
		"no key": {passed, without(), func(o probe.Options) probe.Options {
			o.Deployment.Keys[0].PrivateKey = ""
			return o
		}, probe.Skipped, "no private key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := probe.Result{}
			o := c.change(deployed(t, none, c.to, c.viewers))
			_, err := probe.Run(t.Context(), o, func(r probe.Result) {
				if r.Promise == "a signed download name arrives" {
					found = r
				}
			})
			if err != nil || found.Status != c.status || !strings.Contains(found.Detail, c.detail) {
				t.Errorf("%+v, %v; want %s, %s", found, err, c.status, c.detail)
			}
		})
	}
}

// withoutHeaders is a response that lacks headers.
type withoutHeaders struct {
	http.ResponseWriter
	names []string
}

func (w withoutHeaders) WriteHeader(status int) {
	for _, name := range w.names {
		w.Header().Del(name)
	}
	w.ResponseWriter.WriteHeader(status)
}
