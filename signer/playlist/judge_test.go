package playlist_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/testing/need"
	"example.com/privatecdn/signer"
	"example.com/privatecdn/signer/playlist"
	"example.com/privatecdn/signer/verify"
)

// judge reads manifests with the parsers of video.js and resolves what they
// name as a browser does.
const judge = `
const { Parser } = require("m3u8-parser"), mpd = require("mpd-parser"), fs = require("node:fs");
const { base, manifests } = JSON.parse(fs.readFileSync(0, "utf8"));
const hls = text => {
  const parser = new Parser();
  parser.push(text);
  parser.end();
  const m = parser.manifest, found = [];
  for (const s of m.segments ?? []) found.push(s.uri, s.map?.uri, s.key?.uri, ...(s.parts ?? []).map(p => p.uri));
  for (const p of m.playlists ?? []) found.push(p.uri);
  for (const groups of Object.values(m.mediaGroups ?? {}))
    for (const group of Object.values(groups)) for (const g of Object.values(group)) found.push(g.uri);
  return found;
};
const dash = text => {
  const m = mpd.parse(text, { manifestUri: base }), found = [];
  for (const p of m.playlists) for (const s of p.segments) found.push(s.resolvedUri, s.map?.resolvedUri);
  return found;
};
console.log(JSON.stringify(manifests.map(text => (text.startsWith("#EXTM3U") ? hls(text) : dash(text))
  .filter(Boolean).map(uri => { const u = new URL(uri, base); u.hash = ""; return u.href }))));
`

// judged are manifests of every shape with every kind of reference, by what
// their segments are named.
func judged() (manifests []string) {
	for i, ref := range []string{
		"1.m4s", "a/b/1.m4s", "./1.m4s", "a/../1.m4s", "../7/1.m4s", "/films/7/1.m4s",
		"//d111111abcdef8.cloudfront.net/films/7/1.m4s",
		home + "1.m4s", "HTTPS://D111111abcdef8.CloudFront.net:443/films/7/1.m4s", "1.m4s?a=1", "1.m4s?",
		"two words.m4s", "é/日本.m4s",
		"%C3%A9.m4s", "a%2Fb.m4s", "a+b&c.m4s", "1.m4s#t=1", "https://other.example/1.m4s",
		"//other.example/films/7/1.m4s", " 1.m4s ",
	} {
		manifests = append(
			manifests,
			hls(
				"#EXT-X-TARGETDURATION:2",
				`#EXT-X-MAP:URI="`+ref+`"`,
				`#EXT-X-KEY:METHOD=AES-128,URI="`+ref+`"`,
				"#EXTINF:2,",
				ref,
				"#EXT-X-ENDLIST",
			),
			hls(
				`#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n",URI="`+ref+`"`,
				`#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"`,
				ref,
			),
		)
		template := fmt.Sprintf(
			`<SegmentTemplate media="%s" initialization="%[1]s" duration="2" startNumber="1"/>`,
			strings.ReplaceAll(ref, "&", "&amp;"),
		)
		base := []string{"", "<BaseURL>./</BaseURL>", "<BaseURL>sub/</BaseURL>", "<BaseURL>" + home + "</BaseURL>"}[i%4]
		manifests = append(
			manifests,
			`<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S">`+base+
				`<Period><AdaptationSet mimeType="video/mp4">`+template+
				`<Representation id="v" bandwidth="1" codecs="avc1.4d401f"/></AdaptationSet></Period></MPD>`,
		)
	}
	return manifests
}

// What another parser reads in a rewritten manifest, CloudFront opens if it is
// on the distribution, and it has no signature if not.
func TestJudgedByOthers(t *testing.T) {
	t.Parallel()
	root := need.NodeModule(t, "m3u8-parser")
	need.NodeModule(t, "mpd-parser")
	s, cloudFront := deployed(t)
	r := playlist.For(s, signer.Terms{For: time.Hour, Resource: "/films/*"})
	var rewritten []string
	for _, manifest := range judged() {
		signed, err := r.Rewrite(home+"index", []byte(manifest))
		if err != nil {
			t.Fatalf("%v: %s", err, manifest)
		}
		rewritten = append(rewritten, string(signed))
	}
	in, err := json.Marshal(map[string]any{"base": home + "index", "manifests": rewritten})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "-e", judge)
	cmd.Dir, cmd.Stdin = root, strings.NewReader(string(in))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v %s", err, err.(*exec.ExitError).Stderr)
	}
	var found [][]string
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatal(err)
	}
	for i, urls := range found {
		if len(urls) < 2 {
			t.Errorf("%q are all the URLs of %s", urls, rewritten[i])
		}
		for _, url := range urls {
			if !strings.HasPrefix(url, "https://d111111abcdef8.cloudfront.net/") {
				if strings.Contains(url, "Signature") {
					t.Errorf("signed: %s", url)
				}
				continue
			}
			if d := cloudFront.Check(verify.Request{URL: url, Time: time.Now()}); !d.Allowed {
				t.Errorf("%s: %s, in %s", d.Reason, url, rewritten[i])
			}
		}
	}
	if len(found) < 40 {
		t.Errorf("only %d manifests", len(found))
	}
}
