package playlist_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/playlist"
)

// relay is a handler over stored manifests, by path, and what it fetched.
type relay struct {
	playlist.Handler
	stored  map[string]string
	header  http.Header
	fetched atomic.Int32
	asked   string // the URL that was fetched last
	failure error  // that was reported last
}

func newRelay(t *testing.T, stored map[string]string) *relay {
	t.Helper()
	s, _ := deployed(t)
	r := &relay{stored: stored, header: http.Header{}}
	r.Handler = playlist.Handler{
		Signer: s, Terms: signer.Terms{For: time.Hour, Resource: "/films/*"}, Token: "token",
		Allow:   func(request *http.Request) bool { return request.FormValue("token") == "good" },
		OnError: func(_ *http.Request, err error) { r.failure = err },
		Fetch: func(_ context.Context, url string) (*http.Response, error) {
			r.fetched.Add(1)
			r.asked = url
			path, _, _ := strings.Cut(strings.TrimPrefix(url, "https://d111111abcdef8.cloudfront.net"), "?")
			text, ok := r.stored[path]
			if !ok {
				return nil, fs.ErrNotExist
			}
			return &http.Response{StatusCode: 200, Header: r.header, Body: io.NopCloser(strings.NewReader(text))}, nil
		},
	}
	return r
}

// do sends a request with headers, given as name and value in turn.
func do(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var stored = map[string]string{
	"/films/7/index.m3u8": hls(
		"#EXT-X-STREAM-INF:BANDWIDTH=1",
		"https://d111111abcdef8.cloudfront.net/films/7/low.m3u8",
	),
	"/films/7/low.m3u8": hls("1.ts"),
	"/films/7/live.mpd": mpd("<Location>/films/7/live.mpd</Location><ContentSteering>s.json</ContentSteering>"),
	"/films/7/patch":    "<Patch/>",
	"/films/7/s.json":   `{"PATHWAY-PRIORITY": [], "RELOAD-URI": "s.json"}`,
	"/films/7/config":   `{"secret": 1}`,
	"/films/7/film.mp4": "\x00\x00\x00\x20ftypisom",
	"/other/index.m3u8": hls("1.ts"),
}

// Every manifest that a player follows comes back with its token, and its
// content from the distribution with a signature.
func TestHandler(t *testing.T) {
	t.Parallel()
	r := newRelay(t, stored)
	for _, test := range []struct {
		target, contentType string
		holds               []string
	}{
		{"/films/7/index.m3u8?token=good", "application/vnd.apple.mpegurl",
			[]string{"\n../../films/7/low.m3u8?token=good\n"}},
		{"/films/7/low.m3u8?token=good", "application/vnd.apple.mpegurl", []string{"\n" + home + "1.ts?Policy="}},
		{"/films/7/live.mpd?token=good", "application/dash+xml", []string{
			"<BaseURL>" + home + "</BaseURL>", "<Location>../../films/7/live.mpd?token=good</Location>",
			"<ContentSteering>http://example.com/films/7/s.json?token=good<",
		}},
		{"/films/7/s.json?token=good", "application/json", []string{`"s.json?token=good"`}},
	} {
		w := do(r, "GET", test.target)
		if w.Code != 200 || w.Header().Get("Content-Type") != test.contentType {
			t.Errorf("%s: %d, %q, %v", test.target, w.Code, w.Header(), r.failure)
		}
		for _, want := range test.holds {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: no %q in %s", test.target, want, w.Body)
			}
		}
		if strings.Contains(r.asked, "token") {
			t.Errorf("the distribution is asked for %s", r.asked)
		}
	}
	mounted := do(http.StripPrefix("/relay", r), "GET", "/relay/films/7/live.mpd?token=good")
	if !strings.Contains(mounted.Body.String(), "http://example.com/relay/films/7/s.json?token=good") {
		t.Errorf("mounted below a path: %s", mounted.Body)
	}
	r.URL = "https://app.example.com"
	if w := do(r, "GET", "/films/7/live.mpd?token=good"); !strings.Contains(
		w.Body.String(),
		"https://app.example.com/films/7/s.json",
	) {
		t.Errorf("behind a proxy: %s", w.Body)
	}
}

