package cloudformation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

var errTooDeep = fmt.Errorf("nested deeper than %d levels", maxDepth)

// parseJSON differs from json.Unmarshal in that it bounds the depth, and returns
// the keys that are given twice.
func parseJSON(data []byte) (tree any, twice []Twice, err error) {
	r := jsonReader{Decoder: json.NewDecoder(bytes.NewReader(data))}
	r.UseNumber()
	tree, err = r.value(0)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, nil, err
	}
	if _, err := r.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("there is something after the end of the JSON object")
	}
	return tree, r.twice, nil
}

type jsonReader struct {
	*json.Decoder
	twice []Twice
}

func (r *jsonReader) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	token, err := r.Token()
	switch token {
	case json.Delim('{'):
		return r.object(depth)
	case json.Delim('['):
		return r.list(depth)
	}
	return token, err
}

func (r *jsonReader) object(depth int) (any, error) {
	o := map[string]any{}
	for r.More() {
		token, err := r.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		if _, twice := o[key]; twice {
			r.twice = append(r.twice, Twice{brief(key), fmt.Sprintf("byte %d", r.InputOffset())})
		}
		if o[key], err = r.value(depth + 1); err != nil {
			return nil, err
		}
	}
	_, err := r.Token()
	return o, err
}

func (r *jsonReader) list(depth int) (any, error) {
	list := []any{}
	for r.More() {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := r.Token()
	return list, err
}
