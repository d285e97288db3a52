// Package strictjson reads a JSON document in which every member counts: an
// unknown one, one that stands twice and text after the end are refused. No
// error repeats more of the document than a short name.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/internal/fault"
)

// Decode reads a whole document. The error is a *fault.Error of the kind given,
// which names the member where that is known.
func Decode(data []byte, into any, kind error) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return refuse(data, err, kind)
	}
	if _, err := d.Token(); err != io.EOF {
		return &fault.Error{Kind: kind, What: "text follows the end of the document", Remedy: "remove it"}
	}
	if name, twice := repeated(json.NewDecoder(bytes.NewReader(data))); twice {
		return &fault.Error{Kind: kind, Where: name, What: "the member is given twice", Remedy: "leave one of them"}
	}
	return nil
}

// refuse says what is wrong with a document. The standard library's own
// messages repeat dates and names of any length.
func refuse(data []byte, err, kind error) error {
	e := &fault.Error{Kind: kind, What: "the JSON is not valid", Remedy: "restore the document as it was written"}
	var wrongType *json.UnmarshalTypeError
	var wrongText *json.SyntaxError
	var date *time.ParseError
	switch name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); {
	case unknown: // encoding/json has no type for it
		name = strings.Trim(name, `"`)
		if e.Where = name; len(name) > longestName {
			e.Where = fault.Quote(name)
		}
		e.What, e.Remedy = "unknown member", "remove it, or correct its spelling"
	case errors.As(err, &wrongType):
		value, _, _ := strings.Cut(wrongType.Value, " ")
		e.Where, e.What = wrongType.Field, fmt.Sprintf("a JSON %s, want a %s", value, wrongType.Type.Kind())
	case errors.As(err, &wrongText):
		e.What = fmt.Sprintf("line %d: %s", 1+bytes.Count(data[:wrongText.Offset], []byte("\n")), wrongText)
	case errors.As(err, &date):
		e.What, e.Remedy = "a date is not valid", "use RFC 3339, such as 2026-01-02T15:04:05Z"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.What = "the document ends early"
	}
	return e
}

// longestName is the longest name of a member that is repeated as a place.
const longestName = 40

// repeated returns a member that stands twice in its object, in whatever case:
// encoding/json takes the last one, other readers the first.
func repeated(d *json.Decoder) (name string, twice bool) {
	token, err := d.Token()
	opening, composite := token.(json.Delim)
	if err != nil || !composite {
		return "", false
	}
	var names []string
	for d.More() {
		if opening == '{' {
			token, _ := d.Token() // valid, as Decode has seen
			name, _ := token.(string)
			if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
				return name, true
			}
			names = append(names, name)
		}
		if name, twice := repeated(d); twice {
			return name, true
		}
	}
	_, _ = d.Token() // the end, which Decode has seen
	return "", false
}
