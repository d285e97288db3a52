package fault_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"example.com/privatecdn/internal/fault"
)

var errHost = errors.New("invalid host")

func TestError(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("reading: %w", &fault.Error{Kind: errHost, Where: "hosts[2]", What: `invalid host "x y"`,
		Remedy: "give a name"})
	if got, want := err.Error(), `reading: hosts[2]: invalid host "x y"`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if !errors.Is(err, errHost) {
		t.Error("errors.Is does not find the kind")
	}
	if got := fault.Hint(err); got != "give a name" {
		t.Errorf("hint %q", got)
	}
	if err := fault.New(errHost, ""); err.Error() != "invalid host" || fault.Hint(err) != "" {
		t.Errorf("%q, hint %q", err, fault.Hint(err))
	}
	if err := fault.Of("it is wrong", "do this"); err.Error() != "it is wrong" || fault.Hint(err) != "do this" {
		t.Errorf("%q, hint %q", err, fault.Hint(err))
	}
	if got := fault.Hint(errHost); got != "" {
		t.Errorf("hint of a plain error: %q", got)
	}
}

func TestAll(t *testing.T) {
	t.Parallel()
	a, b, c := errors.New("a"), errors.New("b"), errors.New("c")
	if got := fault.All(errors.Join(a, errors.Join(b, c))); !slices.Equal(got, []error{a, b, c}) {
		t.Errorf("%v", got)
	}
	if got := fault.All(a); !slices.Equal(got, []error{a}) {
		t.Errorf("%v", got)
	}
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"plain, Bücher 🎬\n\ttab": "plain, Bücher 🎬\n\ttab",
		"\x1b[31m":               `\x1b[31m`,
		"\u009b31m":              `\u009b31m`,
		"\r\x07\x7f":             `\r\a\x7f`,
		"a\u202eb\u2028":         `a\u202eb\u2028`,
		"\xff\xc2":               `\xff\xc2`,
		"\ufffd":                 "\ufffd",
	} {
		if got := fault.Printable(s); got != want {
			t.Errorf("Printable(%q) = %s, want %s", s, got, want)
		}
	}
}

// Nothing that opens an object is repeated, in whatever form it comes.
func TestTextHidesSignatures(t *testing.T) {
	t.Parallel()
	const secret = "abcdefgh0123-_~"
	for _, form := range []string{
		"https://h/x?Expires=1&Signature=%s&Key-Pair-Id=K",
		"Cookie: CloudFront-Signature=%s; a=b",
		"x?X-Amz-Signature=%s&X-Amz-Date=1",
		"?x-amz-security-token=%s",
		"https%%3A%%2F%%2Fh%%3FSignature%%3D%s",
		`{"CloudFront-Signature": "%s"}`,
		"X-Amz-Security-Token: %s",
		"AWS_SESSION_TOKEN=%s",
	} {
		given := fmt.Sprintf(form, secret)
		if got, want := fault.Text(given), fmt.Sprintf(form, "…"); got != want {
			t.Errorf("Text(%s)\nis   %s\nwant %s", given, got, want)
		}
	}
	const plain = "the signature does not match; Signature: give one"
	if got := fault.Text(plain); got != plain {
		t.Errorf("%q", got)
	}
}
