package s3_test

import (
	"encoding/xml"
	"io/fs"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/privatecdn/edge/internal/s3"
)

type page struct {
	Prefix, NextMarker, NextContinuationToken string
	KeyCount, MaxKeys                         int
	IsTruncated                               bool
	Contents                                  []struct {
		Key, ETag string
		Size      int64
	}
	CommonPrefixes []struct{ Prefix string }
}

func (p page) names() []string {
	var names []string
	for _, c := range p.Contents {
		names = append(names, c.Key)
	}
	for _, c := range p.CommonPrefixes {
		names = append(names, c.Prefix)
	}
	slices.Sort(names)
	return names
}

func listPage(t *testing.T, server *s3.Server, query url.Values) page {
	t.Helper()
	response, body := ask(t, server, "GET", "/?"+query.Encode())
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "application/xml" {
		t.Fatalf("list %s: %d %s", query.Encode(), response.StatusCode, body)
	}
	var p page
	if !strings.HasPrefix(body, xml.Header) {
		t.Errorf("list %s: no XML declaration in %s", query.Encode(), body)
	}
	if err := xml.Unmarshal([]byte(body), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestList(t *testing.T) {
	t.Parallel()
	server := newServer(t, listable())
	for _, c := range []struct{ query, want string }{
		{"", "a b.txt|a+b.txt|dir/file.txt|dir/sub/deep.m3u8|empty.txt|grüße/日本.bin|" +
			"index.html|percent%20sign.txt|picture.jpg"},
		{"delimiter=/", "a b.txt|a+b.txt|dir/|empty.txt|grüße/|index.html|percent%20sign.txt|picture.jpg"},
		{"prefix=dir/", "dir/file.txt|dir/sub/deep.m3u8"},
		{"prefix=dir/&delimiter=/", "dir/file.txt|dir/sub/"},
		{"prefix=di&delimiter=/", "dir/"},
		{"prefix=none", ""},
		{"list-type=2&start-after=index.html", "percent%20sign.txt|picture.jpg"},
		{"marker=dir/sub/deep.m3u8&delimiter=/", "empty.txt|grüße/|index.html|percent%20sign.txt|picture.jpg"},
		{"max-keys=0", ""},
		{"marker=index.html", "percent%20sign.txt|picture.jpg"},
	} {
		query, _ := url.ParseQuery(c.query)
		if got := strings.Join(listPage(t, server, query).names(), "|"); got != c.want {
			t.Errorf("%s: %s, want %s", c.query, got, c.want)
		}
	}
	for _, query := range []string{"?max-keys=many", "?max-keys=-1", "?list-type=2&continuation-token=%21"} {
		if response, body := ask(t, server, "GET", "/"+query); response.StatusCode != 400 ||
			!strings.Contains(body, "InvalidArgument") {
			t.Errorf("%s: %d %s", query, response.StatusCode, body)
		}
	}
}

// TestListPages: whatever the size of a page, all pages together are the whole.
func TestListPages(t *testing.T) {
	t.Parallel()
	server := newServer(t, listable())
	for _, start := range []url.Values{{"list-type": {"2"}}, {"list-type": {"2"}, "delimiter": {"/"}},
		{"delimiter": {"/"}}} {
		whole := listPage(t, server, start).names()
		for _, size := range []string{"1", "2", "3", "5"} {
			var got []string
			for query := start; ; {
				query.Set("max-keys", size)
				p := listPage(t, server, query)
				got = append(got, p.names()...)
				if most, _ := strconv.Atoi(size); len(p.names()) > most {
					t.Errorf("%v by %s: a page of %d", start, size, len(p.names()))
				}
				if next := p.IsTruncated && !query.Has("list-type"); (p.NextMarker != "") != next {
					t.Errorf("%v by %s: the next marker is %q", start, size, p.NextMarker)
				}
				if !p.IsTruncated {
					break
				}
				query.Set("continuation-token", p.NextContinuationToken)
				query.Set("marker", p.NextMarker)
			}
			start.Del("continuation-token")
			start.Del("marker")
			start.Del("max-keys")
			if !slices.Equal(got, whole) {
				t.Errorf("%v by %s: %q, want %q", start, size, got, whole)
			}
		}
	}
}

func TestListedWithoutDelimiter(t *testing.T) {
	t.Parallel()
	server := newServer(t, listable())
	if p := listPage(t, server, url.Values{"max-keys": {"2"}}); !p.IsTruncated || p.NextMarker != "" {
		t.Errorf("the next marker is %q: without a delimiter it is the last key", p.NextMarker)
	}
	if p := listPage(t, server, url.Values{"max-keys": {"0"}}); p.IsTruncated {
		t.Error("a page of nothing goes on")
	}
}

// TestListOrder: keys come in the order of their bytes, not of directories.
func TestListOrder(t *testing.T) {
	t.Parallel()
	server := serve(t, listable(), fstest.MapFS{
		"dir/x": {}, "dir-x": {}, "dir.x": {}, "dir": {Mode: fs.ModeDir | 0o755},
	})
	var keys []string
	for _, c := range listPage(t, server, url.Values{}).Contents {
		keys = append(keys, c.Key)
	}
	if want := []string{"dir-x", "dir.x", "dir/x"}; !slices.Equal(keys, want) {
		t.Errorf("%q, want %q", keys, want)
	}
}

func TestListNeedsPermission(t *testing.T) {
	t.Parallel()
	if response, _ := ask(t, newServer(t, publicBucket()), "GET", "/"); response.StatusCode != 403 {
		t.Errorf("a bucket whose objects are public: %d", response.StatusCode)
	}
}
