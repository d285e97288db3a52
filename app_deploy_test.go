package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"example.com/privatecdn/deployment/awssource"
	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/pathpattern"
	"example.com/privatecdn/internal/testing/fakeaws"
	"example.com/privatecdn/internal/testing/golden"
	"example.com/privatecdn/internal/testing/need"
	"example.com/privatecdn/keys"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/awskms"
)

// cloud is an AWS account on loopback into which the CDK command line deploys
// the app, and what viewers hold of it.
type cloud struct {
	t      *testing.T
	aws    *fakeaws.Server
	stacks *cloudformation.Client
	home   string
	now    atomic.Int64 // the time of ring, signer and edge
	ring   *keys.Ring
	out    map[string]string // assemblies by step
	made   int               // keys
	urls   []heldURL
	calls  []fakeaws.Request // by the CDK command line
}

// heldURL is a signed URL that a viewer has.
type heldURL struct {
	url, key string
	end      time.Time
}

func (c *cloud) clock() time.Time { return time.Unix(c.now.Load(), 0) }

func (c *cloud) pass(d time.Duration) { c.now.Add(int64(d / time.Second)) }

// New makes the next key in KMS. It implements keys.Store.
func (c *cloud) New(ctx context.Context, a keys.Algorithm) (*keys.Public, string, error) {
	c.made++
	store := awskms.Store{Client: kms.NewFromConfig(c.aws.Config()), Alias: fmt.Sprintf("alias/media-%d", c.made)}
	return store.New(ctx, a)
}

// synthesize keeps the assembly of the ring as it is under a name.
func (c *cloud) synthesize(step string, settings map[string]any) {
	c.t.Helper()
	all := map[string]any{"ring": c.ring.Dir(), "public": []string{"public/*"}}
	if step != "first" {
		all["deployed"] = "stack:PrivateCdn"
	}
	for name, value := range settings {
		all[name] = value
	}
	text, err := json.Marshal(all)
	if err != nil {
		c.t.Fatal(err)
	}
	c.out[step] = c.t.TempDir()
	command := exec.Command(os.Args[0])
	command.Env = append(append(os.Environ(), c.aws.Env()...),
		"CDK_CONTEXT_JSON="+string(text), "CDK_OUTDIR="+c.out[step], unvalidated)
	if report, err := command.CombinedOutput(); err != nil {
		c.t.Fatalf("%s: %v\n%s", step, err, report)
	}
}

// cdk runs the pinned CDK command line in the account.
func (c *cloud) cdk(args ...string) (string, error) {
	c.t.Helper()
	root := need.NodeModule(c.t, "aws-cdk")
	command := exec.Command("node", append([]string{filepath.Join(root, "node_modules/aws-cdk/bin/cdk"),
		"--no-notices", "--no-color"}, args...)...)
	command.Dir = c.home
	command.Env = append(c.aws.Env(), "PATH="+os.Getenv("PATH"), "HOME="+c.home, "CI=true",
		"CDK_DISABLE_VERSION_CHECK=1", "CDK_DISABLE_CLI_TELEMETRY=true", "NODE_NO_WARNINGS=1")
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	before := len(c.aws.Requests())
	err := command.Run()
	c.calls = append(c.calls, c.aws.Requests()[before:]...)
	return out.String(), err
}

func (c *cloud) deploy(step string) {
	c.t.Helper()
	text, err := c.cdk("deploy", "--app", c.out[step], "--require-approval", "never")
	if err != nil {
		c.t.Fatalf("cdk deploy, %s: %v\n%s", step, err, text)
	}
	c.view(step)
}

// sign signs a URL for the longest lifetime, with what is deployed.
func (c *cloud) sign() {
	c.t.Helper()
	s, err := signer.Open(c.t.Context(), awssource.Stack(c.stacks, "PrivateCdn"),
		signer.WithClock(c.clock), signer.WithReload(0),
		signer.WithOpeners(keys.Openers{awskms.Scheme: awskms.Open(kms.NewFromConfig(c.aws.Config()))}))
	if err != nil {
		c.t.Fatal(err)
	}
	const longest = 7 * 24 * time.Hour
	url, err := s.URL("/film.mp4", signer.Terms{For: longest})
	if err != nil {
		c.t.Fatal(err)
	}
	c.urls = append(c.urls, heldURL{url, s.KeyPairID(), c.clock().Add(longest)})
}

