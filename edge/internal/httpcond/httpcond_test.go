package httpcond_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"example.com/privatecdn/edge/internal/httpcond"
)

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

const (
	before = "Thu, 01 Jan 2026 00:00:00 GMT"
	at     = "Thu, 01 Jan 2026 00:00:01 GMT"
	after  = "Thu, 01 Jan 2026 00:00:02 GMT"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	strong := header("Etag", `"a"`, "Last-Modified", at)
	weak := header("Etag", `W/"a"`)
	for name, c := range map[string]struct {
		request, response http.Header
		want              int
	}{
		"none":                                {header(), strong, 200},
		"If-Match":                            {header("If-Match", `"a"`), strong, 200},
		"If-Match, a list":                    {header("If-Match", `"b", "a"`), strong, 200},
		"If-Match, a star":                    {header("If-Match", " * "), strong, 200},
		"If-Match, another":                   {header("If-Match", `"b"`), strong, 412},
		"If-Match, a weak tag":                {header("If-Match", `W/"a"`), weak, 412},
		"If-Match, no tag":                    {header("If-Match", `""`), header(), 412},
		"If-Match before If-Unmodified-Since": {header("If-Match", `"a"`, "If-Unmodified-Since", before), strong, 200},
		"If-Unmodified-Since, later":          {header("If-Unmodified-Since", after), strong, 200},
		"If-Unmodified-Since, same":           {header("If-Unmodified-Since", at), strong, 200},
		"If-Unmodified-Since, earlier":        {header("If-Unmodified-Since", before), strong, 412},
		"If-Unmodified-Since, nonsense":       {header("If-Unmodified-Since", "then"), strong, 200},
		"If-Unmodified-Since, unknown":        {header("If-Unmodified-Since", before), weak, 200},
		"If-None-Match":                       {header("If-None-Match", `"a"`), strong, 304},
		"If-None-Match, weakly":               {header("If-None-Match", `"a"`), weak, 304},
		"If-None-Match, weakly the other way": {header("If-None-Match", `W/"a"`), strong, 304},
		"If-None-Match, another":              {header("If-None-Match", `"b"`), strong, 200},
		"If-None-Match, no tag":               {header("If-None-Match", `""`), header(), 200},
		"If-None-Match before dates":          {header("If-None-Match", `"b"`, "If-Modified-Since", after), strong, 200},
		"If-Modified-Since, later":            {header("If-Modified-Since", after), strong, 304},
		"If-Modified-Since, same":             {header("If-Modified-Since", at), strong, 304},
		"If-Modified-Since, earlier":          {header("If-Modified-Since", before), strong, 200},
		"If-Modified-Since, nonsense":         {header("If-Modified-Since", "then"), strong, 200},
		"If-Modified-Since, unknown":          {header("If-Modified-Since", after), weak, 200},
		"412 before 304":                      {header("If-Match", `"b"`, "If-None-Match", `"a"`), strong, 412},
	} {
		if got := httpcond.Status(c.request, c.response); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestRangeApplies(t *testing.T) {
	t.Parallel()
	strong, weak := header("Etag", `"a"`, "Last-Modified", at), header("Etag", `W/"a"`)
	for name, c := range map[string]struct {
		ifRange  string
		response http.Header
		want     bool
	}{
		"none":          {"", strong, true},
		"tag":           {`"a"`, strong, true},
		"another tag":   {`"b"`, strong, false},
		"weak tag":      {`W/"a"`, weak, false},
		"weak response": {`"a"`, weak, false},
		"date":          {at, strong, true},
		"later date":    {after, strong, false},
		"date unknown":  {at, weak, false},
	} {
		if got := httpcond.RangeApplies(c.ifRange, c.response); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestParseRange(t *testing.T) {
	t.Parallel()
	many := func(n int) string {
		var parts []string
		for i := range n {
			parts = append(parts, fmt.Sprintf("%d-%d", 2*i, 2*i))
		}
		return "bytes=" + strings.Join(parts, ",")
	}
	for value, want := range map[string][]httpcond.Range{
		"bytes=0-0":                      {{First: 0, Last: 0}},
		" bytes=1-3 ":                    {{First: 1, Last: 3}},
		"bytes=5-":                       {{First: 5, Last: -1}},
		"bytes=-5":                       {{First: -1, Last: 5}},
		"bytes=-0":                       {{First: -1, Last: 0}},
		"bytes=0-1, 3-4,6-":              {{First: 0, Last: 1}, {First: 3, Last: 4}, {First: 6, Last: -1}},
		"bytes=2-1":                      nil,
		"bytes=0-1,1-2":                  nil,
		"bytes=0-1,0-4":                  nil,
		"bytes=3-4,0-1":                  nil,
		"bytes=0-,5-6":                   nil,
		"bytes=-1,5-6":                   nil,
		"bytes=0-1,-1":                   nil,
		"bytes=-":                        nil,
		"bytes=":                         nil,
		"bytes=a-b":                      nil,
		"bytes=0-b":                      nil,
		"bytes=+1-2":                     nil,
		"bytes=--1":                      nil,
		"bytes=1":                        nil,
		"bytes=0-99999999999999999999":   nil,
		"bytes=4611686018427387903-":     {{First: 1<<62 - 1, Last: -1}},
		"pages=0-1":                      nil,
		"bytes=4611686018427387904-":     nil,
		"":                               nil,
		many(65):                         nil,
		"bytes=9223372036854775808-":     nil,
		"bytes=0-4611686018427387903,-1": nil,
	} {
		got, ok := httpcond.ParseRange([]string{value})
		if !reflect.DeepEqual(got, want) || ok != (want != nil) {
			t.Errorf("%q: %v %v, want %v", value, got, ok, want)
		}
	}
	if got, ok := httpcond.ParseRange([]string{many(64)}); !ok || len(got) != 64 {
		t.Errorf("64 ranges: %d %v", len(got), ok)
	}
	for _, values := range [][]string{nil, {"bytes=0-1", "bytes=0-1"}} {
		if _, ok := httpcond.ParseRange(values); ok {
			t.Errorf("%q is accepted", values)
		}
	}
}

func TestWithin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		r    httpcond.Range
		size int64
		want httpcond.Part
		ok   bool
	}{
		{httpcond.Range{First: 0, Last: 0}, 10, httpcond.Part{Offset: 0, Length: 1, Size: 10}, true},
		{httpcond.Range{First: 2, Last: 99}, 10, httpcond.Part{Offset: 2, Length: 8, Size: 10}, true},
		{httpcond.Range{First: 9, Last: -1}, 10, httpcond.Part{Offset: 9, Length: 1, Size: 10}, true},
		{httpcond.Range{First: -1, Last: 4}, 10, httpcond.Part{Offset: 6, Length: 4, Size: 10}, true},
		{httpcond.Range{First: -1, Last: 99}, 10, httpcond.Part{Offset: 0, Length: 10, Size: 10}, true},
		{httpcond.Range{First: 10, Last: 11}, 10, httpcond.Part{}, false},
		{httpcond.Range{First: -1, Last: 0}, 10, httpcond.Part{}, false},
		{httpcond.Range{First: 0, Last: -1}, 0, httpcond.Part{}, false},
	} {
		got, ok := c.r.Within(c.size)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%v in %d: %v %v, want %v", c.r, c.size, got, ok, c.want)
		}
	}
}

func TestMultipart(t *testing.T) {
	t.Parallel()
	body, contentType := httpcond.Multipart([]byte("0123456789"), "text/plain",
		[]httpcond.Part{{Offset: 1, Length: 2, Size: 10}, {Offset: 9, Length: 1, Size: 10}})
	boundary, found := strings.CutPrefix(contentType, "multipart/byteranges; boundary=")
	want := strings.ReplaceAll("--B\r\nContent-Range: bytes 1-2/10\r\nContent-Type: text/plain\r\n\r\n12\r\n"+
		"--B\r\nContent-Range: bytes 9-9/10\r\nContent-Type: text/plain\r\n\r\n9\r\n--B--\r\n", "B", boundary)
	if !found || string(body) != want {
		t.Errorf("%s\n%q, want\n%q", contentType, body, want)
	}
}
