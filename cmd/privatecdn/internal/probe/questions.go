package probe

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/signer/policy"
)

// A question is an unverified conformance case, put to a deployment.
type question struct {
	name string
	edge string // the local edge's answer
	ask  func(*settler) (string, error)
}

// questions are the cases that a deployment of this project can settle.
var questions = []question{
	{"cookie-policy-star", "200", withCookies("*", "", "")},
	{"geo-before-signature", "403 error page",
		beforeSignature(http.MethodGet, "needs a geo restriction that blocks this viewer")},
	{"headers-policy-hsts-http", "absent", (*settler).hstsOverHTTP},
	{"headers-policy-on-refusal", "present", (*settler).headersOnRefusal},
	{"key-encoding-zero", "not compressed", (*settler).encodingZero},
	{"key-raw-path", "Miss from cloudfront", (*settler).rawPath},
	{"method-before-signature", "403 error page",
		beforeSignature(http.MethodPost, "needs a behavior that does not allow POST")},
	{"path-encoded-slash-key", "200", (*settler).encodedSlash},
	{"redirect-before-signature", "301", redirect(http.MethodGet)},
	{"redirect-post", "307", redirect(http.MethodPost)},
	{"redirect-raw-path", "as it was sent", (*settler).redirectPath},
	{"signature-cookie-twice", "200", withCookies("", "; CloudFront-Signature=none", "")},
	{"signature-expires-not-a-number", "403 MalformedPolicy", altered(policy.ParamExpires, "soon")},
	{"signature-hash-unknown", "403 AccessDenied", altered(policy.ParamHashAlgorithm, "SHA512")},
	{"signature-ip-single", "403 AccessDenied", (*settler).singleAddress},
	{"signature-key-id-lower-case", "403 InvalidKey", func(s *settler) (string, error) {
		return altered(policy.ParamKeyPairID, strings.ToLower(s.id))(s)
	}},
	{"signature-no-policy", "403 MalformedPolicy", altered(policy.ParamExpires, "")},
	{"signature-no-signature", "403 MalformedSignature", altered(policy.ParamSignature, "")},
	{"signature-reserved-case", "200", withCookies("", "", "?expires=1")},
	{"signature-tilde-escaped", "403 MalformedSignature", (*settler).tilde},
	{"ttl-negative", "Hit from cloudfront", cached("max-age=-1")},
	{"ttl-quoted", "RefreshHit from cloudfront", cached(`max-age="0"`)},
}

// unanswerable are the cases that need what no deployment of this project has.
var unanswerable = []struct{ needs, cases string }{
	{"needs an origin whose responses can be chosen",
		"forward-cookie-all forward-query-empty-front stale-x-cache ttl-401"},
	{"needs a CloudFront function", "cache-behaviors-share cache-origins-apart function-header-upper-case " +
		"function-isolated function-query-signature"},
	{"needs the custom error page / and no default root object", "custom-error-page-no-root"},
	{"needs a policy with these CORS settings", "headers-policy-cors-all-methods headers-policy-cors-allow-headers"},
	{"needs a behavior for / alone", "root-object-signed"},
	{"needs two clocks that agree to the millisecond", "signature-expiry-exact"},
}

// altered requests the object with one part of its signature changed.
func altered(name, value string) func(*settler) (string, error) {
	return func(s *settler) (string, error) {
		signed, err := s.sign("", 0)
		signed.Set(name, value)
		if value == "" {
			signed.Del(name)
		}
		return s.reply("?"+signed.Encode(), err)
	}
}

// cached requests an object with a Cache-Control until a cache has it, and
// returns what its next response says of the cache.
func cached(control string) func(*settler) (string, error) {
	return func(s *settler) (string, error) {
		signed, err := s.custom("*", "")
		if err != nil {
			return "", err
		}
		for _, path := range s.Objects {
			from := ""
			for range 3 {
				a := s.ask(http.MethodGet, s.Deployment.BaseURL()+path+"?"+signed.Encode(), nil)
				if a.header.Get("Cache-Control") != control {
					break
				}
				if from = a.header.Get("X-Cache"); !strings.HasPrefix(from, "Miss ") {
					break
				}
			}
			if from != "" {
				return from, nil
			}
		}
		return "", errors.New("needs an --object with Cache-Control: " + control)
	}
}

// singleAddress requests the object by a policy for one address of another
// network.
func (s *settler) singleAddress() (string, error) {
	signed, err := s.custom(s.object.url, `,"IpAddress":{"AWS:SourceIp":"192.0.2.9"}`)
	return s.reply("?"+signed.Encode(), err)
}

// withCookies requests the object with signed cookies for a resource, which is
// what begins with the object's URL if it is empty, more cookies behind them and
// a query.
func withCookies(resource, more, query string) func(*settler) (string, error) {
	return func(s *settler) (string, error) {
		signed, err := s.custom(cmp.Or(resource, s.object.url+"*"), "")
		if err != nil {
			return "", err
		}
		var pairs []string
		for name := range signed {
			pairs = append(pairs, policy.CookiePrefix+name+"="+signed.Get(name))
		}
		return s.say(s.get(s.object, query, http.Header{"Cookie": {strings.Join(pairs, "; ") + more}}))
	}
}

// tilde escapes the tildes of a signature that has some.
func (s *settler) tilde() (string, error) {
	for seconds := range int64(100) {
		signed, err := s.sign("", seconds)
		if query := "?" + signed.Encode(); err != nil || strings.Contains(query, "~") {
			return s.reply(strings.ReplaceAll(query, "~", "%7E"), err)
		}
	}
	return "", errors.New("no signature has a tilde")
}

