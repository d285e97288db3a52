package infra

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"example.com/privatecdn/internal/assembly"
	"example.com/privatecdn/internal/cloudformation"
	"example.com/privatecdn/internal/wholefile"
)

// ReadFile reads a template, an assembly's directory (cdk.out) or an
// assembly's manifest.json. All stacks of an assembly are read together, so
// that one may refer to another.
//
// Its errors are those of [Read], or the file system's.
func ReadFile(path string, o Options) (*Template, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		path = filepath.Join(path, assembly.Manifest)
	}
	r := newReader(o)
	r.assets = assets(filepath.Dir(path))
	if filepath.Base(path) == assembly.Manifest {
		err = r.addAssembly(filepath.Dir(path))
		if err == nil && o.Stack != "" && len(r.roots()) == 1 {
			r.renameSole(o.Stack)
		}
	} else {
		err = r.addTemplate(path, cmp.Or(o.Stack, stackName(path)), "", "")
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

func (r *reader) addTemplate(path, stack, account, region string) error {
	text, err := wholefile.Read(path, cloudformation.MaxSize)
	if err != nil {
		return err
	}
	s, err := r.app.Add(stack, account, region, text)
	if err != nil {
		return err
	}
	return r.addNestedStacks(s, filepath.Dir(path), 0)
}
