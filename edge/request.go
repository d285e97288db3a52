package edge

import (
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"example.com/privatecdn/edge/internal/forwarding"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/signer/verify"
)

// request is one viewer request on its way through the edge.
type request struct {
	edge *Edge
	http *http.Request
	now  time.Time
	id   string
	out  http.Header // of the http.ResponseWriter; every response is written into it

	target             // what the viewer sent
	invalid error      // why that is not a valid address; target is zero
	viewer  netip.Addr // "invalid" if unknown

	viewerCookies []forwarding.Cookie // as sent, which a function does not change

	dist     *distribution
	behavior *behavior
	chosen   *contentOrigin // in place of the behavior's origin, nil

	// What the cache and the origin see: without the signature's parameters,
	// and as a CloudFront function left it.
	path      string // raw, as the origin gets it
	query     string
	header    http.Header // the viewer's, which must not be changed
	cookies   []forwarding.Cookie
	matchPath string // path normalized, as path patterns see it

	// What was decided, for Options.OnRequest.
	keyID    string
	cacheKey string
	sent     http.Header // to the origin
	age      time.Duration
}

func (e *Edge) newRequest(w http.ResponseWriter, r *http.Request) *request {
	q := &request{edge: e, http: r, now: e.options.Clock(), id: requestID(), out: w.Header(), header: r.Header}
	q.target, q.invalid = parseTarget(r)
	q.viewer = e.viewerAddress(r)
	q.query = verify.Strip(q.target.query)
	q.cookies = forwarding.ParseCookies(r.Header["Cookie"])
	q.viewerCookies = q.cookies
	q.setPath(q.target.path)
	return q
}

func (q *request) setPath(path string) {
	q.path, q.matchPath = path, pathpattern.Normalize(path)
}

func (e *Edge) viewerAddress(r *http.Request) netip.Addr {
	address := r.RemoteAddr
	if e.options.ForwardedFor {
		if first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-For"), ","); first != "" {
			address = strings.TrimSpace(first)
		}
	}
	if host, _, err := net.SplitHostPort(address); err == nil {
		address = host
	}
	addr, _ := netip.ParseAddr(address)
	return addr.Unmap()
}

// requestID is 56 characters, as CloudFront's are. It need not be secret.
func requestID() string {
	var b [40]byte
	for i := 0; i < len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], rand.Uint64())
	}
	var text [56]byte
	base64.URLEncoding.Encode(text[:], b[:])
	return string(text[:])
}

func isReadMethod(method string) bool {
	return method == http.MethodGet || method == http.MethodHead
}
