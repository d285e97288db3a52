package privatecdn_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
)

// warned returns the warnings and notes of this package on a construct.
func warned(d constructs.IConstruct) (all []string) {
	for _, m := range *d.Node().Metadata() {
		if text, _ := m.Data.(string); strings.Contains(text, "privatecdn:") {
			all = append(all, text)
		}
	}
	return all
}

// TestWarnings holds what is warned of, and that nothing else is: each is
// deployable, and may be meant.
func TestWarnings(t *testing.T) {
	rewrite := func(code string) func(constructs.Construct, *props) {
		return function("function handler(e) { " + code + " return e.request; }")
	}
	role := func(scope constructs.Construct, account string, options *awsiam.FromRoleArnOptions) awsiam.IRole {
		return awsiam.Role_FromRoleArn(scope, jsii.String("Role"),
			jsii.String("arn:aws:iam::"+account+":role/backend"), options)
	}
	grant := func(to func(constructs.Construct) awsiam.IGrantable) func(constructs.Construct,
		privatecdn.Distribution) {
		return func(scope constructs.Construct, d privatecdn.Distribution) { d.GrantSign(to(scope)) }
	}
	tenants := func(keyA, keyB, a, b string) func(constructs.Construct, *props) {
		return func(scope constructs.Construct, p *props) {
			group := func(id, file string) []privatecdn.TrustedKeys {
				keys := ring(t, pair{file, "ssm:" + id})
				return []privatecdn.TrustedKeys{
					privatecdn.NewTrustedKeys(scope, &id, &privatecdn.TrustedKeysProps{Keys: keys}),
				}
			}
			p.Behaviors = []privatecdn.Behavior{
				{PathPattern: a, TrustedKeys: group("A", keyA)}, {PathPattern: b, TrustedKeys: group("B", keyB)},
			}
		}
	}
	app := newApp(t)
	stack := newStack(app, "Stack", "eu-west-1")
	for i, c := range []struct {
		name   string
		change func(constructs.Construct, *props)
		after  func(constructs.Construct, privatecdn.Distribution)
		want   []string // parts of the one warning; none for none
	}{
		{name: "a function that strips", change: rewrite("e.request.uri = e.request.uri.replace(/^.public/, '');"),
			want: []string{"functionOnPublic", "such as /x"}},
		{name: "a function that appends", change: rewrite("e.request.uri += '/index.html';"),
			want: []string{"functionOnPublic"}},
		{name: "a function for headers", change: rewrite("e.request.headers['x-a'] = {value: 'b'};")},
		{name: "a function over a bucket of its own", change: func(scope constructs.Construct, p *props) {
			rewrite("e.request.uri = '/film.mp4';")(scope, p)
			p.Behaviors[0].Bucket = awss3.NewBucket(scope, jsii.String("Own"),
				&awss3.BucketProps{EnforceSSL: jsii.Bool(true)})
		}},
		{name: "a function of another app", change: func(scope constructs.Construct, p *props) {
			rewrite("")(scope, p)
			p.Behaviors[0].ViewerRequest = awscloudfront.Function_FromFunctionAttributes(scope,
				jsii.String("Imported"), &awscloudfront.FunctionAttributes{
					FunctionArn:  jsii.String("arn:aws:cloudfront::111122223333:function/f"),
					FunctionName: jsii.String("f"),
				})
		}, want: []string{"functionOnPublic", "such as /x"}},
		{name: "403 to 200", change: func(_ constructs.Construct, p *props) {
			p.Behaviors = []privatecdn.Behavior{public("public/*")}
			p.Viewer = &privatecdn.Viewer{ErrorResponses: []privatecdn.ErrorResponse{{Status: 403,
				Page: "/public/index.html", ResponseStatus: 200}}}
		}, want: []string{"refusalIs200", "/public/index.html"}},
		{name: "403 to 200 of public content", change: func(_ constructs.Construct, p *props) {
			p.Keys, p.Default = nil, &privatecdn.Behavior{Access: privatecdn.Public}
			p.Viewer = &privatecdn.Viewer{ErrorResponses: []privatecdn.ErrorResponse{{Status: 403,
				Page: "/index.html", ResponseStatus: 200}}}
		}},
		{name: "a role that can be changed", after: grant(func(s constructs.Construct) awsiam.IGrantable {
			return awsiam.NewRole(s, jsii.String("Role"),
				&awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)})
		})},
		{name: "an imported role", after: grant(func(s constructs.Construct) awsiam.IGrantable {
			return role(s,
				"111122223333", nil)
		})},
		{name: "a role of another account",
			after: grant(func(s constructs.Construct) awsiam.IGrantable { return role(s, "999900001111", nil) }),
			want:  []string{"grantSign", "ssm:GetParameter", "kms:Sign"}},
		{name: "an immutable role", after: grant(func(s constructs.Construct) awsiam.IGrantable {
			return role(s, "111122223333", &awsiam.FromRoleArnOptions{Mutable: jsii.Bool(false)})
		}), want: []string{"grantSign", "ssm:GetParameter", "kms:Sign"}},
		{name: "a role made in another account", after: grant(func(s constructs.Construct) awsiam.IGrantable {
			other := awscdk.NewStack(app, jsii.String("Elsewhere"), &awscdk.StackProps{
				Env: &awscdk.Environment{Account: jsii.String("999900001111"), Region: jsii.String("eu-west-1")},
			})
			return awsiam.NewRole(other, jsii.String("Role"), &awsiam.RoleProps{
				RoleName:  jsii.String("backend"),
				AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
			})
		}), want: []string{"grantSignAccount", "999900001111", "111122223333"}},
		{name: "tenants with one key", change: tenants("b.pem", "b.pem", "a*", "b*"),
			want: []string{"tenantKeys", "Behaviors[0] and Behaviors[1]"}},
		{name: "tenants reached by an escape", change: tenants("b.pem", "c.pem", "a/*", "a*"),
			want: []string{"tenantPaths", "a signature for Behaviors[1] opens /a/x of Behaviors[0], as /a%2Fx"}},
		{name: "tenants apart", change: tenants("b.pem", "c.pem", "a/*", "b/*")},
		{name: "keys of a behavior", change: func(scope constructs.Construct, p *props) {
			other := privatecdn.NewTrustedKeys(scope, jsii.String("Other"),
				&privatecdn.TrustedKeysProps{Keys: ring(t, pair{"b.pem", "kms:alias/other"})})
			p.Behaviors = []privatecdn.Behavior{{PathPattern: "partners/*",
				TrustedKeys: []privatecdn.TrustedKeys{other}}}
		}, after: grant(func(s constructs.Construct) awsiam.IGrantable { return role(s, "111122223333", nil) }),
			want: []string{"grantSignRings", "Media/Keys alone"}},
	} {
		scope := constructs.NewConstruct(stack, jsii.String(fmt.Sprint("Case", i)))
		p := &props{Keys: oneKey(t)}
		if c.change != nil {
			c.change(scope, p)
		}
		d := privatecdn.NewDistribution(scope, jsii.String("Media"), p)
		if c.after != nil {
			c.after(scope, d)
		}
		got := warned(d)
		if len(got) != min(len(c.want), 1) {
			t.Errorf("%s: %q", c.name, got)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(got[0], part) {
				t.Errorf("%s: %q does not contain %q", c.name, got[0], part)
			}
		}
	}
}

