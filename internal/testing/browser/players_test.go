package browser_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/internal/testing/browser"
	"example.com/privatecdn/internal/testing/need"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/playlist"
)

// scripts are the players, as npm installs them.
var scripts = map[string]string{
	"hls.js":     "hls.js/dist/hls.min.js",
	"hls.js 1.6": "hls.js-1.6/dist/hls.min.js",
	"shaka":      "shaka-player/dist/shaka-player.compiled.js",
	"dash.js":    "dashjs/dist/modern/umd/dash.all.min.js",
}

// manifest is the MPD of the stream of examples/content.
const manifest = `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT6S" minBufferTime="PT1S"
  profiles="urn:mpeg:dash:profile:isoff-live:2011"><Period id="0" start="PT0S">
  <AdaptationSet contentType="video" mimeType="video/mp4" segmentAlignment="true">
    <SegmentTemplate media="$RepresentationID$/$Number$.m4s" initialization="$RepresentationID$/init.mp4"
      startNumber="0" duration="2"/>
    <Representation id="270p" bandwidth="160000" width="480" height="270" codecs="avc1.4d401f,mp4a.40.2"/>
  </AdaptationSet></Period></MPD>`

// across is the scenario with cookies for pages of other origins.
const across = "cookies-across-origins"

// streams is the bucket with the stream, its MPD and what changes.
type streams struct {
	fs.FS
	changing map[string]func() string
}

func newStreams() streams {
	return streams{os.DirFS("../../../examples/content"), map[string]func() string{
		"hls/stream.mpd": func() string { return manifest },
	}}
}

func (s streams) Open(name string) (fs.File, error) {
	text, ok := s.changing[name]
	if !ok {
		return s.FS.Open(name)
	}
	return fstest.MapFS{name: {Data: []byte(text()), ModTime: time.Now()}}.Open(name)
}

// stage is a site with a page that plays, and the media host.
type stage struct {
	*edgetest.Server
	page  *browser.Page
	relay playlist.Handler
}

// open opens a page of a site, which has the players, a login and a relay.
func open(t *testing.T, scenario, site string, content fs.FS, sameSite http.SameSite) *stage {
	t.Helper()
	t.Parallel()
	for _, script := range scripts {
		need.NodeModule(t, script)
	}
	s := &stage{Server: edgetest.NewServer(t, deployed(t, scenario, site), content)}
	s.relay = playlist.Handler{
		Signer: s.Signer, Base: media, Client: s.Server.Client(), Token: "token", Origins: []string{site},
		Terms:   signer.Terms{For: time.Hour, Resource: media + "/hls/*"},
		Allow:   func(r *http.Request) bool { return r.FormValue("token") == "good" },
		OnError: func(_ *http.Request, err error) { t.Log("relay: ", err) },
	}
	mux := http.NewServeMux()
	mux.Handle("/", blank)
	mux.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", site)
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		cookies, err := s.Signer.Cookies(media+"/hls/*", signer.Terms{For: time.Hour},
			signer.CookieOptions{Domain: "example.com", SameSite: sameSite})
		set(t, w, cookies, err)
	})
	mux.Handle("/relay/", http.StripPrefix("/relay", &s.relay))
	mux.Handle("/players/", http.StripPrefix("/players/", http.FileServer(http.Dir("../../../node_modules"))))
	s.page = browser.Open(t, browser.Hosts{
		strings.TrimPrefix(site, "https://"): mux, "app.example.com": mux, "media.example.com": s.Edge,
	})
	s.page.Go(site)
	return s
}

// options say how a player plays.
type options struct {
	Credentials bool // sends cookies
	CMCD        bool // sends metrics in the query
	Buffer      int  // seconds that are loaded ahead
}

