package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/verify"
)

// TestViewers asks the stack what its viewers would get.
func TestViewers(t *testing.T) {
	defer jsii.Close()
	ring, err := keys.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Add(context.Background(), keys.ECDSAP256, keys.FileStore{Ring: ring.Dir()}); err != nil {
		t.Fatal(err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())})
	stack := NewFilmsStack(app, "Films", ring)
	template := assertions.Template_FromStack(stack, nil).ToJSON()

	srv := edgetest.NewServer(t, template, os.DirFS("testdata/films"))
	srv.Opens("/posters/moon.txt")
	srv.Refuses("/moon.txt", verify.MissingKey)
	url := srv.Signed("/moon.txt")
	srv.Opens(url)
	srv.Clock.Advance(30 * 24 * time.Hour)
	srv.Refuses(url, verify.Expired)
}