// TestGrantSignOfBehaviors holds that a role may use the key that the document
// has as signing, also if that is a behavior's.
func TestGrantSignOfBehaviors(t *testing.T) {
	app := newApp(t)
	stack := newStack(app, "Stack", "")
	other := privatecdn.NewTrustedKeys(stack, jsii.String("Other"),
		&privatecdn.TrustedKeysProps{Keys: ring(t, pair{"b.pem", "kms:other"})})
	d := media(stack, &props{Default: &privatecdn.Behavior{TrustedKeys: []privatecdn.TrustedKeys{other}}})
	d.GrantSign(awsiam.NewRole(stack, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	}))
	if template := string(synth(t, app, stack)); !strings.Contains(template, `:key/other"`) ||
		!strings.Contains(template, `\"privateKey\": \"kms:other\"`) {
		t.Error("the role may not use the key that the document has as signing")
	}
}

// TestForeignBucket holds that a policy in another account names the account of
// the distribution, not its own.
func TestForeignBucket(t *testing.T) {
	app := newApp(t)
	away := awscdk.NewStack(app, jsii.String("Away"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("999900001111"), Region: jsii.String("eu-west-1")},
	})
	bucket := awss3.NewBucket(away, jsii.String("B"),
		&awss3.BucketProps{BucketName: jsii.String("content-of-another"), EnforceSSL: jsii.Bool(true)})
	media(newStack(app, "Stack", "eu-west-1"), &props{
		Keys: oneKey(t), Bucket: bucket, OriginAccess: privatecdn.OAC, DistributionID: "E2QWRUHAPOMQZL",
	})
	if template := string(synth(t, app, away)); !strings.Contains(template,
		"arn:aws:cloudfront::111122223333:distribution/E2QWRUHAPOMQZL") {
		t.Errorf("the policy does not name the distribution's account:\n%s", template)
	}
}