// play starts a player. What goes wrong for good is in window.failed.
func (s *stage) play(player, url string, o options) {
	browser.Eval[bool](s.page, `async (src, player, url, o) => {
		window.failed = [];
		const script = document.createElement("script");
		await new Promise((loaded, failed) => {
			Object.assign(script, {src, onload: loaded, onerror: failed});
			document.head.append(script);
		});
		const video = document.body.appendChild(document.createElement("video"));
		video.muted = true;
		window.video = video;
		if (player.startsWith("hls.js")) {
			const hls = new Hls({
				cmcd: o.CMCD ? {} : undefined, lowLatencyMode: true,
				maxBufferLength: o.Buffer, maxMaxBufferLength: o.Buffer,
				fragLoadPolicy: {default: {
					maxTimeToFirstByteMs: 9000, maxLoadTimeMs: 9000, timeoutRetry: null, errorRetry: null,
				}},
				xhrSetup: xhr => { xhr.withCredentials = o.Credentials },
			});
			hls.on(Hls.Events.ERROR, (_, e) => {
				if (e.fatal) failed.push(e.details + " " + (e.response?.code ?? e.error?.message));
			});
			hls.loadSource(url);
			hls.attachMedia(video);
			window.hls = hls;
		} else if (player === "shaka") {
			const shakaPlayer = new shaka.Player();
			await shakaPlayer.attach(video);
			shakaPlayer.configure({cmcd: {enabled: o.CMCD, useHeaders: false}, streaming: {bufferingGoal: o.Buffer}});
			shakaPlayer.getNetworkingEngine().registerRequestFilter((_, r) => {
				r.allowCrossSiteCredentials = o.Credentials;
			});
			shakaPlayer.addEventListener("error", e => failed.push("shaka " + e.detail.code + " " + e.detail.data));
			await shakaPlayer.load(url).catch(e => failed.push("shaka " + (e.code ?? e.stack) + " " + e.data));
		} else {
			const dash = dashjs.MediaPlayer().create();
			dash.updateSettings({
				debug: {logLevel: 0},
				streaming: {cmcd: {enabled: o.CMCD, mode: "query"}, buffer: {bufferTimeDefault: o.Buffer}},
			});
			if (o.Credentials)
				for (const type of ["MPD", "InitializationSegment", "MediaSegment"])
					dash.setXHRWithCredentialsForType(type, true);
			dash.on("error", e => failed.push("dash.js " + e.error.code + " " + e.error.message));
			dash.initialize(video, url, false);
		}
		video.play().catch(() => {});
		return true;
	}`, "/players/"+scripts[player], player, url, o)
}

// await waits until the video has played up to a second, or fails the test
// with the player's error.
func (s *stage) await(t *testing.T, second float64) {
	t.Helper()
	browser.Await(s.page, `second => {
		video.playbackRate = 4;
		return failed.length > 0 || video.currentTime >= second;
	}`, second)
	if failed := browser.Eval[[]string](s.page, `() => failed`); len(failed) > 0 {
		t.Fatalf("%q; %q", failed, s.page.Complaints())
	}
}

// segments returns the URLs of the segments that the page requested.
func (s *stage) segments() (urls []string) {
	for _, r := range s.page.Requests() {
		if path, _, _ := strings.Cut(r.URL, "?"); r.Method == "GET" && strings.HasSuffix(path, ".m4s") {
			urls = append(urls, r.URL)
		}
	}
	return urls
}

// signed returns the whole segments' URLs that a player requested; it fails the
// test unless each held a signature and nothing that was re-encoded.
func (s *stage) signed(t *testing.T, want int) []string {
	t.Helper()
	urls := s.segments()
	for _, url := range urls {
		if !strings.Contains(url, "Signature=") || strings.Contains(url, "%7E") {
			t.Errorf("requested %s", url)
		}
	}
	if len(urls) < want {
		t.Errorf("%d segments were requested, want %d: %q", len(urls), want, urls)
	}
	return urls
}

// Every player plays a signed manifest from anywhere, with metrics in the
// query, which re-encodes it.
func TestPlayersSignedManifest(t *testing.T) {
	for player, file := range map[string]string{
		"hls.js": "hls/270p/index.m3u8", "hls.js 1.6": "hls/270p/index.m3u8",
		"shaka": "hls/270p/index.m3u8", "dash.js": "hls/stream.mpd",
	} {
		t.Run(player, func(t *testing.T) {
			content := newStreams()
			text, err := fs.ReadFile(content, file)
			if err != nil {
				t.Fatal(err)
			}
			s := open(t, across, app, content, 0)
			r := playlist.For(s.Signer, signer.Terms{For: time.Hour, Resource: media + "/hls/*"})
			r.Absolute = true
			signed, err := r.Rewrite(media+"/"+file, text)
			if err != nil {
				t.Fatal(err)
			}
			content.changing[file] = func() string { return string(signed) }
			grant, err := s.Signer.Grant(media+"/hls/*", signer.Terms{For: time.Hour}) // covers the metrics, too
			if err != nil {
				t.Fatal(err)
			}
			url, err := grant.URL(media + "/" + file)
			if err != nil {
				t.Fatal(err)
			}
			s.play(player, url, options{CMCD: true, Buffer: 10})
			s.await(t, 5.5)
			for _, url := range s.signed(t, 3) {
				if !strings.Contains(url, "CMCD=") {
					t.Errorf("without metrics: %s", url)
				}
			}
		})
	}
}

// Every player follows the relay from manifest to manifest, by the token alone.
func TestPlayersRelay(t *testing.T) {
	for player, file := range map[string]string{
		"hls.js": "stream.m3u8", "hls.js 1.6": "stream.m3u8", "shaka": "stream.m3u8", "dash.js": "stream.mpd",
	} {
		t.Run(player, func(t *testing.T) {
			s := open(t, across, app, newStreams(), 0)
			s.play(player, app+"/relay/hls/"+file+"?token=good", options{Buffer: 10})
			s.await(t, 5.5)
			s.signed(t, 3)
		})
	}
}

