package edge_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// A conformance case is one file of testdata/conformance: what is asked of
// which template, what is expected, and where that expectation comes from.
//
//	# One sentence that says what is held.
//	source: documentation | public report | measured | unverified
//	see: where it is said (2026-10)
//	template: s3
//	set: Path.Into.The.Template = YAML value
//	option: name = value
//
//	GET https://cdn.example.com/public/a.txt
//	  Name: value of a request header
//	  sign: canned until=+1h key=rsa
//	= 200
//	  Name: value of a response header ("-": absent, "~ ": regular expression)
//	  body: the whole body
//	wait 1h
//
// Files follow as in a txtar archive: bucket/NAME is an object, origin/NAME an
// answer of the HTTP origin, which a step "origin NAME" puts in place.
type conformanceCase struct {
	name, title, source, see, template string
	set, options                       [][2]string
	steps                              []step
	files                              map[string]string
}

// step is one request with its expectation, or one command.
type step struct {
	line    int
	command []string // wait, origin, invalidate
	method  string
	url     string
	fields  [][2]string // of the request, in order
	status  int
	expect  [][2]string
}

var sources = []string{"documentation", "public report", "measured", "unverified"}

func readCases(t *testing.T) []*conformanceCase {
	t.Helper()
	paths, err := filepath.Glob("testdata/conformance/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []*conformanceCase
	for _, p := range paths {
		c, err := readCase(p)
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		all = append(all, c)
	}
	return all
}

func readCase(path string) (*conformanceCase, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	archive := txtar.Parse(data)
	c := &conformanceCase{name: strings.TrimSuffix(filepath.Base(path), ".txtar"), files: map[string]string{}}
	for _, f := range archive.Files {
		c.files[f.Name] = strings.TrimRight(string(f.Data), "\n")
	}
	for i, line := range strings.Split(string(archive.Comment), "\n") {
		if err := c.parseLine(i+1, line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return c, c.check()
}

func (c *conformanceCase) check() error {
	switch {
	case c.title == "", c.template == "", len(c.steps) == 0, !slices.Contains(sources, c.source):
		return fmt.Errorf("title, source, template and a step are needed")
	case !dated.MatchString(c.see):
		return fmt.Errorf("see must say where the expectation comes from, and end in a date such as (2026-04)")
	}
	return nil
}

var dated = regexp.MustCompile(`.[( ]20\d\d(-\d\d)*\)$`)

func (c *conformanceCase) parseLine(number int, line string) error {
	last := len(c.steps) - 1
	switch key, value, _ := strings.Cut(line, " "); {
	case strings.TrimSpace(line) == "":
	case key == "#" && len(c.steps) == 0:
		c.title = value
	case strings.HasPrefix(line, "  "):
		return c.parseField(strings.TrimSpace(line))
	case key == "=":
		status, err := strconv.Atoi(value)
		c.steps[last].status = status
		return err
	case key == "wait" || key == "origin" || key == "invalidate":
		c.steps = append(c.steps, step{line: number, command: strings.Fields(line)})
	case key == strings.ToUpper(key):
		c.steps = append(c.steps, step{line: number, method: key, url: value})
	default:
		return c.parseHead(strings.TrimSuffix(key, ":"), value)
	}
	return nil
}

func (c *conformanceCase) parseHead(key, value string) error {
	pair := func() [2]string {
		name, v, _ := strings.Cut(value, " = ")
		return [2]string{name, v}
	}
	switch key {
	case "source":
		c.source = value
	case "see":
		c.see = value
	case "template":
		c.template = value
	case "set":
		c.set = append(c.set, pair())
	case "option":
		c.options = append(c.options, pair())
	default:
		return fmt.Errorf("unknown line %q", key)
	}
	return nil
}

func (c *conformanceCase) parseField(line string) error {
	if len(c.steps) == 0 {
		return fmt.Errorf("a field before the first request")
	}
	name, value, found := strings.Cut(line, ": ")
	if !found {
		name, value = strings.TrimSuffix(line, ":"), ""
	}
	s := &c.steps[len(c.steps)-1]
	if s.status != 0 {
		s.expect = append(s.expect, [2]string{name, value})
	} else {
		s.fields = append(s.fields, [2]string{name, value})
	}
	return nil
}

// caseStart is the time at which every case begins.
var caseStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
