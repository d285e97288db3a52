package probe

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
)

// answer is what came back, and as much of its body as tells what it is.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

const bodyLimit = 64 << 10

// ask sends a request as a viewer would.
func (p *probe) ask(method, target string, header http.Header) answer {
	r, err := http.NewRequestWithContext(p.ctx, method, target, nil)
	if err != nil {
		return answer{err: err}
	}
	for name, values := range header {
		r.Header[name] = values
	}
	resp, err := p.client.Do(r)
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		err = failed.Err // without the URL, which is signed
	}
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, bodyLimit))
	return answer{resp.StatusCode, resp.Header, body, err}
}

var (
	cloudFrontError = regexp.MustCompile(
		`^<\?xml version="1.0" encoding="UTF-8"\?><Error><Code>(\w+)</Code><Message>[^<]*</Message></Error>$`,
	)
	s3Error = regexp.MustCompile(`<Code>(\w+)</Code>[\s\S]*<RequestId>`)
)

// refusal is the code of CloudFront's refusal of a signature, "" for any other answer.
func (a answer) refusal() string {
	if m := cloudFrontError.FindSubmatch(a.body); m != nil && a.status == http.StatusForbidden {
		return string(m[1])
	}
	return ""
}

// fromS3 is the code of S3's own error, "" for any other answer.
func (a answer) fromS3() string {
	if m := s3Error.FindSubmatch(a.body); m != nil && a.status >= 400 {
		return string(m[1])
	}
	return ""
}

func (a answer) String() string {
	switch {
	case a.err != nil:
		return a.err.Error()
	case a.refusal() != "":
		return fmt.Sprintf("%d %s", a.status, a.refusal())
	case a.fromS3() != "":
		return fmt.Sprintf("%d %s from S3", a.status, a.fromS3())
	case a.header.Get("Location") != "":
		return fmt.Sprintf("%d to %s", a.status, a.header.Get("Location"))
	case a.status < 300:
		return fmt.Sprintf("%d, %s", a.status, a.header.Get("Content-Type"))
	}
	return fmt.Sprintf("%d, an error page of its own", a.status)
}

// unknownObject is why nothing is found out: S3 refuses what is absent from an
// open bucket too.
const unknownObject = "an absent object is refused either way; --object PATH names one that is there"

// refused is the promise that a request ends at the edge, with this code of
// CloudFront's ("" for any). Where an error page stands in its place, only an
// object that is there tells it from S3's own refusal.
func (a answer) refused(code string, there bool) (Status, string) {
	switch {
	case a.err != nil || a.status < 400 || a.status >= 500 || a.fromS3() != "":
		return Broken, a.String()
	case a.refusal() == "" && a.replaceable() && !there:
		return Skipped, a.String() + ": " + unknownObject
	case a.refusal() == "" || a.refusal() == code || code == "":
		return Kept, a.String()
	}
	return Broken, a.String()
}

// replaceable reports whether an error page may stand in place of S3's answer
// that there is no such object.
func (a answer) replaceable() bool {
	return a.status != http.StatusBadRequest && a.status != http.StatusMisdirectedRequest
}

// opened is the promise that a request gets past the signature: to the object,
// or where none is known to be there to S3's answer that it is not.
func (a answer) opened(there bool) (Status, string) {
	switch {
	case a.err != nil:
	case a.status < 300:
		return Kept, a.String()
	case there || a.refusal() != "" || a.status >= 500:
	case a.status < 400 || a.fromS3() != "":
		return Kept, a.String() + ": let through, but there is no such object; --object PATH names one"
	default:
		return Skipped, a.String() + ": " + unknownObject
	}
	return Broken, a.String()
}
