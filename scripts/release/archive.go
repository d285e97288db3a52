package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// file is what an archive contains.
type file struct {
	name string
	text []byte
	mode fs.FileMode
}

// archive writes a zip for Windows, and a compressed tar for the others.
func (r *release) archive(p platform, name string, files []file) error {
	var archive bytes.Buffer
	extension, err := ".tar.gz", error(nil)
	if p.os == "windows" {
		extension, err = ".zip", writeZip(&archive, files, r.date)
	} else {
		compressed := gzip.NewWriter(&archive)
		err = errors.Join(writeTar(compressed, files, r.date), compressed.Close())
	}
	return errors.Join(err, os.WriteFile(name+extension, archive.Bytes(), 0o644))
}

func writeTar(w io.Writer, files []file, date time.Time) error {
	archive := tar.NewWriter(w)
	for _, f := range files {
		header := &tar.Header{
			Name: f.name, Size: int64(len(f.text)), Mode: int64(f.mode.Perm()), ModTime: date, Format: tar.FormatPAX,
		}
		if f.mode.IsDir() {
			header.Typeflag = tar.TypeDir
		}
		err := archive.WriteHeader(header)
		if err == nil {
			_, err = archive.Write(f.text)
		}
		if err != nil {
			return err
		}
	}
	return archive.Close()
}

func writeZip(w io.Writer, files []file, date time.Time) error {
	archive := zip.NewWriter(w)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: date}
		header.SetMode(f.mode)
		entry, err := archive.CreateHeader(header)
		if err == nil {
			_, err = entry.Write(f.text)
		}
		if err != nil {
			return err
		}
	}
	return archive.Close()
}

// checksums writes checksums.txt as `sha256sum --check` reads it.
func (r *release) checksums() error {
	entries, err := os.ReadDir(r.out)
	if err != nil {
		return err
	}
	var list bytes.Buffer
	for _, e := range entries {
		if e.IsDir() {
			continue // the image, whose manifest has its digests
		}
		text, err := os.ReadFile(filepath.Join(r.out, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(text), e.Name())
	}
	return os.WriteFile(filepath.Join(r.out, "checksums.txt"), list.Bytes(), 0o644)
}
