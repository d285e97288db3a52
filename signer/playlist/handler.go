package playlist

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/signer"
)

// Handler relays manifests: it fetches the one of the same path from the
// distribution, rewrites it and lets its URIs of other manifests come back, so
// that players without cookies get each of them rewritten. It relays nothing
// but manifests: segments and keys come from the distribution.
//
//	http.Handle("/films/", &playlist.Handler{Signer: s, Terms: signer.Terms{For: 4 * time.Hour, Window: time.Hour},
//		Allow: func(r *http.Request) bool { return sessions.Valid(r.FormValue("token")) }, Token: "token"})
//
// With http.StripPrefix it may be mounted below any path.
type Handler struct {
	// Signer signs, and knows the deployment unless Base is set.
	Signer *signer.Signer

	// Terms are those of every signature. Resource is by default the
	// manifest's directory; a manifest that it does not cover is 404. With a
	// Window, viewers share manifests, and their caches what these name.
	Terms signer.Terms

	// Base is the distribution's URL without a path; that of the deployment by
	// default.
	Base string

	// Allow reports whether whoever sent the request may watch what is at its
	// path; 403 if not. It is required.
	Allow func(*http.Request) bool

	// URL is the origin at which players reach the handler, such as
	// https://app.example.com; by default that of each request, which is not
	// right behind a proxy that changes host or scheme.
	URL string

	// Token is the name of a query parameter that says who asks. Its value is
	// carried on every URI that comes back, so that Allow finds it there, and
	// does not reach the distribution.
	Token string

	// Fetch returns a manifest's response; by default [Fetch] with Client. A
	// program that reads the bucket itself sets it. A status other than 200
	// and 404, or an error other than fs.ErrNotExist, is 502 to the player.
	Fetch func(ctx context.Context, url string) (*http.Response, error)

	// Client makes the requests to the distribution; by default one with a
	// timeout of 20 seconds.
	Client *http.Client

	// Origins are the origins whose pages may read manifests, such as
	// https://app.example.com, with cookies; "*" is any, without cookies.
	Origins []string

	// OtherHosts are the Rewriter's.
	OtherHosts []string

	// OnError, if set, is called with what was not relayed and why, in place of
	// log.Print.
	OnError func(*http.Request, error)

	cache cache
}

// Errors of a Handler, for errors.Is on what OnError gets.
var (
	ErrNoAllow = errors.New("the handler has no Allow")
	ErrFetch   = errors.New("fetching the manifest failed")
)

var defaultClient = &http.Client{Timeout: 20 * time.Second}

// ServeHTTP responds to GET and HEAD with a manifest and to OPTIONS for CORS.
// It honors If-None-Match and Range.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.allowOrigin(w.Header(), r.Header.Get("Origin"))
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD")
		w.Header().Set("Access-Control-Allow-Headers", "Authorization, If-None-Match, Range, "+
			"CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	switch {
	case h.Allow == nil:
		h.fail(w, r, http.StatusInternalServerError, ErrNoAllow)
		return
	case !h.Allow(r):
		http.Error(w, "not allowed", http.StatusForbidden)
		return
	}
	p, status, err := h.page(r)
	if err != nil {
		h.fail(w, r, status, err)
		return
	}
	w.Header().Set("Content-Type", p.contentType)
	w.Header().Set("ETag", p.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.text))
}

// fail responds with a status and no word of why, which is for OnError.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, status int, err error) {
	if h.OnError != nil {
		h.OnError(r, err)
	} else {
		log.Printf("playlist: %q: %v", r.URL.Path, err)
	}
	http.Error(w, http.StatusText(status), status)
}

func (h *Handler) allowOrigin(header http.Header, origin string) {
	switch {
	case slices.Contains(h.Origins, "*"):
		header.Set("Access-Control-Allow-Origin", "*")
	case origin != "" && slices.Contains(h.Origins, origin):
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Allow-Credentials", "true")
	}
	header.Add("Vary", "Origin")
}

