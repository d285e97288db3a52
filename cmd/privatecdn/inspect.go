package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/cmd/privatecdn/internal/cli"
	"example.com/privatecdn/cmd/privatecdn/internal/inspector"
	"example.com/privatecdn/cmd/privatecdn/internal/local"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
)

// inspect returns the inspector of what runs, l, once it does.
func (c upCommand) inspect(l **local.Local) *inspector.Inspector {
	return inspector.New(inspector.Options{
		Deployment: func() *deployment.Deployment { return (*l).Deployment() },
		LeftOut:    func() []string { return (*l).LeftOut() },
		Ring:       func() *keys.Ring { return (*l).Ring() },
		Sign: func(ctx context.Context, r inspector.SignRequest) (inspector.Signed, error) {
			d := (*l).Deployment()
			s, err := signer.Open(ctx, loaded{d}, signer.WithOpeners(awsuri.Openers(d.Resolve("."))), signer.WithReload(0))
			if err != nil {
				return inspector.Signed{}, err
			}
			if !r.Cookies {
				url, err := s.URL(r.Path, signer.Terms{For: r.For})
				return inspector.Signed{URL: url}, err
			}
			cookies, err := s.Cookies(r.Path, signer.Terms{For: r.For}, signer.CookieOptions{})
			return inspector.Signed{URL: d.BaseURL() + r.Path, Cookies: cookies}, err
		},
	})
}

// loaded is a deployment that is loaded already.
type loaded struct{ *deployment.Deployment }

func (l loaded) Load(context.Context) (*deployment.Deployment, error) { return l.Deployment, nil }

// serveInspector serves i until the Closer is closed, and returns its address.
func serveInspector(addr string, i http.Handler) (string, io.Closer, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return "", nil, cli.Hint(fmt.Errorf("--inspector %s: %w", addr, err), "an address is HOST:PORT, such as 127.0.0.1:0 for any free port")
	}
	if !listener.Addr().(*net.TCPAddr).IP.IsLoopback() {
		listener.Close()
		return "", nil, cli.Hint(fmt.Errorf("--inspector %s is not a loopback address", addr), "use 127.0.0.1:0: whoever reaches the inspector may sign")
	}
	server := &http.Server{Handler: i, ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(listener)
	return "http://" + listener.Addr().String(), server, nil
}
