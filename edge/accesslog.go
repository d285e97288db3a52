package edge

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/privatecdn/signer/verify"
)

// logFields are the fields of CloudFront's standard logs.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
const logFields = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) " +
	"cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes " +
	"time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status " +
	"fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len " +
	"sc-range-start sc-range-end"

// AccessLog returns a function for Options.OnRequest that writes a line a
// request to w in the format of CloudFront's standard logs, without signatures.
// It calls failed with an error of w.
func AccessLog(w io.Writer, failed func(error)) func(Trace) {
	var mu sync.Mutex
	begun := false
	return func(t Trace) {
		line := strings.Join(t.logLine(), "\t") + "\n"
		mu.Lock()
		defer mu.Unlock()
		if !begun {
			begun, line = true, "#Version: 1.0\n#Fields: "+logFields+"\n"+line
		}
		if _, err := io.WriteString(w, line); err != nil {
			failed(err)
		}
	}
}

func (t *Trace) logLine() []string {
	q, h := t.request, t.Request.Header
	_, port, _ := net.SplitHostPort(t.Request.RemoteAddr)
	host := q.host
	if q.dist != nil {
		host = q.dist.DomainName
	}
	protocol, cipher := "", ""
	if s := t.Request.TLS; s != nil {
		protocol, cipher = tlsVersion(s), cloudFrontCipher(s.CipherSuite)
	}
	sent, _, _ := strings.Cut(strings.TrimPrefix(t.Response.Get("Content-Range"), "bytes "), "/")
	start, end, _ := strings.Cut(strings.TrimPrefix(sent, "*"), "-")
	utc := t.Time.UTC()
	line := []string{
		utc.Format(time.DateOnly), utc.Format(time.TimeOnly), pop, strconv.FormatInt(t.sent(), 10), q.viewer.String(),
		t.Request.Method, host, q.target.path, strconv.Itoa(t.Status), h.Get("Referer"), h.Get("User-Agent"),
		verify.Strip(q.target.query),
		h.Get("Cookie"), t.Cache, q.id, q.host, q.scheme,
		strconv.Itoa(q.bytes() + int(max(t.Request.ContentLength, 0))),
		seconds(t.Duration), h.Get("X-Forwarded-For"), protocol, cipher,
		t.Cache, t.Request.Proto, "", "", port, seconds(t.FirstByte), t.Cache, t.Response.Get("Content-Type"),
		t.Response.Get("Content-Length"), start, end,
	}
	for i, value := range line {
		line[i] = cmp.Or(escapeField(q.printable(value)), "-")
	}
	return line
}

// sent returns the size of the response: its body, its headers and the status
// line.
func (t *Trace) sent() int64 {
	return t.Bytes + int64(headerBytes(t.Response)+len("HTTP/1.1 200 \r\n\r\n")+len(http.StatusText(t.Status)))
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// escapeField percent-encodes what separates fields or is not ASCII.
func escapeField(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
