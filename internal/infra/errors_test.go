package infra_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/infra"
	"example.com/privatecdn/keys"
)

// change reads a template's JSON, changes it and reads the result.
func change(t *testing.T, path string, edit func(resources map[string]any)) (*infra.Template, error) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	edit(tree["Resources"].(map[string]any))
	text, err = json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return infra.Read(text, infra.Options{Stack: "S"})
}

// set puts v at a place below a resource's properties; a number is an index.
func set(resources map[string]any, id string, v any, path ...any) {
	at := resources[id].(map[string]any)["Properties"]
	for _, step := range path[:len(path)-1] {
		switch step := step.(type) {
		case string:
			at = at.(map[string]any)[step]
		case int:
			at = at.([]any)[step]
		}
	}
	at.(map[string]any)[path[len(path)-1].(string)] = v
}

// Whatever is not understood is refused with resource, property and what to do.
func TestRefusedProperties(t *testing.T) {
	t.Parallel()
	const (
		dist   = "Distribution830FAC52"
		config = "DistributionConfig"
		lambda = "LambdaFunctionAssociations"
	)
	for _, c := range []struct {
		id   string
		v    any
		path []any
		kind error
		want string
	}{
		{dist, 1, []any{config, "Typo"}, cloudformation.ErrUnsupported, "S/" + dist +
			": Properties.DistributionConfig.Typo: unknown property"},
		{dist, true, []any{config, "DefaultCacheBehavior", "SmoothStreaming"}, cloudformation.ErrUnsupported,
			"DefaultCacheBehavior.SmoothStreaming: the property is not supported; switch Smooth Streaming off"},
		{dist, []any{map[string]any{"EventType": "origin-request"}}, []any{config, "CacheBehaviors", 0, lambda},
			cloudformation.ErrUnsupported, "CacheBehaviors[0]." + lambda +
				"[0]: Lambda@Edge is not run; use a CloudFront function"},
		{dist, true, []any{config, "Staging"}, cloudformation.ErrUnsupported, "Staging"},
		{dist, "nobody", []any{config, "DefaultCacheBehavior", "TargetOriginId"}, cloudformation.ErrInvalid,
			`DefaultCacheBehavior.TargetOriginId: there is no origin "nobody"`},
		{dist, "unknown-id", []any{config, "DefaultCacheBehavior", "CachePolicyId"}, cloudformation.ErrUnresolved,
			"CachePolicyId: the policy"},
		{dist, "unknown-id", []any{config, "DefaultCacheBehavior", "OriginRequestPolicyId"},
			cloudformation.ErrUnresolved, "OriginRequestPolicyId: the policy"},
		{dist, "unknown-id", []any{config, "DefaultCacheBehavior", "ResponseHeadersPolicyId"},
			cloudformation.ErrUnresolved, "ResponseHeadersPolicyId: the policy"},
		{dist, map[string]any{"QueryString": true}, []any{config, "DefaultCacheBehavior", "ForwardedValues"},
			cloudformation.ErrInvalid,
			"DefaultCacheBehavior: a behavior has a cache policy or its own ForwardedValues"},
		{dist, 60, []any{config, "DefaultCacheBehavior", "MinTTL"}, cloudformation.ErrInvalid,
			"DefaultCacheBehavior: a behavior has a cache policy or its own"},
		{dist, "", []any{config, "DefaultCacheBehavior", "CachePolicyId"}, cloudformation.ErrInvalid,
			"CachePolicyId: a behavior needs a cache policy"},
		{dist, []any{map[string]any{"EventType": "viewer-request", "FunctionARN": "arn"}}, []any{config,
			"DefaultCacheBehavior", "FunctionAssociations"}, cloudformation.ErrUnresolved,
			"FunctionAssociations[0].FunctionARN: the function"},
		{dist, "", []any{config, "CacheBehaviors", 0, "PathPattern"}, cloudformation.ErrInvalid,
			"CacheBehaviors[0].PathPattern: the property is missing"},
		{dist, "sometimes", []any{config, "DefaultCacheBehavior", "ViewerProtocolPolicy"},
			cloudformation.ErrUnsupported, "use one of allow-all, redirect-to-https, https-only"},
		{dist, []any{"GET", "PUT"}, []any{config, "DefaultCacheBehavior", "AllowedMethods"},
			cloudformation.ErrInvalid, "DefaultCacheBehavior.AllowedMethods: CloudFront allows GET and HEAD"},
		{dist, []any{"GET"}, []any{config, "DefaultCacheBehavior", "CachedMethods"}, cloudformation.ErrInvalid,
			"DefaultCacheBehavior.CachedMethods: CloudFront caches GET and HEAD"},
		{dist, "example.com", []any{config, "Origins", 0, "DomainName"}, cloudformation.ErrUnsupported,
			`Origins[0].DomainName: "example.com" is not a bucket's address`},
		{dist, map[string]any{"OriginProtocolPolicy": "https-only"}, []any{config, "Origins", 0,
			"CustomOriginConfig"}, cloudformation.ErrInvalid, "not both"},
		{dist, "nonsense", []any{config, "Origins", 0, "S3OriginConfig", "OriginAccessIdentity"},
			cloudformation.ErrInvalid, "origin-access-identity/cloudfront/ID"},
		{dist, "E1", []any{config, "Origins", 0, "OriginAccessControlId"}, cloudformation.ErrInvalid, "not both"},
		{dist, map[string]any{"Fn::GetAtt": []any{"LogSource", "Service"}}, []any{config, "DefaultRootObject"},
			cloudformation.ErrUnresolved,
			`Properties.DistributionConfig.DefaultRootObject: Service of LogSource, an AWS::Logs::DeliverySource, is known to ` +
				`AWS only; give "LogSource.Service" a value`},
		{dist, map[string]any{"Ref": "LogSource"}, []any{config, "DefaultRootObject"}, cloudformation.ErrUnresolved,
			`give "LogSource" a value`},
		{"HeadersECA0794E", "Access-Control-Allow-Origin", []any{"ResponseHeadersPolicyConfig", "CustomHeadersConfig",
			"Items", 0, "Header"}, cloudformation.ErrInvalid,
			"CustomHeadersConfig.Items[0].Header: CloudFront refuses Access-Control-Allow-Origin"},
		{"BucketPolicyE9A3008A", map[string]any{"Statement": map[string]any{"Effect": "Perhaps"}},
			[]any{"PolicyDocument"}, cloudformation.ErrInvalid,
			"PolicyDocument.Statement.Effect: expected Allow or Deny"},
		{"BucketPolicyE9A3008A", map[string]any{"Statement": []any{map[string]any{"Effect": "Allow", "Typo": 1}}},
			[]any{"PolicyDocument"}, cloudformation.ErrUnsupported,
			"PolicyDocument.Statement[0].Typo: unknown element"},
		{"BucketPolicyE9A3008A", map[string]any{"Statement": []any{map[string]any{"Effect": "Allow",
			"Principal": "me"}}}, []any{"PolicyDocument"}, cloudformation.ErrInvalid,
			"Statement[0].Principal: a principal is"},
		{"BucketPolicyE9A3008A", map[string]any{"Statement": []any{map[string]any{"Effect": "Allow"}}},
			[]any{"PolicyDocument"}, cloudformation.ErrInvalid, "needs Principal, Action and Resource"},
		{"KeyA9B1436B5", "nonsense", []any{"PublicKeyConfig", "EncodedKey"}, keys.ErrNoPEM,
			"S/KeyA9B1436B5: Properties.PublicKeyConfig.EncodedKey"},
	} {
		_, err := change(t, "testdata/oai.template.json", func(r map[string]any) { set(r, c.id, c.v, c.path...) })
		var e *cloudformation.Error
		if !errors.As(err, &e) || !errors.Is(err, c.kind) || !strings.Contains(said(err), c.want) {
			t.Errorf("%v = %v: %v; want %v: %s", c.path, c.v, err, c.kind, c.want)
		}
	}
}

