package verify_test

import (
	"crypto"
	"fmt"
	"strings"
	"time"

	"example.com/privatecdn/signer/verify"
)

func ExampleVerifier_Check() {
	v := verify.New(map[string]crypto.PublicKey{"KEC": pair().ec.Public()})
	d := v.Check(verify.Request{
		URL:  "https://d111111abcdef8.cloudfront.net/a.mp4?Expires=1767229200&Key-Pair-Id=K0",
		Time: time.Unix(1767225600, 0),
	})
	what, todo := d.Explain()
	fmt.Println(d.Status, d.Code, d.Reason)
	fmt.Println(what)
	fmt.Println(todo)
	// Output:
	// 403 InvalidKey unknown-key
	// the behavior trusts no key with the ID "K0"
	// sign with a key of the behavior's trusted key groups, or add this key to one and deploy it first
}

func ExampleDecision_Body() {
	d := verify.New(nil).Check(verify.Request{URL: "https://d111111abcdef8.cloudfront.net/a.mp4"})
	fmt.Println(strings.ReplaceAll(string(d.Body()), "><", ">\n<"))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Error>
	// <Code>MissingKey</Code>
	// <Message>Missing Key-Pair-Id query parameter or cookie value</Message>
	// </Error>
}

func ExampleParseCookies() {
	cookies := verify.ParseCookies(
		[]string{"theme=dark; CloudFront-Key-Pair-Id=K2JCJMDEHXQW5F; CloudFront-Key-Pair-Id=another"},
	)
	fmt.Println(cookies)
	// Output: map[CloudFront-Key-Pair-Id:K2JCJMDEHXQW5F]
}

func ExampleStrip() {
	fmt.Println(verify.Strip("width=600&Expires=1767229200&Signature=x&Key-Pair-Id=K2JCJMDEHXQW5F&height=400"))
	// Output: width=600&height=400
}
