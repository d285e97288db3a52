package access_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/access"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/internal/testing/golden"
)

// change is two edits of the base site, and what Diff says of them: severity,
// kind, what it is about, and the witness.
type change struct {
	old, now func(*site)
	want     []string
}

func (c change) sites() (old, now *site) {
	old, now = base(), base()
	if c.old != nil {
		c.old(old)
	}
	if c.now != nil {
		c.now(now)
	}
	return old, now
}

// both applies one edit after another.
func both(edits ...func(*site)) func(*site) {
	return func(s *site) {
		for _, edit := range edits {
			edit(s)
		}
	}
}

func sign(pattern string) func(*site) { return func(s *site) { s.behavior(pattern).signed = true } }

func open(pattern string) func(*site) { return func(s *site) { s.behavior(pattern).signed = false } }

// from changes the origin of a behavior.
func from(pattern, origin string) func(*site) {
	return func(s *site) { s.behavior(pattern).origin = origin }
}

func insert(before string, behaviors ...*behavior) func(*site) {
	return func(s *site) { s.insert(before, behaviors...) }
}

func trust(keys ...string) func(*site) { return func(s *site) { s.trusted = keys } }

func https(pattern, policy string) func(*site) {
	return func(s *site) { s.behavior(pattern).https = policy }
}

func configure(name string, value any) func(*site) { return func(s *site) { s.config[name] = value } }

// secure sets one of the bucket's public access settings.
func secure(name string, on bool) func(*site) {
	return func(s *site) { s.bucket["PublicAccessBlockConfiguration"].(props)[name] = on }
}

// grant adds a statement on the objects to the bucket policy.
func grant(effect string, principal any, action, path string) func(*site) {
	return func(s *site) {
		s.policy = append(s.policy, statement{"Effect": effect, "Principal": principal, "Action": action,
			"Resource": s.arn(path)})
	}
}

// onlyIf puts a condition on the last statement.
func onlyIf(operator, key string, value any) func(*site) {
	return func(s *site) { s.policy[len(s.policy)-1]["Condition"] = props{operator: props{key: value}} }
}

// deep adds an origin that reads from below a directory of the bucket.
func deep(path string) func(*site) {
	return func(s *site) {
		origin := s.s3Origin("deep")
		origin["OriginPath"] = path
		s.origins = append(s.origins, origin)
	}
}

func errorPage(path string) func(*site) { return errorPages(403, 200, path) }

// errorPages adds an error page.
func errorPages(code, status int, path string) func(*site) {
	return func(s *site) {
		pages, _ := s.config["CustomErrorResponses"].([]props)
		s.config["CustomErrorResponses"] = append(slices.Clone(pages),
			props{"ErrorCode": code, "ResponseCode": status, "ResponsePagePath": path})
	}
}

// group has a behavior read from a group of two origins.
func group(pattern, first, second string) func(*site) {
	return func(s *site) {
		s.config["OriginGroups"] = props{"Quantity": 1, "Items": []props{{"Id": "group",
			"FailoverCriteria": props{"StatusCodes": props{"Quantity": 2, "Items": []int{403, 404}}},
			"Members":          props{"Quantity": 2, "Items": []props{{"OriginId": first}, {"OriginId": second}}}}}}
		s.behavior(pattern).origin = "group"
	}
}

// trustToo has a behavior trust a second key group, of KeyTwo.
func trustToo(pattern string) func(*site) {
	return func(s *site) {
		s.behavior(pattern).with["TrustedKeyGroups"] = []any{ref("Keys"), ref("Second")}
		s.resources["Second"] = resource("AWS::CloudFront::KeyGroup", props{"KeyGroupConfig": props{"Name": "z",
			"Items": []any{ref("KeyTwo")}}})
	}
}

// function puts a function on a behavior.
func function(pattern, event, code string) func(*site) {
	return func(s *site) {
		s.resources["Fn"] = resource("AWS::CloudFront::Function", props{"Name": "f", "AutoPublish": true,
			"FunctionCode":   code,
			"FunctionConfig": props{"Comment": "x", "Runtime": "cloudfront-js-2.0"}})
		s.behavior(pattern).with["FunctionAssociations"] = []props{{"EventType": event,
			"FunctionARN": att("Fn", "FunctionARN")}}
	}
}

func cors(name string, value any) func(*site) {
	return func(s *site) { s.headers["CorsConfig"].(props)[name] = value }
}

func bucketCORS(rules ...props) func(*site) {
	return func(s *site) { s.bucket["CorsConfiguration"] = props{"CorsRules": rules} }
}

func keyIn(queryStrings string) func(*site) {
	return func(s *site) { s.cache["ParametersInCacheKeyAndForwardedToOrigin"] = forwards(queryStrings) }
}

