package edge

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// byteRange is one range of a Range header; last is -1 when left open, first
// -1 for the last bytes, last many.
type byteRange struct{ first, last int64 }

// parseRange reads a Range header. CloudFront answers ranges that are invalid,
// out of order or overlapping with the whole object, so those give false.
func parseRange(values []string) ([]byteRange, bool) {
	if len(values) != 1 {
		return nil, false
	}
	list, found := strings.CutPrefix(strings.TrimSpace(values[0]), "bytes=")
	if !found {
		return nil, false
	}
	var ranges []byteRange
	end := int64(-1) // of the range before
	for part := range strings.SplitSeq(list, ",") {
		r, ok := parseOne(strings.TrimSpace(part))
		if !ok || r.first >= 0 && r.first <= end || r.first < 0 && len(ranges) > 0 || end == openEnd {
			return nil, false
		}
		end = r.last
		if r.last < 0 || r.first < 0 {
			end = openEnd
		}
		ranges = append(ranges, r)
		if len(ranges) > maxRanges {
			return nil, false
		}
	}
	return ranges, true
}

// maxRanges bounds the parts of a response, each of which has its own headers.
const maxRanges = 64

const openEnd = int64(1) << 62

func parseOne(s string) (byteRange, bool) {
	from, to, found := strings.Cut(s, "-")
	if !found || from == "" && to == "" {
		return byteRange{}, false
	}
	r := byteRange{-1, -1}
	var err error
	if from != "" {
		if r.first, err = strconv.ParseInt(from, 10, 63); err != nil || r.first < 0 {
			return byteRange{}, false
		}
	}
	if to != "" {
		if r.last, err = strconv.ParseInt(to, 10, 63); err != nil || r.last < 0 {
			return byteRange{}, false
		}
	}
	return r, from == "" || to == "" || r.first <= r.last
}

func validRange(values []string) bool {
	_, ok := parseRange(values)
	return ok
}

// within cuts a range to an object of size bytes and reports whether anything
// is left of it.
func (r byteRange) within(size int64) (off, n int64, ok bool) {
	if r.first < 0 {
		n = min(r.last, size)
		return size - n, n, n > 0
	}
	last := size - 1
	if r.last >= 0 {
		last = min(r.last, last)
	}
	return r.first, last - r.first + 1, r.first < size
}

// applyRange cuts a whole object to what the viewer asked for.
func (q *request) applyRange(r *response) {
	ranges, ok := parseRange(q.header["Range"])
	if !ok || r.length < 0 || !rangeHolds(q.header.Get("If-Range"), r.header) {
		return
	}
	type piece struct{ off, n int64 }
	var pieces []piece
	for _, want := range ranges {
		if off, n, ok := want.within(r.length); ok {
			pieces = append(pieces, piece{off, n})
		}
	}
	contentRange := func(p piece) string {
		return fmt.Sprintf("bytes %d-%d/%d", p.off, p.off+p.n-1, r.length)
	}
	switch len(pieces) {
	case 0:
		q.unsatisfiable(r)
	case 1:
		r.status = http.StatusPartialContent
		r.header.Set("Content-Range", contentRange(pieces[0]))
		r.offset, r.length = pieces[0].off, pieces[0].n
		r.header.Set("Content-Length", strconv.FormatInt(r.length, 10))
	default:
		whole, err := r.bytes(q.http.Context())
		if err != nil {
			return // the write will break off in the same way
		}
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for _, p := range pieces {
			part, _ := w.CreatePart(textproto.MIMEHeader{
				"Content-Type": {r.header.Get("Content-Type")}, "Content-Range": {contentRange(p)}})
			_, _ = part.Write(whole[p.off : p.off+p.n])
		}
		_ = w.Close()
		r.status = http.StatusPartialContent
		r.header.Set("Content-Type", "multipart/byteranges; boundary="+w.Boundary())
		r.setBody(b.Bytes())
	}
}

func (q *request) unsatisfiable(r *response) {
	size := r.length
	body := `<?xml version="1.0" encoding="UTF-8"?><Error><Code>InvalidRange</Code><Message>The requested range is not satisfiable</Message></Error>`
	r.status, r.from = http.StatusRequestedRangeNotSatisfiable, fromError
	r.header.Set("Content-Type", "application/xml")
	r.header.Set("Content-Range", fmt.Sprintf("bytes */%d", size))
	r.header.Del("Etag")
	r.header.Del("Last-Modified")
	r.setBody([]byte(body))
	r.refusal = &Refusal{Reason: ReasonBadRequest, Why: fmt.Sprintf("no byte of the range is in the object of %d bytes", size)}
}
