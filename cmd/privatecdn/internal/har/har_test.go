package har_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"example.com/privatecdn/cmd/privatecdn/internal/har"
	"example.com/privatecdn/signer/verify"
)

const (
	media   = "https://media.example.com/films/7/1.ts"
	missing = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>MissingKey</Code><Message>x</Message></Error>`
	denied  = `<?xml version="1.0" encoding="UTF-8"?>` +
		`<Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>`
)

type fields map[string]any

// headers makes a list of headers of names and values in turn.
func headers(pairs ...string) []fields {
	list := []fields{}
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, fields{"name": pairs[i], "value": pairs[i+1]})
	}
	return list
}

func request(method, url string, sent []fields, status int, got []fields, body string) fields {
	return fields{
		"startedDateTime": "2026-01-01T00:00:00.000Z",
		"request":         fields{"method": method, "url": url, "headers": sent},
		"response":        fields{"status": status, "headers": got, "content": fields{"text": body}},
	}
}

func recording(t *testing.T, entries ...fields) string {
	t.Helper()
	text, err := json.Marshal(fields{"log": fields{"entries": entries}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// session is a response that sets a signed cookie, and request that follows it.
func session(url, cookie string) fields {
	return request("POST", url, nil, 204, headers("Set-Cookie", cookie), "")
}

// says reports whether a text contains another, or is it where that begins with =.
func says(text, want string) bool {
	if exact, ok := strings.CutPrefix(want, "="); ok {
		return text == exact
	}
	return strings.Contains(text, want)
}

func TestDiagnose(t *testing.T) {
	t.Parallel()
	page := headers("Origin", "https://app.example.com")
	other := headers("Referer", "https://shop.example.org/watch")
	get := func(sent []fields) fields { return request("GET", media, sent, 403, nil, missing) }
	const fits = "=the cookie CloudFront-Policy of media.example.com fits the request, and the browser did not send it"
	failed := func(e fields) fields {
		e["_error"] = "net::ERR_FAILED"
		return e
	}
	const api, same = "https://app.example.com/session", "https://media.example.com/session"
	for name, c := range map[string]struct {
		entries []fields
		kind    har.Kind
		what    string
		todo    string
	}{
		"nothing set": {[]fields{get(page)}, har.Signature, "not signed", "sensitive data"},
		"other cookie": {
			[]fields{session(api, "a=b"), get(page)}, har.Signature, "no response before it", "session endpoint",
		},
		"no domain": {
			[]fields{session(api, "CloudFront-Policy=x; Path=/; Secure"), get(page)}, har.Cookie, "has no Domain",
			"Domain=example.com",
		},
		"wrong domain": {[]fields{session(api, "CloudFront-Policy=x; Path=/; Domain=app.example.com"), get(page)},
			har.Cookie, "does not contain media.example.com", "Domain=example.com"},
		"foreign domain": {
			[]fields{session(api, "CloudFront-Policy=x; Domain=example.org"), get(page)}, har.Cookie, "its host is not in",
			"example.org",
		},
		"shared domain": {
			[]fields{session(api, "CloudFront-Policy=x; Domain=com"), get(page)}, har.Cookie, "unrelated sites share",
			"Domain=",
		},
		"path": {
			[]fields{session(same, "CloudFront-Policy=x; Path=/films/8/"), get(page)}, har.Cookie, "is not below",
			"Path=/films/7/",
		},
		"size": {[]fields{session(same, "CloudFront-Policy="+strings.Repeat("x", 4096)+"; Path=/"), get(page)},
			har.Cookie, "browsers ignore more than 4096", "shorter pattern"},
		"secure": {[]fields{session(same, "CloudFront-Policy=x; Path=/; Secure"),
			request("GET", "http://media.example.com/films/7/1.ts", nil, 403, nil, missing)}, har.Cookie, "over HTTP",
			"https://"},
		"none, not secure": {
			[]fields{session(same, "CloudFront-Policy=x; Path=/; SameSite=None"), get(page)}, har.Cookie, "without Secure",
			"Secure",
		},
		"same site": {[]fields{session(same, "CloudFront-Policy=x; Path=/; Secure; SameSite=Lax"), get(other)},
			har.Cookie, "pages of another site (https://shop.example.org)", "SameSite=None; Secure; Partitioned"},
		"third party": {[]fields{session(same, "CloudFront-Policy=x; Path=/; Secure; SameSite=None"), get(other)},
			har.Cookie, "third party's for https://shop.example.org", "Partitioned"},
		"credentials": {[]fields{session(api, "CloudFront-Policy=x; Path=/; Domain=example.com; Secure"), get(page)},
			har.Cookie, "without credentials (the console calls it a CORS error", "withCredentials"},
		"gone": {
			[]fields{session(same, "CloudFront-Policy=x; Path=/"), get(nil)}, har.Cookie, "did not send it",
			"ends with the session",
		},
		"preflight": {[]fields{request("OPTIONS", media, headers("Origin", "https://app.example.com",
			"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "range"), 403, nil, missing)},
			har.Preflight, "the preflight for GET got status 403", "allow OPTIONS"},
		"no CORS": {
			[]fields{request("GET", media, page, 200, nil, "")}, har.CORS, "no Access-Control-Allow-Origin",
			"response headers policy",
		},
		"star and cookies": {[]fields{request("GET", media, headers(
			"Origin", "https://app.example.com", "Cookie", "a=b",
		), 200,
			headers("access-control-allow-origin", "*"), "")}, har.CORS, "Access-Control-Allow-Origin is *", "name the origin"},
		"no credentials": {[]fields{request("GET", media, headers("Origin", "https://app.example.com", "Cookie", "a=b"), 200,
			headers("Access-Control-Allow-Origin", "https://app.example.com"), "")}, har.CORS, "does not allow credentials",
			"allow credentials"},
		"another origin": {[]fields{
			request("GET", media, page, 200, headers("Access-Control-Allow-Origin", "https://x.example"), ""),
		},
			har.CORS, "allows https://x.example, not https://app.example.com", "add the origin"},
		"another origin, cached": {[]fields{request("GET", media, page, 200,
			headers("Access-Control-Allow-Origin", "https://x.example", "X-Cache", "Hit from cloudfront"), "")}, har.Cache,
			"cached", "cache key"},
		"cached error": {
			[]fields{request("GET", media, nil, 404, headers("X-Cache", "Hit from cloudfront"), "")}, har.Cache, "cached error",
			"invalidate",
		},
		"S3": {
			[]fields{request("GET", media, nil, 403, nil, "<Error><Code>AccessDenied</Code><RequestId>1</RequestId></Error>")},
			har.Origin, "S3 refused", "bucket's policy",
		},
		"origin":  {[]fields{request("GET", media, nil, 500, nil, "x")}, har.Origin, "status 500", "origin"},
		"network": {[]fields{request("GET", media, nil, 0, nil, "")}, har.Network, "no response", "certificate"},
		"site itself": {
			[]fields{session("https://example.com/", "CloudFront-Policy=x; Path=/"), get(page)}, har.Cookie, "has no Domain",
			"=Domain=example.com",
		},
		"other sites": {
			[]fields{session("https://example.org/", "CloudFront-Policy=x; Path=/"), get(page)}, har.Cookie, "has no Domain",
			"=Domain=media.example.com, from an endpoint on that host",
		},
		"no part of a signature": {
			[]fields{session(same, "CloudFront-Other=x"), session(same, "Policy=x"), get(page)}, har.Signature,
			"no response before it", "",
		},
		"removed": {
			[]fields{session(same, "CloudFront-Policy=x; Path=/; Max-Age=0"), get(page)}, har.Signature,
			"no response before it", "",
		},
		"last one counts": {
			[]fields{session(same, "CloudFront-Policy=x; Path=/films/8/"), session(same, "CloudFront-Policy=x; Path=/9"),
				get(page)}, har.Cookie, "is for the path /9,", "=Path=/films/7/",
		},
		"longest cookie": {
			[]fields{session(same, "CloudFront-Policy="+strings.Repeat("x", 4096-17)+"; Path=/"), get(nil)}, har.Cookie,
			fits, "",
		},
		"no path": {[]fields{session(same, "CloudFront-Policy=x; Path=films"), get(nil)}, har.Cookie, fits, ""},
		"exactly": {[]fields{session(same, "CloudFront-Policy=x; Path=/films/7/1.ts"), get(nil)}, har.Cookie, fits,
			""},
		"no slash": {[]fields{session(same, "CloudFront-Policy=x; Path=/films/7"), get(nil)}, har.Cookie, fits, ""},
		"half a segment": {[]fields{session(same, "CloudFront-Policy=x; Path=/fil"), get(nil)}, har.Cookie,
			"is not below", ""},
		"subdomain": {
			[]fields{session(same, "CloudFront-Policy=x; Path=/; Domain=.Example.COM"), get(nil)}, har.Cookie, fits, "",
		},
		"no body": {[]fields{request("GET", media, nil, 403, nil, "")}, har.Signature, "not signed", ""},
		"other body": {[]fields{request("GET", media, nil, 403, nil, "x")}, har.Origin,
			"=status 403, and not from a signature", ""},
		"missing": {
			[]fields{request("GET", media, nil, 404, nil, "<Error><Code>NoSuchKey</Code><RequestId>1</RequestId></Error>")},
			har.Origin, "=status 404, and not from a signature", "=request the path from the origin itself",
		},
		"400": {[]fields{request("GET", media, nil, 400, nil, "")}, har.Origin,
			"=status 400, and not from a signature", ""},
		"cached 400": {[]fields{request("GET", media, nil, 400, headers("X-Cache", "Hit from cloudfront"), "")},
			har.Cache, "", ""},
		"OPTIONS 400": {[]fields{request("OPTIONS", media, page, 400, nil, "")}, har.Preflight, "got status 400", ""},
		"CORS, no response": {
			[]fields{failed(request("GET", media, page, 0, headers("Access-Control-Allow-Origin", "null"), ""))}, har.CORS,
			"allows null", "",
		},
		"no response, nothing said": {
			[]fields{request("GET", media, page, 0, headers("Access-Control-Allow-Origin", "null"), "")}, har.Network,
			"=there was no response: the recording does not say why", "",
		},
		"no response, no header": {
			[]fields{failed(request("GET", media, page, 0, nil, ""))}, har.Network,
			"=there was no response: net::ERR_FAILED", "",
		},
		"signature": {[]fields{request("GET", media+"?Expires=1&Signature=abcdefgh&Key-Pair-Id=K1", nil, 403, nil, denied)},
			har.Signature, `refused the signature: "AccessDenied"`, "--deployment"},
	} {
		findings, err := har.Diagnose(strings.NewReader(recording(t, c.entries...)), nil)
		if err != nil || len(findings) != 1 {
			t.Errorf("%s: %+v, %v", name, findings, err)
			continue
		}
		f := findings[0]
		if f.Kind != c.kind || !says(f.Explanation, c.what) || !says(f.Hint, c.todo) ||
			strings.Contains(f.URL, "Signature") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// What did not fail is not found.
func TestDiagnoseNothing(t *testing.T) {
	t.Parallel()
	allowed := headers("Access-Control-Allow-Origin", "https://app.example.com", "Access-Control-Allow-Credentials",
		"true")
	sent := headers("Origin", "https://app.example.com", "Cookie", "CloudFront-Policy=x")
	text := recording(t, request("GET", media, sent, 206, allowed, ""), request("GET", media, nil, 304, nil, ""),
		request("OPTIONS", media, sent, 204, allowed, ""), request("GET", "about:blank", nil, 0, nil, ""),
		request("GET", media, headers("Origin", "https://media.example.com"), 200, nil, ""),
		request("GET", media, headers("Referer", "https://shop.example.org/"), 200, nil, ""),
		request("GET", media, headers("Origin", "https://app.example.com"), 200,
			headers("Access-Control-Allow-Origin", "*"), ""))
	if findings, err := har.Diagnose(strings.NewReader(text), nil); err != nil || len(findings) != 0 {
		t.Errorf("%+v, %v", findings, err)
	}
}

// With the keys at hand, the judge's own explanation is what is shown.
func TestDiagnoseWithJudge(t *testing.T) {
	t.Parallel()
	v := verify.New(nil)
	judge := func(r verify.Request) (verify.Decision, error) {
		if strings.Contains(r.URL, "other") {
			return verify.Decision{}, errors.New("not ours")
		}
		return v.Check(r), nil
	}
	text := recording(
		t,
		request("GET", media+"?Expires=1&Signature=abcdefgh&Key-Pair-Id=K1", nil, 403, nil, denied),
		request(
			"GET",
			"https://other.example/a",
			headers("Cookie", "CloudFront-Policy=x; CloudFront-Key-Pair-Id=K1"),
			403,
			nil,
			denied,
		),
	)
	findings, err := har.Diagnose(strings.NewReader(text), judge)
	if err != nil || len(findings) != 2 || !strings.Contains(findings[0].Explanation, `no key with the ID "K1"`) ||
		!strings.Contains(findings[1].Explanation, "not ours") {
		t.Errorf("%+v, %v", findings, err)
	}
}

func TestDiagnoseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", "[]", "{}", `{"log":null}`, "\x1b[31m", `{"log":{"entries":"x"}}`} {
		if findings, err := har.Diagnose(strings.NewReader(text), nil); !errors.Is(err, har.ErrFormat) {
			t.Errorf("%q: %v, %v", text, findings, err)
		}
	}
	many := make([]fields, 500)
	for i := range many {
		many[i] = request("GET", media, nil, 500, nil, "")
	}
	if findings, err := har.Diagnose(strings.NewReader(recording(t, many...)), nil); err != nil || len(findings) != 200 {
		t.Errorf("%d findings, %v", len(findings), err)
	}
	if findings, err := har.Diagnose(strings.NewReader(`{"log":{"entries":[null]}}`), nil); err != nil ||
		len(findings) != 0 {
		t.Errorf("%v, %v", findings, err)
	}
}
