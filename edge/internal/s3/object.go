package s3

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"strings"

	"example.com/privatecdn/edge/internal/httpcond"
)

// object responds to a request for one key. The object is streamed, not
// buffered.
func (s *Server) object(q *request) (*http.Response, *refusal) {
	override, failure := overrides(q)
	if failure != nil {
		return nil, failure
	}
	file, info, err := s.open(q.key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, s.missing(q)
	} else if err != nil {
		return nil, errorInternal
	}
	response, failure := s.answer(q, file, info, override)
	if failure != nil || response.Body == nil {
		file.Close()
	}
	return response, failure
}

func (s *Server) answer(q *request, file fs.File, info fs.FileInfo, override http.Header) (*http.Response, *refusal) {
	etag, err := s.etags.of(q.key, file, info)
	if err != nil {
		return nil, errorInternal
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
		if q.http.Header.Get("If-Match") != "" {
			return nil, preconditionFailed("If-Match")
		}
		return nil, preconditionFailed("If-Unmodified-Since")
	case http.StatusNotModified:
		h.Del("Content-Type")
		return &http.Response{StatusCode: http.StatusNotModified, Header: h}, nil
	}
	return whole(q, file, info.Size(), h)
}

// whole returns the object, or the requested range. S3 ignores several ranges.
func whole(q *request, file fs.File, size int64, h http.Header) (*http.Response, *refusal) {
	part, status := httpcond.Part{Length: size}, http.StatusOK
	ranges, ok := httpcond.ParseRange(q.http.Header["Range"])
	if ok && len(ranges) == 1 && httpcond.RangeApplies(q.http.Header.Get("If-Range"), h) {
		if part, ok = ranges[0].Within(size); !ok {
			return nil, invalidRange(q.http.Header.Get("Range"), size)
		}
		status = http.StatusPartialContent
		h.Set("Content-Range", part.ContentRange())
	}
	response := &http.Response{StatusCode: status, Header: h, ContentLength: part.Length}
	if q.http.Method == http.MethodHead {
		return response, nil
	}
	if err := seek(file, part.Offset); err != nil {
		return nil, errorInternal
	}
	response.Body = &body{LimitedReader: io.LimitedReader{R: file, N: part.Length}, file: file}
	return response, nil
}

// open opens the file that a key names literally. Only a regular file with
// exactly that name exists as an object.
func (s *Server) open(key string) (fs.File, fs.FileInfo, error) {
	for _, c := range s.content {
		name, below := strings.CutPrefix(key, c.Prefix)
		if !below || !literal(name) {
			continue
		}
		file, info, err := openRegular(c.Files, name)
		if !errors.Is(err, fs.ErrNotExist) {
			return file, info, err
		}
	}
	return nil, nil, fs.ErrNotExist
}

func openRegular(files fs.FS, name string) (fs.File, fs.FileInfo, error) {
	// A pipe or device must not even be opened.
	if info, err := fs.Stat(files, name); err != nil || !info.Mode().IsRegular() {
		return nil, nil, absent(err)
	}
	file, err := files.Open(name)
	if err != nil {
		return nil, nil, absent(err)
	}
	info, err := file.Stat()
	if err != nil {
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
		if !q.auth.signed() {
			return nil, errorAnonymousOverride
		}
		h.Set(header, q.query.Get(name))
	}
	return h, nil
}
