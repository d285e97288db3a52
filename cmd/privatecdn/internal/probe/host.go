package probe

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"example.com/privatecdn/cmd/privatecdn/internal/viewerclient"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/signer"
)

// hostWithPath signs for a directory and requests an object outside of it, with
// the directory as part of the host. Only HTTP/2 carries such a host to the end.
func (p *probe) hostWithPath() (string, error) {
	o, err := p.object(deployment.Signed)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(o.url)
	if err != nil || u.Scheme != "https" {
		return "", skipped("the deployment has no HTTPS address")
	}
	const directory = "/privatecdn-check"
	base := "https://" + u.Host + directory
	query, err := p.query(base+"/x", signer.Terms{For: time.Hour, Resource: base + "/*"})
	if err != nil {
		return "", skipped(err.Error())
	}
	a := p.askAs(u, u.Host+directory, o.path+query)
	a.there = o.there
	switch {
	case a.err == nil:
		return refused("")(a)
	case errors.Is(a.err, errNoHTTP2):
		return "", a.err
	case errors.Is(a.err, os.ErrDeadlineExceeded):
		return a.kept(false)
	}
	return "the connection is closed", nil
}

const errNoHTTP2 = skipped("the host has no HTTP/2")

// askAs sends one HTTP/2 request with this authority and path, whatever they
// contain.
func (p *probe) askAs(u *url.URL, authority, path string) answer {
	port := u.Port()
	if port == "" {
		port = "443"
	}
	config := &tls.Config{NextProtos: []string{"h2"}}
	if t, ok := p.client.Transport.(*http.Transport); ok && t.TLSClientConfig != nil {
		config.RootCAs = t.TLSClientConfig.RootCAs
	}
	conn, err := (&tls.Dialer{Config: config}).DialContext(p.ctx, "tcp", u.Hostname()+":"+port)
	if err != nil || conn.(*tls.Conn).ConnectionState().NegotiatedProtocol != "h2" {
		return answer{err: errNoHTTP2}
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(viewerclient.Timeout))
	var block bytes.Buffer
	fields := hpack.NewEncoder(&block)
	for _, f := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", authority}, {":path", path}} {
		_ = fields.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}) // to memory
	}
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_, err = io.WriteString(conn, http2.ClientPreface)
	err = errors.Join(err, framer.WriteSettings(), framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: 1, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true,
	}))
	if err != nil {
		return answer{err: err}
	}
	return readAnswer(framer)
}

// readAnswer reads the response to the only request of a connection.
func readAnswer(framer *http2.Framer) answer {
	a := answer{header: http.Header{}}
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return answer{err: err}
		}
		ended := len(a.body) >= bodyLimit/2 // within the window that the server has
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			a.status, _ = strconv.Atoi(f.PseudoValue("status"))
			for _, field := range f.RegularFields() {
				a.header.Add(field.Name, field.Value)
			}
			ended = f.StreamEnded()
		case *http2.DataFrame:
			a.body = append(a.body, f.Data()...)
			ended = ended || f.StreamEnded()
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			return answer{err: errors.New("the stream was reset")}
		}
		if ended {
			return a
		}
	}
}
