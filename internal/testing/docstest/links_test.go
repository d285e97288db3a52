package docstest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)#\s]*)(#[^)\s]*)?\)`)
	image   = regexp.MustCompile(`(?:src|srcset)="([^"]+)"()`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	dropped = regexp.MustCompile("[^a-z0-9 _-]") // from a heading's text, for its anchor
)

// anchors returns the anchors of a page's headings, as GitHub makes them.
func anchors(page string) map[string]bool {
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(page, -1) {
		text := dropped.ReplaceAllString(strings.ToLower(strings.TrimSpace(m[1])), "")
		all["#"+strings.ReplaceAll(text, " ", "-")] = true
	}
	return all
}

// Every page is reached from the README, and every link leads to a file, and to
// a heading in it where it names one.
func TestLinks(t *testing.T) {
	t.Parallel()
	reached := map[string]bool{}
	next := []string{"README.md"}
	for len(next) > 0 {
		page := next[0]
		next = next[1:]
		if reached[page] {
			continue
		}
		reached[page] = true
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range append(link.FindAllStringSubmatch(string(text), -1),
			image.FindAllStringSubmatch(string(text), -1)...) {
			if strings.Contains(m[1], "://") {
				continue
			}
			to := page
			if m[1] != "" {
				to = filepath.Join(filepath.Dir(page), m[1])
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", page, m[1])
			}
			if !strings.HasSuffix(to, ".md") {
				continue
			}
			next = append(next, to)
			if target, err := os.ReadFile(filepath.Join(root, to)); err == nil && m[2] != "" && !anchors(string(target))[m[2]] {
				t.Errorf("%s: %s has no heading %s", page, to, m[2])
			}
		}
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if name := "docs/" + filepath.Base(page); !reached[name] {
			t.Errorf("no link leads from the README to %s", name)
		}
	}
}
