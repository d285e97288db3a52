package httpcond

import (
	"bytes"
	"fmt"
	"math"
	"mime/multipart"
	"net/textproto"
	"strconv"
	"strings"
)

// Range is one range of a Range header. Last is -1 if it is open. First is -1
// for the last bytes of an object, of which there are Last.
type Range struct{ First, Last int64 }

// maxRanges bounds the parts of a response, each of which has its own headers.
const maxRanges = 64

// ParseRange parses the values of a request's Range header. CloudFront returns
// the whole object for ranges that are invalid, out of order or overlapping, so
// those are not ok.
func ParseRange(values []string) (ranges []Range, ok bool) {
	if len(values) != 1 {
		return nil, false
	}
	list, found := strings.CutPrefix(strings.TrimSpace(values[0]), "bytes=")
	if !found || strings.Count(list, ",") >= maxRanges {
		return nil, false
	}
	end := int64(math.MinInt64) // of the range before
	for part := range strings.SplitSeq(list, ",") {
		r, ok := parseOne(strings.TrimSpace(part))
		if !ok || r.First <= end {
			return nil, false
		}
		end = r.Last
		if r.Last < 0 || r.First < 0 {
			end = math.MaxInt64 // no other may follow
		}
		ranges = append(ranges, r)
	}
	return ranges, true
}

func parseOne(s string) (Range, bool) {
	from, to, found := strings.Cut(s, "-")
	if !found || from == "" && to == "" {
		return Range{}, false
	}
	first, fromOK := parsePosition(from)
	last, toOK := parsePosition(to)
	return Range{first, last}, fromOK && toOK && (from == "" || to == "" || first <= last)
}

// parsePosition parses a position; an empty one is -1.
func parsePosition(s string) (int64, bool) {
	if s == "" {
		return -1, true
	}
	n, err := strconv.ParseInt(s, 10, 63)
	return n, err == nil && n >= 0 && s[0] != '+'
}

// Within returns the part of the range that an object of size bytes has, and
// whether there is any.
func (r Range) Within(size int64) (p Part, ok bool) {
	if r.First < 0 {
		n := min(r.Last, size)
		return Part{size - n, n, size}, n > 0
	}
	last := size - 1
	if r.Last >= 0 {
		last = min(r.Last, last)
	}
	return Part{r.First, last - r.First + 1, size}, r.First < size
}

// Part is a part of an object of Size bytes: Length bytes from Offset.
type Part struct{ Offset, Length, Size int64 }

// ContentRange returns the part's Content-Range header.
func (p Part) ContentRange() string {
	return fmt.Sprintf("bytes %d-%d/%d", p.Offset, p.Offset+p.Length-1, p.Size)
}

// Multipart returns the body of a response of several parts of an object, and
// its content type.
func Multipart(object []byte, contentType string, parts []Part) (body []byte, multipartType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		part, _ := w.CreatePart(textproto.MIMEHeader{"Content-Type": {contentType}, "Content-Range": {p.ContentRange()}})
		_, _ = part.Write(object[p.Offset : p.Offset+p.Length])
	}
	_ = w.Close()
	return b.Bytes(), "multipart/byteranges; boundary=" + w.Boundary()
}
