package policy_test

import (
	"fmt"
	"log"
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign"

	"example.com/privatecdn/signer/policy"
)

func ExampleEncodeURL() {
	for _, raw := range []string{
		"https://bücher.example/it's 50% off.mp4?a=b c",
		"https://h.example/already%20encoded%2Fhere",
	} {
		encoded, err := policy.EncodeURL(raw)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(encoded)
	}
	// Output:
	// https://xn--bcher-kva.example/it's%2050%25%20off.mp4?a=b%20c
	// https://h.example/already%20encoded%2Fhere
}

func ExampleEncodeResource() {
	encoded, err := policy.EncodeResource("http*://H.example/my films/*")
	fmt.Println(encoded, err)
	// Output: http*://h.example/my%20films/* <nil>
}

func ExampleParse() {
	p, err := policy.Parse([]byte(`{"Statement": {
		"Resource": "https://h.example/films/*",
		"Condition": {"DateLessThan": {"AWS:EpochTime": 1767225600}, "IpAddress": {"AWS:SourceIp": "192.0.2.0/24"}}
	}}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Resource, p.Until, p.IP)
	fmt.Println(p.Matches("https://h.example/films/7?t=1"), p.Matches("http://h.example/films/7"))
	// Output:
	// https://h.example/films/* 2026-01-01 00:00:00 +0000 UTC 192.0.2.0/24
	// true false
}

func ExamplePolicy_Validate() {
	p := policy.Policy{Resource: "https://h.example/a", Until: time.Unix(1767225600000, 0)}
	fmt.Println(p.Validate())
	// Output: the end, 1767225600000, looks like milliseconds
}

func ExamplePolicy_Append() {
	p := policy.Policy{Resource: "https://h.example/a", Until: time.Unix(1767225600, 0)}
	text := p.Append(nil)
	fmt.Printf("%s\n", text)
	fmt.Println(policy.Encode(text)[:20])
	// Output:
	// {"Statement":[{"Resource":"https://h.example/a","Condition":{"DateLessThan":{"AWS:EpochTime":1767225600}}}]}
	// eyJTdGF0ZW1lbnQiOlt7
}

func ExampleFromSDK() {
	p, err := policy.FromSDK(sign.NewCannedPolicy("https://h.example/a", time.Unix(1767225600, 0)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p)
	fmt.Println(p.SDK().Statements[0].Resource)
	// Output:
	// {"Statement":[{"Resource":"https://h.example/a","Condition":{"DateLessThan":{"AWS:EpochTime":1767225600}}}]}
	// https://h.example/a
}

func ExamplePolicy_SDK() {
	p := policy.Policy{
		Resource: "https://h.example/*",
		Until:    time.Unix(1767225600, 0),
		IP:       netip.MustParsePrefix("192.0.2.0/24"),
	}
	statement := p.SDK().Statements[0]
	fmt.Println(statement.Resource, statement.Condition.IPAddress.SourceIP)
	// Output: https://h.example/* 192.0.2.0/24
}

func ExamplePolicy_Matches() {
	p := policy.Policy{Resource: "https://h.example/films/7/*"}
	fmt.Println(p.Matches("https://h.example/films/7/a/b.ts?c=d"), p.Matches("https://h.example/films/70"))
	// Output: true false
}

func ExampleDecode() {
	text, err := policy.Decode("eyJhIjoiPz4~In0_")
	fmt.Printf("%s %v\n", text, err)
	_, err = policy.Decode("eyJhIjoiPz4/In0=")
	fmt.Println(err)
	// Output:
	// {"a":"?>?"} <nil>
	// not base64 in CloudFront's alphabet
}

func ExampleParseIP() {
	ip, err := policy.ParseIP("192.0.2.7")
	fmt.Println(ip, err)
	_, err = policy.ParseIP("2001:db8::1")
	fmt.Println(err)
	// Output:
	// 192.0.2.7/32 <nil>
	// not an IPv4 address or range: "2001:db8::1"
}
