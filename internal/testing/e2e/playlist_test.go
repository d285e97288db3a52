package e2e_test

import (
	"bufio"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/playlist"
)

// TestRelayedStreamPlays checks that a player without cookies, which gets its
// playlists from a relay, gets every segment from the edge, and none without a
// signature.
func TestRelayedStreamPlays(t *testing.T) {
	t.Parallel()
	w := newRing(t, 0, func(ring string) keys.Store { return keys.FileStore{Ring: ring} })
	w.content = os.DirFS("../../../examples/content")
	w.start(keys.ECDSAP256, nil, 0)
	r := playlist.For(w.signers[0].Signer, signer.Terms{For: time.Hour, Resource: "/hls/*"})
	r.Relay = true
	relay := http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
		manifest, err := os.ReadFile("../../../examples/content" + q.URL.Path)
		if err != nil {
			http.NotFound(rw, q)
			return
		}
		signed, err := r.Rewrite("https://"+w.host+q.URL.Path, manifest)
		if err != nil {
			t.Error(err)
		}
		_, _ = rw.Write(signed)
	})
	p := &player{hosts: map[string]http.Handler{"app.example.com": relay, w.host: w.edge}, status: map[string]int{}}
	p.play("https://app.example.com/hls/stream.m3u8")
	segments := 0
	for u, status := range p.status {
		if status != http.StatusOK {
			t.Errorf("%s: %d", u, status)
		}
		bare, _, signed := strings.Cut(u, "?")
		if !signed {
			continue
		}
		segments++
		if status := p.get(bare).Code; status != http.StatusForbidden {
			t.Errorf("without its signature, %s: %d", bare, status)
		}
	}
	if segments < 8 {
		t.Errorf("only %d segments were played", segments)
	}
}

// player loads a whole HLS stream, as a simple player does.
type player struct {
	hosts  map[string]http.Handler
	status map[string]int
}

func (p *player) get(u string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, u, nil)
	request.TLS = &tls.ConnectionState{HandshakeComplete: true}
	answer := httptest.NewRecorder()
	p.hosts[request.Host].ServeHTTP(answer, request)
	return answer
}

var attributeURI = regexp.MustCompile(`URI="([^"]+)"`)

func (p *player) play(u string) {
	if _, got := p.status[u]; got {
		return
	}
	answer := p.get(u)
	p.status[u] = answer.Code
	base, err := url.Parse(u)
	if err != nil || !strings.HasSuffix(base.Path, ".m3u8") {
		return
	}
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		uri := lines.Text()
		if m := attributeURI.FindStringSubmatch(uri); m != nil {
			uri = m[1]
		} else if uri == "" || uri[0] == '#' {
			continue
		}
		if next, err := base.Parse(uri); err == nil {
			p.play(next.String())
		}
	}
}
