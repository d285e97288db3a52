package access_test

// changes has every kind of finding, by a change that makes it, and changes
// that make none.
var changes = map[string]change{
	"nothing":   {},
	"a comment": {nil, configure("Comment", "x"), nil},

	"a signed path opened": {nil, open("private/*"),
		[]string{"widening became-public private/* /private/x"}},
	"a public path signed": {open("private/*"), nil,
		[]string{"narrowing became-signed private/* /private/x"}},
	"the default opened": {nil, open("*"),
		[]string{"widening became-public * /x", "widening became-public private/* /private%2Fx",
			"widening became-public presigned/* /presigned%2Fx"}},
	"the default opened, and a public pattern beside it": {nil, both(open("*"), insert("*", public("free/*"))),
		[]string{"widening became-public free/* /free/x", "widening became-public * /x",
			"widening became-public private/* /private%2Fx", "widening became-public presigned/* /presigned%2Fx",
			"narrowing https-required free/* /free/x"}},
	"a public pattern before a signed one": {nil, insert("private/*", public("*.jpg")),
		[]string{"breaking became-public *.jpg /presigned/x.jpg",
			"breaking bucket-replaced *.jpg /web/x.jpg",
			"widening became-public *.jpg /private/x.jpg",
			"widening became-public *.jpg /presigned/x.jpg",
			"widening behavior-shadowed private/* /private/x.jpg",
			"widening behavior-shadowed presigned/* /presigned/x.jpg",
			"narrowing cors-narrowed *.jpg /private/x.jpg",
			"narrowing https-required *.jpg /public/x.jpg",
			"note https-weakened *.jpg /private/x.jpg"}},
	"a public pattern beside it": {nil, insert("*", public("free/*")),
		[]string{"widening became-public free/* /free/x",
			"narrowing https-required free/* /free/x"}},
	"presigned instead of signed": {nil, both(open("private/*"), from("private/*", "nobody")),
		[]string{"breaking key-removed KeyOne /private/x", "note cache-outlives-signature private/* /private/x"}},
	"signed instead of presigned": {nil, both(sign("presigned/*"), from("presigned/*", "media")),
		[]string{"breaking became-signed presigned/* /presigned/x",
			"widening key-added KeyOne /presigned/x"}},
	"public instead of presigned": {nil, from("presigned/*", "media"),
		[]string{"breaking became-public presigned/* /presigned/x", "widening became-public presigned/* /presigned/x"}},
	"public instead of presigned, without the signature": {nil, both(from("presigned/*", "media"), keyIn("none")),
		[]string{"widening became-public presigned/* /presigned/x"}},
	"public instead of presigned, which CloudFront may not read": {cut, both(cut, from("presigned/*", "media"),
		keyIn("none")),
		[]string{"breaking became-public presigned/* /presigned/x", "note became-public presigned/* /presigned/x"}},
	"presigned instead of public": {nil, from("public/*", "nobody"),
		[]string{"narrowing became-signed public/* /public/x", "note cache-outlives-signature public/* /public/x"}},

	"a behavior never reached": {nil, insert("*", signed("private/a/*")),
		[]string{"note behavior-shadowed private/a/* /private/a/x"}},
	"a behavior that was never reached before": {insert("*", signed("private/a/*")),
		both(insert("*", signed("private/a/*")), open("private/a/*")), nil},
	"a signed behavior never reached": {nil, insert("*", signed("public/a/*")),
		[]string{"note behavior-shadowed public/a/* /public/a/x"}},
	"a behavior no longer reached": {insert("*", signed("public/a/*")), insert("*", signed("public/a/*"), public("/*")),
		[]string{"widening became-public /* /x",
			"widening became-public private/* /private%2Fx",
			"widening became-public presigned/* /presigned%2Fx",
			"widening behavior-shadowed * /x",
			"narrowing https-required /* /x"}},
	"the default never reached": {nil, insert("*", public("/*")),
		[]string{"widening became-public /* /x",
			"widening became-public private/* /private%2Fx",
			"widening became-public presigned/* /presigned%2Fx",
			"widening behavior-shadowed * /x",
			"narrowing https-required /* /x"}},
	"the default never reached before": {insert("*", public("/*")), insert("*", public("/*")), nil},
	"a shadow that was there": {insert("private/*", public("*.jpg")), insert("private/*", public("*.jpg"),
		public("*.png")),
		[]string{"breaking became-public *.png /presigned/x.png",
			"breaking bucket-replaced *.png /web/x.png",
			"widening became-public *.png /private/x.png",
			"widening became-public *.png /presigned/x.png",
			"widening behavior-shadowed private/* /private/x.png",
			"widening behavior-shadowed presigned/* /presigned/x.png",
			"narrowing cors-narrowed *.png /private/x.png",
			"narrowing https-required *.png /public/x.png",
			"note https-weakened *.png /private/x.png"}},

	"a signed exception reached by an escape": {nil, insert("public/*", signed("public/secret/*")),
		[]string{"widening behavior-shadowed public/secret/* /public/secret%2Fx",
			"narrowing became-signed public/secret/* /public/secret/x",
			"narrowing cors-narrowed public/secret/* /public/secret/x",
			"narrowing https-required public/secret/* /public/secret/x",
			"note https-weakened public/secret/* /public/secret/x"}},
	"with the escape signed, too": {nil, insert("public/*", signed("public/secret/*"), signed("public/secret%2F*")),
		[]string{"narrowing became-signed public/secret/* /public/secret/x",
			"narrowing became-signed public/secret%2F* /public/secret%2Fx",
			"narrowing cors-narrowed public/secret/* /public/secret/x",
			"narrowing cors-narrowed public/secret%2F* /public/secret%2Fx",
			"narrowing https-required public/secret/* /public/secret/x",
			"narrowing https-required public/secret%2F* /public/secret%2Fx",
			"note https-weakened public/secret/* /public/secret/x",
			"note https-weakened public/secret%2F* /public/secret%2Fx"}},
	"and no longer signed": {insert("public/*", signed("public/secret/*"), signed("public/secret%2F*")),
		insert("public/*", signed("public/secret/*")),
		[]string{"widening became-public public/* /public/secret%2Fx", "widening cors-widened public/* /public/secret%2Fx",
			"note https-weakened public/* /public/secret%2Fx"}},
	"a public pattern that reads an escape": {nil, insert("*", public("a????")),
		[]string{"widening became-public a???? /axxxx",
			"widening became-public * /ax%21",
			"narrowing https-required a???? /axxxx"}},
	"an origin path into what is signed": {nil, both(deep("/private"), from("public/*", "deep")),
		[]string{"breaking bucket-replaced Media /public/x", "widening became-public private/* /public/x"}},
	"an origin path out of it": {both(deep("/private"), from("public/*", "deep")), deep("/private"),
		[]string{"breaking bucket-replaced Media /public/x"}},
	"an origin path elsewhere": {nil, both(deep("/other"), from("public/*", "deep")),
		[]string{"breaking bucket-replaced Media /public/x", "widening became-public * /public/x"}},

	"two public patterns around a signed one": {nil, insert("*", public("p*x"), public("p*y")),
		[]string{"widening became-public p*x /pyx",
			"widening became-public p*y /pxy",
			"widening became-public private/* /private%2Fx",
			"widening became-public presigned/* /presigned%2Fx",
			"narrowing https-required p*x /pyx",
			"narrowing https-required p*y /pxy"}},
	"a public pattern that moves behind": {insert("private/*", public("p*x")), insert("public/*", public("p*x")),
		[]string{"widening behavior-shadowed private/* /private%2Fx", "widening cors-widened private/* /private/x",
			"narrowing became-signed private/* /private/x"}},

	"an error page below a signed pattern": {nil, errorPage("/private/film.mp4"),
		[]string{"widening became-public /private/film.mp4 /private/film.mp4", "note error-page-changed Cdn 403"}},
	"an error page that was there": {errorPage("/private/film.mp4"), errorPage("/private/film.mp4"), nil},
	"an error page below a public pattern": {nil, errorPage("/public/403.html"),
		[]string{"note error-page-changed Cdn 403"}},
	"an error page taken off": {errorPage("/public/403.html"), nil,
		[]string{"breaking error-page-changed Cdn 403"}},
	"an error page of a failure taken off": {errorPages(404, 400, "/public/404.html"), nil,
		[]string{"note error-page-changed Cdn 404"}},
	"an error page with another status": {errorPages(404, 404, "/public/404.html"),
		errorPages(404, 200, "/public/404.html"),
		[]string{"note error-page-changed Cdn 404"}},
	"a signed error page for another error": {errorPages(404, 404, "/private/x"), errorPages(500, 500, "/private/x"),
		[]string{"widening became-public /private/x /private/x",
			"note error-page-changed Cdn 404",
			"note error-page-changed Cdn 500"}},
	"a signed error page that everyone got before": {errorPages(403, 403, "/private/x"),
		both(errorPages(403, 403, "/private/x"), errorPages(404, 404, "/private/x")),
		[]string{"note error-page-changed Cdn 404"}},
	"an error page without an object": {nil, errorPage("/"), nil},
	"the root object as an error page": {configure("DefaultRootObject", "private/x"),
		both(configure("DefaultRootObject", "private/x"), errorPage("/")),
		[]string{"widening became-public / /", "note error-page-changed Cdn 403"}},
	"a root object that becomes signed as an error page": {configure("DefaultRootObject", "public/x"),
		both(configure("DefaultRootObject", "private/x"), errorPage("/")),
		[]string{"breaking root-object-changed / /",
			"widening became-public / /",
			"note error-page-changed Cdn 403"}},
	"an error caching time": {nil, configure("CustomErrorResponses", []props{{"ErrorCode": 404,
		"ErrorCachingMinTTL": 5}}), nil},
	"an error page whose path is signed now": {errorPage("/public/403.html"),
		both(errorPage("/public/403.html"), sign("public/*")),
		[]string{"widening became-public /public/403.html /public/403.html", "narrowing became-signed public/* /public/x"}},
	"an error page below a presigned pattern": {nil, errorPage("/presigned/film.mp4"),
		[]string{"note error-page-changed Cdn 403"}},

	"a function on public paths": {nil, function("public/*", "viewer-request", keepAll),
		[]string{"widening function-changed public/* /public/x"}},
	"one taken off": {function("web/*", "viewer-request", keepAll), nil,
		[]string{"widening function-changed web/* /web/x"}},
	"one on an HTTP origin": {nil, function("web/*", "viewer-request", keepAll),
		[]string{"note function-changed web/* /web/x"}},
	"one on signed paths": {nil, function("private/*", "viewer-request", keepAll),
		[]string{"note function-changed private/* /private/x"}},
	"one on responses": {nil, function("public/*", "viewer-response", keepAll),
		[]string{"note function-changed public/* /public/x"}},
	"its code": {function("public/*", "viewer-request", keepAll), function("public/*", "viewer-request", keepAll+" "),
		[]string{"widening function-changed public/* /public/x"}},
	"the same function": {function("public/*", "viewer-request", keepAll),
		function("public/*", "viewer-request", keepAll), nil},

	"a key added":   {nil, trust("KeyOne", "KeyTwo"), []string{"widening key-added KeyTwo /private/x"}},
	"a key removed": {trust("KeyOne", "KeyTwo"), nil, []string{"breaking key-removed KeyTwo /private/x"}},
	"a key replaced": {nil, trust("KeyTwo"),
		[]string{"breaking key-removed KeyOne /private/x", "widening key-added KeyTwo /private/x"}},
	"a key in another resource": {nil,
		both(trust("KeyThree"), func(s *site) { s.resources["KeyThree"] = publicKey(keyOne) }),
		[]string{"breaking key-removed KeyOne /private/x"}},
	"another key in its resource": {nil, func(s *site) {
		s.resources["KeyOne"] = publicKey(keyTwo)
		delete(s.resources,
			"KeyTwo")
	},
		[]string{"breaking key-removed KeyOne /private/x", "widening key-added KeyTwo /private/x"}},
	"keys reordered": {trust("KeyOne", "KeyTwo"), trust("KeyTwo", "KeyOne"), nil},

	"the cache keeps presigned objects longer": {nil, cacheFor(86400),
		[]string{"widening cache-outlives-signature presigned/* /presigned/x"}},
	"the cache keeps them shorter": {cacheFor(86400), nil, nil},
	"the signature no part of the cache key": {nil,
		both(keyIn("none"), func(s *site) { s.behavior("presigned/*").with["OriginRequestPolicyId"] = everyQuery }),
		[]string{"widening cache-outlives-signature presigned/* /presigned/x"}},
	"the signature not forwarded": {nil, keyIn("none"),
		[]string{"breaking cache-outlives-signature presigned/* /presigned/x"}},

	"presigned instead of public, not cached": {cacheFor(0), both(cacheFor(0), from("public/*", "nobody")),
		[]string{"narrowing became-signed public/* /public/x"}},
	"presigned objects cached for whoever comes": {both(forwarded, cacheFor(0)), forwarded,
		[]string{"widening cache-outlives-signature presigned/* /presigned/x"}},
	"presigned objects cached that long before": {forwarded, both(forwarded, cacheFor(60)), nil},

	"another bucket": {nil, moved,
		[]string{"breaking bucket-replaced Media /private/x", "widening https-weakened Files aws:SecureTransport"}},
	"the bucket renamed": {nil, func(s *site) { s.bucket["BucketName"] = "other" },
		[]string{"breaking bucket-replaced Media /private/x"}},
	"another bucket, less protected": {nil, both(moved, secure("RestrictPublicBuckets", false)),
		[]string{"breaking bucket-replaced Media /private/x", "widening https-weakened Files aws:SecureTransport",
			"widening public-access-block-weakened Files RestrictPublicBuckets"}},
	"an HTTP origin instead of the bucket": {nil, from("public/*", "web"),
		[]string{"breaking bucket-replaced Media /public/x"}},

	"another distribution": {nil, rename("Web"), []string{"breaking distribution-replaced Cdn Cdn"}},
	"another distribution that opens a path": {nil, both(rename("Web"), open("*")),
		[]string{"breaking distribution-replaced Cdn Cdn", "widening became-public * /x",
			"widening became-public private/* /private%2Fx", "widening became-public presigned/* /presigned%2Fx"}},
	"a second distribution, open": {nil, second(),
		[]string{"widening became-public private/* /private/x",
			"widening became-public presigned/* /presigned/x",
			"widening became-public * /x",
			"widening distribution-added Other Other"}},
	"a second distribution, another key": {nil, second("KeyTwo"), []string{"widening distribution-added Other Other",
		"widening key-added KeyTwo /private/x",
		"note behavior-shadowed * /public/x"}},

	"a second distribution, a behavior never reached": {nil, both(second("KeyOne"), inSecond("CacheBehaviors", []props{
		{"TargetOriginId": "media", "ViewerProtocolPolicy": "https-only", "CachePolicyId": ref("Cache"), "PathPattern": "a/*",
			"TrustedKeyGroups": []any{ref("Others")}},
		{"TargetOriginId": "media", "ViewerProtocolPolicy": "https-only", "CachePolicyId": ref("Cache"), "PathPattern": "a/b",
			"TrustedKeyGroups": []any{ref("Others")}}})),
		[]string{"widening distribution-added Other Other", "widening key-added KeyOne /presigned/x",
			"note behavior-shadowed a/b /a/b", "note behavior-shadowed * /public/x"}},
	"a second distribution, a signed error page": {nil, both(second("KeyOne"), inSecond("CustomErrorResponses", []props{
		{"ErrorCode": 403, "ResponseCode": 403, "ResponsePagePath": "/private/film"}})),
		[]string{"widening became-public /private/film /private/film", "widening distribution-added Other Other",
			"widening key-added KeyOne /presigned/x", "note behavior-shadowed * /public/x"}},

	"public access block": {nil, both(secure("BlockPublicPolicy", false), secure("IgnorePublicAcls", false)),
		[]string{"widening public-access-block-weakened Media BlockPublicPolicy, IgnorePublicAcls"}},
	"the other two settings": {nil, both(secure("BlockPublicAcls", false), secure("RestrictPublicBuckets", false)),
		[]string{"widening public-access-block-weakened Media BlockPublicAcls, RestrictPublicBuckets"}},
	"public access block restored": {secure("BlockPublicPolicy", false), nil, nil},

	"a grant to everyone": {nil, grant("Allow", "*", "s3:GetObject", "/*"),
		[]string{"widening origin-grant-widened Media s3:GetObject bucket/*"}},
	"a grant to list": {nil, grant("Allow", props{"CanonicalUser": att("Identity", "S3CanonicalUserId")},
		"s3:ListBucket", ""),
		[]string{"widening origin-grant-widened Media s3:ListBucket bucket"}},
	"a grant of more": {nil, func(s *site) { s.policy[1]["Action"] = "s3:Get*" },
		[]string{"widening origin-grant-widened Media s3:Get* bucket/*"}},
	"a grant of less":  {func(s *site) { s.policy[1]["Action"] = "s3:Get*" }, nil, nil},
	"a grant to write": {nil, grant("Allow", props{"Service": "delivery.logs.amazonaws.com"}, "s3:PutObject", "/*"), nil},
	"a grant to CloudFront, whoever's": {nil, grant("Allow", cloudFront, "s3:GetObject", "/*"),
		[]string{"widening origin-grant-widened Media s3:GetObject bucket/*"}},
	"a grant to another account": {nil, grant("Allow", stranger, "s3:*", "/*"),
		[]string{"widening origin-grant-widened Media s3:* bucket/*"}},
	"a grant in the account": {nil, grant("Allow", colleague, "s3:List*", ""),
		[]string{"note origin-grant-widened Media s3:List* bucket"}},
	"an OAC beside the OAI": {nil,
		both(grant("Allow", cloudFront, "s3:GetObject", "/*"), onlyIf("StringEquals", "AWS:SourceArn", sub(dist))), nil},
	"an OAC instead of the OAI": {nil,
		func(s *site) {
			s.origins[0]["S3OriginConfig"], s.origins[0]["OriginAccessControlId"] = props{}, att("Control", "Id")
			s.policy[1]["Principal"], s.policy[1]["Condition"] = cloudFront, props{"ArnLike": props{"aws:SourceArn": sub(dist)}}
		}, nil},
	"a grant to another account's distribution": {nil,
		both(grant("Allow", cloudFront, "s3:GetObject", "/*"), onlyIf("StringEquals", "aws:SourceArn", foreign)),
		[]string{"widening origin-grant-widened Media s3:GetObject bucket/*"}},
	"a grant to ours and another account's": {nil,
		both(grant("Allow", cloudFront, "s3:GetObject", "/*"), onlyIf("StringEquals", "aws:SourceArn",
			[]any{sub(dist), foreign})),
		[]string{"widening origin-grant-widened Media s3:GetObject bucket/*"}},
	"another account's, then everyone's": {
		both(grant("Allow", cloudFront, "s3:GetObject", "/*"), onlyIf("StringEquals", "aws:SourceArn", foreign)),
		grant("Allow", cloudFront, "s3:GetObject", "/*"),
		[]string{"widening origin-grant-widened Media s3:GetObject bucket/*"}},
	"a condition that allows less": {
		both(grant("Allow", "*", "s3:GetObject", "/*"), onlyIf("IpAddress", "aws:SourceIp",
			[]string{"192.0.2.0/24", "198.51.100.0/24"})),
		both(grant("Allow", "*", "s3:GetObject", "/*"), onlyIf("IpAddress", "aws:SourceIp", "192.0.2.0/24")),
		[]string{"narrowing origin-grant-removed Media s3:GetObject bucket/*"}},
	"a condition on another value": {
		both(grant("Allow", "*", "s3:GetObject", "/*"), onlyIf("StringEquals", "aws:UserAgent", []string{"*", "ABC"})),
		both(grant("Allow", "*", "s3:GetObject", "/*"), onlyIf("StringEquals", "aws:UserAgent", "abc")),
		[]string{"widening origin-grant-widened Media s3:GetObject bucket/*",
			"narrowing origin-grant-removed Media s3:GetObject bucket/*"}},
	"a condition that is a pattern": {
		both(grant("Allow", "*", "s3:GetObject", "/*"), onlyIf("StringLike", "aws:UserAgent", "a*")),
		both(grant("Allow", "*", "s3:GetObject", "/*"), onlyIf("StringLike", "aws:UserAgent", "abc")),
		[]string{"narrowing origin-grant-removed Media s3:GetObject bucket/*"}},
	"a condition that excepts less": {
		both(grant("Allow", "*", "s3:GetObject", "/*"), onlyIf("NotIpAddress", "aws:SourceIp",
			[]string{"192.0.2.0/24", "198.51.100.0/24"})),
		both(grant("Allow", "*", "s3:GetObject", "/*"), onlyIf("NotIpAddress", "aws:SourceIp", "192.0.2.0/24")),
		[]string{"widening origin-grant-widened Media s3:GetObject bucket/*"}},
	"a second bucket that refuses everyone": {nil, secondBucket("Deny"), nil},
	"a second bucket that everyone reads": {nil, secondBucket("Allow"),
		[]string{"widening origin-grant-widened Second s3:GetObject bucket/*"}},
	"a grant of what does not read": {nil, both(grant("Allow", "*", "s3:GetBucketAcl", ""),
		grant("Allow", "*", "s3:GetObjectTagging", "/*")), nil},
	"a stranger's grant taken off": {grant("Allow", stranger, "s3:GetObject", "/*"), nil, nil},
	"the grant on a bucket that nobody reads taken off": {both(secondBucket("Allow"), ofSecond(identity)),
		bareSecond, nil},
	"the grant on a bucket read with presigned URLs alone": {
		both(secondBucket("Allow"), ofSecond(identity), fromSecond("presigned/*", "")),
		both(bareSecond, fromSecond("presigned/*", "")), nil},
	"the grant on a bucket read without presigned URLs": {
		both(secondBucket("Allow"), ofSecond(identity), fromSecond("public/*", theIdentity)),
		both(bareSecond, fromSecond("public/*", theIdentity)),
		[]string{"breaking origin-grant-removed Second s3:GetObject bucket/*"}},
	"a second bucket without its policy": {secondBucket("Allow"), bareSecond,
		[]string{"narrowing origin-grant-removed Second s3:GetObject bucket/*"}},
	"a grant to list taken off": {listed, nil, []string{"narrowing origin-grant-removed Media s3:ListBucket bucket"}},
	"everything but": {nil, func(s *site) {
		s.policy = append(s.policy, statement{"Effect": "Allow", "NotPrincipal": colleague, "NotAction": "s3:PutObject",
			"NotResource": s.arn("/x")})
	}, []string{`widening origin-grant-widened Media everything but s3:PutObject everything but bucket/x`}},
	"a condition taken off": {
		both(grant("Allow", "*", "s3:GetObject", "/*"), onlyIf("IpAddress", "aws:SourceIp", "192.0.2.0/24")),
		grant("Allow", "*", "s3:GetObject", "/*"),
		[]string{"widening origin-grant-widened Media s3:GetObject bucket/*"}},
	"a refusal taken off": {grant("Deny", "*", "s3:GetObject", "/secret/*"), nil,
		[]string{"widening origin-grant-widened Media s3:GetObject bucket/secret/*"}},
	"a refusal widened": {grant("Deny", "*", "s3:GetObject", "/secret/*"), grant("Deny", "*", "s3:*", "/*"),
		[]string{"breaking origin-grant-removed Media s3:* bucket/*"}},
	"a refusal of writes":          {nil, grant("Deny", "*", "s3:PutObject", "/*"), nil},
	"a refusal of another account": {nil, grant("Deny", stranger, "s3:GetObject", "/*"), nil},
	"the distribution's grant taken off": {nil, cut,
		[]string{"breaking origin-grant-removed Media s3:GetObject bucket/*"}},
	"the distribution's grant narrowed": {nil, func(s *site) { s.policy[1]["Resource"] = s.arn("/films/*") },
		[]string{"breaking origin-grant-removed Media s3:GetObject bucket/*"}},
	"the distribution's identity taken off": {nil, from("private/*", "nobody"),
		[]string{"breaking origin-grant-removed Media /private/x"}},
	"control characters": {nil, grant("Allow", "*", "s3:GetObject", "/\u009b31m\x1b"),
		[]string{`widening origin-grant-widened Media s3:GetObject bucket/\u009b31m\x1b`}},

	"plain HTTP to the bucket": {nil,
		func(s *site) { s.policy[0]["Condition"] = props{"Bool": props{"aws:SecureTransport": "true"}} },
		[]string{"breaking origin-grant-removed Media s3:* bucket", "breaking origin-grant-removed Media s3:* bucket/*",
			"widening https-weakened Media aws:SecureTransport"}},
	"plain HTTP to viewers": {nil, https("public/*", "allow-all"),
		[]string{"widening https-weakened public/* /public/x",
			"narrowing https-required public/* /public/x"}},
	"redirect instead of refusal": {nil, https("private/*", "redirect-to-https"),
		[]string{"note https-weakened private/* /private/x"}},
	"refusal instead of redirect": {nil, https("public/*", "https-only"),
		[]string{"narrowing https-required public/* /public/x"}},
	"the oldest TLS": {nil, minimumTLS("SSLv3"), []string{"widening https-weakened Cdn SSLv3"}},
	"plain HTTP from an HTTP origin refused": {https("web/*", "allow-all"), nil,
		[]string{"narrowing https-required web/* /web/x"}},
	"plain HTTP from an HTTP origin": {nil, https("web/*", "allow-all"),
		[]string{"widening https-weakened web/* /web/x"}},
	"plain HTTP to an origin": {nil, originProtocol("http-only"),
		[]string{"widening https-weakened web/* /web/x"}},
	"plain HTTP to an origin for nobody": {nil, originProtocol("match-viewer"), nil},
	"plain HTTP to an origin, as before": {https("web/*", "allow-all"),
		both(https("web/*", "allow-all"), originProtocol("match-viewer")),
		[]string{"widening https-weakened web/* /web/x"}},
	"older TLS": {nil, minimumTLS("TLSv1.1_2016"), []string{"widening https-weakened Cdn TLSv1.1_2016"}},
	"newer TLS": {nil, minimumTLS("TLSv1.2_2025"), nil},
	"no certificate": {nil, configure("ViewerCertificate", props{"CloudFrontDefaultCertificate": true}),
		[]string{"widening https-weakened Cdn TLSv1"}},
	"HSTS taken off": {nil, func(s *site) {
		s.headers["SecurityHeadersConfig"] = props{"ContentTypeOptions": props{"Override": true}}
	}, []string{"note https-weakened private/* /private/x", "note https-weakened public/* /public/x"}},

	"methods that write on signed paths": {nil, methods("private/*", allMethods...),
		[]string{"widening methods-widened private/* /private/x"}},
	"methods that write on public paths": {nil, methods("web/*", allMethods...),
		[]string{"widening methods-widened web/* /web/x"}},
	"OPTIONS allowed": {nil, methods("private/*", "GET", "HEAD", "OPTIONS"), nil},
	"OPTIONS taken off": {methods("private/*", "GET", "HEAD", "OPTIONS"), nil,
		[]string{"narrowing methods-narrowed private/* /private/x"}},
	"methods taken off": {methods("private/*", allMethods...), nil,
		[]string{"narrowing methods-narrowed private/* /private/x"}},

	"a geo restriction": {nil, countries("whitelist", "DE", "FR"),
		[]string{"breaking geo-restriction-changed Cdn every country but DE, FR"}},
	"a geo restriction taken off": {countries("whitelist", "DE"), nil,
		[]string{"widening geo-restriction-changed Cdn every country but DE"}},
	"more countries": {countries("whitelist", "DE"), countries("whitelist", "DE", "FR"),
		[]string{"widening geo-restriction-changed Cdn FR"}},
	"other countries": {countries("whitelist", "DE"), countries("whitelist", "FR"),
		[]string{"breaking geo-restriction-changed Cdn DE", "widening geo-restriction-changed Cdn FR"}},
	"fewer countries refused": {countries("blacklist", "DE", "FR"), countries("blacklist", "DE"),
		[]string{"widening geo-restriction-changed Cdn FR"}},
	"refused instead of allowed": {countries("whitelist", "FR", "DE"), countries("blacklist", "FR", "DE"),
		[]string{"breaking geo-restriction-changed Cdn DE, FR",
			"widening geo-restriction-changed Cdn every country but DE, FR"}},
	"countries reordered": {countries("whitelist", "DE", "FR"), countries("whitelist", "FR", "DE"), nil},

	"a web ACL":           {nil, configure("WebACLId", "arn:acl"), nil},
	"a web ACL taken off": {configure("WebACLId", "arn:acl"), nil, []string{"widening web-acl-changed Cdn arn:acl"}},
	"another web ACL": {configure("WebACLId", "arn:acl"), configure("WebACLId", "arn:other"),
		[]string{"note web-acl-changed Cdn arn:other"}},
	"a log": {nil, logIn("a.s3.amazonaws.com"), []string{"widening logging-changed Cdn Logging.Bucket"}},
	"another log": {logIn("a.s3.amazonaws.com"), logIn("b.s3.amazonaws.com"),
		[]string{"widening logging-changed Cdn Logging.Bucket"}},
	"no log":   {logIn("a.s3.amazonaws.com"), nil, []string{"note logging-changed Cdn Logging.Bucket"}},
	"disabled": {nil, configure("Enabled", false), []string{"breaking distribution-disabled Cdn Enabled"}},
	"a signed pattern before the default, behind a public one": {nil, insert("*", public("q*"), signed("*z")),
		[]string{"widening became-public q* /qx",
			"widening behavior-shadowed *z /qz",
			"narrowing https-required q* /qx",
			"narrowing https-required *z /xz",
			"note behavior-shadowed *z /public/z",
			"note behavior-shadowed *z /web/z"}},
	"a grant taken off where everything is presigned": {presignedAlone, both(presignedAlone, cut), nil},
	"another key value store": {stored("Store", "function"), stored("Second", "function"),
		[]string{"widening function-changed public/* /public/x"}},
	"the same key value store": {stored("Store", "function"), stored("Store", "function"), nil},
	"a key value store with other content": {stored("Store", "arn:aws:s3:::a/b"), stored("Store", "arn:aws:s3:::a/c"),
		[]string{"widening function-changed public/* /public/x"}},
	"another root object": {configure("DefaultRootObject", "public/a"), configure("DefaultRootObject", "public/b"),
		[]string{"breaking root-object-changed / /"}},
	"a root object of a bucket": {nil, configure("DefaultRootObject", "public/a"),
		[]string{"note root-object-changed / /"}},
	"a root object that leads to a function": {function("public/*", "viewer-request", rewriteAll),
		both(function("public/*", "viewer-request", rewriteAll), configure("DefaultRootObject", "public/x")),
		[]string{"widening root-object-changed / /"}},
	"a root object that stays at a function": {function("*", "viewer-request", index),
		both(function("*", "viewer-request", index), configure("DefaultRootObject", "x")),
		[]string{"breaking root-object-changed / /"}},
	"a root object that leads to a signed function": {function("private/*", "viewer-request", rewriteAll),
		both(function("private/*", "viewer-request", rewriteAll), configure("DefaultRootObject", "private/x")),
		[]string{"note root-object-changed / /"}},
	"a root object in place of a list": {listed, both(listed, configure("DefaultRootObject", "public/a")),
		[]string{"breaking root-object-changed / /"}},
	"no root object in front of a list": {both(listed, configure("DefaultRootObject", "public/a")), listed,
		[]string{"breaking root-object-changed / /"}},
	"a list that everyone may read": {listed, both(listed, insert("*", public("/"))),
		[]string{"widening became-public / /", "narrowing https-required / /"}},
	"a root object in front of a behavior for /": {insert("*", public("/")),
		both(insert("*", public("/")), configure("DefaultRootObject", "private/a")),
		[]string{"note behavior-shadowed / /", "note root-object-changed / /"}},
	"a behavior for / behind a root object": {configure("DefaultRootObject", "private/a"),
		both(insert("*", public("/")), configure("DefaultRootObject", "private/a")),
		[]string{"note behavior-shadowed / /"}},
	"a root object of a server": {from("*", "web"), both(from("*", "web"), configure("DefaultRootObject", "public/a")),
		[]string{"breaking root-object-changed / /"}},
	"a root object that a function made": {function("*", "viewer-request", keepAll),
		both(function("*", "viewer-request", keepAll), configure("DefaultRootObject", "public/a")),
		[]string{"breaking root-object-changed / /"}},
	"a second origin": {nil, group("public/*", "media", "web"), []string{"widening bucket-replaced public/* /public/x"}},
	"a second origin that is private": {nil, both(deep("/private"), group("web/*", "web", "deep")),
		[]string{"widening became-public private/* /web/x", "widening bucket-replaced web/* /web/x"}},
	"a second origin taken off": {group("public/*", "media", "web"), nil,
		[]string{"breaking bucket-replaced public/* /public/x"}},
	"another second origin": {both(deep("/other"), group("public/*", "media", "web")),
		both(deep("/other"), group("public/*", "media", "deep")),
		[]string{"breaking bucket-replaced public/* /public/x", "widening became-public * /public/x"}},
	"a second origin without its identity": {group("private/*", "web", "media"), group("private/*", "web", "nobody"),
		[]string{"breaking origin-grant-removed Media /private/x"}},
	"a first origin without its identity": {both(deep("/x"), group("private/*", "media", "deep")),
		both(deep("/x"), group("private/*", "nobody", "deep")),
		[]string{"breaking origin-grant-removed Media /private/x"}},
	"a presigned origin, then another": {nil, group("presigned/*", "nobody", "web"),
		[]string{"widening became-public presigned/* /presigned/x",
			"widening bucket-replaced presigned/* /presigned/x"}},
	"other statuses for the second origin": {group("web/*", "web", "media"),
		both(group("web/*", "web", "media"), func(s *site) {
			items := s.config["OriginGroups"].(props)["Items"].([]props)
			items[0]["FailoverCriteria"] = props{"StatusCodes": props{"Quantity": 2, "Items": []int{404, 500}}}
		}), []string{"breaking bucket-replaced web/* /web/x", "widening bucket-replaced web/* /web/x"}},
	"the bucket's grant to a second origin taken off": {group("web/*", "web", "media"),
		both(group("web/*", "web", "media"), cut),
		[]string{"breaking origin-grant-removed Media s3:GetObject bucket/*"}},
	"an identity for the first origin": {both(deep("/x"), group("web/*", "nobody", "deep")),
		both(deep("/x"), group("web/*", "media", "deep")),
		[]string{"widening origin-grant-widened Media /web/x"}},
	"another identity than the one that may read": {nil, both(control, from("private/*", "control")),
		[]string{"breaking origin-grant-removed Media /private/x"}},
	"an identity that may read, in place of one that may not": {both(control, from("private/*", "control")), nil,
		[]string{"widening origin-grant-widened Media /private/x"}},
	"a grant to the other identity": {both(control, from("private/*", "control")),
		both(control, from("private/*", "control"), ofControl),
		[]string{"widening origin-grant-widened Media /private/x"}},
	"another identity, which may read less": {only("public/x"), both(only("public/x"), from("private/*", "control")),
		[]string{"breaking origin-grant-removed Media /private/x"}},
	"another identity, which may read more": {both(only("public/x"), from("private/*", "control")), only("public/x"),
		[]string{"widening origin-grant-widened Media /private/x"}},
	"another condition on the grant taken off": {both(cut, control, from("private/*", "control"), ofControl,
		andIf("StringEquals", "aws:UserAgent", "abc")), both(cut, control, from("private/*", "control"), ofControl),
		[]string{"widening origin-grant-widened Media s3:GetObject bucket/*"}},
	"a refusal of the other identity": {both(control, ofControl, from("private/*", "control")),
		both(control, ofControl, from("private/*", "control"), grant("Deny", cloudFront, "s3:GetObject", "/*")),
		[]string{"breaking origin-grant-removed Media /private/x"}},
	"public, by an identity that may not read": {nil, both(control, from("private/*", "control"), open("private/*")),
		[]string{"breaking origin-grant-removed Media /private/x", "note became-public private/* /private/x"}},
	"a function that refuses": {nil, function("public/*", "viewer-request", refuseAll),
		[]string{"widening function-changed public/* /public/x"}},
	"a function that rewrites signed paths": {nil, function("private/*", "viewer-request", `function handler(event) {
		event.request.uri = '/private/other'; return event.request }`),
		[]string{"note function-changed private/* /private/x"}},
	"another server": {nil, func(s *site) { s.origins[2]["DomainName"] = "old.example.com" },
		[]string{"breaking bucket-replaced web/* /web/x"}},
	"an identity for signed paths": {from("private/*", "nobody"), nil,
		[]string{"widening origin-grant-widened Media /private/x"}},
	"plain HTTP passed on to a bucket that refuses it": {https("public/*", "redirect-to-https"),
		https("public/*", "allow-all"),
		[]string{"widening https-weakened public/* /public/x", "narrowing https-required public/* /public/x"}},
	"enabled": {configure("Enabled", false), nil, []string{"widening distribution-enabled Cdn Enabled"}},
	"an alias taken off": {configure("Aliases", []string{"a.example.com", "b.example.com"}),
		configure("Aliases", []string{"b.example.com"}),
		[]string{"breaking alias-removed Cdn a.example.com"}},
	"an alias that moves to another distribution": {both(second(), configure("Aliases", []string{"a.example.com"})),
		secondNamed("a.example.com"), []string{"breaking alias-removed Cdn a.example.com"}},
	"an alias within another distribution's wildcard": {both(second(), configure("Aliases", []string{"*.example.com"})),
		both(secondNamed("A.example.com"), configure("Aliases", []string{"*.example.com"})),
		[]string{"breaking alias-removed Cdn A.example.com"}},
	"an alias added": {nil, configure("Aliases", []string{"a.example.com"}), nil},
	"an alias within a wildcard": {configure("Aliases", []string{"a.example.com"}),
		configure("Aliases", []string{"*.example.com"}), nil},
	"a removed distribution": {second(), nil, []string{"breaking distribution-replaced Other Other"}},

	"CORS origins": {nil, cors("AccessControlAllowOrigins", items("*")),
		[]string{"widening cors-widened private/* /private/x", "widening cors-widened public/* /public/x"}},
	"CORS origins narrowed": {nil, cors("AccessControlAllowOrigins", items("https://a.example.com")),
		[]string{"narrowing cors-narrowed private/* /private/x",
			"narrowing cors-narrowed public/* /public/x"}},
	"CORS credentials": {nil, cors("AccessControlAllowCredentials", true),
		[]string{"widening cors-widened private/* /private/x", "widening cors-widened public/* /public/x"}},
	"CORS methods and headers": {nil,
		both(cors("AccessControlAllowMethods", items("GET", "PUT")), cors("AccessControlExposeHeaders", items("etag"))),
		[]string{"widening cors-widened private/* /private/x", "widening cors-widened public/* /public/x"}},
	"plain HTTP on both sides": {nil, both(https("web/*", "redirect-to-https"), originProtocol("http-only")),
		[]string{"widening https-weakened web/* /web/x", "note https-weakened web/* /web/x"}},
	"CORS of the bucket, by another combination": {bucketCORS(rule("https://a.example.com", "GET"), rule("*", "HEAD")),
		bucketCORS(rule("https://a.example.com", "HEAD"), rule("*", "GET")),
		[]string{"widening cors-widened Media Media", "narrowing cors-narrowed Media Media"}},
	"CORS of the bucket, in another order": {bucketCORS(rule("https://a.example.com", "GET"), rule("*", "HEAD")),
		bucketCORS(rule("*", "HEAD"), rule("https://a.example.com", "GET")), nil},
	"CORS of the bucket": {nil, bucketCORS(props{"AllowedMethods": []string{"GET"}, "AllowedOrigins": []string{"*"}}),
		[]string{"widening cors-widened Media Media"}},
}

