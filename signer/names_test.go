package signer_test

import (
	"testing"
	"testing/fstest"

	"example.com/privatecdn/edge/edgetest"
)

// What is signed opens the object that is meant, all the way to the bucket.
func TestSignedNamesOpen(t *testing.T) {
	t.Parallel()
	names := map[string]string{ // what is signed, and the object's key
		"/a b.txt":                   "a b.txt",
		"/a%20b.txt":                 "a b.txt",
		"/a+b.txt":                   "a b.txt", // S3's way with a + in a path
		"/a%2Bb.txt":                 "a+b.txt",
		"/it's 50% off.txt":          "it's 50% off.txt",
		"/a=b&c;d,e.txt":             "a=b&c;d,e.txt",
		"/q%3Fx.txt":                 "q?x.txt",
		"/h%23x.txt":                 "h#x.txt",
		"/a%252Fb.txt":               "a%2Fb.txt",
		"/dir%2Ffile.txt":            "dir/file.txt",
		"/a%2Ab.txt":                 "a*b.txt",
		"/größe/日本.txt":              "größe/日本.txt",
		"/(p)!$@~_-.txt":             "(p)!$@~_-.txt",
		"/x[1]{2}|^`.txt":            "x[1]{2}|^`.txt",
		"/plain.txt?a=it's&b=c d&e=": "plain.txt",
	}
	content := fstest.MapFS{}
	for _, key := range names {
		content[key] = &fstest.MapFile{Data: []byte(key)}
	}
	srv := edgetest.NewServer(t, "../testdata/PrivateCdn.template.json", content)
	for name, key := range names {
		if got := srv.Opens(srv.Signed(name)).Text; got != key {
			t.Errorf("%s opens %q, want %q", name, got, key)
		}
	}
}
