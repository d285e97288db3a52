package privatecdn_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
)

// attack is a set of properties that opens a path which reads as private. Its
// refusal names the property and the path.
type attack struct {
	name   string // the attack in one sentence
	change func(scope constructs.Construct, p *props)
	want   []string // parts of the one mistake
}

func inOrder(behaviors ...privatecdn.Behavior) func(constructs.Construct, *props) {
	return func(_ constructs.Construct, p *props) { p.Behaviors = behaviors }
}

func public(pattern string) privatecdn.Behavior {
	return privatecdn.Behavior{PathPattern: pattern, Access: privatecdn.Public}
}

func signed(pattern string) privatecdn.Behavior { return privatecdn.Behavior{PathPattern: pattern} }

// publicBut makes everything public but the given behaviors.
func publicBut(behaviors ...privatecdn.Behavior) func(constructs.Construct, *props) {
	return func(_ constructs.Construct, p *props) {
		p.Default, p.Behaviors = &privatecdn.Behavior{Access: privatecdn.Public}, behaviors
	}
}

func errorPage(path string, behaviors ...privatecdn.Behavior) func(constructs.Construct, *props) {
	return func(_ constructs.Construct, p *props) {
		p.Behaviors = append(behaviors, public("public/*"))
		p.Viewer = &privatecdn.Viewer{ErrorResponses: []privatecdn.ErrorResponse{{Status: 404, Page: path,
			ResponseStatus: 404}}}
	}
}

func function(code string) func(constructs.Construct, *props) {
	return func(scope constructs.Construct, p *props) {
		b := public("public/*")
		b.ViewerRequest = awscloudfront.NewFunction(scope, jsii.String("Function"), &awscloudfront.FunctionProps{
			Code: awscloudfront.FunctionCode_FromInline(jsii.String(code)),
		})
		p.Behaviors = []privatecdn.Behavior{b}
	}
}

