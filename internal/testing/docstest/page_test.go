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
	for shown, missing := range map[string]string{
		"serving https://…\ndone":  "",
		"serving…\n…\nsign it:":    "",
		"done\nserving…":           "serving…",
		"serving https://127.0.0.": "serving https://127.0.0.",
		"…":                        "",
	} {
		c := docstest.Command{Output: strings.Split(shown, "\n")}
		if got := c.Missing(printed); got != missing {
			t.Errorf("%q: missing %q, want %q", shown, got, missing)
		}
	}
}