// control adds an origin with an origin access control.
func control(s *site) {
	s.origins = append(s.origins, props{"Id": "control", "DomainName": att(s.media, "RegionalDomainName"),
		"S3OriginConfig": props{}, "OriginAccessControlId": att("Control", "Id")})
}

// andIf puts another condition on the last statement.
func andIf(operator, key string, value any) func(*site) {
	return func(s *site) { s.policy[len(s.policy)-1]["Condition"].(props)[operator].(props)[key] = value }
}

// ofControl lets the distribution read as an origin access control does.
var ofControl = both(grant("Allow", cloudFront, "s3:GetObject", "/*"),
	onlyIf("StringEquals", "AWS:SourceArn", sub(dist)))

func rule(origin, method string) props {
	return props{"AllowedMethods": []string{method}, "AllowedOrigins": []string{origin}}
}

// only adds an origin access control that may read one object.
func only(object string) func(*site) {
	return both(control, grant("Allow", cloudFront, "s3:GetObject", "/"+object))
}

// index is a function that answers / with an object.
const index = `function handler(event) {
	if (event.request.uri == '/') event.request.uri = '/index.html'
	return event.request
}`

const foreign = "arn:aws:cloudfront::999999999999:distribution/EDFDVBD6EXAMPLE"

// forwarded forwards S3's signature without making it part of the cache key.
var forwarded = both(keyIn("none"),
	func(s *site) { s.behavior("presigned/*").with["OriginRequestPolicyId"] = everyQuery })

