package awsuri

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// The most that one response of AWS may take. The largest that is read is a
// stack's template, 1 MB; objects of a bucket come through another client.
const (
	maxResponse = 16 << 20
	maxWait     = 30 * time.Second
)

// newClient returns the SDK's own client, which it adds its settings to, such
// as AWS_CA_BUNDLE. Once they are there, bounded bounds what comes back.
func newClient() *awshttp.BuildableClient { return awshttp.NewBuildableClient().WithTimeout(maxWait) }

type bounded struct{ client aws.HTTPClient }

func (b bounded) Do(r *http.Request) (*http.Response, error) {
	resp, err := b.client.Do(r)
	if err == nil {
		resp.Body = &limited{resp.Body, maxResponse}
	}
	return resp, err
}

// limited is a body that fails once it is too long.
type limited struct {
	io.ReadCloser
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("the response of AWS has more than %d bytes", maxResponse)
	}
	n, err := l.ReadCloser.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
