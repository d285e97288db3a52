package privatecdn_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/constructs/privatecdn"
)

func golden(name string) string { return filepath.Join("testdata/golden", name+".template.json") }

// TestGolden holds the template of every scenario: no change of the code
// changes a logical ID, or anything else, unseen. Update with -update.
func TestGolden(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			app := newApp(t)
			stack := newStack(app, "Stack", s.region)
			s.build(t, stack)
			compare(t, golden(s.name), synth(t, app, stack))
			if got := findings(t, *app.Outdir()); !slices.Equal(got, s.findings) {
				t.Errorf("CDK's validation finds %q, want %q", got, s.findings)
			}
		})
	}
}

// across are the ways to read a bucket in another stack.
var across = []struct {
	name   string
	change func(*props)
	kms    bool
}{
	{name: "oai", change: func(*props) {}},
	{name: "oai-to-oac", change: func(p *props) { p.OriginAccess = privatecdn.OAIToOAC }},
	{name: "oac", change: func(p *props) { p.OriginAccess = privatecdn.OAC }},
	{name: "oac-kms", change: func(p *props) { p.OriginAccess = privatecdn.OAC }, kms: true},
	{name: "presigned", change: func(p *props) { p.Keys, p.Default.Access = nil, privatecdn.Presigned }},
}

// buildAcross makes bucket, key and distribution in stacks of their own.
func buildAcross(t *testing.T, kms bool, change func(*props)) (awscdk.App, []awscdk.Stack) {
	app := newApp(t)
	storage, front := newStack(app, "Storage", ""), newStack(app, "Front", "")
	bucket := &awss3.BucketProps{EnforceSSL: jsii.Bool(true)}
	if kms {
		bucket.EncryptionKey = awskms.NewKey(newStack(app, "Keys", ""), jsii.String("Key"), nil)
	}
	p := &props{Keys: oneKey(t), Bucket: awss3.NewBucket(storage, jsii.String("Content"), bucket)}
	change(p)
	media(front, p)
	return app, []awscdk.Stack{storage, front}
}

// TestAcrossStacks holds the templates of several stacks together, and serves
// them.
func TestAcrossStacks(t *testing.T) {
	for _, c := range across {
		t.Run(c.name, func(t *testing.T) {
			app, stacks := buildAcross(t, c.kms, c.change)
			for _, stack := range stacks {
				compare(t, golden("across-"+c.name+"-"+strings.ToLower(*stack.StackName())), synth(t, app, stack))
			}
			s := serveAssembly(t, *app.Outdir())
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
		app, _ := buildAcross(t, false, func(p *props) { p.OriginAccess, p.DistributionID = privatecdn.OAC, id })
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

// compare holds a template to its golden file.
func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the template is not that of %s; see the difference with -update and git diff", file)
	}
}
