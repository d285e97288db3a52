package s3

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"time"
)

const partSize = 8 << 20 // from this size on AWS's tools upload in parts

// etagEntry is the ETag of an object's last state.
type etagEntry struct {
	size     int64
	modified time.Time
	tag      string
}

// etag returns an object's ETag and rewinds file to its beginning.
func (s *Server) etag(key string, file fs.File, info fs.FileInfo) (string, error) {
	e, _ := s.etags.Load(key)
	if e, ok := e.(etagEntry); ok && e.size == info.Size() && e.modified.Equal(info.ModTime()) {
		return e.tag, nil
	}
	tag, err := makeETag(key, file, info)
	if err == nil {
		s.etags.Store(key, etagEntry{info.Size(), info.ModTime(), tag})
	}
	return tag, err
}

func makeETag(key string, file fs.File, info fs.FileInfo) (string, error) {
	hash := md5.New()
	seeker, seekable := file.(io.Seeker)
	if info.Size() > partSize || !seekable {
		fmt.Fprintf(hash, "%s\x00%d\x00%d", key, info.Size(), info.ModTime().UnixNano())
		parts := (info.Size() + partSize - 1) / partSize
		return fmt.Sprintf(`"%s-%d"`, hex.EncodeToString(hash.Sum(nil)), max(1, parts)), nil
	}
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	if _, err := seeker.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	return `"` + hex.EncodeToString(hash.Sum(nil)) + `"`, nil
}
