package main

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/CycloneDX/cyclonedx-go"
)

// sbom writes the modules that a program is linked from, as CycloneDX.
func (r *release) sbom(program, name string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	component := func(kind cyclonedx.ComponentType, path, version string) cyclonedx.Component {
		url := "pkg:golang/" + path + "@" + version
		return cyclonedx.Component{BOMRef: url, Type: kind, Name: path, Version: version, PackageURL: url}
	}
	main := component(cyclonedx.ComponentTypeApplication, info.Main.Path, "v"+r.version)
	var components []cyclonedx.Component
	var refs []string
	std := &debug.Module{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}
	for _, m := range append([]*debug.Module{std}, info.Deps...) {
		c := component(cyclonedx.ComponentTypeLibrary, m.Path, m.Version)
		components, refs = append(components, c), append(refs, c.BOMRef)
	}
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Timestamp: r.date.Format(time.RFC3339), Component: &main}
	bom.Components = &components
	bom.Dependencies = &[]cyclonedx.Dependency{{Ref: main.BOMRef, Dependencies: &refs}}
	var text bytes.Buffer
	encoder := cyclonedx.NewBOMEncoder(&text, cyclonedx.BOMFileFormatJSON).SetPretty(true)
	if err := encoder.EncodeVersion(bom, cyclonedx.SpecVersion1_6); err != nil {
		return err
	}
	return os.WriteFile(name, text.Bytes(), 0o644)
}

// licenses returns the licenses of what the tool is linked from, which ask to be
// given along with it. A module without one is an error.
func licenses() ([]byte, error) {
	const format = "{{with .Module}}{{.Path}}\t{{.Dir}}{{end}}"
	list, err := exec.Command("go", "list", "-deps", "-f", format, "./cmd/privatecdn").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	places := map[string]string{"Go": strings.TrimSpace(string(root)), "QuickJS": "edge/internal/cffunction/quickjs"}
	for line := range strings.Lines(string(list)) {
		if path, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			places[path] = dir
		}
	}
	var all bytes.Buffer
	for _, path := range slices.Sorted(maps.Keys(places)) {
		before := all.Len()
		for _, pattern := range []string{"LICENSE", "LICENSE.*", "COPYING", "COPYING.*", "NOTICE", "NOTICE.*"} {
			names, err := filepath.Glob(filepath.Join(places[path], pattern))
			if err != nil {
				return nil, err
			}
			for _, name := range names {
				text, err := os.ReadFile(name)
				if err != nil {
					return nil, err
				}
				fmt.Fprintf(&all, "%s\n%s: %s\n\n%s\n", strings.Repeat("-", 72), path, filepath.Base(name), text)
			}
		}
		if all.Len() == before {
			return nil, fmt.Errorf("%s has no license file", path)
		}
	}
	return all.Bytes(), nil
}
