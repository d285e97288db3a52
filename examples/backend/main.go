// Command backend is a login that opens private content. It sets signed
// cookies and sends the viewer to the page that shows what they open, and it
// signs a URL for a report. It runs beside `privatecdn up`:
//
//	go run ./examples/backend
//
// docs/signing.md explains it.
package main

import (
	"context"
	"flag"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/signer"
)

const home = `<!doctype html>
<title>Backend</title>
<form method="post" action="/login"><button>Log in and watch</button></form>
<p><a href="/report">The report</a>, for five minutes</p>
<form method="post" action="/logout"><button>Log out</button></form>`

// content is what the cookies open, for the length of a session; page, on the
// distribution and public, shows it.
const (
	content = "/*"
	session = 8 * time.Hour
	page    = "/public/index.html"
)

func main() {
	document := flag.String("deployment", ".privatecdn/deployment.json", "the deployment document")
	listen := flag.String("listen", "127.0.0.1:9000", "the address to listen on")
	domain := flag.String("cookie-domain", "", "the domain this program and the distribution share, such as example.com")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	s, err := signer.Open(ctx, deployment.File(*document),
		signer.WithReloadError(func(err error) { log.Print("still signing as before: ", err) }))
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: *listen, Handler: routes(s, *domain), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	log.Print("open http://", *listen)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}

func routes(s *signer.Signer, domain string) http.Handler {
	options := signer.CookieOptions{Domain: domain}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, home)
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		// Your own: check who this is, and what they may watch.
		cookies, err := s.Cookies(content, signer.Terms{For: session}, options)
		// The page shows when the cookies end, which scripts cannot read, and signs out here.
		fragment := url.Values{"until": {strconv.FormatInt(time.Now().Add(session).Unix(), 10)},
			"logout": {"http://" + r.Host + "/logout"}}
		answer(w, r, cookies, err, s.Deployment().BaseURL()+page+"#"+fragment.Encode())
	})
	mux.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		cookies, err := s.ClearCookies(content, options)
		answer(w, r, cookies, err, "/")
	})
	mux.HandleFunc("GET /report", func(w http.ResponseWriter, r *http.Request) {
		url, err := s.URL("/report.pdf", signer.Terms{For: 5 * time.Minute})
		answer(w, r, nil, err, url)
	})
	return mux
}

// answer sets cookies and says where to go next.
func answer(w http.ResponseWriter, r *http.Request, cookies []*http.Cookie, err error, next string) {
	if err != nil {
		log.Print(err)
		http.Error(w, "this cannot be opened now", http.StatusInternalServerError)
		return
	}
	for _, c := range cookies {
		http.SetCookie(w, c)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}