var attacks = []attack{
	{"a public pattern /* hides the signed default", inOrder(public("/*")),
		[]string{"Default: it is never reached", "/xx would be open", "Behaviors[0]"}},
	{"a public pattern ** hides the signed default", inOrder(public("**")),
		[]string{"Default: it is never reached", "/x"}},
	{"a public pattern /** hides the signed default", inOrder(public("/**")),
		[]string{"Default: it is never reached"}},
	{"a public pattern *? hides all of the signed default but /", inOrder(public("*?")),
		[]string{"Default: it is never reached"}},
	{"public patterns ?* and / hide the signed default together", inOrder(public("?*"), public("/")),
		[]string{"Default: it is never reached"}},
	{"a public pattern ?* hides all of the signed default but /", inOrder(public("?*")),
		[]string{"Default: it is never reached"}},
	{"public patterns for one character and for more hide the signed default", inOrder(public("?"), public("??*")),
		[]string{"Default: it is never reached", "/x"}},
	{"a public pattern /* hides a presigned default", func(_ constructs.Construct, p *props) {
		p.Keys, p.Default, p.Behaviors = nil, &privatecdn.Behavior{Access: privatecdn.Presigned},
			[]privatecdn.Behavior{public("/*")}
	}, []string{"Default: it is never reached"}},
	{"a public pattern before a signed one shares paths with it", inOrder(public("*.jpg"), signed("private/*")),
		[]string{"Behaviors[0]", "/private/x.jpg"}},
	{"a public pattern before a presigned one shares paths with it",
		inOrder(public("*.jpg"), privatecdn.Behavior{PathPattern: "s3/*", Access: privatecdn.Presigned}),
		[]string{"Behaviors[0]", "/s3/x.jpg"}},
	{"a public pattern with the slash that CloudFront leaves optional",
		inOrder(public("/private/a*"), signed("private/*")), []string{"Behaviors[0]", "/private/a"}},

	{"%2F leads past a signed folder in a public one", inOrder(signed("public/private/*"), public("public/*")),
		[]string{"Behaviors[0]", "/public/private/x", "/public/private%2Fx"}},
	{"%2F leads past a signed folder of a public distribution", publicBut(signed("private/*")),
		[]string{"Behaviors[0]", "/private%2Fx"}},
	{"%2F leads past a presigned folder of a public distribution", func(_ constructs.Construct, p *props) {
		p.Keys, p.Default = nil, &privatecdn.Behavior{Access: privatecdn.Public}
		p.Behaviors = []privatecdn.Behavior{{PathPattern: "s3/*", Access: privatecdn.Presigned}}
	}, []string{"Behaviors[0]", "/s3%2Fx"}},
	{"%2B leads past a signed pattern with a plus", publicBut(signed("a+b*")), []string{"Behaviors[0]", "/a%2Bb"}},
	{"%40 leads past a signed pattern with an at sign", publicBut(signed("@*")), []string{"Behaviors[0]", "%40"}},
	{"%3A leads past a signed pattern with a colon", publicBut(signed("a:*")), []string{"Behaviors[0]", "%3A"}},
	{"%26 leads past a signed pattern with an ampersand", publicBut(signed("*&*")), []string{"Behaviors[0]", "%26"}},
	{"%24 leads past a signed pattern with a dollar sign", publicBut(signed("$*")), []string{"Behaviors[0]", "%24"}},
	{"%27 leads past a signed pattern with an apostrophe", publicBut(signed("'*")), []string{"Behaviors[0]", "%27"}},
	{"%22 leads past a signed pattern with a quotation mark", publicBut(signed("a\"*")),
		[]string{"Behaviors[0]", "%22"}},
	{"an escape is three characters to the ? of a signed pattern", publicBut(signed("film?.mp4")),
		[]string{"Behaviors[0]", "/film%"}},
	{"%2F leads past a signed folder at any depth", publicBut(signed("*/private/*")), []string{"Behaviors[0]", "%2F"}},
	{"an escape is three characters to the ??? of a public pattern", inOrder(public("img/???/*")),
		[]string{"Default", "/img/%"}},
	{"%2F leads past a signed folder on an origin that is no bucket", func(_ constructs.Construct, p *props) {
		origin := awscloudfrontorigins.NewHttpOrigin(jsii.String("api.example.com"), nil)
		p.Behaviors = []privatecdn.Behavior{
			{PathPattern: "api/admin/*", Origin: origin},
			{PathPattern: "api/*", Access: privatecdn.Public, Origin: origin},
		}
	}, []string{"Behaviors[0]", "/api/admin%2Fx"}},
	{"%2F leads past a signed folder of a bucket that is imported twice", func(scope constructs.Construct, p *props) {
		for _, b := range []privatecdn.Behavior{signed("a/b/*"), public("a/*")} {
			b.Bucket = awss3.Bucket_FromBucketName(scope, jsii.String("B"+b.PathPattern), jsii.String("old-content"))
			p.Behaviors = append(p.Behaviors, b)
		}
	}, []string{"Behaviors[0]", "/a/b%2Fx"}},

	{"an error page is a signed object", errorPage("/film.mp4"), []string{"ErrorResponses", "/film.mp4", "private"}},
	{"an error page is a signed object in a public folder",
		errorPage("/public/private.html", signed("public/private*")),
		[]string{"ErrorResponses", "/public/private.html"}},
	{"an error page leaves a public folder by dot segments", errorPage("/public/../film.mp4"),
		[]string{"ErrorResponses", "/public/../film.mp4"}},
	{"an error page leaves a public folder by escaped dot segments", errorPage("/public/%2e%2e/film.mp4"),
		[]string{"ErrorResponses", "%2e"}},
	{"an error page is a private object under an escape", errorPage("/public/a%2Fb.html"),
		[]string{"ErrorResponses", "%2F"}},
	{"an error page is known at deployment only", errorPage("/" + *awscdk.Aws_STACK_NAME() + ".html"),
		[]string{"ErrorResponses"}},
	{"an error page is a presigned object",
		errorPage("/s3/a.html", privatecdn.Behavior{PathPattern: "s3/*", Access: privatecdn.Presigned}),
		[]string{"ErrorResponses", "/s3/a.html"}},
	{"the default root object is private and / is public", func(_ constructs.Construct, p *props) {
		p.Behaviors, p.Viewer = []privatecdn.Behavior{public("/")},
			&privatecdn.Viewer{DefaultRootObject: "private/index.html"}
	}, []string{"Viewer.DefaultRootObject", "/private/index.html"}},
	{"the default root object leaves a public folder by dot segments", func(_ constructs.Construct, p *props) {
		p.Behaviors, p.Viewer = []privatecdn.Behavior{public("/"), public("public/*")},
			&privatecdn.Viewer{DefaultRootObject: "public/../film.mp4"}
	}, []string{"Viewer.DefaultRootObject", "public/../film.mp4"}},

	{"a function on a public behavior asks for a signed object",
		function("function handler(e) { e.request.uri = '/film.mp4'; return e.request; }"),
		[]string{"Behaviors[0].ViewerRequest", "/film.mp4"}},
	{"a function on a public behavior asks for a signed object by its property's name",
		function("function handler(e) { e.request['uri'] = \"/film.mp4\"\nreturn e.request; }"),
		[]string{"Behaviors[0].ViewerRequest", "/film.mp4"}},
	{"a function on a public behavior asks for a signed object by dot segments",
		function("function handler(e) { e.request.uri = `/public/../film.mp4`; return e.request; }"),
		[]string{"Behaviors[0].ViewerRequest", "/film.mp4"}},

	{"a pattern is too complex to compare", inOrder(public("*a???????????????"), signed("*b??????????????")),
		[]string{"too complex"}},
	{"patterns are too complex to compare with the default",
		inOrder(public("*a????????????????????"), public("*b????????????????????c")), []string{"too complex"}},
	{"a signed pattern that no path matches hides a mistake",
		inOrder(signed("public/../private/*"), public("public/*")), []string{"Behaviors[0]", "no path"}},
	{"a signed pattern with // matches nothing", inOrder(signed("private//*")), []string{"Behaviors[0]", "no path"}},
	{"a pattern is known at deployment only", inOrder(public(*awscdk.Aws_STACK_NAME() + "/*")),
		[]string{"Behaviors[0].PathPattern"}},
	{"an access is misspelt", inOrder(privatecdn.Behavior{PathPattern: "a/*", Access: "Public"}),
		[]string{"Behaviors[0].Access", `"Public"`}},
}

// TestAttacks tries every way to open by properties what reads as private. Each
// is refused with one mistake that names the property and, where there is one,
// a path.
func TestAttacks(t *testing.T) {
	changes := make([]refusal, len(attacks))
	for i, a := range attacks {
		changes[i] = refusal{change: a.change}
	}
	found := refusals(t, changes)
	for i, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			if len(found[i]) == 0 {
				t.Fatal("it is accepted")
			}
			for _, part := range a.want {
				if !strings.Contains(found[i][0], part) {
					t.Errorf("%q does not contain %q", found[i], part)
				}
			}
			if len(found[i]) > 1 {
				t.Errorf("%d mistakes: %q", len(found[i]), found[i])
			}
		})
	}
}
