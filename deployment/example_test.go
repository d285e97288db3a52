package deployment_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"example.com/privatecdn/deployment"
)

const document = `{
  "version": 1,
  "stack": "PrivateCdn",
  "hosts": ["d111111abcdef8.cloudfront.net"],
  "bucket": {"name": "content", "region": "eu-west-1"},
  "behaviors": [{"pathPattern": "public/*", "access": "public", "maxTtl": 86400},
                {"pathPattern": "*", "access": "signed", "keys": ["K2JCJMDEHXQW5F"], "maxTtl": 86400}],
  "keys": [{"id": "K2JCJMDEHXQW5F",
            "fingerprint": "SHA256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
            "algorithm": "ecdsa-p256", "state": "signing", "privateKey": "kms:alias/media"}],
  "maxLifetime": 604800
}`

func ExampleParse() {
	d, err := deployment.Parse([]byte(document))
	if err != nil {
		log.Fatal(err)
	}
	key, err := d.SigningKey()
	if err != nil {
		log.Fatal(err)
	}
	b, _ := d.Behavior("/films/7.mp4")
	fmt.Println(key.ID, b.Access, d.BaseURL())
	// Output: K2JCJMDEHXQW5F signed https://d111111abcdef8.cloudfront.net
}

func ExampleFile() {
	_, err := deployment.File("no-such-file.json").Load(context.Background())
	var e *deployment.Error
	if errors.As(err, &e) {
		fmt.Println(e)
		fmt.Println(e.Hint())
	}
	// Output:
	// no-such-file.json: the file does not exist
	// `privatecdn up` writes one for the local edge, and `cdk deploy` prints one as the output Deployment
}