// A token is carried as Allow reads it, and is no part of a manifest's text.
func TestHandlerToken(t *testing.T) {
	t.Parallel()
	r := newRelay(t, map[string]string{"/films/7/a": hls(`#EXT-X-MEDIA:TYPE=AUDIO,URI="b.m3u8"`)})
	for query, want := range map[string]string{
		`token=x",URI="//o.example`: "token=x%22%2CURI%3D%22%2F%2Fo.example",
		"token=x;y&token=z":         "token=z",
		"t%6Fken=x&token=y":         "token=x",
	} {
		var read string
		r.Allow = func(request *http.Request) bool {
			read = request.FormValue("token")
			return true
		}
		body := do(r, "GET", "/films/7/a?"+query).Body.String()
		if carried, err := url.ParseQuery(want); err != nil || carried.Get("token") != read ||
			!strings.Contains(body, `URI="b.m3u8?`+want+`"`) {
			t.Errorf("%s: Allow reads %q, and the manifest is %s", query, read, body)
		}
	}
	if body := do(r, "GET", "/films/7/a?x=1").Body.String(); !strings.Contains(body, `URI="b.m3u8"`) {
		t.Errorf("without a token, the manifest is %s", body)
	}
}

// What is not a manifest, not allowed or not right is refused, with no word of
// why to the player.
func TestHandlerRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, method, target string
		change               func(*relay)
		status               int
		kind                 error
	}{
		{"no token", "GET", "/films/7/index.m3u8", nil, 403, nil},
		{"no Allow", "GET", "/films/7/index.m3u8?token=good", func(r *relay) { r.Allow = nil }, 500,
			playlist.ErrNoAllow},
		{"a segment", "GET", "/films/7/film.mp4?token=good", nil, 502, playlist.ErrFormat},
		{"other JSON", "GET", "/films/7/config?token=good", nil, 502, playlist.ErrFormat},
		{"a patch", "GET", "/films/7/patch?token=good", nil, 502, playlist.ErrFormat},
		{"nothing there", "GET", "/films/7/none.m3u8?token=good", nil, 404, fs.ErrNotExist},
		{"not covered", "GET", "/other/index.m3u8?token=good", nil, 404, playlist.ErrOutside},
		{"dot segments", "GET", "/films/%2e%2e/index.m3u8?token=good", nil, 400, nil},
		{"a signature", "GET", "/films/7/index.m3u8?token=good&Signature=x", nil, 400, nil},
		{"a method", "POST", "/films/7/index.m3u8?token=good", nil, 405, nil},
		{"without end", "GET", "/films/7/index.m3u8?token=good", func(r *relay) {
			r.stored = map[string]string{"/films/7/index.m3u8": hls(strings.Repeat("#", playlist.MaxSize))}
		}, 502, playlist.ErrTooLarge},
		{"an error", "GET", "/films/7/index.m3u8?token=good", func(r *relay) {
			r.Fetch = func(context.Context, string) (*http.Response, error) {
				return &http.Response{StatusCode: 403, Body: http.NoBody}, nil
			}
		}, 502, playlist.ErrFetch},
		{"not found", "GET", "/films/7/index.m3u8?token=good", func(r *relay) {
			r.Fetch = func(context.Context, string) (*http.Response, error) {
				return &http.Response{StatusCode: 404, Body: http.NoBody}, nil
			}
		}, 404, fs.ErrNotExist},
		{"broken off", "GET", "/films/7/index.m3u8?token=good", func(r *relay) {
			r.Fetch = func(context.Context, string) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Body: io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))}, nil
			}
		}, 502, io.ErrUnexpectedEOF},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRelay(t, stored)
			if test.change != nil {
				test.change(r)
			}
			w := do(r, test.method, test.target)
			if w.Code != test.status || test.kind != nil && !errors.Is(r.failure, test.kind) {
				t.Errorf("%d, %v; want %d, %v", w.Code, r.failure, test.status, test.kind)
			}
			if body := w.Body.String(); len(body) > 40 || strings.Contains(body, "Signature") {
				t.Errorf("the player gets %q", body)
			}
		})
	}
}

