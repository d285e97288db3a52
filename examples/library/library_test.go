// Package library uses each public package that needs no CDK from a module of
// its own: what cannot be used from outside does not compile here.
package library

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.com/privatecdn/access"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/deployment/awssource"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/awskms"
	"example.com/privatecdn/signer/awsstore"
	"example.com/privatecdn/signer/playlist"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/presign"
	"example.com/privatecdn/signer/verify"
)

const template = "../../testdata/PrivateCdn.template.json"

// What signs, and where private keys and documents are, has one type whoever
// implements it.
var (
	_ keys.OpenFunc     = awskms.Open(nil)
	_ keys.OpenFunc     = awsstore.OpenParameter(nil)
	_ keys.OpenFunc     = awsstore.OpenSecret(nil)
	_ keys.Store        = &awskms.Store{}
	_ keys.Store        = &awsstore.SecretStore{}
	_ keys.Store        = keys.FileStore{}
	_ deployment.Source = awssource.Stack(nil, "PrivateCdn")
	_ deployment.Source = awssource.Parameter(nil, "/privatecdn/PrivateCdn/Media")
	_ http.Handler      = (*edge.Edge)(nil)
	_                   = presign.New
)

// TestDiff compares two templates.
func TestDiff(t *testing.T) {
	t.Parallel()
	before, err := access.Read(template, nil)
	if err != nil {
		t.Fatal(err)
	}
	after, err := access.Read(template, nil)
	if err != nil {
		t.Fatal(err)
	}
	if findings := access.Diff(before, after); len(findings) > 0 {
		t.Errorf("the same template twice: %v", findings)
	}
}

// TestSignAndVerify signs for a local CloudFront and verifies what it signed.
func TestSignAndVerify(t *testing.T) {
	t.Parallel()
	srv := edgetest.NewServer(t, template, fstest.MapFS{
		"film.mp4":   {Data: []byte("a film")},
		"film.m3u8":  {Data: []byte("#EXTM3U\n#EXTINF:1,\n1.ts\n")},
		"public/a.t": {Data: []byte("for everyone")},
	})
	url := srv.Signed("/film.mp4")
	srv.Opens(url)
	srv.Opens("/public/a.t")
	srv.Refuses("/film.mp4", verify.MissingKey)
	rewritten := playlist.For(srv.Signer, signer.Terms{For: time.Hour})
	var _ playlist.Rewriter = rewritten
	if policy.IsReserved("utm_source") || !policy.IsReserved("Key-Pair-Id") {
		t.Error("the reserved names are others")
	}
}

// TestErrors finds the same type behind the errors of each package, with a hint.
func TestErrors(t *testing.T) {
	t.Parallel()
	_, ring := keys.Open(t.TempDir())
	_, sign := signer.New("", nil)
	_, source := signer.Open(context.Background(), deployment.File("nowhere.json"))
	_, document := deployment.Parse([]byte(`{"version": 7}`))
	_, id := policy.ParseIP("nowhere")
	_, local := edge.New(edge.Options{})
	_, changed := access.Parse([]byte("{"), nil)
	for name, err := range map[string]error{
		"keys": ring, "signer": sign, "source": source, "deployment": document, "policy": id, "edge": local,
		"access": changed,
	} {
		var e *keys.Error
		if !errors.As(err, &e) || strings.TrimSpace(e.Hint()) == "" {
			t.Errorf("%s: %#v", name, err)
		}
	}
}
