package attacks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cdn is a template that a reviewer is shown: behaviors in order, the default
// one last, and what stands beside them.
type cdn struct {
	behaviors []string // pattern, then words of signed, deep (another origin path), rewrites (a function)
	errorPage string
	statement string // of the bucket policy
	code      string // of the function
}

func (c cdn) String() string {
	var lines []string
	for _, b := range c.behaviors {
		words := strings.Fields(b)
		origin, more := "media", ""
		for _, w := range words[1:] {
			switch w {
			case "signed":
				more += ", TrustedKeyGroups: [!Ref Keys]"
			case "deep":
				origin = "deep"
			case "rewrites":
				more += ", FunctionAssociations: [{EventType: viewer-request, FunctionARN: !GetAtt Fn.FunctionARN}]"
			}
		}
		lines = append(lines, fmt.Sprintf("{PathPattern: %q, TargetOriginId: %s, ViewerProtocolPolicy: https-only, "+
			"CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6%s}", words[0], origin, more))
	}
	last := len(lines) - 1
	lines[last] = strings.Replace(lines[last], fmt.Sprintf("PathPattern: %q, ", "*"), "", 1)
	extra := ""
	if c.errorPage != "" {
		extra = fmt.Sprintf("\n        CustomErrorResponses: [{ErrorCode: 403, ResponseCode: 200, ResponsePagePath: %q}]",
			c.errorPage)
	}
	code := c.code
	if code == "" {
		code = "function handler(event) { return event.request }"
	}
	return fmt.Sprintf(`Resources:
  Media: {Type: AWS::S3::Bucket}
  MediaPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Media
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {CanonicalUser: !GetAtt Identity.S3CanonicalUserId}
            Action: "s3:GetObject"
            Resource: !Sub "${Media.Arn}/*"
          %s
  Identity:
    Type: AWS::CloudFront::CloudFrontOriginAccessIdentity
    Properties: {CloudFrontOriginAccessIdentityConfig: {Comment: x}}
  Key:
    Type: AWS::CloudFront::PublicKey
    Properties:
      PublicKeyConfig:
        CallerReference: one
        Name: one
        EncodedKey: "-----BEGIN PUBLIC KEY-----\n\
          MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElYkfRnerJNhfGKNeex74hISdy6HO\n\
          EFbHxd+2kn4Lf4iQx3wy3wOCPla5MDfcVvQ/14rdoruismmDfFapT1soOA==\n\
          -----END PUBLIC KEY-----\n"
  Keys: {Type: AWS::CloudFront::KeyGroup, Properties: {KeyGroupConfig: {Name: x, Items: [!Ref Key]}}}
  Fn:
    Type: AWS::CloudFront::Function
    Properties:
      {Name: f, AutoPublish: true, FunctionConfig: {Comment: x, Runtime: cloudfront-js-2.0}, FunctionCode: %q}
  Cdn:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - Id: media
            DomainName: !GetAtt Media.RegionalDomainName
            S3OriginConfig: {OriginAccessIdentity: !Sub "origin-access-identity/cloudfront/${Identity}"}
          - Id: deep
            OriginPath: /private
            DomainName: !GetAtt Media.RegionalDomainName
            S3OriginConfig: {OriginAccessIdentity: !Sub "origin-access-identity/cloudfront/${Identity}"}
        CacheBehaviors: [%s]
        DefaultCacheBehavior: %s%s
`, c.statement, code, strings.Join(lines[:last], ",\n          "), lines[last], extra)
}

// review runs diff over two templates and requires that it fails and says all
// of want.
func review(t *testing.T, old, changed cdn, want ...string) {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]cdn{"old.yaml": old, "new.yaml": changed} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(c.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := run(t, dir, "", "diff", "old.yaml", "new.yaml")
	for _, w := range want {
		if r.code != 1 || !strings.Contains(r.stdout, w) {
			t.Errorf("exit %d, and no %q in:\n%s%s", r.code, w, r.stdout, r.stderr)
		}
	}
	if strings.ContainsAny(r.stdout, "\x1b\u009b\u202e") {
		t.Errorf("control characters in %q", r.stdout)
	}
}

var allSigned = cdn{behaviors: []string{"* signed"}}

// A change opens everything but one directory, whose signature an escaped slash walks around. diff names the escaped
// path.
func TestReviewOfEscapedSlash(t *testing.T) {
	review(t, allSigned, cdn{behaviors: []string{"private/* signed", "*"}}, "became-public", "/private%2Fx")
}

// The same inside a public directory that stays public. diff names the escaped path.
func TestReviewOfSignedException(t *testing.T) {
	review(t, cdn{behaviors: []string{"public/*", "* signed"}},
		cdn{behaviors: []string{"public/secret/* signed", "public/*", "* signed"}}, "widening", "/public/secret%2Fx")
}

// The exception has another reserved character, which an escape hides from the pattern. diff names the escaped path.
func TestReviewOfEscapedReserved(t *testing.T) {
	review(t, allSigned, cdn{behaviors: []string{"a+b* signed", "*"}}, "became-public", "/a%2Bb")
}

