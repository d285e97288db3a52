package s3

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"example.com/privatecdn/edge/internal/httpcond"
)

// object responds to a request for one key. The object is streamed, not
// buffered.
func (s *Server) object(q *request) (*http.Response, error) {
	override, failure := overrides(q)
	if failure != nil {
		return nil, failure
	}
	file, info, err := s.open(q.key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, s.missing(q)
	} else if err != nil {
		return nil, err
	}
	response, err := s.answer(q, file, info, override)
	if err != nil || response.Body == nil {
		file.Close()
	}
	return response, err
}

func (s *Server) answer(q *request, file fs.File, info fs.FileInfo, override http.Header) (*http.Response, error) {
	etag, err := s.etag(q.key, file, info)
	if err != nil {
		return nil, err
	}
	h := http.Header{
		"Etag":          {etag},
		"Last-Modified": {info.ModTime().UTC().Format(http.TimeFormat)},
		"Accept-Ranges": {"bytes"},
		"Content-Type":  {ContentType(q.key)},

		"X-Amz-Server-Side-Encryption": {cmp.Or(s.bucket.Encryption, "AES256")},
	}
	maps.Copy(h, override)
	switch httpcond.Status(conditions(q.http.Header), h) {
	case http.StatusPreconditionFailed:
		condition := "If-Unmodified-Since"
		if q.http.Header.Get("If-Match") != "" {
			condition = "If-Match"
		}
		return nil, refuse(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold",
			"Condition", condition)
	case http.StatusNotModified:
		h.Del("Content-Type")
		return &http.Response{StatusCode: http.StatusNotModified, Header: h}, nil
	}
	return whole(q, file, info.Size(), h)
}

// conditions returns those of a request. S3 also accepts an entity tag without
// its quotation marks.
func conditions(request http.Header) http.Header {
	h := http.Header{
		"If-Modified-Since":   request["If-Modified-Since"],
		"If-Unmodified-Since": request["If-Unmodified-Since"],
	}
	for _, name := range []string{"If-Match", "If-None-Match"} {
		tag := request.Get(name)
		if tag != "" && tag != "*" && !strings.Contains(tag, `"`) {
			tag = `"` + tag + `"`
		}
		h.Set(name, tag)
	}
	return h
}

// whole returns the object, or the requested range. S3 ignores several ranges.
func whole(q *request, file fs.File, size int64, h http.Header) (*http.Response, error) {
	part, status := httpcond.Part{Length: size}, http.StatusOK
	ranges, ok := httpcond.ParseRange(q.http.Header["Range"])
	if ok && len(ranges) == 1 && httpcond.RangeApplies(q.http.Header.Get("If-Range"), h) {
		if part, ok = ranges[0].Within(size); !ok {
			return nil, refuse(416, "InvalidRange", "The requested range is not satisfiable",
				"RangeRequested", q.http.Header.Get("Range"), "ActualObjectSize", strconv.FormatInt(size, 10))
		}
		status = http.StatusPartialContent
		h.Set("Content-Range", part.ContentRange())
	}
	response := &http.Response{StatusCode: status, Header: h, ContentLength: part.Length}
	if q.http.Method == http.MethodHead {
		return response, nil
	}
	response.Body = &body{LimitedReader: io.LimitedReader{R: file, N: part.Length}, file: file}
	return response, seek(file, part.Offset)
}

// open opens the file that a key names literally. Only a regular file with
// exactly that name exists as an object.
func (s *Server) open(key string) (fs.File, fs.FileInfo, error) {
	for _, c := range s.content {
		name, below := strings.CutPrefix(key, c.Prefix)
		if !below || !literal(name) || s.exact && !listed(c.Files, name) {
			continue
		}
		if file, info, err := openRegular(c.Files, name); !errors.Is(err, fs.ErrNotExist) {
			return file, info, err
		}
	}
	return nil, nil, fs.ErrNotExist
}

func openRegular(files fs.FS, name string) (fs.File, fs.FileInfo, error) {
	// A pipe or device must not even be opened.
	info, err := fs.Stat(files, name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil, absent(err)
	}
	file, err := files.Open(name)
	if err != nil {
		return nil, nil, absent(err)
	}
	if info, err = file.Stat(); err != nil {
		file.Close()
		return nil, nil, absent(err)
	}
	return file, info, nil
}

// literal reports whether a key can be a file's name unchanged: UTF-8 without
// empty, dot or dot-dot segments or another separator of the operating system.
func literal(key string) bool {
	return fs.ValidPath(key) && !strings.ContainsAny(key, "\x00\\")
}

// foldsNames reports whether file systems of this operating system commonly open
// a file under other spellings of its name, by case or Unicode form. S3 never
// does.
var foldsNames = runtime.GOOS == "darwin" || runtime.GOOS == "windows" || runtime.GOOS == "ios"

// listed reports whether its directory lists every element of name as spelled.
func listed(files fs.FS, name string) bool {
	for name != "." {
		dir, base := path.Dir(name), path.Base(name)
		entries, err := fs.ReadDir(files, dir)
		if err != nil || !slices.ContainsFunc(entries, func(d fs.DirEntry) bool { return d.Name() == base }) {
			return false
		}
		name = dir
	}
	return true
}

// absent returns the error of a missing object for every reason not to have a
// file, except for a file that cannot be read.
func absent(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return err
	}
	return fs.ErrNotExist
}

func seek(file fs.File, offset int64) error {
	if seeker, ok := file.(io.Seeker); ok {
		_, err := seeker.Seek(offset, io.SeekStart)
		return err
	}
	_, err := io.CopyN(io.Discard, file, offset)
	return err
}

// body is the requested part of a file. Its WriteTo lets the kernel copy a file
// to a connection.
type body struct {
	io.LimitedReader
	file fs.File
}

func (b *body) Close() error { return b.file.Close() }

func (b *body) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, &b.LimitedReader) }

// overridable are the query parameters by which a signed request sets headers
// of the response.
var overridable = map[string]string{
	"response-content-type":        "Content-Type",
	"response-content-language":    "Content-Language",
	"response-expires":             "Expires",
	"response-cache-control":       "Cache-Control",
	"response-content-disposition": "Content-Disposition",
	"response-content-encoding":    "Content-Encoding",
}

func overrides(q *request) (http.Header, *refusal) {
	h := http.Header{}
	for name := range q.query {
		header, known := overridable[name]
		if !known {
			continue
		}
		if q.principal.Anonymous() {
			return nil, errorAnonymousOverride
		}
		h.Set(header, q.query.Get(name))
	}
	return h, nil
}