// Cookies play on the same site and, with SameSite=None, on another.
func TestPlayersCookies(t *testing.T) {
	files := map[string]string{"hls.js": "stream.m3u8", "shaka": "stream.mpd", "dash.js": "stream.mpd"}
	for player, file := range files {
		for site, sameSite := range map[string]http.SameSite{app: http.SameSiteLaxMode, other: http.SameSiteNoneMode} {
			t.Run(player+" on "+site, func(t *testing.T) {
				s := open(t, across, site, newStreams(), sameSite)
				s.logIn()
				s.play(player, media+"/hls/"+file, options{Credentials: true, Buffer: 10})
				s.await(t, 5.5)
				if n := len(s.segments()); n < 3 {
					t.Errorf("%d segments were requested", n)
				}
			})
		}
	}
}

// logIn sets the cookies anew.
func (s *stage) logIn() {
	browser.Eval[int](s.page, `url => fetch(url, {credentials: "include"}).then(r => r.status)`, app+"/login")
}

// Cookies that end while a player plays stop it; renewed before that, they are
// taken up without a reload.
func TestPlayersExpiry(t *testing.T) {
	for _, renewed := range []bool{true, false} {
		t.Run(fmt.Sprint("renewed ", renewed), func(t *testing.T) {
			s := open(t, across, app, newStreams(), 0)
			s.logIn()
			s.play("hls.js", media+"/hls/270p/index.m3u8", options{Credentials: true, Buffer: 1})
			browser.Await(s.page, `() => video.currentTime > 0`)
			if len(s.segments()) > 2 {
				t.Fatal("everything is loaded at once")
			}
			s.Clock.Advance(59 * time.Minute)
			if renewed {
				s.logIn()
			}
			s.Clock.Advance(2 * time.Minute)
			if renewed {
				s.await(t, 5.5)
				return
			}
			browser.Await(s.page, `() => failed.length > 0`)
			if at := browser.Eval[float64](s.page, `() => video.currentTime`); at > 4.5 {
				t.Errorf("played until %v", at)
			}
		})
	}
}

// growing is a live playlist of the stream that is a segment longer each time
// it is read, up to its end; parts are for low latency. Its first segment ends
// with its sound, after 1.95 s: of a longer one hls.js would at times load the
// part of the missing end for ever.
func growing(reads *atomic.Int32, parts bool) func() string {
	return func() string {
		n := min(int(reads.Add(1)), 3)
		var b strings.Builder
		b.WriteString("#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n")
		if parts {
			b.WriteString("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=6.0\n" +
				"#EXT-X-PART-INF:PART-TARGET=2.0\n")
		}
		b.WriteString("#EXT-X-MAP:URI=\"init.mp4\"\n")
		for i := range n {
			if parts {
				fmt.Fprintf(&b, "#EXT-X-PART:DURATION=1.95,URI=\"%d.m4s?part=1\",INDEPENDENT=YES\n", i)
			}
			if !parts || i < n-1 || i == 2 {
				fmt.Fprintf(&b, "#EXTINF:1.95,\n%d.m4s\n", i)
			}
		}
		if n == 3 {
			b.WriteString("#EXT-X-ENDLIST\n")
		}
		return b.String()
	}
}

// A live playlist is rewritten at each reload, with delivery directives in the
// query where the playlist offers low latency.
func TestPlayersLive(t *testing.T) {
	for _, player := range []string{"hls.js", "hls.js 1.6", "shaka"} {
		for _, parts := range []bool{false, true} {
			t.Run(fmt.Sprint(player, ", low latency ", parts), func(t *testing.T) {
				var reads atomic.Int32
				if player == "shaka" {
					reads.Store(1) // it needs a whole segment to start with
				}
				content := newStreams()
				content.changing["hls/270p/live.m3u8"] = growing(&reads, parts)
				content.changing["hls/live.m3u8"] = func() string {
					return "#EXTM3U\n" +
						"#EXT-X-STREAM-INF:BANDWIDTH=160000,CODECS=\"avc1.4d401f,mp4a.40.2\"\n270p/live.m3u8\n"
				}
				s := open(t, "live", app, content, 0)
				s.relay.Terms.Window = time.Hour // hls.js wants the same URL for a part again
				s.relay.Allow = func(*http.Request) bool {
					s.Clock.Advance(2 * time.Second) // past what the edge keeps of a live playlist
					return true
				}
				s.play(player, app+"/relay/hls/live.m3u8?token=good", options{Buffer: 10, CMCD: true})
				s.await(t, 5.5)
				s.signed(t, 3)
				directives := 0
				for _, r := range s.page.Requests() {
					if strings.Contains(r.URL, "_HLS_msn=") {
						directives++
					}
				}
				if reads.Load() < 3 || parts && player == "hls.js" && directives == 0 {
					t.Errorf("%d reads, %d requests with directives", reads.Load(), directives)
				}
			})
		}
	}
}
