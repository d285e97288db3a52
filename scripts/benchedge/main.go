// Command benchedge serves one signed object from a local edge, for
// scripts/bench-edge to load it beside nginx.
package main

import (
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8091", "address to serve at")
	template := flag.String("template", "edge/testdata/templates/s3.yaml",
		"template with @rsa@, @p256@ and @other@ for keys")
	bucket := flag.String("bucket", ".", "directory of the bucket")
	anew := flag.Bool("anew", false, "verify every signature anew")
	algorithm := flag.String("algorithm", string(keys.RSA2048), "of the key")
	flag.Parse()
	if err := run(*addr, *template, *bucket, keys.Algorithm(*algorithm), *anew); err != nil {
		log.Fatal(err)
	}
}

func run(addr, template, bucket string, algorithm keys.Algorithm, anew bool) error {
	key, err := keys.Generate(algorithm)
	if err != nil {
		return err
	}
	public, err := keys.NewPublic(key.Public())
	if err != nil {
		return err
	}
	text, err := withKey(template, public)
	if err != nil {
		return err
	}
	options := edge.Options{Template: text, Bucket: bucket, HideReasons: true, VerifyAnew: anew}
	e, err := edge.New(options)
	if err != nil {
		return err
	}
	s, err := signer.New(public.LocalID(), key)
	if err != nil {
		return err
	}
	url, err := s.URL("http://"+addr+"/private/object.bin", signer.Terms{For: 24 * time.Hour})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println(url)
	return (&http.Server{Handler: e}).Serve(l)
}

// withKey writes the template with one key in all places, and plain HTTP
// allowed, into a file of its own.
func withKey(template string, public *keys.Public) (string, error) {
	data, err := os.ReadFile(template)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKIXPublicKey(public.Key())
	if err != nil {
		return "", err
	}
	quoted := strconv.Quote(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	text := strings.NewReplacer(`"@rsa@"`, quoted, `"@p256@"`, quoted, `"@other@"`, quoted, "redirect-to-https",
		"allow-all").Replace(string(data))
	file, err := os.CreateTemp("", "benchedge-*.yaml")
	if err != nil {
		return "", err
	}
	defer file.Close()
	_, err = file.WriteString(text)
	return file.Name(), err
}
