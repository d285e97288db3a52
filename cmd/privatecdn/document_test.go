package main

import (
	"github.com/rogpeppe/go-internal/testscript"

	"example.com/privatecdn/internal/testing/keytest"
	"example.com/privatecdn/keys"
)

// document FILE writes the deployment document that a deployment of keys/ring
// would leave.
func document(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: document FILE")
	}
	ring, err := keys.Open(ts.MkAbs("keys/ring"))
	ts.Check(err)
	d, err := keytest.Deployment(ring, nil, "d111111abcdef8.cloudfront.net")
	ts.Check(err)
	ts.Check(d.Write(ts.MkAbs(args[0])))
}
