// Command release builds what a release consists of into a directory: an archive
// a platform with its software bill of materials (SBOM), a container image and
// the checksums. It publishes nothing.
//
//	go run ./scripts/release [-tag v1.2.3] [-out dist]
//
// With -tag it fails unless that tag is what is checked out, unmodified.
package main

import (
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

type platform struct{ os, arch string }

// platforms must include the one that releases, whose program writes the manual.
var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// program returns the tool's file name.
func (p platform) program() string {
	if p.os == "windows" {
		return "privatecdn.exe"
	}
	return "privatecdn"
}

func main() {
	r := release{platforms: platforms, compile: compile}
	flag.StringVar(&r.tag, "tag", "", "the version's tag")
	flag.StringVar(&r.out, "out", "dist", "directory for the files, which must not exist")
	flag.Parse()
	if err := r.run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
}

// release is one run of this command, from the repository's root.
type release struct {
	tag, out  string
	platforms []platform
	compile   func(p platform, file string) error

	version string
	date    time.Time // of the commit, which all files bear
}

func compile(p platform, file string) error {
	command := exec.Command("go", "build", "-o", file, "-buildvcs=true", "-trimpath", "-ldflags=-s -w",
		"./cmd/privatecdn")
	command.Env = append(os.Environ(), "GOOS="+p.os, "GOARCH="+p.arch, "CGO_ENABLED=0")
	command.Stderr = os.Stderr
	return command.Run()
}

func (r *release) run() error {
	if err := os.Mkdir(r.out, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	program := func(p platform) string { return filepath.Join(work, p.os+"_"+p.arch, p.program()) }
	for _, p := range r.platforms {
		if err := r.compile(p, program(p)); err != nil {
			return fmt.Errorf("%s/%s: %w", p.os, p.arch, err)
		}
		if err := r.identify(program(p)); err != nil {
			return err
		}
	}
	common, err := r.common(program(platform{runtime.GOOS, runtime.GOARCH}))
	if err != nil {
		return err
	}
	for _, p := range r.platforms {
		text, err := os.ReadFile(program(p))
		if err != nil {
			return err
		}
		name := filepath.Join(r.out, fmt.Sprintf("privatecdn_%s_%s_%s", r.version, p.os, p.arch))
		err = errors.Join(r.archive(p, name, append([]file{{p.program(), text, 0o755}}, common...)),
			r.sbom(program(p), name+".cdx.json"))
		if err != nil {
			return err
		}
	}
	if err := r.image(program); err != nil {
		return err
	}
	return r.checksums()
}

// identify reads the version and the date that the go command built in.
func (r *release) identify(program string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	r.version = strings.Trim(info.Main.Version, "()")
	if r.tag != "" && r.version != r.tag {
		return fmt.Errorf("the program's version is %s, not %s: check the tag out, with nothing modified", r.version, r.tag)
	}
	r.version = strings.TrimPrefix(r.version, "v")
	r.date = time.Unix(0, 0).UTC()
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			r.date, err = time.Parse(time.RFC3339, s.Value)
		}
	}
	return err
}

// common lists the files of every archive but the program itself.
func (r *release) common(program string) ([]file, error) {
	var files []file
	for _, page := range []struct {
		name string
		args []string
	}{
		{"privatecdn.1", []string{"man"}},
		{"completion/privatecdn", []string{"completion", "bash"}},
		{"completion/_privatecdn", []string{"completion", "zsh"}},
		{"completion/privatecdn.fish", []string{"completion", "fish"}},
	} {
		text, err := exec.Command(program, page.args...).Output()
		if err != nil {
			return nil, fmt.Errorf("privatecdn %s: %w", strings.Join(page.args, " "), err)
		}
		files = append(files, file{page.name, text, 0o644})
	}
	for _, name := range []string{"LICENSE", "CHANGELOG.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, file{name, text, 0o644})
	}
	text, err := licenses()
	return append(files, file{"THIRD-PARTY-LICENSES", text, 0o644}), err
}
