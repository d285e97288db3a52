package privatecdn_test

import (
	"encoding/json"
	"maps"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/internal/testing/need"
)

// explained are the Control Tower rules a scenario does not meet, and why not.
var explained = map[string]map[string]string{
	"default": {
		"CT.CLOUDFRONT.PR.1":  "no default root object: / is no object of a bucket of media; Viewer.DefaultRootObject",
		"CT.CLOUDFRONT.PR.4":  "one origin: a second bucket to fail over to is the app's decision",
		"CT.CLOUDFRONT.PR.6":  "no certificate without a domain name; Viewer.Certificate",
		"CT.CLOUDFRONT.PR.7":  "SNI comes with the certificate",
		"CT.CLOUDFRONT.PR.9":  "on a cloudfront.net host CloudFront sets the TLS policy; Viewer.Certificate",
		"CT.CLOUDFRONT.PR.10": "an OAI was asked for; OriginAccess",
		"CT.S3.PR.2":          "the log bucket does not log itself",
		"CT.S3.PR.4":          "nothing in the app waits for the bucket's events",
		"CT.S3.PR.6":          "content does not expire; logs do",
		"CT.S3.PR.9":          "content may be replaced and removed",
		"CT.S3.PR.10":         "S3's own keys, as asked for; KMS",
		"CT.S3.PR.11":         "versions are the app's decision; Bucket takes a bucket that has them",
	},
	"front": {
		"CT.CLOUDFRONT.PR.4": "one origin: a second bucket to fail over to is the app's decision",
		"CT.S3.PR.2":         "the log bucket does not log itself",
		"CT.S3.PR.4":         "nothing in the app waits for the bucket's events",
		"CT.S3.PR.6":         "content does not expire; logs do",
		"CT.S3.PR.9":         "content may be replaced and removed",
		"CT.S3.PR.10":        "S3's own keys, as asked for; KMS",
		"CT.S3.PR.11":        "versions are the app's decision; Bucket takes a bucket that has them",
	},
}

// TestGuard holds templates to AWS Control Tower's rules for CloudFront and S3,
// with the native cfn-guard: every one that is not met is explained, and every
// explanation is of one that is not met.
func TestGuard(t *testing.T) {
	t.Parallel()
	module := filepath.Join(need.NodeModule(t, "@cdklabs/cdk-validator-cfnguard"),
		"node_modules/@cdklabs/cdk-validator-cfnguard")
	system := map[string]string{"linux": "ubuntu", "darwin": "macos"}[runtime.GOOS]
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	guard := filepath.Join(module, "bin", system, machine, "cfn-guard")
	if system == "" || machine == "" {
		need.Missing(t,
			"cfn-guard is not made for "+runtime.GOOS+"/"+runtime.GOARCH+": run the tests on Linux or macOS")
	}
	for scenario, reasons := range explained {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			var broken []string
			for _, service := range []string{"cloudfront", "s3"} {
				broken = append(broken, controlTower(t, guard,
					filepath.Join(module, "rules/control-tower/cfn-guard", service), goldenFile(scenario))...)
			}
			slices.Sort(broken)
			if want := slices.Sorted(maps.Keys(reasons)); !slices.Equal(broken, want) {
				t.Errorf("not met: %q\nexplained: %q", broken, want)
			}
		})
	}
}

// controlTower returns the rules in dir that the template does not meet.
func controlTower(t *testing.T, guard, dir, template string) (broken []string) {
	t.Helper()
	rules, err := filepath.Glob(filepath.Join(dir, "*.guard"))
	if err != nil || len(rules) < 10 {
		t.Fatalf("%s holds %d rules: %v", dir, len(rules), err)
	}
	for _, rule := range rules {
		// It exits non-zero when a rule is not met; what it prints says more.
		out, err := exec.Command(guard, "validate", "-r", rule, "-d", template, "--show-summary", "none", "-o",
			"json", "--structured").Output()
		var reports []struct{ Status string }
		if jsonErr := json.Unmarshal(out, &reports); jsonErr != nil || len(reports) != 1 {
			t.Fatalf("cfn-guard says nothing of %s: %v %v", rule, err, jsonErr)
		}
		if reports[0].Status == "FAIL" {
			broken = append(broken, controlName(rule))
		}
	}
	return broken
}

// controlName is a rule file's control: ct-s3-pr-1.guard is of CT.S3.PR.1.
func controlName(file string) string {
	name := filepath.Base(file)
	name = name[:len(name)-len(".guard")]
	return strings.ToUpper(strings.ReplaceAll(name, "-", "."))
}
