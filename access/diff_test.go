package access_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/access"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/internal/pathpattern"
)

// read reads the base template with some texts replaced, given in pairs.
func read(t *testing.T, replace []string) *infra.Infrastructure {
	t.Helper()
	text, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changed := string(text)
	for pair := range slices.Chunk(replace, 2) {
		if !strings.Contains(changed, pair[0]) {
			t.Fatalf("the template does not contain %q", pair[0])
		}
		changed = strings.ReplaceAll(changed, pair[0], pair[1])
	}
	tmpl, err := infra.Read([]byte(changed), infra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

const (
	keyGroup = "Items: [!Ref KeyOne]"
	trusted  = ", TrustedKeyGroups: [!Ref Keys]"
	signed   = `, TargetOriginId: media, ViewerProtocolPolicy: https-only, CachePolicyId: !Ref Cache, TrustedKeyGroups: [!Ref Keys]}`
	open     = `, TargetOriginId: media, ViewerProtocolPolicy: https-only, CachePolicyId: !Ref Cache}`
	identity = `S3OriginConfig: {OriginAccessIdentity: !Sub "origin-access-identity/cloudfront/${Identity}"}`
	grantee  = `{CanonicalUser: !GetAtt Identity.S3CanonicalUserId}`
	dist     = `arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Cdn}`
)

// function puts a function on a behavior.
func function(pattern, event string) []string {
	return []string{
		"  Cdn:", "  Fn:\n    Type: AWS::CloudFront::Function\n    Properties: {Name: f, FunctionConfig: {Comment: x, Runtime: cloudfront-js-2.0}, " +
			"FunctionCode: \"function handler(event) { return event.request }\"}\n  Cdn:",
		`"` + pattern + `",`, `"` + pattern + `", FunctionAssociations: [{EventType: ` + event + `, FunctionARN: !GetAtt Fn.FunctionARN}],`,
	}
}

func statement(s string) []string { return []string{"#statement", "- " + s} }

// Every kind of finding, by a change that makes it, and changes that make none.
func TestDiff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, new []string
		want     []string // severity, kind, what it is about, witness
	}{
		"nothing":   {},
		"a comment": {nil, []string{"Comment: x", "Comment: y"}, nil},
		"a signed path opened": {nil, []string{`https-only, CachePolicyId: !Ref Cache` + trusted, `https-only, CachePolicyId: !Ref Cache`},
			[]string{"widening became-public private/* /private/x"}},
		"a public path signed": {[]string{`https-only, CachePolicyId: !Ref Cache` + trusted, `https-only, CachePolicyId: !Ref Cache`}, nil,
			[]string{"narrowing became-signed private/* /private/x"}},
		"the default opened": {nil, []string{"Id: !Ref Cache" + trusted + "}", "Id: !Ref Cache}"},
			[]string{"widening became-public * /x", "widening became-public private/* /private%2Fx", "widening became-public presigned/* /presigned%2Fx"}},
		"a public pattern before a signed one": {nil, []string{`- {PathPattern: "private/*"`, `- {PathPattern: "*.jpg"` + open + "\n          - {PathPattern: \"private/*\""},
			[]string{"widening became-public *.jpg /private/x.jpg", "widening behavior-shadowed private/* /private/x.jpg", "widening behavior-shadowed presigned/* /presigned/x.jpg",
				"note https-weakened *.jpg /private/x.jpg"}},
		"a public pattern beside it": {nil, []string{"#behavior", `- {PathPattern: "free/*"` + open},
			[]string{"widening became-public free/* /free/x"}},
		"a behavior never reached": {nil, []string{"#behavior", `- {PathPattern: "private/a/*"` + signed},
			[]string{"note behavior-shadowed private/a/* /private/a/x"}},
		"a public behavior never reached": {nil, []string{"#behavior", `- {PathPattern: "public/a/*"` + signed},
			[]string{"note behavior-shadowed public/a/* /public/a/x"}},
		"a key added":               {nil, []string{keyGroup, "Items: [!Ref KeyOne, !Ref KeyTwo]"}, []string{"widening key-added KeyTwo /private/x"}},
		"a key removed":             {[]string{keyGroup, "Items: [!Ref KeyOne, !Ref KeyTwo]"}, nil, []string{"breaking key-removed KeyTwo /private/x"}},
		"a key replaced":            {nil, []string{keyGroup, "Items: [!Ref KeyTwo]"}, []string{"breaking key-removed KeyOne /private/x", "widening key-added KeyTwo /private/x"}},
		"a key in another resource": {nil, []string{"KeyOne", "KeyThree"}, []string{"breaking key-removed KeyThree /private/x"}},
		"keys reordered":            {[]string{keyGroup, "Items: [!Ref KeyOne, !Ref KeyTwo]"}, []string{keyGroup, "Items: [!Ref KeyTwo, !Ref KeyOne]"}, nil},
		"presigned instead of signed": {nil, []string{`"private/*", TargetOriginId: media`, `"private/*", TargetOriginId: nobody`, `https-only, CachePolicyId: !Ref Cache` + trusted, `https-only, CachePolicyId: !Ref Cache`},
			[]string{"breaking key-removed KeyOne /private/x", "note cache-outlives-signature private/* /private/x"}},
		"signed instead of presigned": {nil, []string{`"presigned/*", TargetOriginId: nobody`, `"presigned/*", TargetOriginId: media`, `"presigned/*"`, `"presigned/*"` + trusted},
			[]string{"breaking became-signed presigned/* /presigned/x"}},
		"public instead of presigned": {nil, []string{`"presigned/*", TargetOriginId: nobody`, `"presigned/*", TargetOriginId: media`},
			[]string{"widening became-public presigned/* /presigned/x"}},
		"the cache keeps presigned objects longer": {nil, []string{"MaxTTL: 1800", "MaxTTL: 86400"},
			[]string{"widening cache-outlives-signature presigned/* /presigned/x"}},
		"the cache keeps them shorter": {[]string{"MaxTTL: 1800", "MaxTTL: 86400"}, nil, nil},
		"the signature no part of the cache key": {nil, []string{"QueryStringBehavior: all", "QueryStringBehavior: none", `"presigned/*"`, `"presigned/*", OriginRequestPolicyId: 775133bc-15f2-49f9-abea-afb2e0bf67d2`},
			[]string{"widening cache-outlives-signature presigned/* /presigned/x"}},
		"the signature not handed on": {nil, []string{"QueryStringBehavior: all", "QueryStringBehavior: none"},
			[]string{"breaking cache-outlives-signature presigned/* /presigned/x"}},
		"another bucket": {nil, []string{"Media", "Files"}, []string{"breaking bucket-replaced Media /private/x"}},
		"the bucket renamed": {nil, []string{"DeletionPolicy: Retain\n    Properties:", "DeletionPolicy: Retain\n    Properties:\n      BucketName: other"},
			[]string{"breaking bucket-replaced Media /private/x"}},
		"another bucket, less protected": {nil, []string{"Media", "Files", "RestrictPublicBuckets: true", "RestrictPublicBuckets: false"},
			[]string{"breaking bucket-replaced Media /private/x", "widening public-access-block-weakened Files RestrictPublicBuckets"}},
		"an HTTP origin instead of the bucket": {nil, []string{`"public/*", TargetOriginId: media`, `"public/*", TargetOriginId: web`},
			[]string{"breaking bucket-replaced Media /public/x"}},
		"another distribution": {nil, []string{"Cdn:", "Web:"}, []string{"breaking distribution-replaced Cdn Cdn"}},
		"another distribution that opens a path": {nil, []string{"Cdn:", "Web:", "Id: !Ref Cache" + trusted + "}", "Id: !Ref Cache}"},
			[]string{"breaking distribution-replaced Cdn Cdn", "widening became-public * /x", "widening became-public private/* /private%2Fx", "widening became-public presigned/* /presigned%2Fx"}},
		"public access block": {nil, []string{"BlockPublicPolicy: true, IgnorePublicAcls: true", "IgnorePublicAcls: false"},
			[]string{"widening public-access-block-weakened Media BlockPublicPolicy, IgnorePublicAcls"}},
		"public access block restored": {[]string{"BlockPublicPolicy: true", "BlockPublicPolicy: false"}, nil, nil},
		"a grant to everyone": {nil, statement(`{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/*"}`),
			[]string{"widening origin-grant-widened Media s3:GetObject bucket/*"}},
		"a grant to list": {nil, []string{`Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/*"`, `Action: ["s3:GetObject", "s3:ListBucket"], Resource: [!GetAtt Media.Arn, !Sub "${Media.Arn}/*"]`},
			[]string{"widening origin-grant-widened Media s3:ListBucket bucket"}},
		"a grant of more":  {nil, []string{`Action: "s3:GetObject"`, `Action: "s3:Get*"`}, []string{"widening origin-grant-widened Media s3:Get* bucket/*"}},
		"a grant of less":  {[]string{`Action: "s3:GetObject"`, `Action: "s3:Get*"`}, nil, nil},
		"a grant to write": {nil, statement(`{Effect: Allow, Principal: {Service: delivery.logs.amazonaws.com}, Action: "s3:PutObject", Resource: !Sub "${Media.Arn}/*"}`), nil},
		"a grant to CloudFront, whoever's": {nil, statement(`{Effect: Allow, Principal: {Service: cloudfront.amazonaws.com}, Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/*"}`),
			[]string{"widening origin-grant-widened Media s3:GetObject bucket/*"}},
		"a grant to another account": {nil, statement(`{Effect: Allow, Principal: {AWS: "arn:aws:iam::999999999999:root"}, Action: "s3:*", Resource: !Sub "${Media.Arn}/*"}`),
			[]string{"widening origin-grant-widened Media s3:* bucket/*"}},
		"a grant in the account": {nil, statement(`{Effect: Allow, Principal: {AWS: !Sub "arn:aws:iam::${AWS::AccountId}:role/x"}, Action: "s3:List*", Resource: !GetAtt Media.Arn}`),
			[]string{"note origin-grant-widened Media s3:List* bucket"}},
		"an OAC beside the OAI": {nil, statement(`{Effect: Allow, Principal: {Service: cloudfront.amazonaws.com}, Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/*", Condition: {StringEquals: {"AWS:SourceArn": !Sub "` + dist + `"}}}`), nil},
		"an OAC instead of the OAI": {nil, []string{identity, "S3OriginConfig: {}\n            OriginAccessControlId: !GetAtt Control.Id",
			grantee + `, Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/*"`, `{Service: cloudfront.amazonaws.com}, Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/*", Condition: {ArnLike: {"aws:SourceArn": !Sub "` + dist + `"}}`}, nil},
		"a condition taken off": {statement(`{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/*", Condition: {IpAddress: {"aws:SourceIp": 192.0.2.0/24}}}`),
			statement(`{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/*"}`),
			[]string{"widening origin-grant-widened Media s3:GetObject bucket/*"}},
		"a refusal taken off": {statement(`{Effect: Deny, Principal: "*", Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/secret/*"}`), nil,
			[]string{"widening origin-grant-widened Media s3:GetObject bucket/secret/*"}},
		"a refusal widened": {statement(`{Effect: Deny, Principal: "*", Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/secret/*"}`),
			statement(`{Effect: Deny, Principal: "*", Action: "s3:*", Resource: !Sub "${Media.Arn}/*"}`), nil},
		"plain HTTP to the bucket": {nil, []string{`"aws:SecureTransport": "false"`, `"aws:SecureTransport": "true"`},
			[]string{"widening https-weakened Media aws:SecureTransport"}},
		"plain HTTP to viewers": {nil, []string{`"public/*", TargetOriginId: media, ViewerProtocolPolicy: redirect-to-https`, `"public/*", TargetOriginId: media, ViewerProtocolPolicy: allow-all`},
			[]string{"widening https-weakened public/* /public/x"}},
		"redirect instead of refusal": {nil, []string{`"private/*", TargetOriginId: media, ViewerProtocolPolicy: https-only`, `"private/*", TargetOriginId: media, ViewerProtocolPolicy: redirect-to-https`},
			[]string{"note https-weakened private/* /private/x"}},
		"refusal instead of redirect": {nil, []string{`redirect-to-https`, `https-only`}, nil},
		"plain HTTP to an origin": {nil, []string{"OriginProtocolPolicy: https-only", "OriginProtocolPolicy: match-viewer"},
			[]string{"widening https-weakened web/* /web/x"}},
		"older TLS": {nil, []string{"TLSv1.2_2021", "TLSv1.1_2016"}, []string{"widening https-weakened Cdn TLSv1.1_2016"}},
		"no certificate": {nil, []string{`AcmCertificateArn: "arn:x", MinimumProtocolVersion: TLSv1.2_2021, SslSupportMethod: sni-only`, "CloudFrontDefaultCertificate: true"},
			[]string{"widening https-weakened Cdn TLSv1"}},
		"HSTS taken off": {nil, []string{"StrictTransportSecurity: {AccessControlMaxAgeSec: 31536000, Override: true}", "ContentTypeOptions: {Override: true}"},
			[]string{"note https-weakened private/* /private/x", "note https-weakened public/* /public/x"}},
		"CORS origins": {nil, []string{`Items: ["https://*.example.com"]`, `Items: ["*"]`},
			[]string{"widening cors-widened private/* /private/x", "widening cors-widened public/* /public/x"}},
		"CORS origins narrowed": {nil, []string{`Items: ["https://*.example.com"]`, `Items: ["https://a.example.com"]`}, nil},
		"CORS credentials":      {nil, []string{"AllowCredentials: false", "AllowCredentials: true"}, []string{"widening cors-widened private/* /private/x", "widening cors-widened public/* /public/x"}},
		"CORS of the bucket":    {nil, []string{"DeletionPolicy: Retain\n    Properties:", "DeletionPolicy: Retain\n    Properties:\n      CorsConfiguration: {CorsRules: [{AllowedMethods: [GET], AllowedOrigins: [\"*\"]}]}"}, []string{"widening cors-widened Media Media", "widening cors-widened Media Media"}},
		"a signed exception reached by an escape": {nil, []string{`- {PathPattern: "public/*"`, `- {PathPattern: "public/secret/*"` + signed + "\n          - {PathPattern: \"public/*\""},
			[]string{"widening behavior-shadowed public/secret/* /public/secret%2Fx", "narrowing became-signed public/secret/* /public/secret/x", "note https-weakened public/secret/* /public/secret/x"}},
		"the same with the escape signed, too": {nil, []string{`- {PathPattern: "public/*"`, `- {PathPattern: "public/secret/*"` + signed + "\n          - {PathPattern: \"public/secret%2F*\"" + signed + "\n          - {PathPattern: \"public/*\""},
			[]string{"narrowing became-signed public/secret/* /public/secret/x", "narrowing became-signed public/secret%2F* /public/secret%2Fx",
				"note https-weakened public/secret/* /public/secret/x", "note https-weakened public/secret%2F* /public/secret%2Fx"}},
		"a public pattern that reads an escape": {nil, []string{"#behavior", `- {PathPattern: "a????"` + open},
			[]string{"widening became-public a???? /axxxx", "widening became-public * /ax%21"}},
		"an origin path into what is signed": {nil, []string{"#origin", "- Id: deep\n            OriginPath: /private\n            DomainName: !GetAtt Media.RegionalDomainName\n            " + identity, `"public/*", TargetOriginId: media`, `"public/*", TargetOriginId: deep`},
			[]string{"widening became-public private/* /public/x"}},
		"an error page below a signed pattern": {nil, []string{"#origin", "#\n        CustomErrorResponses: [{ErrorCode: 403, ResponseCode: 200, ResponsePagePath: /private/film.mp4}]"},
			[]string{"widening became-public /private/film.mp4 /private/film.mp4"}},
		"an error page below a public pattern": {nil, []string{"#origin", "#\n        CustomErrorResponses: [{ErrorCode: 403, ResponseCode: 403, ResponsePagePath: /public/403.html}]"}, nil},
		"the default behavior never reached": {nil, []string{"#behavior", `- {PathPattern: "/*"` + open},
			[]string{"widening became-public /* /x", "widening became-public private/* /private%2Fx", "widening became-public presigned/* /presigned%2Fx", "widening behavior-shadowed * /x"}},
		"a function on public paths": {nil, function("public/*", "viewer-request"), []string{"widening function-changed public/* /public/x"}},
		"one taken off":              {function("web/*", "viewer-request"), nil, []string{"widening function-changed web/* /web/x"}},
		"one on an HTTP origin":      {nil, function("web/*", "viewer-request"), []string{"note function-changed web/* /web/x"}},
		"a function on signed paths": {nil, function("private/*", "viewer-request"), []string{"note function-changed private/* /private/x"}},
		"a function on responses":    {nil, function("public/*", "viewer-response"), []string{"note function-changed public/* /public/x"}},
		"a function's code": {function("public/*", "viewer-request"), append(function("public/*", "viewer-request"), "event.request", "event.request /* */"),
			[]string{"widening function-changed public/* /public/x"}},
		"control characters": {nil, statement(`{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/\u009b31m\e"}`),
			[]string{`widening origin-grant-widened Media s3:GetObject bucket/\u009b31m\x1b`}},
		"a second distribution, open": {nil, []string{"Resources:", "Resources:\n  Other: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Enabled: true, Origins: [{Id: m, DomainName: !GetAtt Media.RegionalDomainName, " + identity + "}], DefaultCacheBehavior: {TargetOriginId: m, ViewerProtocolPolicy: https-only, CachePolicyId: !Ref Cache}}}}"},
			[]string{"widening became-public private/* /private/x", "widening became-public presigned/* /presigned/x", "widening became-public * /x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old, new := read(t, c.old), read(t, c.new)
			findings := access.Diff(old, new)
			var got []string
			names := map[string]string{}
			for _, tmpl := range []*infra.Infrastructure{old, new} {
				for _, d := range tmpl.Distributions {
					for _, b := range d.Behaviors {
						for _, g := range b.KeyGroups {
							for _, k := range g.Keys {
								names[k.Key.Fingerprint()] = k.LogicalID
							}
						}
					}
				}
			}
			for _, f := range findings {
				about := f.Path
				switch {
				case f.Key != "":
					about = names[f.Key]
				case f.Bucket != "":
					about = f.Bucket
				case about == "":
					about = f.Distribution
				}
				got = append(got, strings.Join([]string{string(f.Severity), string(f.Kind), about, f.Witness}, " "))
				if f.Sentence == "" || f.Witness == "" {
					t.Errorf("%+v lacks its sentence or its witness", f)
				}
				if f.Path != "" && pathpattern.Normalize(f.Witness) != f.Witness {
					t.Errorf("%q is no path a viewer sends", f.Witness)
				}
			}
			if !slices.Equal(got, c.want) {
				text, _ := json.MarshalIndent(findings, "", "  ")
				t.Errorf("got %q\nwant %q\n%s", got, c.want, text)
			}
		})
	}
}