// deployed runs the edge on the template that is deployed.
func (c *cloud) deployed() *edge.Edge {
	c.t.Helper()
	out, err := c.stacks.GetTemplate(c.t.Context(),
		&cloudformation.GetTemplateInput{StackName: aws.String("PrivateCdn")})
	if err != nil {
		c.t.Fatal(err)
	}
	template := filepath.Join(c.t.TempDir(), "PrivateCdn.template.json")
	if err := os.WriteFile(template, []byte(*out.TemplateBody), 0o600); err != nil {
		c.t.Fatal(err)
	}
	content := fstest.MapFS{"film.mp4": {Data: []byte("film")}}
	e, err := edge.New(edge.Options{Template: template, NoWatch: true, Clock: c.clock,
		Buckets: map[string]fs.FS{"": content}})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = e.Close() })
	return e
}

// view requests every URL that was signed: those of revoked keys must be
// refused, all others open until their end.
func (c *cloud) view(step string) {
	c.t.Helper()
	e := c.deployed()
	for i, u := range c.urls {
		request := httptest.NewRequest(http.MethodGet, u.url, nil)
		request.TLS = &tls.ConnectionState{HandshakeComplete: true}
		response := httptest.NewRecorder()
		e.ServeHTTP(response, request)
		open := response.Code == http.StatusOK
		if want := c.clock().Before(u.end) && !c.revoked(u.key); open != want {
			c.t.Errorf("%s: URL %d by %s, %s before its end: status %d", step, i, u.key, u.end.Sub(c.clock()),
				response.Code)
		}
	}
}

func (c *cloud) revoked(id string) bool {
	for _, k := range c.ring.Keys() {
		public, err := c.ring.Public(k.Fingerprint)
		if err == nil && public.LocalID() == id {
			return k.State == keys.Revoked
		}
	}
	return false
}

