package privatecdn_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
	"example.com/privatecdn/internal/testing/golden"
)

func goldenFile(name string) string { return filepath.Join("testdata/golden", name+".template.json") }

// assembly is every scenario, and every way across stacks, in an app of its own
// settings: synthesized, and validated by CDK, once.
type assembly struct {
	app    awscdk.App
	stages map[string]awscdk.Stage
	stacks map[string][]awscdk.Stack
}

// built is the assembly with the feature flags of cdk.json.
var built *assembly

func synthesized(t *testing.T) *assembly {
	if built == nil {
		built = newAssembly(t, flags)
	}
	return built
}

// newAssembly puts each scenario into a stage of its own, which stands for an
// account of its own.
func newAssembly(t *testing.T, flags map[string]any) *assembly {
	dir, err := os.MkdirTemp("", "privatecdn-")
	if err != nil {
		t.Fatal(err)
	}
	assemblies = append(assemblies, dir)
	a := &assembly{stages: map[string]awscdk.Stage{}, stacks: map[string][]awscdk.Stack{}}
	a.app = awscdk.NewApp(&awscdk.AppProps{Context: &flags, AnalyticsReporting: jsii.Bool(false), Outdir: &dir})
	stage := func(name string) awscdk.Stage {
		a.stages[name] = awscdk.NewStage(a.app, &name, nil)
		return a.stages[name]
	}
	for _, s := range scenarios {
		stack := newStack(stage(s.name), "Stack", s.region)
		a.stacks[s.name] = []awscdk.Stack{stack}
		s.build(t, stack)
	}
	for _, c := range across {
		name := "across-" + c.name
		a.stacks[name] = buildAcross(t, stage(name), c.kms, c.bare, c.change)
	}
	if err := privatecdn.Synth(a.app); err != nil {
		t.Fatal(err)
	}
	return a
}

// assemblies are removed when the tests are done.
var assemblies []string

// dir is where the templates of a scenario are.
func (a *assembly) dir(name string) string { return *a.stages[name].Outdir() }

func (a *assembly) template(t *testing.T, name string, i int) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(a.dir(name), *a.stacks[name][i].TemplateFile()))
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}

// TestGolden compares the template of every scenario: no change of the code
// changes a logical ID, or anything else, unseen. Update with -update.
func TestGolden(t *testing.T) {
	a := synthesized(t)
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			golden.Equal(t, goldenFile(s.name), a.template(t, s.name, 0))
			if got := findings(t, *a.app.Outdir(), s.name+"/"); !slices.Equal(got, s.findings) {
				t.Errorf("CDK's validation finds %q, want %q", got, s.findings)
			}
		})
	}
}

// TestWithoutFlags synthesizes every scenario without the newer feature flags of
// CDK, and serves each as with them.
func TestWithoutFlags(t *testing.T) {
	a := newAssembly(t, map[string]any{"@aws-cdk/core:validateAgainstDefaultRules": false})
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			serveAssembly(t, a.dir(s.name)).probeAll(t, s.name)
		})
	}
}

// across are the ways to read a bucket in another stack.
var across = []struct {
	name   string
	change func(*props)
	kms    bool
	bare   bool // the bucket has no policy of its own
}{
	{name: "oai", change: func(*props) {}},
	{name: "oai-to-oac", change: func(p *props) { p.OriginAccess = privatecdn.OAIToOAC }},
	{name: "oac", change: func(p *props) { p.OriginAccess = privatecdn.OAC }},
	{name: "oac-kms", change: func(p *props) { p.OriginAccess = privatecdn.OAC }, kms: true},
	{name: "oac-no-policy", change: func(p *props) { p.OriginAccess = privatecdn.OAC }, bare: true},
	{name: "presigned", change: func(p *props) {
		p.Keys, p.Default = nil,
			&privatecdn.Behavior{Access: privatecdn.Presigned}
	}},
}

// buildAcross makes bucket, key and distribution in stacks of their own.
func buildAcross(t *testing.T, scope constructs.Construct, kms, bare bool, change func(*props)) []awscdk.Stack {
	storage, front := newStack(scope, "Storage", ""), newStack(scope, "Front", "")
	bucket := &awss3.BucketProps{EnforceSSL: jsii.Bool(!bare)}
	if kms {
		bucket.EncryptionKey = awskms.NewKey(newStack(scope, "Keys", ""), jsii.String("Key"), nil)
	}
	p := &props{Keys: oneKey(t), Bucket: awss3.NewBucket(storage, jsii.String("Content"), bucket)}
	change(p)
	media(front, p)
	return []awscdk.Stack{storage, front}
}

// TestAcrossStacks compares the templates of several stacks together, and serves
// them.
func TestAcrossStacks(t *testing.T) {
	a := synthesized(t)
	for _, c := range across {
		t.Run(c.name, func(t *testing.T) {
			name := "across-" + c.name
			for i, stack := range a.stacks[name] {
				golden.Equal(t, goldenFile(name+"-"+strings.ToLower(*stack.Node().Id())), a.template(t, name, i))
			}
			s := serveAssembly(t, a.dir(name))
			d := s.Deployments()[0]
			s.probeAccess(t, d)
			s.probeBucket(t, d)
		})
	}
}

// TestDistributionID holds that the ID, once known, lets in that distribution
// and no other.
func TestDistributionID(t *testing.T) {
	serveWith := func(id string) (s *served, status int) {
		app := newApp(t)
		buildAcross(t, app, false, false, func(p *props) { p.OriginAccess, p.DistributionID = privatecdn.OAC, id })
		app.Synth(nil)
		s = serveAssembly(t, *app.Outdir())
		return s, s.do(http.MethodGet, s.sign(t, s.Deployments()[0], "/film.mp4"), nil).StatusCode
	}
	s, status := serveWith("E2QWRUHAPOMQZL")
	if status != http.StatusForbidden {
		t.Errorf("another's ID: %d, want 403", status)
	}
	if _, status = serveWith(s.tmpl.Distributions[0].ID); status != http.StatusOK {
		t.Errorf("its own ID: %d, want 200", status)
	}
}
