package main

import (
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/privatecdn/deployment"
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
	d := &deployment.Deployment{
		Version: deployment.Version, Stack: "PrivateCdn", Hosts: []string{"d111111abcdef8.cloudfront.net"},
		Behaviors:   []deployment.Behavior{{PathPattern: "*", Access: deployment.Signed}},
		MaxLifetime: int64(ring.MaxLifetime() / time.Second),
	}
	for _, k := range ring.Trusted() {
		public, err := ring.Public(k.Fingerprint)
		ts.Check(err)
		d.Behaviors[0].Keys = append(d.Behaviors[0].Keys, public.LocalID())
		d.Keys = append(d.Keys, deployment.Key{
			ID: public.LocalID(), Fingerprint: k.Fingerprint, Algorithm: k.Algorithm, State: k.State, PrivateKey: k.Private,
		})
	}
	ts.Check(d.Write(ts.MkAbs(args[0])))
}
