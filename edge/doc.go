// Package edge is a local CloudFront. It reads the CloudFormation template that
// is deployed and the content of its buckets, and answers a request as
// CloudFront would: the behavior that matches, the viewer protocol policy, the
// signature of a trusted key group, the cache, the bucket policy, the headers
// and the bodies of its refusals.
//
//	e, err := edge.New(edge.Options{Template: "cdk.out/PrivateCdn.template.json", Bucket: "content"})
//	if err != nil { … }
//	defer e.Close()
//	http.ListenAndServe("127.0.0.1:8080", e)
//
// What is known of CloudFront's behavior and how it is known stands with each
// case of testdata/conformance; what nobody could verify is listed in
// docs/unverified.md. For a server inside a Go test see package edgetest.
package edge
