package infra

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"example.com/privatecdn/internal/assembly"
	"example.com/privatecdn/internal/cloudformation"
)

// assets are the files CDK puts beside a template as asset.HASH.EXTENSION and
// uploads as HASH.EXTENSION. The value is the directory, "" when there is none.
type assets string

// maxPairs is the size of the largest file a key value store imports, in bytes.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-create-s3-kvp.html
const maxPairs = 5 << 20

// pairs reads the key value pairs imported from an object in S3, nil when no
// asset beside the template is that object.
func (a assets) pairs(at cloudformation.Location, arn string) (map[string]string, error) {
	object := arn[strings.LastIndexByte(arn, '/')+1:]
	if a == "" || object != filepath.Base(object) {
		return nil, nil
	}
	path := filepath.Join(string(a), "asset."+object)
	text, err := assembly.ReadFile(path, maxPairs)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(text) > maxPairs {
		return nil, at.Invalid("%s is larger than a key value store can be", path)
	}
	var file struct {
		Data []struct{ Key, Value string }
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, at.Invalid(`%s does not have the form {"data": [{"key": …, "value": …}]}`, path)
	}
	data := make(map[string]string, len(file.Data))
	for _, pair := range file.Data {
		data[pair.Key] = pair.Value
	}
	return data, nil
}