func TestRefusedTemplates(t *testing.T) {
	t.Parallel()
	_, err := change(t, "testdata/oai.template.json", func(r map[string]any) {
		delete(r, "Distribution830FAC52")
		delete(r, "LogSource")
		delete(r, "Deployment37BBD5E4")
	})
	if err == nil {
		t.Error("outputs of a distribution that is not there")
	}
	_, err = infra.Read([]byte(`{"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}`), infra.Options{})
	if !errors.Is(err, infra.ErrNoDistribution) {
		t.Errorf("another stack's template: %v", err)
	}
	_, err = infra.ReadFile("testdata/nowhere.json", infra.Options{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"text.template.json":  "hello",
		"large.template.json": strings.Repeat("x", cloudformation.MaxSize+1),
		"empty/note":          "",
		"bad/manifest.json":   "[]",
		"none/manifest.json":  `{"artifacts":{"A":{"type":"cdk:tree"}}}`,
		"escape/manifest.json": `{"artifacts":{"A":{"type":"aws:cloudformation:stack",` +
			`"properties":{"templateFile":"../x"}}}}`,
		"loop/manifest.json": `{"artifacts":{"A":{"type":"cdk:cloud-assembly","properties":{"directoryName":"."}}}}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(name) != "." {
			path = filepath.Dir(path)
		}
		var e *cloudformation.Error
		if _, err := infra.ReadFile(path, infra.Options{}); !errors.As(err, &e) || e.Hint() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A private key in the place of a public one is refused and not repeated.
func TestPrivateKeyIsNotEchoed(t *testing.T) {
	t.Parallel()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(e)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(e)
	if err != nil {
		t.Fatal(err)
	}
	for label, der := range map[string][]byte{
		"RSA PRIVATE KEY": x509.MarshalPKCS1PrivateKey(r), "EC PRIVATE KEY": sec1, "PRIVATE KEY": pkcs8,
		"PUBLIC KEY": pkcs8,
	} {
		text := string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
		secret := strings.Split(text, "\n")[1]
		for _, where := range [][]any{
			{"KeyA9B1436B5", "PublicKeyConfig", "EncodedKey"},
			{"KeyA9B1436B5", "PublicKeyConfig"},
			{"KeyA9B1436B5", text},
			{"Distribution830FAC52", "DistributionConfig", "HttpVersion"},
			{"Distribution830FAC52", "DistributionConfig", "Enabled"},
			{"Distribution830FAC52", "DistributionConfig", "Aliases"},
		} {
			_, err := change(t, "testdata/oai.template.json", func(r map[string]any) {
				set(r, where[0].(string), text, where[1:]...)
			})
			if err == nil {
				t.Errorf("%s at %.40v is accepted", label, where)
			} else if strings.Contains(err.Error(), secret) {
				t.Errorf("%s at %.40v is repeated in the error", label, where)
			}
		}
	}
}

// A nested stack is read when its template is there, and only so deep.
func TestRefusedNestedStacks(t *testing.T) {
	t.Parallel()
	const parent = `{"Resources":{"N":{"Type":"AWS::CloudFormation::Stack",` +
		`"Properties":{"TemplateURL":"https://s3.amazonaws.com/assets/abc.json"}}}}`
	for assets, want := range map[string]string{
		"":      "no AWS::CloudFront::Distribution", // and it is left out
		`hello`: "no AWS::CloudFront::Distribution",
		`{"files":{"abc":{"source":{"path":"../abc.json"}}}}`:     "no AWS::CloudFront::Distribution",
		`{"files":{"abc":{"source":{"path":"S.template.json"}}}}`: "there are too many nested stacks",
	} {
		path := writeFiles(t, map[string]string{"S.template.json": parent, "S.assets.json": assets})
		_, err := infra.ReadFile(path, infra.Options{})
		if err == nil || !strings.Contains(said(err), want) {
			t.Errorf("%q: %v; want %s", assets, err, want)
		}
	}
	path := writeFiles(t, map[string]string{"S.template.json": strings.Replace(parent,
		`"https://s3.amazonaws.com/assets/abc.json"`, `{"Ref":"Nobody"}`, 1)})
	if _, err := infra.ReadFile(path, infra.Options{}); !errors.Is(err, cloudformation.ErrInvalid) {
		t.Errorf("a URL of nobody: %v", err)
	}
}

// said is an error's text with its hint.
func said(err error) string { return err.Error() + "; " + fault.Hint(err) }
