package edge_test

import (
	"fmt"
	"io/fs"
	"net/http/httptest"
	"testing/fstest"

	"example.com/privatecdn/edge"
)

func ExampleNew() {
	content := fstest.MapFS{"public/a.txt": {Data: []byte("open")}, "private/a.txt": {Data: []byte("closed")}}
	e, err := edge.New(edge.Options{
		Template: "edgetest/testdata/template.yaml",
		Buckets:  map[string]fs.FS{"": content},
	})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	defer e.Close()
	srv := httptest.NewTLSServer(e)
	defer srv.Close()
	for _, path := range []string{"/public/a.txt", "/private/a.txt", "/public/../private/a.txt"} {
		resp, err := srv.Client().Get(srv.URL + path)
		if err != nil {
			fmt.Println("error:", err)
			return
		}
		resp.Body.Close()
		fmt.Printf("%s: %d, %s, reason %q\n", path, resp.StatusCode,
			resp.Header.Get("X-Cache"), resp.Header.Get("X-Privatecdn-Reason"))
	}
	// Output:
	// /public/a.txt: 200, Miss from cloudfront, reason ""
	// /private/a.txt: 403, Error from cloudfront, reason "missing-key"
	// /public/../private/a.txt: 403, Error from cloudfront, reason "missing-key"
}

func ExampleEdge_Invalidate() {
	content := fstest.MapFS{"public/a.txt": {Data: []byte("old")}}
	e, err := edge.New(edge.Options{Template: "edgetest/testdata/template.yaml", Buckets: map[string]fs.FS{"": content}})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	defer e.Close()
	ask := func() string {
		r := httptest.NewRequest("GET", "https://d111111abcdef8.cloudfront.net/public/a.txt", nil)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		return w.Body.String() + ", " + w.Header().Get("X-Cache")
	}
	fmt.Println(ask())
	content["public/a.txt"] = &fstest.MapFile{Data: []byte("new")}
	fmt.Println(ask())
	fmt.Println(e.Invalidate("/public/*"), "invalidated")
	fmt.Println(ask())
	// Output:
	// old, Miss from cloudfront
	// old, Hit from cloudfront
	// 1 invalidated
	// new, Miss from cloudfront
}
