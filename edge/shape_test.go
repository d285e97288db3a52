package edge_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/fault"
)

// shape is a template by what differs from a plain one: a bucket behind an
// origin access identity, with home.html as the root.
type shape struct {
	top       string            // sections beside Resources
	resources string            // beside the plain ones
	bucket    string            // properties of the bucket
	origins   string            // in place of the plain origin
	behavior  string            // of the default behavior, beside the plain properties
	protocol  string            // in place of the plain ViewerProtocolPolicy
	config    string            // of the distribution, beside the plain properties
	enabled   string            // in place of Enabled: true
	values    map[string]string // for what the template leaves open
	stub      bool              // Lambda@Edge left out
	path      string            // "/" by default
	says      string            // part of the response and the notes, "200 home" by default, or of the error's text
}

const plainOrigin = `
- Id: o
  DomainName: !GetAtt B.RegionalDomainName
  S3OriginConfig: {OriginAccessIdentity: !Sub "origin-access-identity/cloudfront/${O}"}`

func indent(n int, text string) string {
	return strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+strings.Repeat(" ", n))
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (s shape) text() []byte {
	cache := "CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6"
	if strings.Contains(s.behavior, "CachePolicyId") || strings.Contains(s.behavior, "ForwardedValues") {
		cache = "Compress: false"
	}
	return []byte(fmt.Sprintf(`%s
Resources:
  B: {Type: AWS::S3::Bucket, Properties: {%s}}
  O:
    Type: AWS::CloudFront::CloudFrontOriginAccessIdentity
    Properties: {CloudFrontOriginAccessIdentityConfig: {Comment: c}}
  P:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref B
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {CanonicalUser: !GetAtt O.S3CanonicalUserId}
            Action: s3:GetObject
            Resource: !Sub "${B.Arn}/*"
  D:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        %s
        DefaultRootObject: home.html
        Origins:%s
        DefaultCacheBehavior:
          TargetOriginId: o
          %s
          %s
          %s
        %s
  %s
`, s.top, s.bucket, or(s.enabled, "Enabled: true"), indent(10, or(s.origins, plainOrigin)), cache,
		or(s.protocol, "ViewerProtocolPolicy: redirect-to-https"), indent(10, s.behavior), indent(8, s.config),
		indent(2, s.resources)))
}

// respond makes an edge of the template and returns what it says at path.
func (s shape) respond(t *testing.T, path string) string {
	t.Helper()
	content := fstest.MapFS{
		"home.html":       {Data: []byte("home")},
		"index.html":      {Data: []byte("index")},
		"docs/index.html": {Data: []byte("docs")},
		"404.html":        {Data: []byte("not here")},
	}
	web := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "web ", r.Host, r.URL.Path) })
	server := httptest.NewServer(web)
	t.Cleanup(server.Close)
	e, err := edge.New(edge.Options{
		Text: s.text(), Values: s.values, StubLambdaEdge: s.stub, Buckets: map[string]fs.FS{"": content},
		Origins: map[string]http.RoundTripper{
			"web.example.com": to(server.URL), "abc.lambda-url.eu-west-1.on.aws": to(server.URL),
			"down.example.com": down{},
		},
	})
	if err != nil {
		return "refused: " + err.Error() + "; " + fault.Hint(err)
	}
	defer e.Close()
	r := httptest.NewRequest("GET", "https://"+e.Deployments()[0].Hosts[0]+path, nil)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	text := fmt.Sprintf("%d %s", w.Code, w.Body)
	for _, n := range e.Notes() {
		text += "; " + n.LogicalID + ": " + n.Why
	}
	return text
}

// to sends every request to a server.
type to string

func (t to) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, _ = strings.Cut(string(t), "://")
	return http.DefaultTransport.RoundTrip(out)
}

// down answers 503.
type down struct{}

func (down) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 503, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

func webWith(properties string) string {
	return strings.TrimSuffix(custom("o", "web.example.com"), "}") + ", " + properties + "}"
}

// custom returns an origin that is reached over HTTPS.
func custom(id, domain string) string {
	return "\n- {Id: " + id + ", DomainName: " + domain + ", CustomOriginConfig: {OriginProtocolPolicy: https-only}}"
}

// keyGroup returns values for the key group kg-1 with a key.
func keyGroup(id, key string) map[string]string {
	return map[string]string{"kg-1": `{"KeyGroupConfig": {"Items": ["` + id + `"]}}`,
		id: `{"PublicKeyConfig": {"EncodedKey": ` + key + `}}`}
}

