package infra

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/fault"
	"example.com/privatecdn/internal/wholefile"
)

// assets are the files CDK puts beside a template as asset.HASH.EXTENSION and
// uploads as HASH.EXTENSION. The value is the directory, "" when there is none.
type assets string

// maxPairs is the size of the largest file a key value store imports, in bytes.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-create-s3-kvp.html
const maxPairs = 5 << 20

// pairs reads the key value pairs imported from an object in S3, nil when no
// asset beside the template is that object.
func (a assets) pairs(arn string) (map[string]string, error) {
	object := arn[strings.LastIndexByte(arn, '/')+1:]
	if a == "" || object != filepath.Base(object) {
		return nil, nil
	}
	pairs, err := ReadPairs(filepath.Join(string(a), "asset."+object))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return pairs, err
}

// ReadPairs reads the file that a key value store imports.
func ReadPairs(path string) (map[string]string, error) {
	text, err := wholefile.Read(path, maxPairs)
	if err != nil {
		return nil, err
	}
	var file struct {
		Data []struct{ Key, Value string }
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, &fault.Error{Kind: cloudformation.ErrInvalid, Where: path,
			What: `the file does not have the form {"data": [{"key": …, "value": …}]}`}
	}
	data := make(map[string]string, len(file.Data))
	for _, pair := range file.Data {
		data[pair.Key] = pair.Value
	}
	return data, nil
}
