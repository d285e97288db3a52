package attacks_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/signer/presign"
)

// stopped serves public/* through a function and wants the request to end
// with the error of a function that failed.
func stopped(t *testing.T, body string) {
	t.Helper()
	s := serve(t, twoOrigins(t, "async function handler(e) { "+body+" return e.request; }"), edgetest.WithEdge(withWeb))
	if r := get(t, s, "/public/x"); r.StatusCode != 503 && r.StatusCode != 502 {
		t.Errorf("%d %q, want the error of a function that failed", r.StatusCode, r.Text)
	}
	opened(t, get(t, s, "/film?"+query(t, s, "/film"))) // and the edge still answers
}

// A function loops without end. It is stopped, and the viewer gets an error.
func TestFunctionLoops(t *testing.T) { stopped(t, `for (;;);`) }

// A function's regular expression backtracks for longer than the universe lasts. It is stopped within the engine.
func TestFunctionBacktracks(t *testing.T) {
	stopped(t, `/^\/p\/(?!admin)([a-z]+)*$/.test('/p/' + 'a'.repeat(60) + '1');`)
}

// A function lets a built-in function count to 2⁵³. It is stopped within the engine.
func TestFunctionLoopsInEngine(t *testing.T) {
	stopped(t, `Array.prototype.includes.call({length: 2**53 - 1}, 1);`)
}

// A function goes on for ever between its promises. It is stopped.
func TestFunctionAwaits(t *testing.T) { stopped(t, `for (;;) await null;`) }

// A function's error never finishes converting itself to a string. It is stopped.
func TestFunctionErrorLoops(t *testing.T) { stopped(t, `throw {toString() { for (;;); }};`) }

// A function allocates gigabytes. It has 2 MB, as at CloudFront.
func TestFunctionAllocates(t *testing.T) {
	stopped(t, `const a = []; for (;;) a.push(new Uint8Array(1 << 26));`)
}

// A function builds a string of a gigabyte. It has 2 MB.
func TestFunctionMakesText(t *testing.T) { stopped(t, `'x'.repeat(1 << 28).split('x').join('yy');`) }

// A function calls itself without end. Its stack overflows before the process's does.
func TestFunctionRecurses(t *testing.T) { stopped(t, `const f = () => f() + 1; f();`) }

// A function raises two to the twenty millionth power. It runs out of time or memory.
func TestFunctionBigNumbers(t *testing.T) { stopped(t, `2n ** 20000000n;`) }

// A function keeps what one viewer sent for the next one. Every call starts afresh.
func TestFunctionRemembers(t *testing.T) {
	s := serve(t, twoOrigins(t, `let last = 'nobody'; function handler(e) {
		const was = [last, globalThis.last, Array.prototype.last].join();
		last = globalThis.last = Array.prototype.last = e.request.querystring.secret.value;
		return {statusCode: 200, body: was};
	}`), edgetest.WithEdge(withWeb))
	get(t, s, "/public/x?secret=PRIVATE")
	if r := get(t, s, "/public/x?secret=b"); r.Text != "nobody,," {
		t.Errorf("the next viewer gets %q", r.Text)
	}
}

// A function looks for the network, files and its host. It has none of them.
func TestFunctionLooksAround(t *testing.T) {
	s := serve(t, twoOrigins(t, `function handler(e) {
		const names = ['fetch', 'process', 'host', 'std', 'os', 'XMLHttpRequest', 'WebAssembly',
			'setTimeout', 'print', 'scriptArgs'];
		return {statusCode: 200, body: names.filter((n) => typeof globalThis[n] !== 'undefined').join()};
	}`), edgetest.WithEdge(withWeb))
	if r := get(t, s, "/public/x"); r.StatusCode != 200 || r.Text != "" {
		t.Errorf("%d, it has %s", r.StatusCode, r.Text)
	}
}

// unreadable wants that an edge cannot be made of a template, for a reason.
func unreadable(t *testing.T, template []byte, says string) {
	t.Helper()
	t.Parallel()
	file := filepath.Join(t.TempDir(), "attack.template")
	if err := os.WriteFile(file, template, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := edge.New(edge.Options{Template: file, Buckets: map[string]fs.FS{"": content}})
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("%v, want an error that says %q", err, says)
	}
}

// resources is a template of parameters in SSM, one after the other.
func resources(n int, value func(i int) string) []byte {
	var b strings.Builder
	b.WriteString("Resources:\n")
	for i := range n {
		fmt.Fprintf(&b, "  P%d: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Value: %s}}\n", i, value(i))
	}
	return []byte(b.String())
}

// A YAML template has aliases of aliases, a billion nodes in all. Refused: CloudFormation does not support aliases.
func TestTemplateAliases(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	unreadable(t, []byte(b.String()+"Resources: {}\n"), "aliases")
}

