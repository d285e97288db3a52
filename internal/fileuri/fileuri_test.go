package fileuri

import "testing"

func TestPath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ uri, unix, windows string }{
		{"file:private/a.pem", "private/a.pem", `private\a.pem`},
		{"file://private/a.pem", "private/a.pem", `private\a.pem`},
		{"file:/keys/a.pem", "/keys/a.pem", `\keys\a.pem`},
		{"file:///keys/a.pem", "/keys/a.pem", `\keys\a.pem`},
		{"file:C:/keys/a.pem", "C:/keys/a.pem", `C:\keys\a.pem`},
		{`file:C:\keys\a.pem`, `C:\keys\a.pem`, `C:\keys\a.pem`},
		{"file:///c:/keys/a.pem", "/c:/keys/a.pem", `c:\keys\a.pem`},
		{"file:////server/share/a.pem", "//server/share/a.pem", `\\server\share\a.pem`},
		{"file:1:/a.pem", "1:/a.pem", `1:\a.pem`},
		{"file:", "", ""},
		{"file://", "", ""},
		{"kms:alias/a", "", ""},
		{"C:/keys/a.pem", "", ""},
		{"", "", ""},
	} {
		for system, want := range map[string]string{"linux": c.unix, "windows": c.windows} {
			if got, ok := pathOn(system, c.uri); ok != (want != "") || ok && got != want {
				t.Errorf("%s: %q is %q, %v; want %q", system, c.uri, got, ok, want)
			}
		}
	}
}

func TestIsURI(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]struct{ unix, windows bool }{
		"a.pem":         {false, false},
		`C:\keys\a.pem`: {true, false},
		"c:a.pem":       {true, false},
		"kms:alias/a":   {true, true},
		"1:a":           {true, true},
		"a:":            {true, false},
		"Z:":            {true, false},
		"`:a":           {true, true},
		"{:a":           {true, true},
		"":              {false, false},
	} {
		if unix, windows := isURIOn("linux", ref), isURIOn("windows", ref); unix != want.unix || windows != want.windows {
			t.Errorf("%q: %v on Linux, %v on Windows", ref, unix, windows)
		}
	}
}
