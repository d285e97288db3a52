package infra_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/infra"
)

// No template makes the reader panic or hang, and what it takes is complete:
// every behavior has its origin, and the default one is last.
func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"testdata/*.template.json", "testdata/*.template.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Add([]byte(`{"Resources":{"A":{"Type":"AWS::SSM::Parameter",` +
		`"Properties":{"Type":"String","Value":{"Fn::GetAtt":["A","Value"]}}}}}`))
	f.Add([]byte("Resources:\n  A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub [\"${a}${A}\", {a: !Ref A}]}}\n"))
	f.Add([]byte("Transform: [AWS::LanguageExtensions]\nResources:\n  Fn::ForEach::A: [N, [a, b], {'T${N}': {Type: " +
		"'AWS::SNS::Topic'}}]\n"))
	f.Add([]byte("Transform: AWS::Serverless-2016-10-31\nGlobals: {}\nResources: {F: {Type: " +
		"'AWS::Serverless::Function', Connectors: {}}}\n"))
	f.Add([]byte(`{"Resources":{"S":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Value":` +
		`{"Fn::Join":["",["{{resolve:ssm:",{"Fn::Length":[1]},"}}",` +
		`{"Fn::ToJsonString":{"a":{"Fn::Select":[0,{"Fn::Split":[",","a,b"]}]}}}]]}}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		tmpl, err := infra.Read(text,
			infra.Options{Options: cloudformation.Options{Values: map[string]string{"Open": "given"}}})
		if err != nil {
			return
		}
		for _, d := range tmpl.Distributions {
			for i, b := range d.Behaviors {
				if b.Origin == nil || (b.Origin.Bucket == nil && b.Origin.Custom == nil) {
					t.Errorf("behavior %d has no origin", i)
				}
			}
			if d.Behaviors[len(d.Behaviors)-1].PathPattern != "*" {
				t.Error("the default behavior is not last")
			}
		}
	})
}