// presignedAlone has S3 check the signatures of all objects of the bucket.
func presignedAlone(s *site) {
	for _, b := range s.behaviors {
		if b.origin == "media" {
			b.origin, b.signed = "nobody", false
		}
	}
}

// stored puts a function on public paths that reads a key value store, which is
// filled from an object.
func stored(store, from string) func(*site) {
	return func(s *site) {
		function("public/*", "viewer-request", keepAll)(s)
		s.resources["Fn"].(props)["Properties"].(props)["FunctionConfig"].(props)["KeyValueStoreAssociations"] = []props{
			{"KeyValueStoreARN": att(store, "Arn")}}
		s.resources[store] = resource("AWS::CloudFront::KeyValueStore", props{"Name": store,
			"ImportSource": props{"SourceType": "S3", "SourceArn": from}})
	}
}

// secondBucket adds a bucket that allows or refuses everyone to read it.
func secondBucket(effect string) func(*site) {
	return func(s *site) {
		s.resources["Second"] = resource("AWS::S3::Bucket", props{})
		s.resources["SecondPolicy"] = resource("AWS::S3::BucketPolicy", props{"Bucket": ref("Second"),
			"PolicyDocument": props{
				"Statement": []statement{{"Effect": effect, "Principal": "*", "Action": "s3:GetObject",
					"Resource": sub("${Second.Arn}/*")}}}})
	}
}

