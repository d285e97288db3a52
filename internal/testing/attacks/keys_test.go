package attacks_test

import (
	"encoding/json"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/edge/edgetest"
	"example.com/privatecdn/keys"
)

// place makes a directory with these files, by name.
func place(t *testing.T, files map[string]string) string {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// repository is place in a git work tree.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := place(t, files)
	git(t, dir, "init", "--quiet")
	return dir
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// failed checks that the tool refused its input, said why, and repeated nothing
// that is secret.
func failed(t *testing.T, r result, says string, secrets ...string) {
	t.Helper()
	if r.code != 2 || !strings.Contains(r.stderr, says) {
		t.Errorf("exit %d, want 2 and %q:\n%s%s", r.code, says, r.stdout, r.stderr)
	}
	for _, s := range append(secrets, "root:x:", "PRIVATE KEY-----") {
		if strings.Contains(r.stdout+r.stderr, s) {
			t.Errorf("%q is in:\n%s%s", s, r.stdout, r.stderr)
		}
	}
}

// privatePEM returns a new private key and a part of its text.
func privatePEM(t *testing.T) (text, part string) {
	t.Helper()
	key, err := keys.Generate(keys.ECDSAP256)
	if err != nil {
		t.Fatal(err)
	}
	data, err := keys.MarshalPrivate(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), strings.Split(string(data), "\n")[1][30:50]
}

// signWith signs a URL with a key the tool is given.
func signWith(t *testing.T, dir, key string) result {
	t.Helper()
	return run(t, dir, "", "sign", "url", "https://d111111abcdef8.cloudfront.net/x", "--for", "1h",
		"--key", key, "--key-pair-id", "K2JCJMDEHXQW5F")
}

// The tool is asked for a private key it does not know how to read. Exit 2, with nothing of the file's content.
func TestUnreadableKey(t *testing.T) {
	failed(t, signWith(t, place(t, nil), "file:/etc/passwd"), "no PEM block")
}

// The key is an endless file. Only its first 16 KiB are read.
func TestEndlessKey(t *testing.T) {
	failed(t, signWith(t, place(t, nil), "file:/dev/zero"), "larger than 16 KiB")
}

// A private key is given on the command line in place of a file's name. It is not repeated.
func TestKeyInPlaceOfName(t *testing.T) {
	dir := place(t, nil)
	key, part := privatePEM(t)
	failed(t, signWith(t, dir, key), "error: ", part)
	failed(t, signWith(t, dir, "file:"+key), "error: ", part)
}

// A damaged key's error describes the bytes it is made of. It names the kind of damage alone.
func TestDamagedKey(t *testing.T) {
	key, part := privatePEM(t)
	dir := place(t, map[string]string{"cut.pem": key[:120], "flat.pem": strings.ReplaceAll(key, "\n", " ")})
	failed(t, signWith(t, dir, "file:cut.pem"), "error: ", part)
	failed(t, signWith(t, dir, "file:flat.pem"), "error: ", part)
}

// A file contains a second key, which another reader would take. Exactly one block is read.
func TestTwoKeysInFile(t *testing.T) {
	key, part := privatePEM(t)
	failed(t, signWith(t, place(t, map[string]string{"two.pem": key + key}), "file:two.pem"), "2 PEM blocks", part)
}

// A key on P-256 names its curve by numbers of its own, for which anyone can find a private key. It is refused.
func TestOwnCurve(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("openssl", "ecparam", "-name", "secp256k1", "-param_enc", "explicit", "-genkey",
		"-noout").Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.ParsePrivate(out); err == nil {
		t.Error("accepted")
	}
}

// The private key is passed where the public key belongs, which a template would publish. It is refused, in any form.
func TestPrivateAsPublic(t *testing.T) {
	t.Parallel()
	text, _ := privatePEM(t)
	block, _ := pem.Decode([]byte(text))
	for _, label := range []string{"PRIVATE KEY", "PUBLIC KEY", "EC PRIVATE KEY"} {
		if _, err := keys.ParsePublic(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: block.Bytes})); err == nil {
			t.Errorf("%s: accepted", label)
		}
	}
}

// A new private key is written to a directory that git tracks. Exit 2, and nothing is written.
func TestKeyWhereGitTakesIt(t *testing.T) {
	dir := repository(t, nil)
	failed(t, run(t, dir, "", "keys", "new", "--ring", "ring", "--store", "file:"+dir+"/secrets"), "git work tree")
	if _, err := os.Lstat(filepath.Join(dir, "secrets")); err == nil {
		t.Error("the directory was made")
	}
}

// The repository ignores key.pem, a common line, and not the name of the new key. Exit 2.
func TestKeyBesideIgnoredName(t *testing.T) {
	dir := repository(t, map[string]string{".gitignore": "key.pem\n"})
	failed(t, run(t, dir, "", "keys", "new", "--ring", "ring", "--store", "file:"+dir+"/secrets"), "git work tree")
}