// page is a rewritten manifest.
type page struct {
	text             []byte
	contentType, tag string
	until            time.Time // it may be served again
}

// page returns the manifest that a request is for, or the status of its error.
func (h *Handler) page(r *http.Request) (*page, int, error) {
	at, carry := h.address(r.URL)
	rewriter := For(h.Signer, h.Terms)
	rewriter.Relay, rewriter.RelayURL = true, h.relayURL(r)
	rewriter.Carry, rewriter.OtherHosts = carry, h.OtherHosts
	w, err := rewriter.begin(at)
	switch {
	case err != nil:
		return nil, http.StatusBadRequest, err
	case !w.covers(w.base.String()):
		return nil, http.StatusNotFound, ErrOutside
	}
	at = w.base.String()
	now, key := time.Now(), strings.Join([]string{at, carry, rewriter.RelayURL}, "\n")
	if p := h.cache.get(key); p != nil {
		return p, 0, nil
	}
	text, header, err := h.fetch(r.Context(), at)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, http.StatusNotFound, err
	case err != nil:
		return nil, http.StatusBadGateway, err
	}
	signed, err := w.rewrite(text)
	if err != nil {
		return nil, http.StatusBadGateway, err
	}
	sum := sha256.Sum256(signed)
	p := &page{
		text: signed, contentType: w.contentType, tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:]) + `"`,
		until: now.Add(freshness(header, h.Terms, now)),
	}
	h.cache.put(key, p)
	return p, 0, nil
}

// address returns a manifest's URL on the distribution, and the query to carry.
// The token and a player's metrics (CMCD) are not part of the URL.
func (h *Handler) address(u *url.URL) (at, carry string) {
	base := h.Base
	if d := h.Signer.Deployment(); base == "" && d != nil {
		base = d.BaseURL()
	}
	var query []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if pair != "" && (err != nil || name != "CMCD" && (name != h.Token || name == "")) {
			query = append(query, pair)
		}
	}
	if values := u.Query(); h.Token != "" && values.Has(h.Token) {
		carry = url.Values{h.Token: {values.Get(h.Token)}}.Encode() // as Allow reads it, and safe in a manifest
	}
	at = base + "/" + strings.TrimPrefix(u.EscapedPath(), "/")
	if query != nil {
		at += "?" + strings.Join(query, "&")
	}
	return at, carry
}

// relayURL returns the URL of a request, as the player knows it.
func (h *Handler) relayURL(r *http.Request) string {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	path, _, _ := strings.Cut(r.RequestURI, "?") // before http.StripPrefix
	return cmp.Or(h.URL, scheme+r.Host) + path
}

// fetch returns a manifest as it is stored.
func (h *Handler) fetch(ctx context.Context, at string) ([]byte, http.Header, error) {
	get := h.Fetch
	if get == nil {
		get = func(ctx context.Context, at string) (*http.Response, error) {
			return Fetch(ctx, cmp.Or(h.Client, defaultClient), h.Signer, at)
		}
	}
	response, err := get(ctx, at)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, nil, fmt.Errorf("%w: %w", ErrFetch, fs.ErrNotExist)
	default:
		return nil, nil, fmt.Errorf("%w: the distribution responds %d", ErrFetch, response.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, tooLarge))
	return text, response.Header, err
}

// Fetch requests a manifest from the distribution, with a signature of a few
// minutes unless its path is public. The caller closes the response's body.
func Fetch(ctx context.Context, client *http.Client, s *signer.Signer, at string) (*http.Response, error) {
	signed, err := s.URL(at, signer.Terms{For: 5 * time.Minute})
	if errors.Is(err, signer.ErrPublicPath) {
		signed, err = at, nil
	}
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, signed, nil)
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err // without the URL, which is signed
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFetch, err)
	}
	return response, nil
}
