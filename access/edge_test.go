package access_test

import (
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/privatecdn/access"
)

// everything is a bucket that has every object, whose content is its name after
// a label. It implements fs.FS.
type everything struct{ label string }

func (e everything) Open(name string) (fs.File, error) {
	if name == "." {
		return fstest.MapFS{}.Open(name)
	}
	return fstest.MapFS{name: {Data: []byte(e.label + name)}}.Open(name)
}

// website responds to every request with its method and path, to one for
// …/fail-STATUS with that status. It implements http.RoundTripper.
type website struct{}

func (website) RoundTrip(r *http.Request) (*http.Response, error) {
	response := httptest.NewRecorder()
	response.Header().Set("X-Method", r.Method)
	response.Header().Set("X-Scheme", r.URL.Scheme)
	if code, found := strings.CutPrefix(path.Base(r.URL.Path), "fail-"); found {
		status, _ := strconv.Atoi(code)
		response.WriteHeader(status)
	}
	_, _ = response.WriteString("www:" + strings.TrimPrefix(r.URL.Path, "/"))
	result := response.Result()
	result.Request = r
	return result, nil
}

// unnoticed are the kinds that no viewer notices, and why.
var unnoticed = map[access.Kind]string{
	access.PublicAccessBlockWeakened: "a setting allows a policy or an access list that opens something, and opens " +
		"nothing itself",
	access.WebACLChanged:  "nothing here knows the rules of a web ACL",
	access.LoggingChanged: "who reads the log notices, not who is logged",
}

// unnoticedSentences are parts of the sentences of findings that no viewer
// notices at the edges of these tests.
var unnoticedSentences = map[string]string{
	"moves from the resource":  "here a key's ID comes from the key, at CloudFront from its resource",
	"is never reached":         "a note on the template, unless it opens a path, which is a finding of its own",
	"older TLS":                "the handshake is the server's, before there is a request",
	"may rewrite the path":     "what a function does is not looked at",
	"runs on":                  "the same",
	"what the function before": "the same",
}

// TestEveryFindingAtTheEdges puts the witness of every finding to the edges of
// both templates: what it says of viewers holds at the one and not at the other.
// A kind that is neither put to the edges nor among those that no viewer
// notices fails.
func TestEveryFindingAtTheEdges(t *testing.T) {
	t.Parallel()
	signers := map[string]*randomKey{"KeyOne": newRandomKey(t), "KeyTwo": newRandomKey(t)}
	confirmed := map[access.Kind]int{}
	for name, c := range changes {
		old, now := c.sites()
		findings := access.Diff(old.read(t), now.read(t))
		if len(findings) == 0 {
			continue
		}
		for _, failing := range []int{0, 404, 403, 500} { // with which the first origins of groups fail
			p := &proving{t: t, keys: signers, failing: failing, old: old, now: now}
			findings = slices.DeleteFunc(findings, func(f access.Finding) bool {
				proof := proofs[f.Kind]
				done := proof != nil && proof(p, f)
				if done {
					confirmed[f.Kind]++
				}
				return done || unnoticed[f.Kind] != ""
			})
		}
		for _, f := range findings {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(unnoticedSentences)),
				func(s string) bool { return strings.Contains(f.Sentence, s) }) {
				t.Errorf("%s: the edges do not show that %s (%s %s, witness %s)", name, f.Sentence, f.Severity, f.Kind, f.Witness)
			}
		}
	}
	for _, kind := range access.Kinds {
		if reason := unnoticed[kind]; (reason == "") == (confirmed[kind] == 0) {
			t.Errorf("%s: confirmed %d times; reason why not: %q", kind, confirmed[kind], reason)
		}
	}
}