// bareSecond adds a bucket without a policy.
func bareSecond(s *site) { s.resources["Second"] = resource("AWS::S3::Bucket", props{}) }

// ofSecond has the second bucket's policy speak of a principal.
func ofSecond(principal any) func(*site) {
	return func(s *site) {
		policy := s.resources["SecondPolicy"].(props)["Properties"].(props)["PolicyDocument"].(props)
		policy["Statement"].([]statement)[0]["Principal"] = principal
	}
}

// fromSecond has a behavior read from the second bucket, as an identity.
func fromSecond(pattern, identity string) func(*site) {
	return func(s *site) {
		s.origins = append(s.origins, props{"Id": "second", "DomainName": att("Second", "RegionalDomainName"),
			"S3OriginConfig": props{"OriginAccessIdentity": sub(identity)}})
		s.behavior(pattern).origin = "second"
	}
}

// originProtocol sets how CloudFront requests from the HTTP origin.
func originProtocol(policy string) func(*site) {
	return func(s *site) { s.origins[2]["CustomOriginConfig"] = props{"OriginProtocolPolicy": policy} }
}

// listed lets CloudFront list the bucket's objects.
var listed = grant("Allow", identity, "s3:ListBucket", "")

// cut takes off CloudFront's permission to read the bucket.
func cut(s *site) { s.policy = s.policy[:1] }

