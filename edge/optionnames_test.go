package edge_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/privatecdn/edge"
	"example.com/privatecdn/internal/fault"
)

func TestNamesOfOptions(t *testing.T) {
	t.Parallel()
	const code = "import cf from 'cloudfront'; " +
		"function handler(e) { cf.updateRequestOrigin({domainName: 'b.example.com'}); return e.request }"
	chosen := fn("AutoPublish: true, "+runtime2, code)
	stored := shape{resources: "\nK: {Type: AWS::CloudFront::KeyValueStore, Properties: {Name: store}}"}
	bucket := func(name string) edge.Options {
		return edge.Options{Buckets: map[string]fs.FS{name: fstest.MapFS{}}}
	}
	endpoint := func(name string) edge.Options {
		at := edge.Endpoint{URL: "http://127.0.0.1:1", Bucket: "media", Credentials: aws.AnonymousCredentials{}}
		return edge.Options{Endpoints: map[string]edge.Endpoint{name: at}}
	}
	origin := func(name string) edge.Options {
		return edge.Options{Origins: map[string]http.RoundTripper{name: down{}}}
	}
	value := func(name string) edge.Options { return edge.Options{Values: map[string]string{name: "v"}} }
	parameter := shape{top: "Parameters: {Used: {Type: String, Default: d}}", config: "Comment: !Ref Used"}
	store := func(name string) edge.Options {
		return edge.Options{KeyValueStores: map[string]string{name: "testdata/store.json"}}
	}
	for name, c := range map[string]struct {
		shape
		edge.Options
		says string // the error, "" for none
	}{
		"bucket":               {shape{}, bucket("B"), ""},
		"any bucket":           {shape{}, bucket(""), ""},
		"another bucket":       {shape{}, bucket("C"), `no bucket "C"`},
		"endpoint":             {shape{}, endpoint("B"), ""},
		"another endpoint":     {shape{}, endpoint("C"), "use one of B, "},
		"origin":               {shape{}, origin("o"), ""},
		"another origin":       {shape{}, origin("p"), `no origin "p"`},
		"chosen origin":        {chosen, origin("b.example.com"), ""},
		"store":                {stored, store("store"), ""},
		"store by ID":          {stored, store("K"), ""},
		"another store":        {stored, store("shop"), "use one of K, store"},
		"parameter":            {parameter, value("Used"), ""},
		"parameter of a stack": {parameter, value("Stack/Used"), ""},
		"attribute":            {shape{}, value("B"), ""},
		"another value":        {parameter, value("Use"), `nothing in the template needs the value "Use"`},
		"another stack's":      {parameter, value("Other/Used"), "correct its name"},
		"no store":             {shape{}, store("shop"), "leave it out"},
	} {
		o := c.Options
		o.Text, o.Bucket, o.NoWatch = c.text(), t.TempDir(), true
		e, err := edge.New(o)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defer e.Close()
		err = e.CheckNames()
		if got := fmt.Sprint(err, fault.Hint(err)); c.says == "" && err != nil || !strings.Contains(got, c.says) {
			t.Errorf("%s: %s, want %q", name, got, c.says)
		}
		if err != nil && !errors.Is(err, edge.ErrUnknownName) {
			t.Errorf("%s: %v is of another kind", name, err)
		}
	}
}
