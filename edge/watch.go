package edge

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"example.com/privatecdn/edge/internal/cache"
)

// settleTime is how long a file must be unchanged before it is read again:
// programs often write a file in several steps.
const settleTime = 50 * time.Millisecond

// watcher applies changes of the template and of the bucket directory.
type watcher struct {
	edge     *Edge
	notify   *fsnotify.Watcher
	template string // absolute; a file or a directory
	bucket   string // absolute
	stopped  chan struct{}
}

func (e *Edge) watch() error {
	o := &e.options
	if o.NoWatch || o.Template == "" && o.Bucket == "" {
		return nil
	}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	w := &watcher{edge: e, notify: notify, stopped: make(chan struct{})}
	if err := w.add(o); err != nil {
		_ = notify.Close()
		return err
	}
	go w.run()
	e.stop = func() {
		_ = notify.Close()
		<-w.stopped
	}
	return nil
}

func (w *watcher) add(o *Options) error {
	if o.Template != "" {
		w.template, _ = filepath.Abs(o.Template) // "" without a current directory, and then not watched
		dir := w.template
		if info, err := os.Stat(dir); err == nil && !info.IsDir() {
			dir = filepath.Dir(dir) // a file that is replaced is another file
		}
		if err := w.notify.Add(dir); err != nil {
			return err
		}
	}
	if o.Bucket == "" {
		return nil
	}
	w.bucket, _ = filepath.Abs(o.Bucket)
	if err := w.addTree(w.bucket); err != nil {
		// Some systems limit the number of watched directories.
		o.Log.Warn("changes in the bucket directory are not all noticed", "error", err)
	}
	return nil
}

// addTree watches a directory and all directories below it.
func (w *watcher) addTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil // what is gone again needs no watching
		}
		return w.notify.Add(path)
	})
}

func (w *watcher) run() {
	defer close(w.stopped)
	var reload <-chan time.Time
	for {
		select {
		case event, open := <-w.notify.Events:
			if !open {
				return
			}
			if event.Name == w.template || filepath.Dir(event.Name) == w.template {
				reload = time.After(settleTime)
			}
			if key, found := strings.CutPrefix(event.Name, w.bucket+string(filepath.Separator)); found && w.bucket != "" {
				_ = w.addTree(event.Name) // which may be a new directory
				w.changed("/" + filepath.ToSlash(key))
			}
		case err := <-w.notify.Errors:
			if err != nil {
				w.edge.options.Log.Error("watching", "error", err)
			}
		case <-reload:
			w.edge.reload()
		}
	}
}

// changed invalidates the cache entry of a changed file, as a deployment of
// content does in AWS.
func (w *watcher) changed(key string) {
	w.edge.cache.Invalidate(func(e *cache.Entry) bool {
		path, _, _ := strings.Cut(e.Path, "?")
		path, err := url.PathUnescape(path)
		return err == nil && (strings.HasSuffix(key, path) || strings.HasPrefix(path, key+"/"))
	})
}

// reload applies a changed template and reports the result.
func (e *Edge) reload() {
	err := e.Reload()
	if err != nil {
		e.options.Log.Error("reloading the template failed; still serving the previous one", "error", err)
	} else {
		e.options.Log.Info("reloaded the template")
	}
	if e.options.OnReload != nil {
		e.options.OnReload(err)
	}
}
