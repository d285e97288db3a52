package infra

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"example.com/privatecdn/internal/cloudformation"
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
		if err == nil && o.Stack != "" && len(r.roots()) == 1 {
			r.renameSole(o.Stack)
		}
	} else {
		err = r.addTemplate(path, o.Stack)
	}
	if err != nil {
		return nil, err
	}
	return r.read()
}

// renameSole gives the one stack of an assembly another name, and those nested
// in it.
func (r *reader) renameSole(name string) {
	was := r.app.Stacks()[0].Name
	for _, s := range r.app.Stacks() {
		s.Name = name + strings.TrimPrefix(s.Name, was)
	}
}

// stackName is the part of a file's name before its first dot.
func stackName(path string) string {
	name, _, _ := strings.Cut(filepath.Base(path), ".")
	return name
}

func (r *reader) addTemplate(path, stack string) error {
	if stack == "" {
		stack = stackName(path)
	}
	data, err := readAtMost(path, cloudformation.MaxSize)
	if err != nil {
		return err
	}
	t, err := cloudformation.Parse(stack, data)
	if err != nil {
		return err
	}
	return r.addNestedStacks(r.app.Add(stack, "", "", t), filepath.Dir(path))
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
