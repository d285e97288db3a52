package s3_test

import (
	"crypto/tls"
	"net/http"
	"strconv"
	"testing"

	"example.com/privatecdn/edge/internal/s3"
	"example.com/privatecdn/internal/bucketpolicy"
	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/infra"
)

// TestConditionKeys: a condition on a key opens the bucket for its value alone;
// no value is "".
func TestConditionKeys(t *testing.T) {
	t.Parallel()
	const distribution = "arn:aws:cloudfront::111122223333:distribution/E1"
	nobody := func(*http.Request) {}
	from := func(address string) func(*http.Request) { return func(r *http.Request) { r.RemoteAddr = address } }
	over := func(state *tls.ConnectionState) func(*http.Request) { return func(r *http.Request) { r.TLS = state } }
	for _, c := range []struct {
		key    string
		change func(*http.Request)
		value  string
	}{
		{"aws:PrincipalType", nobody, "Anonymous"},
		{"aws:PrincipalType", asOAI, "User"},
		{"aws:PrincipalType", as(s3.OAC(distribution)), ""},
		{"aws:PrincipalIsAWSService", nobody, "false"},
		{"aws:PrincipalIsAWSService", as(s3.OAC(distribution)), "true"},
		{"aws:PrincipalServiceName", nobody, ""},
		{"aws:PrincipalServiceName", as(s3.OAC(distribution)), "cloudfront.amazonaws.com"},
		{"aws:PrincipalAccount", nobody, ""},
		{"aws:SourceArn", as(s3.OAC(distribution)), distribution},
		{"aws:SourceAccount", as(s3.OAC(distribution)), "111122223333"},
		{"aws:SourceOwner", as(s3.OAC(distribution)), "111122223333"},
		{"aws:ViaAWSService", nobody, "false"},
		{"aws:SecureTransport", nobody, "true"},
		{"aws:SecureTransport", overHTTP, "false"},
		{"aws:Referer", header("Referer", "r"), "r"},
		{"aws:UserAgent", header("User-Agent", "u"), "u"},
		{"aws:RequestedRegion", nobody, "eu-west-1"},
		{"aws:EpochTime", nobody, strconv.FormatInt(at().Unix(), 10)},
		{"aws:CurrentTime", nobody, "2026-11-22T12:00:00Z"},
		{"s3:ResourceAccount", nobody, cloudformation.DefaultAccount},
		{"s3:TlsVersion", nobody, "1.2"},
		{"s3:TlsVersion", overHTTP, ""},
		{"s3:TlsVersion", over(&tls.ConnectionState{Version: tls.VersionTLS13}), "1.3"},
		{"s3:authType", nobody, ""},
		{"s3:authType", asOAI, "REST-HEADER"},
		{"s3:signatureversion", asOAI, "AWS4-HMAC-SHA256"},
		{"s3:signatureAge", asOAI, "0"},
		{"s3:x-amz-content-sha256", asOAI, "UNSIGNED-PAYLOAD"},
		{"s3:x-amz-acl", header("X-Amz-Acl", "private"), "private"},
	} {
		status := func(condition bucketpolicy.Condition) int {
			response, _ := ask(t, newServer(t, only(condition)), "GET", "/index.html", c.change)
			return response.StatusCode
		}
		is := bucketpolicy.Condition{Operator: "StringEquals", Key: c.key, Values: []string{c.value}}
		null := bucketpolicy.Condition{Operator: "Null", Key: c.key, Values: []string{strconv.FormatBool(c.value == "")}}
		if status(null) != 200 || c.value != "" && status(is) != 200 {
			t.Errorf("%s is not %q: %d, %d", c.key, c.value, status(null), status(is))
		}
	}
	for address, want := range map[string]string{"": "130.176.0.1", "192.0.2.7:443": "192.0.2.7",
		"192.0.2.8": "192.0.2.8"} {
		server := newServer(t, only(bucketpolicy.Condition{Operator: "IpAddress", Key: "aws:SourceIp",
			Values: []string{want}}))
		if response, _ := ask(t, server, "GET", "/index.html", from(address)); response.StatusCode != 200 {
			t.Errorf("a request from %q is not from %s", address, want)
		}
	}
}

// only returns a bucket that everyone may read under one condition.
func only(c bucketpolicy.Condition) *infra.Bucket {
	b := publicBucket()
	b.Policy = []bucketpolicy.Statement{allow(everyone, "s3:GetObject", "arn:aws:s3:::media/*", c)}
	return b
}
