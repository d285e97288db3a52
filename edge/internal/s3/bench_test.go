package s3_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkGet is a 16 KiB object of a directory, asked for by the OAI.
func BenchmarkGet(b *testing.B) {
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.bin"), make([]byte, 16<<10), 0o644); err != nil {
		b.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer root.Close()
	server := serve(b, privateBucket(), root.FS())
	r, _ := http.NewRequest("GET", "https://"+bucketHost+"/x.bin", nil)
	asOAI(r)
	b.ReportAllocs()
	for b.Loop() {
		response, err := server.RoundTrip(r)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}
