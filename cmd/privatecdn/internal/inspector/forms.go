package inspector

import (
	"net/http"
	"strings"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/har"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/verify"
)

// mostForm bounds a form that the page sends, in bytes.
const mostForm = 16 << 10

type trustedKey struct {
	ID        string         `json:"id"`
	Algorithm keys.Algorithm `json:"algorithm"`
	State     keys.State     `json:"state"`
	Created   time.Time      `json:"created,omitzero"` // added to the ring
	Signed    int            `json:"signed"`           // of the requests that are remembered
}

// caught is a behavior with what opens it.
type caught struct {
	Pattern string            `json:"pattern"`
	Access  deployment.Access `json:"access"`
	Opens   string            `json:"opens"`
	Keys    []string          `json:"keys"`
}

func newCaught(b deployment.Behavior) caught {
	return caught{b.PathPattern, b.Access, opens(b), b.Keys}
}

func opens(b deployment.Behavior) string {
	switch b.Access {
	case deployment.Public:
		return "Every request is served."
	case deployment.Presigned:
		return "An S3 signature, which S3 checks."
	}
	return "A signed URL or signed cookies by " + strings.Join(b.Keys, " or ") + "."
}

func (i *Inspector) distribution(w http.ResponseWriter, _ *http.Request) {
	d := i.Source.Deployment()
	var behaviors []caught
	for _, b := range d.Behaviors {
		behaviors = append(behaviors, newCaught(b))
	}
	var trusted []trustedKey
	signed := i.feed.signatures()
	for _, k := range d.Keys {
		trusted = append(trusted, trustedKey{k.ID, k.Algorithm, k.State, i.created(k), signed[k.ID]})
	}
	write(w, map[string]any{
		"stack": d.Stack, "endpoint": d.Endpoint, "hosts": d.Hosts, "bucket": d.Bucket.Name,
		"behaviors": behaviors, "keys": trusted, "leftOut": i.Source.LeftOut(),
	})
}

// created returns when a key was added to the ring, the zero time if it is not
// in it.
func (i *Inspector) created(k deployment.Key) time.Time {
	if ring := i.Source.Ring(); ring != nil {
		if known, err := ring.Find(k.Fingerprint); err == nil {
			return known.Created
		}
	}
	return time.Time{}
}

// path says which behavior catches a path.
func (i *Inspector) path(w http.ResponseWriter, r *http.Request) {
	path, _, _ := strings.Cut("/"+strings.TrimPrefix(r.FormValue("path"), "/"), "?")
	b, ok := i.Source.Deployment().Behavior(path)
	if !ok {
		http.Error(w, "No behavior catches this path.", http.StatusNotFound)
		return
	}
	write(w, newCaught(b))
}

// open signs what the form names, sets cookies where they were asked for, and
// leads the browser there. The signature is never part of the page.
func (i *Inspector) open(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	lifetime, err := time.ParseDuration(r.PostFormValue("for"))
	if err != nil {
		http.Error(w, "The lifetime is not a duration such as 10m or 8h.", http.StatusBadRequest)
		return
	}
	s, err := i.Source.Signer(r.Context())
	if err != nil {
		refuse(w, err)
		return
	}
	path, terms := "/"+strings.TrimPrefix(r.PostFormValue("path"), "/"), signer.Terms{For: lifetime}
	target := i.Source.Deployment().BaseURL() + path
	var cookies []*http.Cookie
	if r.PostFormValue("with") == "cookies" {
		cookies, err = s.Cookies(path, terms, signer.CookieOptions{})
	} else {
		target, err = s.URL(path, terms)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	for _, c := range cookies {
		http.SetCookie(w, c)
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

func (i *Inspector) har(w http.ResponseWriter, r *http.Request) {
	v, err := verify.Open(r.Context(), i.Source.Deployment())
	if err != nil {
		refuse(w, err)
		return
	}
	findings, err := har.Diagnose(r.Body, v.Check)
	if err != nil {
		refuse(w, err)
		return
	}
	write(w, findings)
}

func refuse(w http.ResponseWriter, err error) {
	text := strings.TrimSpace(err.Error() + "\n" + fault.Hint(err))
	http.Error(w, fault.Printable(fault.Text(text)), http.StatusBadRequest)
}
