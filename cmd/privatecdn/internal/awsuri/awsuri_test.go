package awsuri_test

import (
	"crypto"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"example.com/privatecdn/cmd/privatecdn/internal/awsuri"
	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/fault"
)

// setenv leads the AWS tools' settings to a server that trusts AWS_CA_BUNDLE.
func setenv(t *testing.T, server *httptest.Server, region string) {
	t.Helper()
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(bundle, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_CA_BUNDLE": bundle, "AWS_REGION": region, "AWS_DEFAULT_REGION": "",
		"AWS_PROFILE":       "",
		"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_MAX_ATTEMPTS": "1",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
	} {
		t.Setenv(name, value)
	}
}

// An authority of the user's own is trusted, and what comes through it has a
// bound.
func TestCABundle(t *testing.T) {
	answer := `{"Parameter":{"Value":"x"}}`
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	setenv(t, server, "eu-west-1")
	get := func() error {
		cfg, err := awsuri.AWS(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		name := "x"
		_, err = ssm.NewFromConfig(cfg).GetParameter(t.Context(), &ssm.GetParameterInput{Name: &name})
		return err
	}
	if err := get(); err != nil {
		t.Error(err)
	}
	answer = strings.Replace(answer, "x", strings.Repeat("x", 16<<20-len(answer)+1), 1)
	if err := get(); err != nil {
		t.Errorf("the longest response: %v", err)
	}
	answer += " "
	if err := get(); err == nil || !strings.Contains(err.Error(), "more than 16777216 bytes") {
		t.Errorf("%.300v", err)
	}
}

// The region of an ARN is where the request goes, whatever else is set.
func TestRegionOfARN(t *testing.T) {
	scope := ""
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, scope, _ = strings.Cut(r.Header.Get("Authorization"), "Credential=")
		w.Header().Set("X-Amzn-Errortype", "NotFoundException")
		w.WriteHeader(http.StatusBadRequest)
	}))
	t.Cleanup(server.Close)
	for _, region := range []string{"eu-west-1", ""} {
		setenv(t, server, region)
		for _, uri := range []string{
			"kms:arn:aws:kms:us-west-2:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab",
			"secretsmanager:arn:aws:secretsmanager:us-west-2:444455556666:secret:media-AbCdEf",
			"ssm:arn:aws:ssm:us-west-2:444455556666:parameter/media",
		} {
			scope = ""
			var key crypto.Signer
			key, err := awsuri.PrivateKey(t.Context(), uri)
			if key != nil || err == nil || !strings.Contains(err.Error(), "does not exist") ||
				!strings.Contains(scope, "/us-west-2/") {
				t.Errorf("%s: %v, %v; scope %s", uri, key, err, scope)
			}
		}
		scope = ""
		source := awsuri.Deployment("stack:arn:aws:cloudformation:us-west-2:444455556666:stack/S/1")
		if _, err := source.Load(t.Context()); err == nil || !strings.Contains(scope, "/us-west-2/") {
			t.Errorf("stack: %v; scope %s", err, scope)
		}
	}
	_, err := awsuri.PrivateKey(t.Context(), "kms:alias/media")
	if err == nil || err.Error() != "no AWS region is set" || fault.Hint(err) == "" {
		t.Errorf("without a region: %v", err)
	}
}

// What a reference names: a parameter, a stack, or a file, which may be called
// like either.
func TestReferences(t *testing.T) {
	var action string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		action = r.Header.Get("X-Amz-Target")
		if r.ParseForm() == nil && r.Form.Get("Action") != "" {
			action = r.Form.Get("Action")
		}
		w.WriteHeader(http.StatusBadRequest)
	}))
	t.Cleanup(server.Close)
	setenv(t, server, "eu-west-1")
	t.Chdir(t.TempDir())
	for _, name := range []string{"ssm:file", "stack:file", "kms:file"} {
		if err := os.WriteFile(name, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for ref, want := range map[string]string{
		"ssm:name": "AmazonSSM.GetParameter", "stack:name": "DescribeStacks", "ssm:file": "", "stack:file": "",
		"absent.json": "", "file:absent.json": "", "ssmx:name": "",
	} {
		action = ""
		if _, err := awsuri.Deployment(ref).Load(t.Context()); err == nil || action != want {
			t.Errorf("%s: AWS was asked for %q, want %q; %v", ref, action, want, err)
		}
	}
	_, err := awsuri.Deployment("file:kms:file").Load(t.Context())
	if err == nil || errors.Is(err, deployment.ErrNotFound) {
		t.Errorf("a file by its URI: %v", err)
	}
	if _, err := awsuri.Deployment("").Load(t.Context()); fault.Hint(err) == "" {
		t.Errorf("no deployment: %v", err)
	}
	for ref, want := range map[string]string{
		"kms:name": "TrentService.GetPublicKey", "kms:file": "", "absent.pem": "", "file:absent.pem": "",
	} {
		action = ""
		if _, err := awsuri.PrivateKey(t.Context(), ref); err == nil || action != want {
			t.Errorf("%s: AWS was asked for %q, want %q; %v", ref, action, want, err)
		}
	}
}

// Settings that cannot be read, and a server that does not respond, are errors.
func TestAWSFails(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	setenv(t, server, "eu-west-1")
	server.Close()
	cfg, err := awsuri.AWS(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	name := "x"
	if _, err := ssm.NewFromConfig(cfg).GetParameter(t.Context(), &ssm.GetParameterInput{Name: &name}); err == nil {
		t.Error("a closed server responds")
	}
	t.Setenv("AWS_CA_BUNDLE", filepath.Join(t.TempDir(), "absent.pem"))
	if _, err := awsuri.AWS(t.Context(), ""); err == nil || strings.Contains(err.Error(), "region") {
		t.Errorf("an authority that is not there: %v", err)
	}
}
