package docstest_test

import (
	"reflect"
	"strings"
	"testing"

	"example.com/privatecdn/internal/testing/docstest"
)

const page = `# A page

~~~console
$ make up
Serving https://127.0.0.1:8443
…
$ curl -s \
>   https://127.0.0.1:8443/
<Error>…</Error>
~~~

~~~go
$ not a command
~~~

~~~sh up exit=1
privatecdn verify \
  URL
~~~

~~~console background
$ make up
~~~

~~~console account
$ npx cdk deploy
~~~
`

func TestCommands(t *testing.T) {
	t.Parallel()
	got, err := docstest.Commands(strings.ReplaceAll(page, "~~~", "```"))
	if err != nil {
		t.Fatal(err)
	}
	want := []docstest.Command{
		{Line: 4, Text: "make up", Output: []string{"Serving https://127.0.0.1:8443", "…"}},
		{Line: 7, Text: "curl -s \\\n  https://127.0.0.1:8443/", Output: []string{"<Error>…</Error>"}},
		{Line: 17, Text: "privatecdn verify \\\n  URL", Up: true, Exit: 1},
		{Line: 22, Text: "make up", Background: true},
		{Line: 26, Text: "npx cdk deploy", Account: true},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestCommandsRefuses(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]string{
		"no end":         "```console\n$ make up\n",
		"unknown word":   "```console later\n$ make up\n```\n",
		"no exit code":   "```sh exit=no\nfalse\n```\n",
		"output at once": "```console\nServing\n```\n",
	} {
		if got, err := docstest.Commands(page); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	const printed = "serving   https://127.0.0.1:8443\n\n  sign  it:\ndone\n"
	for _, c := range []struct {
		shown, missing string
		overtaken      bool
	}{
		{shown: "serving https://…\ndone"},
		{shown: "serving…\n…\nsign it:"},
		{shown: "done\nserving…", missing: "serving…"},
		{shown: "serving https://127.0.0.", missing: "serving https://127.0.0."},
		{shown: "a new ring\nserving…", missing: "a new ring", overtaken: true},
		{shown: "…"},
	} {
		command := docstest.Command{Output: strings.Split(c.shown, "\n")}
		if missing, overtaken := command.Missing(printed); missing != c.missing || overtaken != c.overtaken {
			t.Errorf("%q: missing %q, overtaken %t", c.shown, missing, overtaken)
		}
	}
}
