package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// roots are the certificate authorities of the machine that releases, which the
// image gets.
const roots = "/etc/ssl/certs/ca-certificates.crt"

// image writes an image for each platform of Linux, from scratch, as an OCI
// layout in the directory "image": the tool, certificate authorities and /tmp.
func (r *release) image(program func(platform) string) error {
	authorities, err := os.ReadFile(roots)
	if err != nil {
		return err
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, p := range r.platforms {
		if p.os != "linux" {
			continue
		}
		text, err := os.ReadFile(program(p))
		if err != nil {
			return err
		}
		image, err := r.imageOf(p, []file{
			{"etc/ssl/certs/ca-certificates.crt", authorities, 0o644},
			{"privatecdn", text, 0o755},
			{"tmp/", nil, fs.ModeDir | 0o777},
			{"work/", nil, fs.ModeDir | 0o777},
		})
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: p.os, Architecture: p.arch}},
		})
	}
	_, err = layout.Write(filepath.Join(r.out, "image"), index)
	return err
}

func (r *release) imageOf(p platform, files []file) (v1.Image, error) {
	var archive bytes.Buffer
	if err := writeTar(&archive, files, r.date); err != nil {
		return nil, err
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(archive.Bytes())), nil }
	layer, err := tarball.LayerFromOpener(open, tarball.WithMediaType(types.OCILayer),
		tarball.WithCompressionLevel(gzip.DefaultCompression), tarball.WithCompressedCaching)
	if err != nil {
		return nil, err
	}
	base := mutate.MediaType(mutate.ConfigMediaType(empty.Image, types.OCIConfigJSON), types.OCIManifestSchema1)
	configured, err := mutate.ConfigFile(base, &v1.ConfigFile{
		OS: p.os, Architecture: p.arch, Created: v1.Time{Time: r.date}, RootFS: v1.RootFS{Type: "layers"},
		Config: v1.Config{
			Entrypoint: []string{"/privatecdn"}, WorkingDir: "/work", User: "65532:65532", Env: []string{"HOME=/tmp"},
			Labels: map[string]string{
				"org.opencontainers.image.version": r.version, "org.opencontainers.image.licenses": "Apache-2.0",
			},
		},
	})
	if err != nil {
		return nil, err
	}
	return mutate.AppendLayers(configured, layer)
}