func headersPolicy(config string) shape {
	return shape{behavior: "ResponseHeadersPolicyId: !Ref R", resources: `
R:
  Type: AWS::CloudFront::ResponseHeadersPolicy
  Properties: {ResponseHeadersPolicyConfig: {Name: r, ` + config + `}}`}
}

const cacheKey = "ParametersInCacheKeyAndForwardedToOrigin: {EnableAcceptEncodingGzip: true, " +
	"HeadersConfig: {HeaderBehavior: none}, CookiesConfig: {CookieBehavior: none}, " +
	"QueryStringsConfig: {QueryStringBehavior: none}}"

func cachePolicy(config string) shape {
	return shape{behavior: "CachePolicyId: !Ref R", resources: `
R: {Type: AWS::CloudFront::CachePolicy, Properties: {CachePolicyConfig: {Name: r, ` + config + `}}}`}
}

func fn(properties, code string) shape {
	associated := "FunctionAssociations: [{EventType: viewer-request, FunctionARN: !GetAtt F.FunctionARN}]"
	return shape{behavior: associated, resources: `
F: {Type: AWS::CloudFront::Function, Properties: {Name: f, ` + properties + `, FunctionCode: "` + code + `"}}`}
}

func (s shape) saying(says string) shape { s.says = says; return s }

func (s shape) with(origin string) shape { s.origins = plainOrigin + origin; return s }

const extended = "Transform: AWS::LanguageExtensions\n"

const runtime2 = "FunctionConfig: {Comment: c, Runtime: cloudfront-js-2.0}"

func oac(config string) shape {
	return shape{
		origins: "\n- {Id: o, DomainName: !GetAtt B.RegionalDomainName, S3OriginConfig: {}, " +
			"OriginAccessControlId: !Ref A}",
		resources: `
A: {Type: AWS::CloudFront::OriginAccessControl, Properties: {OriginAccessControlConfig: {Name: n, ` + config + `}}}
Q: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref B, PolicyDocument: {Statement: [{Effect: Allow,
  Principal: {Service: cloudfront.amazonaws.com}, Action: "s3:GetObject", Resource: !Sub "${B.Arn}/*"}]}}}`}
}

const somePEM = `"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n` +
	`6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n"`

const (
	websiteOrigin = "\n- {Id: o, DomainName: !Select [2, !Split ['/', !GetAtt B.WebsiteURL]], " +
		"CustomOriginConfig: {OriginProtocolPolicy: http-only}}"
	public = `
Q: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref B, PolicyDocument: {Statement: [{Effect: Allow,
  Principal: "*", Action: "s3:GetObject", Resource: !Sub "${B.Arn}/*"}]}}}`
)

const (
	selections = `"CookiesConfig": {"CookieBehavior": "none"}, "HeadersConfig": {"HeaderBehavior": "none"}, ` +
		`"QueryStringsConfig": {"QueryStringBehavior": "none"}`
	cacheJSON = `{"CachePolicyConfig": {"Name": "n", "MinTTL": 1, "MaxTTL": 2, "DefaultTTL": 1, ` +
		`"ParametersInCacheKeyAndForwardedToOrigin": {"EnableAcceptEncodingGzip": true, ` + selections + `}}}`
	requestJSON = `{"OriginRequestPolicyConfig": {"Name": "n", ` + selections + `}}`
)

var failing = strings.Replace(plainOrigin, "Id: o", "Id: second", 1) +
	"\n- {Id: first, DomainName: down.example.com, CustomOriginConfig: {OriginProtocolPolicy: https-only}}"

func group(code int) string {
	return fmt.Sprintf("OriginGroups: {Quantity: 1, Items: [{Id: o, "+
		"FailoverCriteria: {StatusCodes: {Quantity: 1, Items: [%d]}}, "+
		"Members: {Quantity: 2, Items: [{OriginId: first}, {OriginId: second}]}}]}", code)
}

func behaviorAt(pattern string) string {
	return "{PathPattern: " + pattern + ", TargetOriginId: o, ViewerProtocolPolicy: allow-all, " +
		"ForwardedValues: {QueryString: false}}"
}

func functionNamed(id, name string) string {
	return fmt.Sprintf(`
%s:
  Type: AWS::CloudFront::Function
  Properties:
    Name: %s
    AutoPublish: true
    FunctionConfig: {Comment: c, Runtime: cloudfront-js-2.0}
    FunctionCode: "function handler(e) { return e.request }"`, id, name)
}