// HEAD, conditional requests and CORS are those of a file.
func TestHandlerHTTP(t *testing.T) {
	t.Parallel()
	r := newRelay(t, stored)
	r.Terms.Window, r.Origins = 12*time.Hour, []string{"https://app.example.com"}
	const target = "/films/7/low.m3u8?token=good"
	got := do(r, "GET", target, "Origin", "https://app.example.com")
	tag, length := got.Header().Get("ETag"), got.Body.Len()
	if tag == "" || got.Header().Get("Access-Control-Allow-Origin") != "https://app.example.com" ||
		got.Header().Get("Access-Control-Allow-Credentials") != "true" || got.Header().Get("Vary") != "Origin" ||
		got.Header().Get("Cache-Control") != "private, no-cache" {
		t.Errorf("%v", got.Header())
	}
	if w := do(r, "GET", target, "If-None-Match", tag); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("conditional: %d", w.Code)
	}
	if w := do(r, "HEAD", target); w.Code != 200 || w.Body.Len() > 0 || w.Header().Get("ETag") != tag || length == 0 {
		t.Errorf("HEAD: %d, %v", w.Code, w.Header())
	}
	if w := do(r, "GET", target, "Range", "bytes=0-6"); w.Code != 206 || w.Body.String() != "#EXTM3U" {
		t.Errorf("range: %d, %q", w.Code, w.Body)
	}
	if w := do(r, "GET", target, "Origin", "https://other.example"); w.Header().
		Get("Access-Control-Allow-Origin") !=
		"" {
		t.Errorf("another origin: %v", w.Header())
	}
	if w := do(r, "OPTIONS", "/films/7/low.m3u8", "Origin", "https://app.example.com"); w.Code != 204 ||
		w.Header().Get("Access-Control-Allow-Methods") != "GET, HEAD" ||
		!strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "If-None-Match, Range, CMCD-Object") {
		t.Errorf("preflight: %d, %v", w.Code, w.Header())
	}
	if w := do(r, "PUT", target); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, OPTIONS" {
		t.Errorf("another method: %d, %v", w.Code, w.Header())
	}
	r.Base = "https://media.example.com"
	if do(r, "GET", target); r.asked != "https://media.example.com/films/7/low.m3u8" {
		t.Errorf("with a base, the handler asks for %s", r.asked)
	}
	r.Base, r.Origins = "", []string{"*"}
	if w := do(r, "GET", target, "Origin", "https://a.example"); w.Header().Get("Access-Control-Allow-Origin") != "*" ||
		w.Header().Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("any origin: %v", w.Header())
	}
}

// Viewers share what is fetched and signed within a window, for as long as the
// distribution says; directives are part of what is shared, metrics are not.
func TestHandlerCache(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, control string
		window        time.Duration
		targets       []string
		fetched       int32
	}{
		{"fresh", "public, max-age=60", 12 * time.Hour, []string{"?token=good", "?token=good&CMCD=br%3D1",
			"?token=good"}, 1},
		{"directives", "max-age=60", 12 * time.Hour, []string{"?_HLS_msn=1&token=good", "?token=good&_HLS_msn=2"}, 2},
		{"the first token", "max-age=60", 12 * time.Hour, []string{"?token=good", "?token=good&token=x"}, 1},
		{"no window", "max-age=60", 0, []string{"?token=good", "?token=good"}, 2},
		{"not to be kept", "no-store", 12 * time.Hour, []string{"?token=good", "?token=good"}, 2},
		{"over", "max-age=0", 12 * time.Hour, []string{"?token=good", "?token=good"}, 2},
		{"not a number", "max-age=x", 12 * time.Hour, []string{"?token=good", "?token=good"}, 2},
		{"a length of time", "max-age=1h0", 12 * time.Hour, []string{"?token=good", "?token=good"}, 2},
		{"another's age", "max-age=60, s-maxage=0", 12 * time.Hour, []string{"?token=good", "?token=good"}, 1},
	} {
		r := newRelay(t, stored)
		r.Terms.Window = test.window
		r.Terms.For = time.Minute
		r.header.Set("Cache-Control", test.control)
		for _, query := range test.targets {
			if w := do(r, "GET", "/films/7/low.m3u8"+query); w.Code != 200 {
				t.Fatalf("%s: %d, %v", test.name, w.Code, r.failure)
			}
		}
		if got := r.fetched.Load(); got != test.fetched {
			t.Errorf("%s: fetched %d times, want %d", test.name, got, test.fetched)
		}
		if strings.Contains(r.asked, "CMCD") {
			t.Errorf("%s: fetched %s", test.name, r.asked)
		}
	}
}