// A public pattern of question marks catches an escape as three characters. diff names a path whose object is signed.
func TestReviewOfQuestionMarks(t *testing.T) {
	review(t, allSigned, cdn{behaviors: []string{"x????", "* signed"}}, "became-public", `"*" does not protect`, "%21")
}

// A public pattern with hexadecimal digits catches the escape itself. diff names a path whose object is signed.
func TestReviewOfHexadecimalDigits(t *testing.T) {
	review(t, allSigned, cdn{behaviors: []string{"*2F*", "* signed"}}, "became-public", `"*" does not protect`, "%2F")
}

// A public behavior reads from below the directory that is signed. diff names both paths of the object.
func TestReviewOfOriginPath(t *testing.T) {
	review(t, cdn{behaviors: []string{"open/*", "private/* signed", "* signed"}},
		cdn{behaviors: []string{"open/* deep", "private/* signed", "* signed"}}, "became-public", "/private/open/x",
		"/open/x")
}

// A pattern that catches everything stands before the signed default. diff says that the default is never reached.
func TestReviewOfUnreachableDefault(t *testing.T) {
	for _, all := range [][]string{{"/*"}, {"**"}, {"?*", "/"}} {
		t.Run(all[0], func(t *testing.T) {
			review(t, allSigned, cdn{behaviors: append(all, "* signed")}, "became-public",
				"the default behavior is never reached")
		})
	}
}

// The page of error 403 is a private object, which everyone without a signature then gets. diff reports its path.
func TestReviewOfErrorPage(t *testing.T) {
	review(t, allSigned, cdn{behaviors: allSigned.behaviors, errorPage: "/private/film.mp4"}, "became-public",
		"/private/film.mp4")
}

// The error page stays, and its path stops being public. diff reports it.
func TestReviewOfErrorPageThatWasPublic(t *testing.T) {
	review(t, cdn{behaviors: []string{"errors/*", "* signed"}, errorPage: "/errors/403.html"},
		cdn{behaviors: []string{"* signed"}, errorPage: "/errors/403.html"}, "became-public", "/errors/403.html")
}

// A function on a public behavior rewrites paths into signed ones. diff says that it may, and fails.
func TestReviewOfRewritingFunction(t *testing.T) {
	behaviors := []string{"public/* rewrites", "* signed"}
	review(t, cdn{behaviors: []string{"public/*", "* signed"}}, cdn{behaviors: behaviors}, "function-changed",
		`"public/*"`)
}

// The code of a function on a public behavior changes and no setting does. diff says so, and fails.
func TestReviewOfChangedFunction(t *testing.T) {
	behaviors := []string{"public/* rewrites", "* signed"}
	review(t, cdn{behaviors: behaviors},
		cdn{behaviors: behaviors, code: `function handler(event) { event.request.uri = "/x"; return event.request }`},
		"function-changed", `"public/*"`)
}

// The function that refused requests is taken off a public behavior. diff says so, and fails.
func TestReviewOfRemovedFunction(t *testing.T) {
	review(t, cdn{behaviors: []string{"admin/* rewrites", "* signed"}},
		cdn{behaviors: []string{"admin/*", "* signed"}}, "widening   function-changed", `"admin/*"`)
}

// Patterns are made so hard to compare that a reviewer gives up. diff gives up with a finding, in seconds.
func TestReviewOfEntangledPatterns(t *testing.T) {
	var behaviors []string
	for i := range 74 {
		behaviors = append(behaviors, fmt.Sprintf("*%c%s%c*a*%s", 'a'+i%25, strings.Repeat("?", 20), 'b'+i%24,
			[]string{"", " signed"}[i%2]))
	}
	review(t, allSigned, cdn{behaviors: append(behaviors, "* signed")}, "widening", "too entangled")
}

// A template has thousands of behaviors, so that comparing them all takes hours. diff refuses it, at once.
func TestReviewOfTooManyBehaviors(t *testing.T) {
	var behaviors []string
	for i := range 3000 {
		behaviors = append(behaviors, fmt.Sprintf("dir-%d/*", i))
	}
	dir := place(t, map[string]string{
		"old.yaml": allSigned.String(), "new.yaml": cdn{behaviors: append(behaviors, "* signed")}.String(),
	})
	failed(t, run(t, dir, "", "diff", "old.yaml", "new.yaml"), "at most 300 behaviors")
}

// A template's words move the cursor and hide the lines above. Findings print them escaped.
func TestReviewOfControlCharacters(t *testing.T) {
	review(t, allSigned, cdn{behaviors: allSigned.behaviors,
		statement: `- {Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: !Sub ` +
			`"${Media.Arn}/\u009b2J\e[31m\u202e"}`},
		"origin-grant-widened", `\u009b2J\x1b[31m\u202e`)
}

// A bucket policy's resource has a line break, to make up a finding of its own. It is one line.
func TestReviewOfLineBreaks(t *testing.T) {
	review(t, allSigned, cdn{behaviors: allSigned.behaviors,
		statement: `- {Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: !Sub "${Media.Arn}/x\nnote  all is ` +
			`well"}`},
		`x\nnote`)
}
