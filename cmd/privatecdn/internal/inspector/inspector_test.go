package inspector_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/cmd/privatecdn/internal/inspector"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/signer/policy"
	"example.com/privatecdn/signer/verify"
)

const secret = "c2lnbmF0dXJlLW9mLWEtdmlld2Vy"

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func options() inspector.Options {
	return inspector.Options{
		Deployment: func() *deployment.Deployment {
			return &deployment.Deployment{
				Stack: "Media", Hosts: []string{"media.example.com"}, Endpoint: "https://127.0.0.1:8443",
				Bucket: deployment.Bucket{Name: "films"},
				Behaviors: []deployment.Behavior{
					{PathPattern: "public/*", Access: deployment.Public},
					{PathPattern: "*", Access: deployment.Signed, Keys: []string{"K1"}},
				},
				Keys: []deployment.Key{{ID: "K1", Algorithm: "ecdsa-p256", State: "signing"}},
			}
		},
		LeftOut: func() []string { return []string{"Alarm (AWS::CloudWatch::Alarm)"} },
		Check: func(context.Context, verify.Request) (verify.Decision, error) {
			return verify.Decision{Policy: policy.Policy{Resource: "https://media.example.com/a*", Until: noon}}, nil
		},
		Sign: func(_ context.Context, r inspector.SignRequest) (inspector.Signed, error) {
			if r.Path == "/public/x" {
				return inspector.Signed{}, errors.New("the path is public: " + "Signature=" + secret)
			}
			signed := inspector.Signed{URL: "https://127.0.0.1:8443" + r.Path + "?Signature=" + secret}
			if r.Cookies {
				signed.Cookies = []*http.Cookie{{Name: "CloudFront-Signature", Value: secret, Path: "/", Secure: true}}
			}
			return signed, nil
		},
		Diagnose: func(_ context.Context, r io.Reader) (any, error) {
			text, err := io.ReadAll(r)
			return []string{string(text)}, err
		},
		Clock: time.Now,
	}
}

func trace(path string) edge.Trace {
	target := "https://media.example.com" + path
	r := httptest.NewRequest("GET", target+"?Expires=1&Signature="+secret+"&Key-Pair-Id=K1", nil)
	r.Header.Set("Cookie", "CloudFront-Signature="+secret)
	r.Header.Set("Authorization", "Bearer "+secret)
	return edge.Trace{
		Time: noon.Add(time.Minute), Request: r, URL: target, Behavior: "*", Access: deployment.Signed, KeyID: "K1", Status: 403,
		Cache: "Error", Response: http.Header{"X-Cache": {"Error from cloudfront"}},
		Refusal: &edge.Refusal{Reason: "expired", Why: "the policy ended", Hint: "sign again"},
	}
}

func serve(t *testing.T) (*inspector.Inspector, *httptest.Server) {
	t.Helper()
	i := inspector.New(options())
	s := httptest.NewServer(i)
	t.Cleanup(s.Close)
	return i, s
}

func do(t *testing.T, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// A name that somebody pointed at this machine, and a form on another site,
// reach nothing.
func TestOtherHostsAndOrigins(t *testing.T) {
	t.Parallel()
	_, s := serve(t)
	for host, want := range map[string]int{
		"evil.example": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example:80": 421, "192.0.2.1": 421, "": 200,
		"localhost:1": 200, "127.0.0.1": 200, "[::1]:80": 200,
	} {
		if r, _ := do(t, "GET", s.URL+"/distribution", "", "Host", host); r.StatusCode != want {
			t.Errorf("Host %q: %d, want %d", host, r.StatusCode, want)
		}
	}
	for _, from := range []string{"https://evil.example", "http://localhost:1", "null"} {
		for _, path := range []string{"/open", "/har"} {
			if r, _ := do(t, "POST", s.URL+path, "", "Origin", from); r.StatusCode != 403 {
				t.Errorf("POST %s from %s: %d", path, from, r.StatusCode)
			}
		}
	}
	r, _ := do(t, "GET", s.URL, "")
	if csp := r.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("Content-Security-Policy: %s", csp)
	}
}

