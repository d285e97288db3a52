package e2e_test

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"example.com/privatecdn/internal/testing/keytest"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer/policy"
)

// add adds a key to the ring.
func (w *world) add() keys.Key {
	w.t.Helper()
	k, err := w.ring.Add(w.t.Context(), w.algorithm, w.store(w.ring.Dir()))
	if err != nil {
		w.t.Fatal(err)
	}
	return k
}

// do is one step on the ring.
func (w *world) do(step func(name string) (keys.Key, error), k keys.Key) {
	w.t.Helper()
	if _, err := step(k.Fingerprint); err != nil {
		w.t.Fatal(err)
	}
}

// deploy deploys the ring after comparing it with the deployed one. The key
// group and the document change one after the other, in either order, some
// minutes apart.
func (w *world) deploy(documentFirst bool) {
	w.t.Helper()
	if err := w.ring.Check(w.document.Load().RingKeys()); err != nil {
		w.t.Fatal(err)
	}
	w.put(documentFirst)
	ring, err := keys.Open(w.ring.Dir(), keys.WithClock(w.clock(w.ringSkew)),
		keys.WithDeployed(w.document.Load().RingKeys()))
	if err != nil {
		w.t.Fatal(err)
	}
	w.ring = ring
}

// put deploys without that comparison.
func (w *world) put(documentFirst bool) {
	w.t.Helper()
	if documentFirst {
		w.writeDocument()
		w.pass(3*time.Minute, time.Minute)
	}
	revoked := w.revokedIDs()
	w.mark(w.dying, revoked)
	for range 32 { // requests are under way while the key group changes
		w.views <- struct{}{}
	}
	w.writeTemplate()
	if err := w.edge.Reload(); err != nil {
		w.t.Fatal(err)
	}
	w.mark(w.dead, revoked)
	w.viewAll()
	if !documentFirst {
		w.pass(3*time.Minute, time.Minute)
		w.writeDocument()
	}
}

func (w *world) revokedIDs() []string {
	var ids []string
	for _, k := range w.ring.Keys() {
		if k.State == keys.Revoked {
			ids = append(ids, w.id(k))
		}
	}
	return ids
}

func (w *world) mark(set map[string]bool, ids []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		set[id] = true
	}
}

func (w *world) id(k keys.Key) string {
	w.t.Helper()
	public, err := w.ring.Public(k.Fingerprint)
	if err != nil {
		w.t.Fatal(err)
	}
	return public.LocalID()
}

// writeDocument replaces the deployment document, as the stack does.
func (w *world) writeDocument() {
	w.t.Helper()
	d, err := keytest.Deployment(w.ring, nil, w.host)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := d.Write(filepath.Join(w.ring.Dir(), "deployment.json")); err != nil {
		w.t.Fatal(err)
	}
	w.document.Store(d)
}

// parse returns the key pair ID and the end of a signed URL.
func parse(text string) (signedURL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return signedURL{}, err
	}
	query := u.Query()
	signed := signedURL{url: text, keyID: query.Get("Key-Pair-Id")}
	if !query.Has("Policy") {
		signed.end, err = strconv.ParseInt(query.Get("Expires"), 10, 64)
		return signed, err
	}
	custom, err := policy.Decode(query.Get("Policy"))
	if err != nil {
		return signed, err
	}
	p, err := policy.Parse(custom)
	signed.end = p.Until.Unix()
	return signed, err
}

type object = map[string]any

// templateOf returns the template of a private bucket whose distribution trusts
// the ring's keys.
func templateOf(t *testing.T, ring *keys.Ring) []byte {
	t.Helper()
	items := []any{}
	resources := object{}
	for _, k := range ring.Trusted() {
		public, err := ring.Public(k.Fingerprint)
		if err != nil {
			t.Fatal(err)
		}
		name := "Key" + k.Fingerprint[len("SHA256:"):][:16]
		items = append(items, object{"Ref": name})
		resources[name] = object{"Type": "AWS::CloudFront::PublicKey", "Properties": object{
			"PublicKeyConfig": object{"Name": name, "CallerReference": name, "EncodedKey": public.PEM()},
		}}
	}
	resources["Bucket"] = object{"Type": "AWS::S3::Bucket", "Properties": object{}}
	resources["OAI"] = object{"Type": "AWS::CloudFront::CloudFrontOriginAccessIdentity", "Properties": object{
		"CloudFrontOriginAccessIdentityConfig": object{"Comment": "reads the bucket"},
	}}
	resources["BucketPolicy"] = object{"Type": "AWS::S3::BucketPolicy", "Properties": object{
		"Bucket": object{"Ref": "Bucket"},
		"PolicyDocument": object{"Version": "2012-10-17", "Statement": []any{object{
			"Effect": "Allow", "Action": "s3:GetObject",
			"Principal": object{"CanonicalUser": object{"Fn::GetAtt": []any{"OAI", "S3CanonicalUserId"}}},
			"Resource":  object{"Fn::Join": []any{"", []any{object{"Fn::GetAtt": []any{"Bucket", "Arn"}}, "/*"}}},
		}}},
	}}
	resources["Group"] = object{"Type": "AWS::CloudFront::KeyGroup", "Properties": object{
		"KeyGroupConfig": object{"Name": "group", "Items": items},
	}}
	resources["Distribution"] = object{"Type": "AWS::CloudFront::Distribution",
		"Properties": object{"DistributionConfig": object{
			"Enabled": true,
			"Origins": []any{object{
				"Id": "bucket", "DomainName": object{"Fn::GetAtt": []any{"Bucket", "RegionalDomainName"}},
				"S3OriginConfig": object{"OriginAccessIdentity": object{"Fn::Join": []any{"",
					[]any{"origin-access-identity/cloudfront/", object{"Ref": "OAI"}}}}},
			}},
			"DefaultCacheBehavior": object{
				"TargetOriginId": "bucket", "ViewerProtocolPolicy": "https-only", "TrustedKeyGroups": []any{object{"Ref": "Group"}},
				"CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6", // AWS's CachingOptimized
			},
		}}}
	text, err := json.Marshal(object{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