// opened returns the answer to a signed request, which must succeed.
func (s *settler) opened(header http.Header) (answer, error) {
	signed, err := s.sign("", 0)
	if err != nil {
		return answer{}, err
	}
	return s.opens(s.object.url+"?"+signed.Encode(), header)
}

// sets returns an error unless the object's responses have a header.
func (s *settler) sets(name string) error {
	a, err := s.opened(nil)
	if err == nil && a.header.Get(name) == "" {
		err = errors.New("the deployment sets no " + name)
	}
	return err
}

func (s *settler) hstsOverHTTP() (string, error) {
	const name = "Strict-Transport-Security"
	if err := s.sets(name); err != nil {
		return "", err
	}
	return presence(s.overHTTP(http.MethodGet, s.object.path), name)
}

func (s *settler) headersOnRefusal() (string, error) {
	const name = "X-Content-Type-Options"
	if err := s.sets(name); err != nil {
		return "", err
	}
	return presence(s.get(s.object, "", nil), name)
}

func presence(a answer, name string) (string, error) {
	if a.header.Get(name) == "" {
		return "absent", a.err
	}
	return "present", a.err
}

// encodingZero requests an object that is compressed with a weight of 0.
func (s *settler) encodingZero() (string, error) {
	a, err := s.opened(http.Header{"Accept-Encoding": {"gzip"}})
	switch {
	case err != nil:
		return "", err
	case a.header.Get("Content-Encoding") != "gzip":
		return "", errors.New("the object is not compressed; --object names one that is")
	}
	a, err = s.opened(http.Header{"Accept-Encoding": {"gzip;q=0"}})
	if a.header.Get("Content-Encoding") == "gzip" {
		return "compressed", err
	}
	return "not compressed", err
}

// rawPath requests a cached object by a spelling that nobody used before.
func (s *settler) rawPath() (string, error) {
	o, err := s.probe.object(deployment.Public)
	if err != nil || !o.there {
		return "", errors.New("--object PATH names no public object")
	}
	for range 2 {
		a, err := s.opens(o.url, nil)
		switch {
		case err != nil:
			return "", err
		case strings.HasPrefix(a.header.Get("X-Cache"), "Hit "):
			a, err := s.opens(s.Deployment.BaseURL()+respell(o.path), nil)
			return a.header.Get("X-Cache"), err
		}
	}
	return "", errors.New("the public object is not cached")
}

// respell escapes most letters of a path, at random.
func respell(path string) string {
	return letters.ReplaceAllStringFunc(path, func(s string) string {
		if len(s) > 1 || rand.IntN(4) == 0 {
			return s
		}
		return fmt.Sprintf("%%%02X", s)
	})
}

// letters match the letters of a path, and its escapes.
var letters = regexp.MustCompile("%..|[a-z]")

// beforeSignature sends an unsigned request, where a signed one is refused by
// CloudFront for another reason than its signature.
func beforeSignature(method, needs string) func(*settler) (string, error) {
	return func(s *settler) (string, error) {
		signed, err := s.sign("", 0)
		if err != nil {
			return "", err
		}
		if _, err := s.ask(method, s.object.url+"?"+signed.Encode(), nil).refusedItself(); err != nil {
			return "", errors.New(needs)
		}
		return s.say(s.ask(method, s.object.url, nil))
	}
}

// encodedSlash escapes the last slash of an object that its behavior has below
// a directory.
func (s *settler) encodedSlash() (string, error) {
	path := s.object.path
	last := strings.LastIndex(path, "/")
	spelled := path[:last] + "%2F" + path[last+1:]
	if b, ok := s.Deployment.Behavior(spelled); last == 0 || !ok || b.Access != deployment.Signed {
		return "", errors.New("--object PATH names no object in a directory that needs a signature")
	}
	signed, err := s.custom("*", "")
	if err != nil {
		return "", err
	}
	return s.say(s.ask(http.MethodGet, s.Deployment.BaseURL()+spelled+"?"+signed.Encode(), nil))
}

// overHTTP sends an unsigned request for a path over plain HTTP, which must
// redirect signed ones.
func (s *settler) overHTTP(method, path string) answer {
	signed, err := s.sign("", 0)
	plain, noHTTP := s.plainHTTP("")
	if err = cmp.Or(err, noHTTP); err != nil {
		return answer{err: err}
	}
	a := s.ask(http.MethodGet, plain+s.object.path+"?"+signed.Encode(), nil)
	if a.header.Get("Location") == "" {
		return answer{err: errors.New("plain HTTP is not redirected")}
	}
	return s.ask(method, plain+path, nil)
}

func redirect(method string) func(*settler) (string, error) {
	return func(s *settler) (string, error) { return s.say(s.overHTTP(method, s.object.path)) }
}

// redirectPath requests a path over HTTP that a server could tidy up.
func (s *settler) redirectPath() (string, error) {
	last := strings.LastIndex(s.object.path, "/")
	path := s.object.path[:last] + "/%61//b/../" + s.object.path[last+1:]
	a := s.overHTTP(http.MethodGet, path)
	to, err := url.Parse(a.header.Get("Location"))
	switch {
	case a.err != nil || err != nil || to.Host == "":
		return s.say(a)
	case to.RequestURI() == path:
		return "as it was sent", nil
	}
	return to.RequestURI(), nil
}
