package strictjson_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/strictjson"
)

type document struct {
	Name  string    `json:"name"`
	Count int       `json:"count"`
	At    time.Time `json:"at"`
	List  []struct {
		ID string `json:"id"`
	} `json:"list"`
}

var errKind = errors.New("kind")

func TestDecode(t *testing.T) {
	t.Parallel()
	var d document
	const text = `{"name": "a", "at": "2026-01-02T03:04:05Z", "list": [{"id": "x"}, {"id": "y"}], "count": 3}` + "\n"
	if err := strictjson.Decode([]byte(text), &d, errKind); err != nil {
		t.Fatal(err)
	}
	if d.Name != "a" || d.Count != 3 || len(d.List) != 2 || d.List[1].ID != "y" || d.At.Year() != 2026 {
		t.Errorf("%+v", d)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	secret, longest := strings.Repeat("S", 30), strings.Repeat("n", 40)
	for text, want := range map[string]fault.Error{
		``:                               {What: "the document ends early"},
		`{"name": "a"`:                   {What: "the document ends early"},
		`{"name": "a"} {}`:               {What: "text follows the end of the document"},
		`{"name": "a"} ]`:                {What: "text follows the end of the document"},
		"{\n\"name\": nope}":             {What: "line 2: invalid character 'o' in literal null (expecting 'u')"},
		`{"` + longest + `": 1}`:         {Where: longest, What: "unknown member"},
		`{"nome": 1}`:                    {Where: "nome", What: "unknown member"},
		`{"` + secret + secret + `": 1}`: {Where: `"` + secret + secret + `"`, What: "unknown member"},
		`{"` + secret + secret + secret + `": 1}`: {Where: "(90 characters)", What: "unknown member"},
		`{"count": "3"}`:                     {Where: "count", What: "a JSON string, want a int"},
		`{"name": 123456}`:                   {Where: "name", What: "a JSON number, want a string"},
		`{"list": [{"id": 1}]}`:              {Where: "list.id", What: "a JSON number, want a string"},
		`{"at": "` + secret + `"}`:           {What: "a date is not valid"},
		`{"name": "a", "name": "b"}`:         {Where: "name", What: "the member is given twice"},
		`{"name": "a", "NAME": "b"}`:         {Where: "NAME", What: "the member is given twice"},
		`{"list": [{"id": "a", "id": "b"}]}`: {Where: "id", What: "the member is given twice"},
	} {
		var e *fault.Error
		err := strictjson.Decode([]byte(text), &document{}, errKind)
		if !errors.As(err, &e) || !errors.Is(err, errKind) || e.Remedy == "" {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := (fault.Error{Where: e.Where, What: e.What}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}
