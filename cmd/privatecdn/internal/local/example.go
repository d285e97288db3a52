package local

import (
	"context"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/signer"
)

// Example is a signature to try.
type Example struct {
	Plain   string         // the address of an object without a signature
	Signed  string         // and with one
	Pattern string         // what the cookies open
	Cookies []*http.Cookie // of the same signature's lifetime
	Until   time.Time
}

// exampleLife is how long an example is good for, where the ring allows it.
const exampleLife = time.Hour

// Example signs an object of the bucket, nil when none is behind a signature.
func (l *Local) Example(ctx context.Context) (*Example, error) {
	d := l.Deployment()
	objects := l.Objects(deployment.Signed)
	if len(objects) == 0 {
		return nil, nil
	}
	s, err := l.Signer(ctx)
	if err != nil {
		return nil, err
	}
	life := exampleLife
	if longest := time.Duration(d.MaxLifetime) * time.Second; longest > 0 {
		life = min(life, longest)
	}
	terms := signer.Terms{Until: time.Now().Add(life).Truncate(time.Second)}
	e := &Example{Plain: d.BaseURL() + objects[0], Until: terms.Until}
	e.Pattern = e.Plain[:strings.LastIndex(e.Plain, "/")+1] + "*"
	if e.Signed, err = s.URL(e.Plain, terms); err != nil {
		return nil, err
	}
	e.Cookies, err = s.Cookies(e.Pattern, terms, signer.CookieOptions{})
	return e, err
}

// maxObjects bounds the objects that are listed.
const maxObjects = 1000

// shown matches the types that a person would look at first: pictures, films and
// documents.
var shown = regexp.MustCompile(`^(image|video|audio)/|^application/pdf`)

// Objects returns paths of the bucket's objects as viewers request them, of one
// access: those a person would look at first, others after them.
func (l *Local) Objects(access deployment.Access) []string {
	d, content := l.Deployment(), os.DirFS(l.options.Edge.Bucket)
	var first, others []string
	// What cannot be read is no object to show.
	_ = fs.WalkDir(content, ".", func(name string, e fs.DirEntry, err error) error {
		hidden := name != "." && strings.HasPrefix(path.Base(name), ".")
		if err != nil || hidden && e.IsDir() {
			return fs.SkipDir
		}
		raw := (&url.URL{Path: "/" + name}).EscapedPath()
		b, ok := d.Behavior(raw)
		switch {
		case hidden || !ok || b.Access != access || !e.Type().IsRegular():
			return nil
		case len(first)+len(others) == maxObjects:
			return fs.SkipAll
		case shown.MatchString(mime.TypeByExtension(path.Ext(raw))):
			first = append(first, raw)
		default:
			others = append(others, raw)
		}
		return nil
	})
	byDepth := func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") }
	slices.SortStableFunc(first, byDepth)
	slices.SortStableFunc(others, byDepth)
	return append(first, others...)
}