// TestDeploy deploys the app with the CDK command line, as it is, through a
// rotation, a deployment that fails and a revocation. After each step the edge
// runs what is deployed, and every URL signed so far is requested.
func TestDeploy(t *testing.T) {
	t.Parallel()
	c := &cloud{t: t, aws: fakeaws.Start(t), home: t.TempDir(), out: map[string]string{}}
	c.stacks = cloudformation.NewFromConfig(c.aws.Config())
	c.now.Store(time.Now().Add(-30 * 24 * time.Hour).Unix())
	var err error
	if c.ring, err = keys.Create(t.TempDir(), keys.WithClock(c.clock)); err != nil {
		t.Fatal(err)
	}
	step := func(name string, do func() error) {
		t.Helper()
		if err := do(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c.synthesize(name, nil)
	}
	var first, second keys.Key
	step("first", func() (err error) { first, err = c.ring.Add(t.Context(), keys.ECDSAP256, c); return err })
	if text, err := c.cdk("bootstrap", "aws://"+fakeaws.Account+"/"+fakeaws.Region); err != nil {
		t.Fatalf("cdk bootstrap: %v\n%s", err, text)
	}
	c.calls = nil // an administrator's
	c.deploy("first")
	c.sign()

	c.pass(time.Hour)
	step("new", func() (err error) { second, err = c.ring.Add(t.Context(), keys.RSA2048, c); return err })
	c.reads("new")
	c.eachFails("new")
	c.deploy("new")
	c.pass(time.Hour)
	step("promote", func() error { _, err := c.ring.Promote(second.Fingerprint); return err })
	c.deploy("promote")
	c.sign()
	c.fails("public", map[string]any{"public": []string{"public/*", "free/*"}})
	c.pass(time.Hour)
	step("retire", func() error { _, err := c.ring.Retire(first.Fingerprint); return err })
	c.deploy("retire")
	c.pass(7*24*time.Hour + time.Hour)
	c.sign()
	step("drop", func() error { _, err := c.ring.Drop(first.Fingerprint); return err })
	c.eachFails("drop")
	c.deploy("drop")
	c.pass(time.Hour)
	step("revoke", func() error { _, err := c.ring.Revoke(t.Context(), second.Fingerprint, c); return err })
	c.deploy("revoke")
	c.sign()
	c.view("after the revocation")
	if len(c.urls) != 4 || !c.revoked(c.urls[2].key) {
		t.Errorf("the rotation did not happen: %+v", c.urls)
	}
	if text, err := c.cdk("destroy", "--app", c.out["revoke"], "--force"); err != nil {
		t.Errorf("cdk destroy: %v\n%s", err, text)
	}
	c.leastPrivilege()
}

// reads holds what `cdk diff` shows of a step of a rotation: a handful of short
// lines, and nothing that may be replaced.
func (c *cloud) reads(step string) {
	c.t.Helper()
	text, err := c.cdk("diff", "--app", c.out[step])
	if err != nil {
		c.t.Errorf("cdk diff: %v\n%s", err, text)
	}
	for i, k := range c.ring.Keys() { // made anew in each run
		hex := strings.TrimPrefix(k.Fingerprint, "SHA256:")
		text = regexp.MustCompile(hex+"([0-9A-F]{8})?").ReplaceAllString(text, fmt.Sprint("KEY", i+1))
	}
	golden.Equal(c.t, "testdata/diff-"+step+".txt", differences(text))
}

// differences returns what `cdk diff` shows of the stack, without its remarks.
func differences(text string) []byte {
	_, text, _ = strings.Cut(text, "Resources\n")
	text, _, _ = strings.Cut(text, "\n\n\n")
	return []byte(text + "\n")
}

// fails deploys a change of the distribution that AWS refuses: the stack rolls
// back, and every URL opens as before.
func (c *cloud) fails(name string, settings map[string]any) {
	c.t.Helper()
	c.synthesize(name, settings)
	c.aws.Break("MediaDistributionFB529AA1")
	text, err := c.cdk("deploy", "--app", c.out[name], "--require-approval", "never")
	if err == nil || !strings.Contains(text, "failed to UPDATE: [MediaDistributionFB529AA1]") {
		c.t.Errorf("cdk deploy of what fails: %v\n%s", err, text)
	}
	c.aws.Break()
	c.view("rolled back")
}

// eachFails deploys a step once for each resource that it changes, and has the
// change of that resource fail.
func (c *cloud) eachFails(step string) {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.out[step], "PrivateCdn.template.json"))
	if err != nil {
		c.t.Fatal(err)
	}
	name, set := aws.String("PrivateCdn"), aws.String("failing")
	for i, failing := 0, []string{""}; i < len(failing); i++ {
		_, err := c.stacks.CreateChangeSet(c.t.Context(), &cloudformation.CreateChangeSetInput{
			StackName: name, ChangeSetName: set, TemplateBody: aws.String(string(text))})
		if err != nil {
			c.t.Fatal(err)
		}
		out, err := c.stacks.DescribeChangeSet(c.t.Context(),
			&cloudformation.DescribeChangeSetInput{StackName: name, ChangeSetName: set})
		if err != nil {
			c.t.Fatal(err)
		}
		for _, change := range out.Changes {
			if id := *change.ResourceChange.LogicalResourceId; i == 0 && change.ResourceChange.Action != "Remove" {
				failing = append(failing, id)
			}
		}
		if i == 0 {
			continue
		}
		c.aws.Break(failing[i])
		if _, err := c.stacks.ExecuteChangeSet(c.t.Context(),
			&cloudformation.ExecuteChangeSetInput{StackName: name, ChangeSetName: set}); err != nil {
			c.t.Fatal(err)
		}
		c.view(step + ", " + failing[i] + " fails")
	}
	c.aws.Break()
}

// leastPrivilege compares the calls that were made with the deployer's policy
// in docs/deploy.md: all are made by roles of the bootstrap stack, which the
// policy lets the deployer assume, and it allows no other.
func (c *cloud) leastPrivilege() {
	c.t.Helper()
	page, err := os.ReadFile("docs/deploy.md")
	if err != nil {
		c.t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(page)
	var policy struct {
		Statement struct{ Effect, Action, Resource string }
	}
	if block == nil || json.Unmarshal(block[1], &policy) != nil || policy.Statement.Action != "sts:AssumeRole" {
		c.t.Fatalf("docs/deploy.md: %s", block)
	}
	allowed := strings.ReplaceAll(policy.Statement.Resource, "ACCOUNT", fakeaws.Account)
	roles := map[string]bool{}
	for _, r := range c.calls {
		if r.Role != "" {
			roles[r.Role] = true
		} else if r.Operation != "AssumeRole" && r.Operation != "GetCallerIdentity" {
			c.t.Errorf("the deployer's own key called %s", r.Operation)
		}
	}
	for role := range roles {
		if !pathpattern.Glob(allowed, role) {
			c.t.Errorf("docs/deploy.md does not let %s be assumed", role)
		}
	}
	if len(roles) != 3 { // deploy, file publishing, lookup
		c.t.Errorf("these roles were used: %v", roles)
	}
}