// Each of a template's texts is ten times the one before. The size of the result is limited.
func TestTemplateTextGrows(t *testing.T) {
	unreadable(t, resources(100, func(i int) string {
		if i == 0 {
			return "0123456789"
		}
		return "!Sub '" + strings.Repeat(fmt.Sprintf("${P%d.Value}", i-1), 10) + "'"
	}), "too long")
}

// Five hundred texts of nearly a megabyte are made of one. Their total size is limited.
func TestTemplateTextsTogether(t *testing.T) {
	unreadable(t, resources(500, func(i int) string {
		if i == 0 {
			return "'" + strings.Repeat("x", 900<<10) + "'"
		}
		return fmt.Sprintf("!Sub '%d${P0.Value}'", i)
	}), "too long")
}

// A template splits a long text into a million pieces, again and again. Their total size is limited.
func TestTemplateSplits(t *testing.T) {
	unreadable(t, resources(200, func(i int) string {
		if i == 0 {
			return "'" + strings.Repeat("x,", 400<<10) + "'"
		}
		return "!Select [1, !Split [',', !GetAtt P0.Value]]"
	}), "too long")
}

// A template's values depend on each other in a cycle. The error names the cycle.
func TestTemplateCircle(t *testing.T) {
	unreadable(t, resources(2, func(i int) string { return fmt.Sprintf("!GetAtt P%d.Value", 1-i) }), "itself")
}

// A template nests lists without end. Its depth is limited.
func TestTemplateDeep(t *testing.T) {
	deep := strings.Repeat("[", 100000) + strings.Repeat("]", 100000)
	unreadable(t, []byte(`{"Resources":`+deep+`}`), "nested")
}

// A YAML template nests lists without end. Its depth is limited.
func TestTemplateDeepYAML(t *testing.T) {
	unreadable(t, []byte("Resources: "+strings.Repeat("[", 100000)+strings.Repeat("]", 100000)), "depth")
}

// A template is larger than CloudFormation accepts. It is not parsed.
func TestTemplateLarge(t *testing.T) {
	unreadable(t, append(readFile(t, app), make([]byte, 1<<20)...), "larger than 1024 KiB")
}

// A template has more resources than CloudFormation accepts. It is refused.
func TestTemplateManyResources(t *testing.T) {
	unreadable(t, resources(501, func(int) string { return "x" }), "501")
}

// A bucket policy is larger than S3 accepts, so that each request takes long. The template is refused.
func TestPolicyLarge(t *testing.T) {
	template := edited(t, func(resources map[string]any) {
		for _, r := range resources {
			if r := r.(map[string]any); r["Type"] == "AWS::S3::BucketPolicy" {
				document := r["Properties"].(map[string]any)["PolicyDocument"].(map[string]any)
				document["Id"] = strings.Repeat("x", 20<<10)
			}
		}
	})
	unreadable(t, template, "20480")
}

// A function's code is larger than CloudFront accepts. The template is refused.
func TestFunctionLarge(t *testing.T) {
	unreadable(t, twoOrigins(t, "function handler(e) { return e.request; } //"+strings.Repeat("x", 10<<10)), "10240")
}

// A function's code nests so deep that the parser's stack ends. The template is refused.
func TestFunctionDeep(t *testing.T) {
	unreadable(t, twoOrigins(t, strings.Repeat("(", 10000)), "Function")
}

// An assembly contains itself. It is read once.
func TestAssemblyContainsItself(t *testing.T) {
	t.Parallel()
	for _, directory := range []string{".", "inner/..", "self"} {
		dir := t.TempDir()
		manifest := fmt.Sprintf(`{"artifacts":{"a":{"type":"cdk:cloud-assembly","properties":{"directoryName":%q}}}}`,
			directory)
		if err := os.Symlink(dir, filepath.Join(dir, "self")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := edge.New(edge.Options{Template: dir, Buckets: map[string]fs.FS{"": content}}); err == nil {
			t.Errorf("%s: it was read", directory)
		}
	}
}

// The key of AWS's examples signs although the environment has a key of its own. It opens nothing.
func TestExampleKeyBesideOwn(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAOWN")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "own")
	s := edgetest.NewServer(t, golden("presigned-whole"), content)
	for secret, want := range map[string]int{"own": 200, edge.LocalCredentials.SecretAccessKey: 403} {
		id := "AKIAOWN"
		if secret != "own" {
			id = edge.LocalCredentials.AccessKeyID
		}
		p, err := presign.New(presign.Config{Deployment: s.Edge.Deployments()[0],
			Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""), Lifetime: time.Hour, Window: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		u, err := p.Presign(t.Context(), presign.Request{Key: "film"})
		if err != nil {
			t.Fatal(err)
		}
		_, target, _ := strings.Cut(strings.TrimPrefix(u.URL, "https://"), "/")
		if r := get(t, s, "/"+target); r.StatusCode != want {
			t.Errorf("%s: %d, want %d", id, r.StatusCode, want)
		}
	}
}