// A link that git ignores leads into a directory that it tracks. Git is asked about the place.
func TestKeyBehindIgnoredLink(t *testing.T) {
	dir := repository(t, map[string]string{".gitignore": "/link\n", "open/file": ""})
	if err := os.Symlink("open", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	failed(t, run(t, dir, "", "keys", "new", "--ring", "ring", "--store", "file:"+dir+"/link"), "git work tree")
}

// The .gitignore of the ring was changed, so that the next key would be committed. Exit 2.
func TestKeyInChangedRing(t *testing.T) {
	dir := repository(t, nil)
	if r := run(t, dir, "", "keys", "new", "--ring", "ring"); r.code != 0 {
		t.Fatal(r.stderr)
	}
	if err := os.WriteFile(filepath.Join(dir, "ring", ".gitignore"), []byte("private/\n!private/*.pem\n!private/\n"),
		0o644); err != nil {
		t.Fatal(err)
	}
	failed(t, run(t, dir, "", "keys", "new", "--ring", "ring"), "git work tree")
	if out := git(t, dir, "add", "--all", "--dry-run"); strings.Count(out, "ring/private") > 1 {
		t.Errorf("git picks up a key:\n%s", out)
	}
}

// All that a ring's steps write is added to git with the rest. No private key is part of it.
func TestCommitEverything(t *testing.T) {
	dir := repository(t, nil)
	for range 2 {
		if r := run(t, dir, "", "keys", "new", "--ring", "ring"); r.code != 0 {
			t.Fatal(r.stderr)
		}
	}
	git(t, dir, "add", "--all")
	for name := range strings.FieldsSeq(git(t, dir, "ls-files")) {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || strings.Contains(string(data), "PRIVATE KEY") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// newRing makes a ring with a signing key and returns its directory and text.
func newRing(t *testing.T) (dir, text string) {
	t.Helper()
	t.Parallel()
	dir = t.TempDir()
	ring, err := keys.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Add(t.Context(), keys.ECDSAP256, keys.FileStore{Ring: dir}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "ring.json"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, string(data)
}

// refusedRing checks that a ring with this document is refused, with none of the
// secrets in the error.
func refusedRing(t *testing.T, dir, text string, secrets ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "ring.json"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := keys.Open(dir)
	if err == nil {
		t.Fatal("the ring is accepted")
	}
	for _, s := range secrets {
		if strings.Contains(err.Error(), s) {
			t.Errorf("the error repeats it: %v", err)
		}
	}
}

// A pull request takes the signing key off ring.json by hand. The ring is refused with the earliest safe date.
func TestRingWithoutKey(t *testing.T) {
	dir, text := newRing(t)
	head, rest, _ := strings.Cut(text, `"keys": [`)
	_, tail, _ := strings.Cut(rest, `  ],`)
	refusedRing(t, dir, head+`"keys": [],`+tail)
}

// A pull request puts another public key in the place of the ring's. Its fingerprint tells.
func TestRingWithOtherKey(t *testing.T) {
	dir, text := newRing(t)
	private, _ := privatePEM(t)
	key, err := keys.ParsePrivate([]byte(private))
	if err != nil {
		t.Fatal(err)
	}
	public, err := keys.NewPublic(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.WriteFile(files[0], []byte(public.PEM()), 0o644); err != nil {
		t.Fatal(err)
	}
	refusedRing(t, dir, text)
}

// The ring's public key is a path out of the ring. It is refused.
func TestRingPathClimbs(t *testing.T) {
	dir, text := newRing(t)
	refusedRing(t, dir, strings.Replace(text, `"public": "`, `"public": "../../`, 1))
}

// A private key is pasted into the ring, from where it would go into the template. The ring is refused, and the key not
// repeated.
func TestKeyPastedIntoRing(t *testing.T) {
	dir, text := newRing(t)
	key, part := privatePEM(t)
	quoted, err := json.Marshal("file:" + key)
	if err != nil {
		t.Fatal(err)
	}
	i := strings.Index(text, `"private": `) + len(`"private": `)
	j := i + strings.Index(text[i:], ",")
	refusedRing(t, dir, text[:i]+string(quoted)+text[j:], part)
	refusedRing(t, dir, strings.Replace(text, `"version"`, string(quoted), 1), part)
	refusedRing(t, dir, strings.Replace(text, `"signing"`, string(quoted), 1), part)
}

// A member of ring.json is given twice, of which a reviewer's tool shows the other one. It is refused.
func TestRingMemberTwice(t *testing.T) {
	dir, text := newRing(t)
	refusedRing(t, dir, strings.Replace(text, `"maxLifetime": 604800`, `"maxLifetime": 60, "maxLifetime": 604800`, 1))
}

// A ring is megabytes long. Only its first 1 MiB is read.
func TestLargeRing(t *testing.T) {
	dir, text := newRing(t)
	refusedRing(t, dir, text+strings.Repeat(" ", 1<<20))
}

// A ring's document moves the cursor of whoever reads the error. It is printed escaped.
func TestRingControlCharacters(t *testing.T) {
	dir, text := newRing(t)
	if err := os.WriteFile(filepath.Join(dir, "ring.json"), []byte(strings.Replace(text, `"public": "`,
		`"public": "\u009b31m\u001b[2J`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	r := run(t, t.TempDir(), "", "keys", "list", "--ring", dir)
	if r.code != 2 || strings.ContainsAny(r.stderr, "\x1b\u009b") {
		t.Errorf("exit %d: %q", r.code, r.stderr)
	}
}

// A directory that is served as the bucket contains a ring and an authority, and a signature opens everything. No
// private key is served.
func TestBucketWithKeys(t *testing.T) {
	key, part := privatePEM(t)
	dir := place(t, map[string]string{
		"keys/ring/private/1.pem": key, ".privatecdn/ca-key.pem": key, "copy.txt": "my key:\n" + key, "film": "the film"})
	s := edgetest.NewServer(t, app, nil, edgetest.WithEdge(func(o *edge.Options) { o.Buckets, o.Bucket = nil, dir }))
	q := wildcard(t, s, "/*")
	opened(t, get(t, s, "/film?"+q))
	for _, path := range []string{"/keys/ring/private/1.pem", "/.privatecdn/ca-key.pem", "/copy.txt"} {
		r := get(t, s, path+"?"+q)
		closed(t, r)
		if strings.Contains(r.Text, part) {
			t.Errorf("%s is served", path)
		}
	}
}

// plainTemplate is a template with one bucket and one distribution.
func plainTemplate(t *testing.T, aliases string) string {
	t.Helper()
	data, err := os.ReadFile("../../../cmd/privatecdn/testdata/template.json")
	if err != nil {
		t.Fatal(err)
	}
	ring, text := t.TempDir(), string(data)
	r := run(t, ring, "", "keys", "new", "--ring", ".")
	files, _ := filepath.Glob(filepath.Join(ring, "*.pem"))
	if len(files) != 1 {
		t.Fatal(r.stderr)
	}
	public, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	quoted, err := json.Marshal(string(public))
	if err != nil {
		t.Fatal(err)
	}
	text = strings.Replace(text, `"@KEY@"`, string(quoted), 1)
	return strings.Replace(text, `"Enabled": true`, `"Enabled": true, "Aliases": [`+aliases+`]`, 1)
}

// upFails runs up on a template with these aliases: it fails before anything is written.
func upFails(t *testing.T, aliases string) {
	t.Helper()
	dir := place(t, map[string]string{"content/film": "film"})
	if err := os.WriteFile(filepath.Join(dir, "t.json"), []byte(plainTemplate(t, aliases)), 0o644); err != nil {
		t.Fatal(err)
	}
	failed(t,
		run(t, dir, "", "up", "--check", "--template", "t.json", "--bucket", "content", "--https", "127.0.0.1:0",
			"--http", "127.0.0.1:0"),
		"error: ")
	if entries, _ := filepath.Glob(filepath.Join(dir, ".privatecdn*", "*")); len(entries) > 0 {
		t.Errorf("up left %v", entries)
	}
}

// An empty alias, as an unset parameter makes it, has the local authority permit every name. up fails before it writes
// one.
func TestEmptyAlias(t *testing.T) { upFails(t, `""`) }

// An alias is a wildcard for a top-level domain. up fails before it writes an authority.
func TestTopLevelAlias(t *testing.T) { upFails(t, `"*.com"`) }

// An alias is a wildcard for a public suffix, under which others have their names. up fails before it writes an
// authority.
func TestPublicSuffixAlias(t *testing.T) { upFails(t, `"media.example.com", "*.co.uk"`) }

// The authority's directory has a .gitignore that ignores nothing. up fails before it writes the authority's key.
func TestAuthorityWhereGitTakesIt(t *testing.T) {
	dir := repository(t, map[string]string{"content/film": "film", ".privatecdn/.gitignore": "# nothing\n"})
	if err := os.WriteFile(filepath.Join(dir, "t.json"), []byte(plainTemplate(t, "")), 0o644); err != nil {
		t.Fatal(err)
	}
	failed(t,
		run(t, dir, "", "up", "--check", "--template", "t.json", "--bucket", "content", "--https", "127.0.0.1:0",
			"--http", "127.0.0.1:0"),
		"git work tree")
	if _, err := os.Lstat(filepath.Join(dir, ".privatecdn", "ca-key.pem")); err == nil {
		t.Error("the key was written")
	}
}
