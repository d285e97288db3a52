package privatecdn_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"example.com/privatecdn/constructs/privatecdn"
)

// nag runs cdk-nag's AwsSolutions rules over app and returns the rules broken,
// and those broken but acknowledged with a reason.
func nag(t *testing.T, app awscdk.App) (broken, acknowledged []string) {
	t.Helper()
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: jsii.Bool(true)}), nil)
	app.Synth(nil)
	reports, err := filepath.Glob(filepath.Join(*app.Outdir(), "AwsSolutions-*-NagReport.csv"))
	if err != nil || len(reports) != 1 {
		t.Fatalf("cdk-nag writes the reports %q, want one: %v", reports, err)
	}
	file, err := os.Open(reports[0])
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || len(rows) < 10 {
		t.Fatalf("cdk-nag reports %d lines: %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		rule, compliance, reason := strings.TrimPrefix(row[0], "AwsSolutions-"), row[2], row[3]
		switch {
		case compliance == "Suppressed" && len(reason) > 20:
			acknowledged = append(acknowledged, rule)
		case compliance != "Compliant":
			broken = append(broken, rule+" "+compliance+" "+row[1])
		}
	}
	slices.Sort(acknowledged)
	return broken, acknowledged
}

// TestNag holds cdk-nag's AwsSolutions rules to findings that are explained,
// exactly these; with OAC, a certificate, a web ACL and countries to none.
func TestNag(t *testing.T) {
	for _, c := range []struct {
		name         string
		change       func(awscdk.Stack, *props)
		acknowledged []string
	}{
		{"OAI", func(awscdk.Stack, *props) {}, []string{"CFR1", "CFR2", "CFR4", "CFR7"}},
		{"OAC and a certificate", func(s awscdk.Stack, p *props) {
			p.OriginAccess = privatecdn.OAC
			p.Viewer = &privatecdn.Viewer{DomainNames: []string{"media.example.com"},
				Certificate: certificate(s, certificateARN)}
		}, []string{"CFR1", "CFR2"}},
		{"everything", func(s awscdk.Stack, p *props) {
			p.OriginAccess = privatecdn.OAC
			p.Viewer = &privatecdn.Viewer{
				DomainNames: []string{"media.example.com"}, Certificate: certificate(s, certificateARN),
				WebACLID:      webACL,
				DenyCountries: []string{"AQ"},
			}
		}, nil},
		{"presigned", func(_ awscdk.Stack, p *props) {
			p.Keys, p.Default = nil, &privatecdn.Behavior{Access: privatecdn.Presigned}
		}, []string{"CFR1", "CFR2", "CFR4", "CFR7"}},
		{"logs v2", func(_ awscdk.Stack, p *props) { p.Logging = &privatecdn.Logging{V2: true} },
			[]string{"CFR1", "CFR2", "CFR3", "CFR4", "CFR7"}},
		{"KMS", func(_ awscdk.Stack, p *props) { p.OriginAccess, p.KMS = privatecdn.OAC, true },
			[]string{"CFR1", "CFR2", "CFR4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := newApp(t)
			stack := newStack(app, "Stack", "")
			p := &props{Keys: oneKey(t)}
			c.change(stack, p)
			media(stack, p)
			broken, acknowledged := nag(t, app)
			if len(broken) > 0 {
				t.Errorf("unexplained: %q", broken)
			}
			if !slices.Equal(acknowledged, c.acknowledged) {
				t.Errorf("acknowledged %q, want %q", acknowledged, c.acknowledged)
			}
		})
	}
}