// TestNames holds that every construct ID makes names that AWS accepts.
func TestNames(t *testing.T) {
	app := newApp(t)
	stack := newStack(app, "Stack", "")
	names := map[string]string{}
	deep := constructs.Construct(stack)
	for i := range 14 {
		deep = constructs.NewConstruct(deep, jsii.String(fmt.Sprint("Level", i)))
	}
	for _, c := range []struct {
		scope constructs.Construct
		id    string
	}{{stack, "My media"}, {stack, "My-media"}, {stack, "media:eu"}, {stack, "Médias"}, {deep, "Media"}} {
		d := privatecdn.NewDistribution(c.scope, jsii.String(c.id), &props{Keys: oneKey(t)})
		names[fmt.Sprint(stack.Resolve(d.Parameter().Node().DefaultChild().(awsssm.CfnParameter).Name()))] = c.id
	}
	valid := regexp.MustCompile(`^(/[A-Za-z0-9_.-]+){1,15}$`)
	for name := range names {
		if !valid.MatchString(name) {
			t.Errorf("%q is not a valid name of a parameter", name)
		}
	}
	if len(names) != 5 {
		t.Errorf("not each has a name of its own: %q", names)
	}
	synth(t, app, stack)
}

// TestDocumentTooBig holds that a document that a parameter has no room for is
// refused, not deployed.
func TestDocumentTooBig(t *testing.T) {
	app := newApp(t)
	p := &props{Keys: oneKey(t)}
	for i := range 70 {
		p.Behaviors = append(p.Behaviors,
			privatecdn.Behavior{PathPattern: fmt.Sprintf("%s%d/*", strings.Repeat("folder", 10), i)})
	}
	media(newStack(app, "Stack", ""), p)
	expectOne(t, mistakes(t, app), "[Stack/Media] Behaviors: ", []string{"the deployment document has ", "8192"})
}

// TestSharing holds that equal distributions of a stack, and equal caches of a
// distribution, take one policy each, and one key group.
func TestSharing(t *testing.T) {
	app := newApp(t)
	stack := newStack(app, "Stack", "")
	ring := oneKey(t)
	for i := range 3 {
		p := &props{Keys: ring}
		for j := range 22 {
			p.Behaviors = append(p.Behaviors, privatecdn.Behavior{PathPattern: fmt.Sprintf("d%d/*", j), Live: true})
		}
		// The same caches, but for the order of names and the case of headers.
		for j, c := range []privatecdn.Cache{
			{Headers: []string{"B", "a"}, QueryStrings: []string{"v", "w"}},
			{Headers: []string{"A", "b"}, QueryStrings: []string{"w", "v"}},
		} {
			p.Behaviors = append(p.Behaviors, privatecdn.Behavior{PathPattern: fmt.Sprintf("h%d/*", j), Cache: &c})
		}
		privatecdn.NewDistribution(stack, jsii.String(fmt.Sprint("Media", i)), p)
	}
	template := string(synth(t, app, stack))
	for kind, want := range map[string]int{
		"AWS::CloudFront::CachePolicy": 3, "AWS::CloudFront::ResponseHeadersPolicy": 1,
		"AWS::CloudFront::KeyGroup": 1, "AWS::CloudFront::PublicKey": 1,
	} {
		if got := strings.Count(template, `"Type": "`+kind+`"`); got != want {
			t.Errorf("%d of %s, want %d", got, kind, want)
		}
	}
}
