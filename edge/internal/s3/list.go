package s3

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listing is the response to ListObjects (version 1) and ListObjectsV2.
type listing struct {
	XMLName               xml.Name       `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name                  string         `xml:"Name"`
	Prefix                string         `xml:"Prefix"`
	Marker                *string        `xml:"Marker"`
	NextMarker            string         `xml:"NextMarker,omitempty"`
	StartAfter            string         `xml:"StartAfter,omitempty"`
	ContinuationToken     string         `xml:"ContinuationToken,omitempty"`
	NextContinuationToken string         `xml:"NextContinuationToken,omitempty"`
	KeyCount              *int           `xml:"KeyCount"`
	MaxKeys               int            `xml:"MaxKeys"`
	Delimiter             string         `xml:"Delimiter,omitempty"`
	IsTruncated           bool           `xml:"IsTruncated"`
	Contents              []listedObject `xml:"Contents"`
	CommonPrefixes        []listedPrefix `xml:"CommonPrefixes"`
}

type listedObject struct {
	Key          string
	LastModified string
	ETag         string
	Size         int64
	StorageClass string
}

type listedPrefix struct{ Prefix string }

const mostKeys = 1000

// list responds with the keys of one page, in S3's order: by their bytes.
func (s *Server) list(q *request) (*http.Response, error) {
	l := listing{Name: s.bucket.Name, Prefix: q.query.Get("prefix"), Delimiter: q.query.Get("delimiter"),
		MaxKeys: mostKeys}
	if value := q.query.Get("max-keys"); value != "" {
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return nil, invalidArgument("Provided max-keys not an integer or within integer range", "max-keys", value)
		}
		l.MaxKeys = min(n, mostKeys)
	}
	after, failure := l.start(q)
	if failure != nil {
		return nil, failure
	}
	keys, err := s.keys(l.Prefix)
	if err != nil {
		return nil, err
	}
	last := s.fill(&l, keys, after)
	l.end(q, last)
	text, _ := xml.Marshal(l) // text and numbers do not fail
	return document(q.http, http.StatusOK, "application/xml", append([]byte(xml.Header), text...)), nil
}

// start returns the key after which the page begins.
func (l *listing) start(q *request) (string, *refusal) {
	if q.query.Get("list-type") != "2" {
		marker := q.query.Get("marker")
		l.Marker = &marker
		return marker, nil
	}
	l.StartAfter, l.ContinuationToken = q.query.Get("start-after"), q.query.Get("continuation-token")
	if l.ContinuationToken == "" {
		return l.StartAfter, nil
	}
	after, err := base64.RawURLEncoding.DecodeString(l.ContinuationToken)
	if err != nil {
		return "", invalidArgument("The continuation token provided is incorrect", "continuation-token", l.ContinuationToken)
	}
	return string(after), nil
}

func (l *listing) end(q *request, last string) {
	if q.query.Get("list-type") == "2" {
		count := len(l.Contents) + len(l.CommonPrefixes)
		l.KeyCount = &count
		if l.IsTruncated {
			l.NextContinuationToken = base64.RawURLEncoding.EncodeToString([]byte(last))
		}
	} else if l.IsTruncated && l.Delimiter != "" {
		l.NextMarker = last
	}
}

// fill adds keys after a given key until the page is full, and returns the last
// key or common prefix.
func (s *Server) fill(l *listing, keys []string, after string) (last string) {
	for _, key := range keys {
		entry := l.group(key)
		if key <= after || entry == after || entry == last {
			continue
		}
		if len(l.Contents)+len(l.CommonPrefixes) >= l.MaxKeys {
			l.IsTruncated = l.MaxKeys > 0
			return last
		}
		last = entry
		if entry != key {
			l.CommonPrefixes = append(l.CommonPrefixes, listedPrefix{entry})
			continue
		}
		if item, err := s.item(key); err == nil {
			l.Contents = append(l.Contents, item)
		}
	}
	return last
}

// group returns what represents a key in the listing: the key itself or, if the
// delimiter follows the prefix, the part up to it.
func (l *listing) group(key string) string {
	if l.Delimiter == "" {
		return key
	}
	before, _, found := strings.Cut(key[len(l.Prefix):], l.Delimiter)
	if !found {
		return key
	}
	return l.Prefix + before + l.Delimiter
}

func (s *Server) item(key string) (listedObject, error) {
	file, info, err := s.open(key)
	if err != nil {
		return listedObject{}, err
	}
	defer file.Close()
	etag, err := s.etag(key, file, info)
	return listedObject{
		Key: key, ETag: etag, Size: info.Size(), StorageClass: "STANDARD",
		LastModified: info.ModTime().UTC().Truncate(time.Second).Format("2006-01-02T15:04:05.000Z"),
	}, err
}

// keys returns every key that has a prefix, in order.
func (s *Server) keys(prefix string) ([]string, error) {
	var keys []string
	for _, c := range s.content {
		err := fs.WalkDir(c.Files, ".", func(name string, entry fs.DirEntry, err error) error {
			if entry == nil && errors.Is(err, fs.ErrNotExist) {
				return nil // no directory at all
			}
			if err != nil {
				return err
			}
			if key := c.Prefix + name; !entry.IsDir() && strings.HasPrefix(key, prefix) && literal(key) {
				keys = append(keys, key)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}
