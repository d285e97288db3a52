package s3_test

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"example.com/privatecdn/edge/internal/s3"
)

// content is a file system that a test puts between the server and its files.
type content struct {
	fs.FS
	open func(name string) (fs.File, error)
}

func (c content) Open(name string) (fs.File, error) { return c.open(name) }

func serverOf(t *testing.T, content fs.FS) *s3.Server {
	t.Helper()
	return serve(t, listable(), content)
}

func quotedMD5(text string) string {
	sum := md5.Sum([]byte(text))
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

type countedFile struct {
	fs.File
	open *atomic.Int32
}

func (f countedFile) Close() error { f.open.Add(-1); return f.File.Close() }

// TestFilesAreClosed: whatever the answer, no file stays open.
func TestFilesAreClosed(t *testing.T) {
	t.Parallel()
	var open atomic.Int32
	server := serverOf(t, content{objects(), func(name string) (fs.File, error) {
		f, err := objects().Open(name)
		if err == nil {
			open.Add(1)
			f = countedFile{f, &open}
		}
		return f, err
	}})
	for _, c := range []struct {
		method, name, value string
		status              int
	}{
		{"GET", "Accept", "*/*", 200}, {"HEAD", "Accept", "*/*", 200}, {"GET", "If-None-Match", "*", 304},
		{"GET", "If-Match", "other", 412}, {"GET", "Range", "bytes=99-", 416},
	} {
		response, _ := ask(t, server, c.method, "/picture.jpg", header(c.name, c.value))
		if response.StatusCode != c.status || open.Load() != 0 {
			t.Errorf("%s, %s %s: %d, %d files are open", c.method, c.name, c.value, response.StatusCode, open.Load())
		}
	}
}

// TestUnseekable serves files that can only be read from the beginning: what
// they contain is not read for an ETag.
func TestUnseekable(t *testing.T) {
	t.Parallel()
	server := serverOf(t, content{objects(), func(name string) (fs.File, error) {
		f, err := objects().Open(name)
		return struct{ fs.File }{f}, err
	}})
	response, body := ask(t, server, "GET", "/picture.jpg", header("Range", "bytes=4-6"))
	if tag := response.Header.Get("Etag"); response.StatusCode != 206 || body != "456" || !strings.HasSuffix(tag, `-1"`) {
		t.Errorf("%d %q, ETag %s", response.StatusCode, body, tag)
	}
	other, _ := ask(t, server, "HEAD", "/dir/file.txt")
	if first, second := response.Header.Get("Etag"), other.Header.Get("Etag"); first == second {
		t.Errorf("two objects have the ETag %s", first)
	}
}

type brokenFile struct{ fs.File }

func (brokenFile) Read([]byte) (int, error)       { return 0, errors.New("broken") }
func (brokenFile) Seek(int64, int) (int64, error) { return 0, errors.New("broken") }

// TestUnreadable: an object that cannot be read is S3's failure, and no list
// has it; a bucket that cannot be read is S3's failure as well.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	server := serverOf(t, content{objects(), func(name string) (fs.File, error) {
		f, err := objects().Open(name)
		if strings.HasPrefix(name, "dir/") && strings.Contains(name, ".") {
			f = brokenFile{f}
		}
		return f, err
	}})
	response, body := ask(t, server, "GET", "/dir/file.txt")
	if response.StatusCode != 500 || !strings.Contains(body, "InternalError") {
		t.Errorf("GET: %d %s", response.StatusCode, body)
	}
	if _, body := ask(t, server, "GET", "/"); strings.Contains(body, "dir/") || !strings.Contains(body, "picture.jpg") {
		t.Errorf("the list is %s", body)
	}
	gone := serverOf(t, content{objects(), func(string) (fs.File, error) { return nil, errors.New("broken") }})
	response, body = ask(t, gone, "GET", "/")
	if response.StatusCode != 500 || !strings.Contains(body, "InternalError") {
		t.Errorf("a list of nothing readable: %d %s", response.StatusCode, body)
	}
}

// larger says that a file has more bytes than it has.
type larger struct {
	fs.File
	fs.FileInfo
}

func (l larger) Stat() (fs.FileInfo, error) { return l, nil }
func (larger) Size() int64                  { return 9 << 20 }

// TestUnreadableParts: a file that may not be opened, and a part that cannot be
// reached, are S3's failure as well.
func TestUnreadableParts(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(fs.File, fs.FileInfo) (fs.File, error){
		"forbidden":  func(fs.File, fs.FileInfo) (fs.File, error) { return nil, fs.ErrPermission },
		"unseekable": func(f fs.File, i fs.FileInfo) (fs.File, error) { return larger{f, i}, nil },
		"broken": func(f fs.File, i fs.FileInfo) (fs.File, error) {
			return struct {
				fs.File
				io.Seeker
			}{larger{f, i}, brokenFile{}}, nil
		},
	} {
		server := serverOf(t, content{objects(), func(path string) (fs.File, error) {
			f, err := objects().Open(path)
			if err != nil {
				return nil, err
			}
			info, _ := f.Stat()
			return open(f, info)
		}})
		response, body := ask(t, server, "GET", "/picture.jpg", header("Range", "bytes=8000000-8000001"))
		if response.StatusCode != 500 || !strings.Contains(body, "InternalError") {
			t.Errorf("%s: %d %s", name, response.StatusCode, body)
		}
	}
}

// TestNoDirectory: a directory that is not there yet has no objects.
func TestNoDirectory(t *testing.T) {
	t.Parallel()
	server := serverOf(t, os.DirFS(filepath.Join(t.TempDir(), "none")))
	if response, body := ask(t, server, "GET", "/"); response.StatusCode != 200 || strings.Contains(body, "<Contents>") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

// TestETagIsRemembered: an object is read for its ETag when its size or its
// date is not the one that was seen.
func TestETagIsRemembered(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"a": {Data: []byte("old"), ModTime: modified}, "b": {Data: []byte("b"), ModTime: modified}}
	server := serverOf(t, files)
	tag := func(key, want string) {
		t.Helper()
		response, _ := ask(t, server, "GET", "/"+key)
		if got := response.Header.Get("Etag"); got != quotedMD5(want) {
			t.Errorf("%s has the ETag %s, want that of %q", key, got, want)
		}
	}
	tag("a", "old")
	tag("b", "b")
	files["a"] = &fstest.MapFile{Data: []byte("new"), ModTime: modified}
	tag("a", "old")
	files["a"] = &fstest.MapFile{Data: []byte("new"), ModTime: at()}
	tag("a", "new")
	files["a"] = &fstest.MapFile{Data: []byte("longer"), ModTime: at()}
	tag("a", "longer")
}

// lenient opens a file whatever it is asked for.
type lenient struct{}

func (lenient) Open(string) (fs.File, error) { return objects().Open("index.html") }

// TestLiteralKeys: what is not the name of a file as it stands is not looked up.
func TestLiteralKeys(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]int{
		"/plain": 200, "/dir/plain": 200, "/../up": 404, "/%2e%2e/up": 404, "/a/./b": 404,
		"//a": 404, "/a//b": 404, "/a/": 404,
		"/a%00": 404, "/a%5cb": 404, "/%ff": 404,
	} {
		if response, _ := ask(t, serverOf(t, lenient{}), "GET", path); response.StatusCode != want {
			t.Errorf("GET %s: %d, want %d", path, response.StatusCode, want)
		}
	}
}