// A manifest whose freshness nothing tells of may be live: what is asked for
// often is fetched seldom.
func TestHandlerCacheOfALiveManifest(t *testing.T) {
	t.Parallel()
	r := newRelay(t, stored)
	r.Terms.Window = 12 * time.Hour
	for range 100 {
		do(r, "GET", "/films/7/low.m3u8?token=good")
	}
	if r.fetched.Load() == 100 {
		t.Error("every request leads to a fetch")
	}
}

// The manifest comes from the distribution with a signature of five minutes, or
// without one where its path is public; an error does not repeat the signature.
func TestFetch(t *testing.T) {
	t.Parallel()
	s, _ := deployed(t)
	var asked string
	client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.String()
		if strings.Contains(asked, "broken") {
			return nil, io.ErrUnexpectedEOF
		}
		return &http.Response{StatusCode: 200, Body: http.NoBody, Request: r}, nil
	})}
	for path, signed := range map[string]bool{home + "a.m3u8": true, home + "public/a.m3u8": false} {
		begin := time.Now().Unix()
		response, err := playlist.Fetch(t.Context(), client, s, path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if strings.Contains(asked, "Signature=") != signed {
			t.Errorf("%s: asked for %s", path, asked)
		}
		u, _ := url.Parse(asked)
		expires, _ := strconv.ParseInt(u.Query().Get("Expires"), 10, 64)
		if signed && (expires < begin+300 || expires > time.Now().Unix()+301) {
			t.Errorf("%s: %d seconds", path, expires-begin)
		}
	}
	_, err := playlist.Fetch(t.Context(), client, s, home+"broken.m3u8")
	if !errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "Signature") {
		t.Errorf("broken: %v", err)
	}
	if _, err := playlist.Fetch(t.Context(), client, s, "https://other.example/a.m3u8"); !errors.Is(
		err,
		signer.ErrUnknownHost,
	) {
		t.Errorf("another host: %v", err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The cache holds 64 MB, eight manifests of eight with their keys: what does not
// fit takes the place of the rest.
func TestHandlerCacheIsBounded(t *testing.T) {
	t.Parallel()
	const key = home + "low.m3u8?v=1\ntoken=good\nhttp://example.com/films/7/low.m3u8"
	text := hls(strings.Repeat("#", 8<<20-len(key)-len(hls(""))))
	r := newRelay(t, map[string]string{"/films/7/low.m3u8": text})
	r.Terms.Window = 12 * time.Hour
	r.header.Set("Cache-Control", "max-age=600")
	for _, test := range []struct {
		query   string
		fetched int32
	}{{"v=1", 1}, {"v=2", 2}, {"v=3", 3}, {"v=4", 4}, {"v=5", 5}, {"v=6", 6}, {"v=7", 7}, {"v=8", 8},
		{"v=1", 8}, {"v=8", 8}, {"v=9", 9}, {"v=1", 10}, {"v=9", 10}} {
		if do(r, "HEAD", "/films/7/low.m3u8?token=good&"+test.query); r.fetched.Load() != test.fetched {
			t.Fatalf("%s: fetched %d times, want %d", test.query, r.fetched.Load(), test.fetched)
		}
	}
}
