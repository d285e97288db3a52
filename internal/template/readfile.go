package template

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"example.com/privatecdn/internal/cfn"
)

// ReadFile reads a template, an assembly's directory (cdk.out) or an
// assembly's manifest.json. All stacks of an assembly are read together, so
// that one may refer to another.
//
// Its errors are those of [Read], or the file system's.
func ReadFile(path string, o Options) (*Infrastructure, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		path = filepath.Join(path, manifestFile)
	}
	r := newReader(o)
	r.assets = assets(filepath.Dir(path))
	if filepath.Base(path) == manifestFile {
		err = r.addAssembly(path)
	} else {
		err = r.addTemplate(path, o.Stack)
	}
	if err != nil {
		return nil, err
	}
	return r.read()
}

func (r *reader) addTemplate(path, stack string) error {
	if stack == "" {
		stack, _, _ = strings.Cut(filepath.Base(path), ".")
	}
	data, err := readAtMost(path, cfn.MaxSize)
	if err != nil {
		return err
	}
	t, err := cfn.Parse(stack, data)
	if err != nil {
		return err
	}
	r.app.Add(stack, "", "", t)
	return nil
}

// readAtMost reads a file, and of a larger one just enough to show that it is
// too large.
func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most+1))
}
