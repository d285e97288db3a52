package pathpattern_test

import (
	"slices"
	"strings"
	"testing"

	"example.com/privatecdn/internal/pathpattern"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"*", "/", true},
		{"*", "/a/b", true},
		{"public/*", "/public/a", true},
		{"/public/*", "/public/a", true},
		{"public/*", "/public", false},
		{"public/*", "/Public/a", false},
		{"*.jpg", "/a/b.jpg", true},
		{"*.jpg", "/.jpg", true},
		{"a?c", "/abc", true},
		{"a?c", "/ac", false},
		{"a?c", "/a/c", true},
		{"*a*b*c", "/xxaxxbxxcxc", true},
		{"*a*b*c", "/xxaxxcxxb", false},
	} {
		if got := pathpattern.Match(c.pattern, c.path); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.path, got)
		}
	}
}

func TestGlobStartsWithStar(t *testing.T) {
	if !pathpattern.Glob("*a", "baca") || pathpattern.Glob("*a", "bac") {
		t.Error("a star at the start does not try again")
	}
}

func TestNormalize(t *testing.T) {
	for raw, want := range map[string]string{
		"/a/b":                   "/a/b",
		"/a/b/":                  "/a/b/",
		"":                       "/",
		"//a///b":                "/a/b",
		"/public/../private/x":   "/private/x",
		"/public/%2e%2E/private": "/private",
		"/public/%2e%2e%2fx":     "/public/..%2Fx",
		"/public/%252e%252e/x":   "/public/%252e%252e/x",
		"/../../a":               "/a",
		"/a/.":                   "/a/",
		"/a/..":                  "/",
		"/%7Euser/%41":           "/~user/A",
		"/a%2fb":                 "/a%2Fb",
		"/%5A%39%30%7a%61":       "/Z90za",
		"/bad%zz":                "/bad%zz",
		"/bad%4z":                "/bad%4z",
		"/bad%z4":                "/bad%z4",
		"/end%4":                 "/end%4",
	} {
		if got := pathpattern.Normalize(raw); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestWitness(t *testing.T) {
	for _, c := range []struct {
		match, miss []string
		want        string
		found       bool
	}{
		{[]string{"private/*", "*.jpg"}, nil, "/private/x.jpg", true},
		{[]string{"/a/*", "b/*"}, nil, "", false},
		{[]string{"a*", "*a"}, []string{"a?*"}, "/a", true},
		{[]string{"img/*"}, []string{"*"}, "", false},
		{[]string{"img/*.png"}, []string{"img/*"}, "", false},
		{[]string{"img/*"}, []string{"img/?*"}, "/img/", true},
		{[]string{"a?"}, []string{"ax", "ay"}, "/az", true},
		{[]string{"public/*", "public/*"}, nil, "/public/x", true},
	} {
		got, found := pathpattern.Witness(c.match, c.miss)
		if got != c.want || found != c.found {
			t.Errorf("Witness(%q, %q) = %q, %v; want %q, %v", c.match, c.miss, got, found, c.want, c.found)
		}
	}
}

// Witnesses are paths a viewer can send.
func TestWitnessIsReal(t *testing.T) {
	for _, c := range []struct {
		match, miss []string
		want        string
		found       bool
	}{
		{[]string{"*//*"}, nil, "", false},
		{[]string{"a/../b"}, nil, "", false},
		{[]string{"a/./*"}, nil, "", false},
		{[]string{"*/.."}, nil, "", false},
		{[]string{"*/..?"}, nil, "/x/..x", true},
		{[]string{"a."}, nil, "/a.", true},
		{[]string{"a..b/.c"}, nil, "/a..b/.c", true},
		{[]string{"a\x7f"}, nil, "", false},
		{[]string{"%2e*"}, nil, "", false},
		{[]string{"%2E"}, nil, "", false},
		{[]string{"%2F"}, nil, "/%2F", true},
		{[]string{"%2*"}, []string{"%2F*"}, "/%22xx", true},
		{[]string{"%zz"}, nil, "", false},
		{[]string{"%0A"}, nil, "/%0A", true},
		{[]string{"%0z"}, nil, "", false},
		{[]string{"%20"}, nil, "/%20", true},
		{[]string{"%?0"}, nil, "/%00", true},
		{[]string{"%4?"}, nil, "/%40", true},
		{[]string{"%5?"}, nil, "/%5B", true},
		{[]string{"%"}, nil, "", false},
		{[]string{"%2a"}, nil, "", false},
		{[]string{"a b"}, nil, "", false},
		{[]string{"a#b"}, nil, "", false},
		{[]string{"?/b"}, nil, "/x/b", true},
		{[]string{"/"}, nil, "/", true},
		{[]string{""}, nil, "/", true},
	} {
		got, found := pathpattern.Witness(c.match, c.miss)
		if found != c.found || found && pathpattern.Normalize(got) != got {
			t.Errorf("Witness(%q, %q) = %q, %v; want %q, %v", c.match, c.miss, got, found, c.want, c.found)
		}
	}
}

// A full set of behaviors is compared at once; patterns made to be hard end
// in an error.
func TestFindManyPatterns(t *testing.T) {
	t.Parallel()
	var plain, hard []string
	for c := 'a'; c <= 'y'; c++ {
		plain = append(plain, "dir-"+string(c)+"/*", "*."+string(c)+"pg", "*/"+string(c)+"?/*-thumb.*")
		hard = append(hard, "*"+string(c)+"*"+string(c+1)+"*"+string(c)+"z")
	}
	if path, found, err := new(pathpattern.Finder).Find([]string{"*"}, plain); !found || err != nil {
		t.Errorf("%q, %v, %v", path, found, err)
	}
	if _, found, err := new(pathpattern.Finder).Find([]string{"dir-a/*", "*.apg"}, append(plain, "*a*")); found ||
		err != nil {
		t.Errorf("%v, %v", found, err)
	}
	for _, p := range []string{"*a*b*", hard[0]} {
		// Whether it is decided is up to the search; that it ends is not.
		if path, found, err := new(pathpattern.Finder).Find([]string{p, "*z"}, append(hard[1:], "*az")); found &&
			err != nil ||
			found && !pathpattern.Match(p, path) {
			t.Errorf("%q: %q, %v", p, path, err)
		}
	}
}

// A search that would visit too many states ends in an error, and a Finder that
// met several takes no further questions but still knows what it found before.
func TestFindTooComplex(t *testing.T) {
	t.Parallel()
	var f pathpattern.Finder
	find := func(pattern string) error {
		_, _, err := f.Find([]string{pattern}, nil)
		return err
	}
	if err := find("easy"); err != nil {
		t.Fatal(err)
	}
	for _, c := range "abc" {
		if err := find("*" + string(c) + strings.Repeat("?", 18)); err != pathpattern.ErrTooComplex {
			t.Errorf("%c: %v", c, err)
		}
		if err := find("after-" + string(c)); (err != nil) != (c == 'c') {
			t.Errorf("after %c: %v", c, err)
		}
	}
	if err := find("easy"); err != nil {
		t.Error(err)
	}
}

// Each bound of a search is one of its own: the states it visits, and the steps
// of all automata, of which patterns given twice need twice as many.
func TestBounds(t *testing.T) {
	t.Parallel()
	letters := []string{"*a*", "*b*", "*c*", "*d*", "*e*", "*f*", "*g*", "*h*"}
	for name, c := range map[string]struct {
		match   []string
		decided bool
	}{
		"16,000 states":                   {[]string{"*a" + strings.Repeat("?", 13)}, true},
		"33,000 states":                   {[]string{"*a" + strings.Repeat("?", 14)}, false},
		"what is settled is not followed": {[]string{"zz*", "*a" + strings.Repeat("?", 13)}, true},
		"1.2 million steps":               {slices.Repeat(letters, 10), true},
		"4.9 million steps":               {slices.Repeat(letters, 40), false},
	} {
		path, found, err := new(pathpattern.Finder).Find(c.match, nil)
		if found != c.decided || (err == nil) != c.decided || found && !pathpattern.Match(c.match[0], path) {
			t.Errorf("%s: %q, %v, %v", name, path, found, err)
		}
	}
}

// What differs at its end has no path, however long a search would take.
func TestEndsDiffer(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("?", 18)
	path, found, err := new(pathpattern.Finder).Find([]string{"*a" + long + "_end", "*e" + long + "_fin"}, nil)
	if found || err != nil {
		t.Errorf("%q, %v, %v", path, found, err)
	}
}

// A witness must hold before Match, and where none is found no path of a
// brute-force search may be one.
func FuzzWitness(f *testing.F) {
	f.Add("a*b", "*ab", "a")
	f.Add("?b", "a?", "ab")
	f.Add("*..*", "/./*", "a/*")
	f.Fuzz(func(t *testing.T, a, b, not string) {
		for _, p := range []string{a, b, not} {
			if len(p) > 6 || strings.Trim(p, "a./*?") != "" {
				return // patterns over these and the wildcards are enough
			}
		}
		holds := func(p string) bool {
			return pathpattern.Normalize(p) == p &&
				pathpattern.Match(a, p) && pathpattern.Match(b, p) && !pathpattern.Match(not, p)
		}
		path, found, err := new(pathpattern.Finder).Find([]string{a, b}, []string{not})
		if err != nil {
			t.Fatal(err)
		}
		if found && !holds(path) {
			t.Fatalf("%q is no witness for %q, %q without %q", path, a, b, not)
		}
		if found {
			return
		}
		for n := range 7 {
			for bits := range 1 << (2 * n) {
				p := []byte{'/'}
				for i := range n {
					p = append(p, "a.x/"[bits>>(2*i)&3])
				}
				if holds(string(p)) {
					t.Fatalf("no witness found for %q, %q without %q, but %q is one", a, b, not, p)
				}
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	var earlier []string
	for c := 'a'; c <= 'y'; c++ {
		earlier = append(earlier, "dir-"+string(c)+"/*")
	}
	for b.Loop() {
		if _, found, err := new(pathpattern.Finder).Find([]string{"dir-*", "*.jpg"}, earlier); !found || err != nil {
			b.Fatal(found, err)
		}
	}
}

// One object under two paths, of which patterns catch one and not the other.
func TestRespell(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		open, closed   pathpattern.Paths
		spelled, plain string
	}{
		{paths("public/*", "public/private/*"), paths("public/private/*"), "/public/private%2Fx", "/public/private/x"},
		{paths("*", "private/*"), paths("private/*"), "/private%2Fx", "/private/x"},
		{paths("*", "a+b/*"), paths("a+b/*"), "/a+b%2Fx", "/a+b/x"},
		{paths("*", "private/*", "private%2F*"), paths("private/*"), "", ""},
		{paths("*", "private*"), paths("private*"), "", ""},
		{paths("*", "a/b/*", "a%2Fb/*"), paths("a/b/*"), "/a/b%2Fx", "/a/b/x"},
		{paths("*", "*.pdf"), paths("*.pdf"), "", ""},
		{paths("*", "?x"), paths("?x"), "/%21x", "/!x"},
		{paths("public/*"), paths("*", "public/*"), "", ""},
		{paths("a?????"), paths("*", "a?????"), "/axx%21", "/axx!"},
		{paths("*F*"), paths("*", "*F*"), "/x%2Fx", "/x/x"},
		{paths("*x*F*"), paths("*", "*x*F*"), "/yx%2Fy", "/yx/y"},
		{paths("a/*"), paths("b/*"), "", ""},
		{under("/private", "*"), paths("private/*"), "/x", "/private/x"},
		{paths("private/*"), under("/private", "*"), "/private/x", "/x"},
		{under("/a", "*"), under("/b", "*"), "", ""},
		{under("/public", "*"), paths("private/*"), "", ""},
		{under("/a//b", "*"), paths("*"), "", ""},
		{paths("*", "?+21B"), paths("?+21B", "*!*"), "/x%2B21B", "/x+21B"},
		{paths("!*", "!+21B"), paths("!+21B"), "/!%2B21B", "/!+21B"},
		{under("/a", "b/*"), paths("a/b/*"), "/b/x", "/a/b/x"},
		{paths("b/*"), under("/a", "*"), "", ""},
		{paths("*", "a/.."), paths("a/.."), "", ""},
	} {
		spelled, plain, found, err := new(pathpattern.Finder).Respell(c.open, c.closed)
		if plain != c.plain || spelled != c.spelled || err != nil || found != (c.plain != "") {
			t.Errorf("%+v, %+v: got %q, %q, %v; want %q, %q", c.open, c.closed, spelled, plain, err, c.spelled, c.plain)
		}
	}
}

func paths(match string, miss ...string) pathpattern.Paths {
	return pathpattern.Paths{Match: []string{match}, Miss: miss}
}

func under(originPath, match string) pathpattern.Paths {
	return pathpattern.Paths{Match: []string{match}, OriginPath: originPath}
}

func TestFirst(t *testing.T) {
	t.Parallel()
	self := func(s string) string { return s }
	for path, want := range map[string]int{"/a/b.jpg": 0, "/b.jpg": 1, "/b.png": -1} {
		if got := pathpattern.First([]string{"a/*", "*.jpg", "/b.jpg"}, self, path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
}
