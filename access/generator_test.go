package access_test

import (
	"math/rand/v2"
	"slices"
)

// randomPair returns two sites that have something in common and differ in a
// few things.
func randomPair(r *rand.Rand, keys map[string]*randomKey) (old, now *site) {
	old, now = base(), base()
	for _, s := range []*site{old, now} {
		for name, key := range keys {
			s.resources[name] = publicKey(key.public)
		}
		for _, path := range []string{"/private", "/public", "/other"} {
			origin := s.s3Origin(path)
			origin["OriginPath"] = path
			s.origins = append(s.origins, origin)
		}
		control(s)
	}
	for range r.IntN(3) {
		edit := randomEdit(r)
		edit(old)
		edit(now)
	}
	for range 1 + r.IntN(2) {
		randomEdit(r)([]*site{old, now}[r.IntN(2)])
	}
	return old, now
}

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// randomEdit returns a change of a site that it may be applied to.
func randomEdit(r *rand.Rand) func(*site) {
	at := one(r, "private/*", "public/*", "presigned/*", "web/*", "*")
	pattern := one(r, "private/a/*", "public/secret/*", "*.jpg", "p*", "*/x", "pub?ic/*", "a/b", "private%2F*", "*%2F*",
		"public/*.x", "/*", "/")
	added := &behavior{pattern, one(r, "media", "media", "nobody", "web"),
		one(r, "https-only", "redirect-to-https", "allow-all"), r.IntN(2) == 0, props{}}
	if added.origin == "nobody" {
		added.signed = false
	}
	return one(r,
		insert(at, added), insert(at, added), insert(at, added),
		func(s *site) { s.behavior(at).signed = !s.behavior(at).signed },
		func(s *site) {
			if i := r.IntN(len(s.behaviors)); i < len(s.behaviors)-1 {
				s.behaviors = slices.Insert(slices.Delete(slices.Clone(s.behaviors), i, i+1), r.IntN(i+1), s.behaviors[i])
			}
		},
		from(at, one(r, "media", "nobody", "web")),
		from(at, one(r, "/private", "/public", "/other", "control")),
		trust(one(r, []string{"KeyOne"}, []string{"KeyTwo"}, []string{"KeyOne", "KeyTwo"})...),
		https(at, one(r, "https-only", "redirect-to-https", "allow-all")),
		methods(at, one(r, allMethods, []string{"GET", "HEAD"}, []string{"GET", "HEAD", "OPTIONS"})...),
		errorPages(one(r, 403, 404), one(r, 200, 403), one(r, "/private/film", "/public/403.html", "/presigned/x",
			"/web/x", "/")),
		function(at, "viewer-request", one(r, keepAll, refuseAll, rewriteAll)),
		function(at, "viewer-response", one(r, keepResponse, shareResponse)),
		group(at, one(r, "media", "nobody", "web"), one(r, "/private", "/public", "media", "web")),
		trustToo(at),
		keyIn(one(r, "none", "all")), cacheFor(one(r, 0, 60, 86400)),
		grant(one(r, "Allow", "Deny"), one[any](r, "*", cloudFront), one(r, "s3:GetObject", "s3:*"),
			one(r, "/*", "/private/*", "/public/x")),
		ofControl,
		grant("Allow", one[any](r, "*", props{"CanonicalUser": att("Identity", "S3CanonicalUserId")}), "s3:ListBucket", ""),
		cut,
		func(s *site) { s.policy = s.policy[len(s.policy)-1:] },
		func(s *site) { s.bucket["PublicAccessBlockConfiguration"] = props{} },
		second(), second("KeyOne"), second("KeyTwo"),
		configure("Enabled", false),
		configure("DefaultRootObject", one(r, "private/x", "public/x", "web/x", "presigned/x", "x")),
		configure("WebACLId", "arn:acl"),
		configure("Aliases", one(r, []string{"a.example.com"}, []string{"*.example.com"},
			[]string{"a.example.com", "b.example.com"})),
		secondNamed("a.example.com"), secondNamed("*.example.com", "KeyOne"),
		countries(one(r, "whitelist", "blacklist"), one(r, "DE", "FR")),
		cors("AccessControlAllowOrigins", items(one(r, "*", "https://evil.test", "https://a.example.com"))),
		bucketCORS(props{"AllowedMethods": []string{"GET"}, "AllowedOrigins": []string{one(r, "*", "https://evil.test")}}),
		func(s *site) { delete(s.behavior(at).with, "ResponseHeadersPolicyId") },
	)
}

// secondNamed adds a distribution that has an alternate domain name.
func secondNamed(alias string, keys ...string) func(*site) {
	return func(s *site) {
		second(keys...)(s)
		config := s.resources["Other"].(props)["Properties"].(props)["DistributionConfig"].(props)
		config["Aliases"], config["ViewerCertificate"] = []string{alias}, s.config["ViewerCertificate"]
	}
}

const (
	keepResponse  = "function handler(event) { return event.response }"
	shareResponse = "function handler(event) { event.response.headers['access-control-allow-origin'] = {value: '*'}; " +
		"return event.response }"

	refuseAll  = "function handler(event) { return {statusCode: 403, statusDescription: 'Forbidden'} }"
	rewriteAll = "function handler(event) { event.request.uri = '/private/film'; return event.request }"
)
