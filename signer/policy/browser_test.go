package policy_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/idna"

	"example.com/privatecdn/internal/testing/need"
	"example.com/privatecdn/signer/policy"
)

// pieces are what encoders disagree about.
var pieces = []string{
	"a", "Z", "0", "-", ".", "_", "~", " ", "!", "$", "&", "'", "(", ")", "+", ",", ";", "=", ":", "@", "/", "?",
	"%", "^", "{", "}", "|", "[", "]", "<", ">", "`", "é", "日本", "€", "😀", "\u00a0", "\u202e", "%20", "%2F",
	"%2f",
	"%41", "%zz", "%E9", "a b", "100%",
}

func randomURLs(n int) []string {
	random := rand.New(rand.NewPCG(3, 4))
	urls := make([]string, n)
	for i := range urls {
		var b strings.Builder
		b.WriteString("https://h.example/")
		for range random.IntN(12) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		urls[i] = b.String()
	}
	return urls
}

// What a Go client sends for an encoded URL is the encoded URL, and it means
// what the raw one means.
func TestEncodeURLIsWhatGoSends(t *testing.T) {
	t.Parallel()
	for _, raw := range randomURLs(2000) {
		encoded, err := policy.EncodeURL(raw)
		if err != nil {
			continue // refused, as dot segments are
		}
		request, err := http.NewRequest("GET", encoded, nil)
		if err != nil {
			t.Fatalf("%q: %v", encoded, err)
		}
		var wire bytes.Buffer
		if err := request.Write(&wire); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(&wire).ReadString('\n')
		if want := "GET " + strings.TrimPrefix(encoded, "https://h.example") + " HTTP/1.1\r\n"; err != nil || line != want {
			t.Errorf("sent %q, want %q", line, want)
		}
		if again, err := policy.EncodeURL(encoded); err != nil || again != encoded {
			t.Errorf("%q encoded again is %q, %v", encoded, again, err)
		}
		if parsed, err := url.Parse(raw); err == nil && parsed.Path != request.URL.Path {
			t.Errorf("%q leads to %q, encoded to %q", raw, parsed.Path, request.URL.Path)
		}
	}
}

const browser = `
const unescape = s => { const b = []; const raw = Buffer.from(s, "utf8");
  for (let i = 0; i < raw.length; i++) {
    const hex = raw.toString("latin1", i + 1, i + 3);
    if (raw[i] == 37 && /^[0-9a-fA-F]{2}$/.test(hex)) { b.push(parseInt(hex, 16)); i += 2 } else b.push(raw[i]) }
  return Buffer.from(b).toString("latin1") };
const pairs = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(pairs.map(([raw, encoded]) => {
  let r; try { r = new URL(raw) } catch { return "refused" }
  const e = new URL(encoded);
  if (e.href !== encoded) return "a browser sends " + e.href;
  if (r.host !== e.host) return "the host is " + r.host;
  if (unescape(r.pathname) !== unescape(e.pathname) || unescape(r.search) !== unescape(e.search))
    return "means " + r.href;
  return "";
})));
`

// What a browser (WHATWG URL, which node implements) sends for an encoded URL
// is the encoded URL, and it means what the raw one means.
func TestEncodeURLIsWhatABrowserSends(t *testing.T) {
	t.Parallel()
	need.Need(t, "node", "install Node.js 22 or newer")
	raws := append(randomURLs(2000), hosts()...)
	var pairs [][2]string
	for _, raw := range raws {
		if encoded, err := policy.EncodeURL(raw); err == nil && !strings.HasSuffix(raw, "?") &&
			!strings.HasSuffix(raw, " ") {
			pairs = append(pairs, [2]string{raw, encoded}) // a browser drops a space at the end, and keeps an empty query
		}
	}
	in, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "-e", browser)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var faults []string
	if err := json.Unmarshal(out, &faults); err != nil {
		t.Fatal(err)
	}
	for i, fault := range faults {
		if fault != "" {
			t.Errorf("%q as %q: %s", pairs[i][0], pairs[i][1], fault)
		}
	}
	if len(pairs) < 1000 {
		t.Errorf("only %d URLs were encoded", len(pairs))
	}
}

// hosts are URLs of international hosts.
func hosts() []string {
	var urls []string
	for _, host := range []string{
		"bücher.example", "BÜCHER.example", "bu\u0308cher.example", "日本語.jp", "straße.de", "faß.de", "δόξα.gr",
		"пример.рф", "ＦＵＬＬ.example",
		"İstanbul.example", "K.example", "a。b.example", "１２７.０.０.１",
		"العربية.example", "한국.kr", "नमस्ते.example",
		"a.é.b.example", "xn--bcher-kva.example", "💩.la",
	} {
		urls = append(urls, "https://"+host+"/a")
	}
	for r := range unicode.MaxRune { // whose lower case is another matter
		if unicode.IsUpper(r) {
			urls = append(urls, "https://a"+string(r)+"b.example/a")
		}
	}
	return urls
}

func TestHostsAsIDNA(t *testing.T) {
	t.Parallel()
	for _, raw := range hosts() {
		host := strings.TrimSuffix(strings.TrimPrefix(raw, "https://"), "/a")
		want, idnaErr := idna.Lookup.ToASCII(host)
		got, err := policy.EncodeURL(raw)
		if idnaErr != nil {
			if err == nil {
				t.Errorf("%s: got %s, IDNA says %v", host, got, idnaErr)
			}
			continue
		}
		if err != nil || got != "https://"+want+"/a" {
			t.Errorf("%s: got %s, %v; want %s", host, got, err, want)
		}
	}
}