func cacheFor(seconds int) func(*site) {
	return func(s *site) { s.cache["MaxTTL"], s.cache["DefaultTTL"] = seconds, min(seconds, 60) }
}

func rename(cdn string) func(*site) { return func(s *site) { s.cdn = cdn } }

func minimumTLS(version string) func(*site) {
	return configure("ViewerCertificate", props{"AcmCertificateArn": "arn:x", "MinimumProtocolVersion": version,
		"SslSupportMethod": "sni-only"})
}

// moved calls the bucket by another logical ID.
func moved(s *site) {
	s.media = "Files"
	s.origins[0] = s.s3Origin("media")
	s.origins[1]["DomainName"] = att("Files", "RegionalDomainName")
	s.policy = slices.DeleteFunc(s.policy, func(p statement) bool { return p["Effect"] == "Deny" })
	s.policy[0]["Resource"] = s.arn("/*")
}

const (
	keepAll     = "function handler(event) { return event.request }"
	dist        = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Cdn}"
	theIdentity = "origin-access-identity/cloudfront/${Identity}"
	everyQuery  = "775133bc-15f2-49f9-abea-afb2e0bf67d2" // a managed policy that forwards every query
)

var (
	cloudFront = props{"Service": "cloudfront.amazonaws.com"}
	identity   = props{"CanonicalUser": att("Identity", "S3CanonicalUserId")}
	stranger   = props{"AWS": "arn:aws:iam::999999999999:root"}
	colleague  = props{"AWS": sub("arn:aws:iam::${AWS::AccountId}:role/x")}
)

// TestSentences compares what findings say, and of which paths, with a golden
// file.
func TestSentences(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		fmt.Fprintf(&b, "%s\n", name)
		old, now := changes[name].sites()
		for _, f := range access.Diff(old.read(t), now.read(t)) {
			fmt.Fprintf(&b, "  %s %s %q %s\n    %s\n", f.Severity, f.Kind, f.Paths, f.Distribution+f.Bucket, f.Sentence)
		}
	}
	golden.Equal(t, "testdata/sentences.golden", b.Bytes())
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old, now := c.sites()
			findings := access.Diff(old.read(t), now.read(t))
			var got []string
			for _, f := range findings {
				got = append(got, strings.Join([]string{string(f.Severity), string(f.Kind), about(f), f.Witness}, " "))
				if f.Sentence == "" || f.Witness == "" {
					t.Errorf("%+v lacks its sentence or its witness", f)
				}
				if f.Path != "" && pathpattern.Normalize(f.Witness) != f.Witness {
					t.Errorf("no viewer sends %q", f.Witness)
				}
			}
			if !slices.Equal(got, c.want) {
				text, _ := json.MarshalIndent(findings, "", "  ")
				t.Errorf("got\n%s\nwant\n%s\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"), text)
			}
		})
	}
}

// about returns what a finding is about, keys by their logical ID.
func about(f access.Finding) string {
	switch {
	case f.Key != "":
		return map[string]string{fingerprint(keyOne): "KeyOne", fingerprint(keyTwo): "KeyTwo"}[f.Key]
	case f.Bucket != "":
		return f.Bucket
	case f.Path != "":
		return f.Path
	default:
		return f.Distribution
	}
}

func fingerprint(key string) string {
	der, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("SHA256:%x", sha256.Sum256(der))
}

// A bucket whose policy is in no template may let CloudFront read: what is opened
// is open.
func TestPolicyOfAnotherStack(t *testing.T) {
	t.Parallel()
	old, now := base(), base()
	for _, s := range []*site{old, now} {
		s.resources["MediaPolicy"] = resource("AWS::CloudFront::CloudFrontOriginAccessIdentity",
			props{"CloudFrontOriginAccessIdentityConfig": props{"Comment": "in place of the policy"}})
	}
	open("private/*")(now)
	findings := access.Diff(old.read(t), now.read(t))
	if len(findings) != 1 || findings[0].Kind != access.BecamePublic || findings[0].Severity != access.Widening {
		t.Errorf("%+v", findings)
	}
}

// A text of 2,000 bytes is told whole, a longer one is cut.
func TestLongText(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]string{2000: strings.Repeat("w", 2000), 2001: strings.Repeat("w", 2000) + "…"} {
		old, now := base(), base()
		configure("WebACLId", "x")(old)
		configure("WebACLId", strings.Repeat("w", size))(now)
		if f := access.Diff(old.read(t), now.read(t)); len(f) != 1 || f[0].Witness != want {
			t.Errorf("%d bytes: %+v", size, f)
		}
	}
}
