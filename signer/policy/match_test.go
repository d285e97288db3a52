package policy_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"example.com/privatecdn/signer/policy"
)

var (
	sectionsOfURL      = regexp.MustCompile(`^([^:]*)://([^/?]*)([^?]*)(\?.*)?$`)
	sectionsOfResource = regexp.MustCompile(`^(?:([^:]*)://)?([^/]*)(/.*)?$`)
)

// section is a regular expression of one section's pattern.
func section(pattern string) string {
	return strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
}

// oracle says with regular expressions what Matches says: the same rules,
// found in another way.
func oracle(resource, url string) bool {
	if resource == "*" {
		return true
	}
	u, r := sectionsOfURL.FindStringSubmatch(url), sectionsOfResource.FindStringSubmatch(resource)
	protocol, host, path := r[1], r[2], r[3]
	if !strings.Contains(resource, "://") {
		if !strings.HasPrefix(resource, "*") {
			return false
		}
		protocol = "*"
	}
	whole := func(pattern, s string) bool { return regexp.MustCompile("^" + pattern + "$").MatchString(s) }
	if !whole(section(protocol), u[1]) || !whole(section(host), u[2]) {
		return false
	}
	if path == "" {
		return strings.HasSuffix(host, "*")
	}
	rest := u[3] + u[4]
	const segment = `[^?]*` // the path's * and ? do not reach into the query
	inPath := func(p string) string {
		return strings.NewReplacer(`.*`, segment, `.`, `[^?]`).Replace(strings.ReplaceAll(section(p), `\.`, `[\x2e]`))
	}
	anyQuery := func(p string) string {
		if strings.HasSuffix(p, "*") {
			return `(\?.*)?`
		}
		return ""
	}
	before, query, ok := strings.Cut(path, "?")
	certain := ok && regexp.MustCompile(`^[^?]*\?(.*=.*)?$|^([^?]*[^/?])?\?\*+$`).MatchString(before+"?"+query) &&
		query != ""
	if !certain && whole(inPath(path)+anyQuery(path), rest) {
		return true
	}
	return ok && whole(inPath(before)+`\?`+section(query), rest)
}

func TestMatchesLikeRegularExpressions(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 8))
	pick := func(choices ...string) string { return choices[random.IntN(len(choices))] }
	word := func(letters string) string {
		var b strings.Builder
		for range random.IntN(5) {
			b.WriteByte(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	matched := 0
	for range 20000 {
		resource := pick(
			"https://",
			"http*://",
			"*://",
			"http?://",
			"*",
			"",
		) + pick(
			"h.x",
			"*.x",
			"h*",
			"*",
			"?.x",
		) + pick(
			"",
			"/"+word("ab*?./="),
		)
		url := pick("https://", "http://") + pick("h.x", "hh.x") + "/" + word("ab./=") + pick("", "?"+word("ab?/="))
		got := policy.Policy{Resource: resource}.Matches(url)
		if want := oracle(resource, url); got != want {
			t.Fatalf("%q on %q: got %v, want %v", resource, url, got, want)
		}
		if got {
			matched++
		}
	}
	if matched < 500 {
		t.Errorf("only %d matched", matched)
	}
}