// A request arrives as a row, opens with each condition, and nothing that was
// sent to the page opens anything.
func TestRequest(t *testing.T) {
	t.Parallel()
	i, s := serve(t)
	i.Add(trace("/b.mp4"))
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	next := func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		t.Fatal("the stream ended")
		return ""
	}
	past := next()
	i.Add(trace("/a.mp4"))
	if now := next(); !strings.Contains(past, "/b.mp4") || !strings.Contains(now, `"id":2`) {
		t.Errorf("past %s\nnow  %s", past, now)
	}
	_, detail := do(t, "GET", s.URL+"/requests/1", "")
	var got struct {
		Reason, Why, Hint string
		Conditions        []struct {
			Name, Found string
			Holds       bool
		}
	}
	if err := json.Unmarshal([]byte(detail), &got); err != nil {
		t.Fatal(err)
	}
	want := "{expired the policy ended sign again [{resource https://media.example.com/b.mp4?Expires=1 false} {before 2026-11-22T12:01:00Z false}]}"
	if fmt.Sprint(got) != strings.Replace(want, "?Expires=1", "", 1) {
		t.Errorf("%v", got)
	}
	if strings.Contains(past+detail, secret) {
		t.Errorf("a signature is shown: %s\n%s", past, detail)
	}
}

// The newest 500 requests are remembered.
func TestRemembered(t *testing.T) {
	t.Parallel()
	i, s := serve(t)
	for range 501 {
		i.Add(trace("/a.mp4"))
	}
	for id, want := range map[string]int{"0": 404, "1": 404, "2": 200, "501": 200, "502": 404, "-1": 404, "x": 404} {
		if r, _ := do(t, "GET", s.URL+"/requests/"+id, ""); r.StatusCode != want {
			t.Errorf("request %s: %d, want %d", id, r.StatusCode, want)
		}
	}
}

func TestDistribution(t *testing.T) {
	t.Parallel()
	i, s := serve(t)
	i.Add(trace("/a.mp4"))
	_, text := do(t, "GET", s.URL+"/distribution", "")
	for _, want := range []string{
		`{"pattern":"public/*","access":"public","opens":"Every request is served.","keys":null}`,
		`{"id":"K1","algorithm":"ecdsa-p256","state":"signing","signed":1}`, `"leftOut":["Alarm (AWS::CloudWatch::Alarm)"]`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	for path, want := range map[string]string{"public/x": `"public/*"`, "/films/1.mp4?public/": `"*"`, "/public/../x": `"*"`} {
		if _, text := do(t, "GET", s.URL+"/path?path="+strings.ReplaceAll(path, "?", "%3F"), ""); !strings.Contains(text, `"pattern":`+want) {
			t.Errorf("%s: %s", path, text)
		}
	}
}

// The form leads to what it signed; a refusal says why without the signature.
func TestOpen(t *testing.T) {
	t.Parallel()
	_, s := serve(t)
	const form = "application/x-www-form-urlencoded"
	r, text := do(t, "POST", s.URL+"/open", "path=report.pdf&for=10m&with=cookies", "Content-Type", form)
	if r.StatusCode != 303 || r.Header.Get("Location") != "https://127.0.0.1:8443/report.pdf?Signature="+secret || len(r.Cookies()) != 1 {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	if strings.Contains(text, secret) {
		t.Errorf("the page shows the signature: %s", text)
	}
	for body, want := range map[string]string{
		"path=x&for=soon":       "The lifetime is not a duration such as 10m or 8h.\n",
		"path=/public/x&for=1h": "the path is public: Signature=…\n",
	} {
		if r, text := do(t, "POST", s.URL+"/open", body, "Content-Type", form); r.StatusCode != 400 || text != want {
			t.Errorf("%s: %d %q", body, r.StatusCode, text)
		}
	}
}

func TestRecording(t *testing.T) {
	t.Parallel()
	_, s := serve(t)
	if r, text := do(t, "POST", s.URL+"/har", "{}"); r.StatusCode != 200 || text != "[\"{}\"]\n" {
		t.Errorf("%d %s", r.StatusCode, text)
	}
}
