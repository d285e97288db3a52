package curl_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"example.com/privatecdn/cmd/privatecdn/internal/curl"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]curl.Request{
		"curl https://d1.cloudfront.net/a.mp4?x=1#t=5":  {URL: "https://d1.cloudfront.net/a.mp4?x=1"},
		"curl d1.cloudfront.net/a":                      {URL: "http://d1.cloudfront.net/a"},
		"curl -sSI 'https://h/a b'":                     {URL: "https://h/a b"},
		"curl -X HEAD --url https://h/":                 {URL: "https://h/"},
		"curl -vo /dev/null --cacert ca.pem https://h/": {URL: "https://h/"},
		"curl 'https://h/a' \\\n  -H 'accept: */*' \\\n  -H 'cookie: A=1; B=2' \\\n  --compressed": {
			URL: "https://h/a", Cookies: []string{"A=1; B=2"}},
		"curl \"https://h/\\$a\" -HCookie:A=1 -b B=2":  {URL: "https://h/$a", Cookies: []string{"A=1", "B=2"}},
		"curl $'https://h/it\\'s\\u0021' --cookie A=1": {URL: "https://h/it's!", Cookies: []string{"A=1"}},
		"curl ^\"https://h/a?x=1^&y=^%^20^\" ^\r\n  -H ^\"cookie: A=1; B=^\\^\"2^\\^\"^\" ^\r\n  --compressed": {
			URL: "https://h/a?x=1&y=%20", Cookies: []string{`A=1; B="2"`}},
		"curl.exe https://h/a":                      {URL: "https://h/a"},
		"/usr/bin/curl https://h/a":                 {URL: "https://h/a"},
		`"C:\\Windows\\curl.EXE" https://h/a`:       {URL: "https://h/a"},
		"$ curl https://h/a":                        {URL: "https://h/a"},
		"> curl https://h/a":                        {URL: "https://h/a"},
		"me@host:~/a b$ curl https://h/a":           {URL: "https://h/a"},
		`PS C:\> curl.exe "https://h/a"`:            {URL: "https://h/a"},
		"sudo time curl https://h/a":                {URL: "https://h/a"},
		"A=1 curl https://h/a":                      {URL: "https://h/a"},
		`curl https://h/a\&b`:                       {URL: "https://h/a&b"},
		"curl https://h/a\\\nb\\\r\nc -I -s":        {URL: "https://h/abc"},
		"curl -Is https://h/a -X GET":               {URL: "https://h/a"},
		"curl \"https://h/\\\"\\`\\\\\\\nb\\c\" -s": {URL: "https://h/\"`\\b\\c"},
		"curl 'https://h/\\\\a\"' -H":               {URL: `https://h/\\a"`},
		`curl $'https://h/\x41\"\\é\u00e9' -H ''`:   {URL: `https://h/A"\éé`},
		"curl\thttps://h/$a\r\n":                    {URL: "https://h/$a"},
		"curl https://h/\\":                         {URL: `https://h/\`},
		"curl ^\"https://h/a^\nb^^^\"^":             {URL: "https://h/ab^"},
		"curl -b A=1 https://h/ -X":                 {URL: "https://h/", Cookies: []string{"A=1"}},
		"curl ftp://h/a -H 'X: Cookie'":             {URL: "ftp://h/a"},
		"curl -- https://h/":                        {URL: "https://h/"},
		"curl -A x -e y -- https://h/ -k":           {URL: "https://h/"},
	} {
		got, err := curl.Parse(command)
		if err != nil {
			t.Errorf("%s: %v", command, err)
		} else if !reflect.DeepEqual(*got, want) {
			t.Errorf("%s\ngot  %+v\nwant %+v", command, *got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{
		"": "not a curl command", "wget https://h/": "not a curl command", "curl": "no URL", "curl -s": "no URL",
		"curl 'https://h/": "quote ' has no end", `curl "https://h/`: `quote " has no end`,
		"curl $'https://h/": "quote ' has no end", `curl $'\q'`: "an escape in",
		"curl https://h/a https://h/b": "more than one URL", "curl -b jar.txt https://h/": `the file "jar.txt"`,
	} {
		if got, err := curl.Parse(command); !errors.Is(err, curl.ErrNotRead) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want %s", command, got, err, want)
		}
	}
}

// The longest command that is read, and one byte more.
func TestLongestCommand(t *testing.T) {
	t.Parallel()
	const most = 1 << 18
	command := "curl https://h/"
	command += strings.Repeat("x", most-len(command))
	if _, err := curl.Parse(command); err != nil {
		t.Error(err)
	}
	if _, err := curl.Parse(command + "x"); !errors.Is(err, curl.ErrNotRead) {
		t.Error(err)
	}
}

func TestIsCommand(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"curl https://h/": true, " $ curl https://h/": true, "/usr/bin/curl x": true, "curl.exe x": true, "": false,
		"time curl x": true, "curl": false,
		"https://curl.example/": false, "wget x": false,
	} {
		if got := curl.IsCommand(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