var allMethods = []string{"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}

func methods(pattern string, allowed ...string) func(*site) {
	return func(s *site) { s.behavior(pattern).with["AllowedMethods"] = allowed }
}

func countries(restriction string, codes ...string) func(*site) {
	return configure("Restrictions", props{"GeoRestriction": props{"RestrictionType": restriction, "Locations": codes}})
}

func logIn(bucket string) func(*site) { return configure("Logging", props{"Bucket": bucket}) }

// inSecond changes a property of what [second] adds.
func inSecond(name string, value any) func(*site) {
	return func(s *site) {
		s.resources["Other"].(props)["Properties"].(props)["DistributionConfig"].(props)[name] = value
	}
}

// second adds a distribution over the same bucket, which trusts keys.
func second(keys ...string) func(*site) {
	return func(s *site) {
		behavior := props{"TargetOriginId": "media", "ViewerProtocolPolicy": "https-only", "CachePolicyId": ref("Cache")}
		var trusted []any
		for _, key := range keys {
			trusted = append(trusted, ref(key))
		}
		if trusted != nil {
			behavior["TrustedKeyGroups"] = []any{ref("Others")}
			s.resources["Others"] = resource("AWS::CloudFront::KeyGroup", props{"KeyGroupConfig": props{"Name": "y",
				"Items": trusted}})
		}
		s.resources["Other"] = resource("AWS::CloudFront::Distribution", props{"DistributionConfig": props{
			"Enabled": true, "Origins": []props{s.s3Origin("media")}, "DefaultCacheBehavior": behavior}})
	}
}
