package probe

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/signer"
)

// promises are what is probed, in order. A probe returns what it found; the
// promise is kept unless that is an error, and skipped if it is [skipped].
var promises = []struct {
	name  string
	probe func(*probe) (string, error)
}{
	{"a plain request is refused", viewer(deployment.Signed, unsigned, refused("MissingKey"))},
	{"a signed URL opens", viewer(deployment.Signed, signed(hour, same), answer.opened)},
	{"signed cookies open", viewer(deployment.Signed, cookies, answer.opened)},
	{"a signed download name arrives", (*probe).download},
	{"a signature for another path is refused", viewer(deployment.Signed, neighbor, refused("AccessDenied"))},
	{"a host that contains a path is refused", (*probe).hostWithPath},
	{"a changed signature is refused", viewer(deployment.Signed, signed(hour, changed), refused("AccessDenied"))},
	{"an expired URL is refused", viewer(deployment.Signed, expired, refused("AccessDenied"))},
	{"a URL from the future is refused", viewer(deployment.Signed, early, refused("AccessDenied"))},
	{"a URL for another address is refused", viewer(deployment.Signed, signed(elsewhere, same), refused("AccessDenied"))},
	{"a key that is not trusted is refused", viewer(deployment.Signed, signed(hour, otherKey), refused("InvalidKey"))},
	{"a public path opens", viewer(deployment.Public, unsigned, answer.opened)},
	{"a presigned path is refused without a signature", viewer(deployment.Presigned, unsigned, presigned)},
	{"the bucket's own address refuses", (*probe).bucket},
	{"plain HTTP leads to HTTPS", (*probe).http},
	{"writing is refused", (*probe).write},
	{"security headers are set", (*probe).securityHeaders},
	{"other origins may read as promised (CORS)", (*probe).cors},
}

// skipped is why a promise is not made here, or cannot be probed from here.
type skipped string

func (s skipped) Error() string { return string(s) }

// A signing returns what of a request for an object signs it.
type signing func(p *probe, o object) (query string, header http.Header, err error)

// viewer returns the probe that requests an object and judges the answer.
func viewer(access deployment.Access, sign signing, judge func(answer) (string, error)) func(*probe) (string, error) {
	return func(p *probe) (string, error) {
		o, err := p.object(access)
		if err != nil {
			return "", err
		}
		query, header, err := sign(p, o)
		if err != nil {
			return "", err
		}
		return judge(p.get(o, query, header))
	}
}

func unsigned(*probe, object) (string, http.Header, error) { return "", nil, nil }

// query returns the query that signs a URL.
func (p *probe) query(target string, t signer.Terms) (string, error) {
	if p.signer == nil {
		return "", p.noKey
	}
	signed, err := p.signer.URL(target, t)
	_, query, _ := strings.Cut(signed, "?")
	return "?" + query, err
}

// signed signs the object on terms and has the query changed.
func signed(t signer.Terms, change func(p *probe, query string) string) signing {
	return func(p *probe, o object) (string, http.Header, error) {
		query, err := p.query(o.url, t)
		return change(p, query), nil, err
	}
}

func same(_ *probe, query string) string { return query }

var hour = signer.Terms{For: time.Hour}

func cookies(p *probe, o object) (string, http.Header, error) {
	if p.signer == nil {
		return "", nil, p.noKey
	}
	list, err := p.signer.Cookies(o.url[:strings.LastIndex(o.url, "/")+1]+"*", hour, signer.CookieOptions{})
	r := http.Request{Header: http.Header{}}
	for _, c := range list {
		r.AddCookie(c)
	}
	return "", r.Header, err
}

// neighbor signs the URL of another object beside the one that is requested.
func neighbor(p *probe, o object) (string, http.Header, error) {
	name := strings.LastIndex(o.url, "/") + 1
	query, err := p.query(o.url[:name]+"other-"+o.url[name:], hour)
	if err != nil {
		err = skipped(err.Error())
	}
	return query, nil, err
}

// changed replaces a letter well inside of the signature, where every bit counts.
func changed(_ *probe, query string) string {
	before, signature, _ := strings.Cut(query, "Signature=")
	if len(signature) <= 20 {
		return query
	}
	other := "A"
	if signature[20] == 'A' {
		other = "B"
	}
	return before + "Signature=" + signature[:20] + other + signature[21:]
}

// expired signs as if it were over an hour ago.
func expired(p *probe, o object) (string, http.Header, error) {
	p.ago = hour.For + time.Minute
	defer func() { p.ago = 0 }()
	return signed(hour, same)(p, o)
}

// early signs from an hour from now on.
func early(p *probe, o object) (string, http.Header, error) {
	return signed(signer.Terms{From: time.Now().Add(time.Hour), For: time.Minute}, same)(p, o)
}

// elsewhere is an address of documentation, which no viewer has.
var elsewhere = signer.Terms{For: time.Hour, IP: netip.MustParsePrefix("192.0.2.1/32")}

func otherKey(p *probe, query string) string {
	if p.signer == nil {
		return query
	}
	return strings.Replace(query, "Key-Pair-Id="+p.signer.KeyPairID(), "Key-Pair-Id=K00000000000000", 1)
}

// presigned is the promise that a request without a signature is refused.
func presigned(a answer) (string, error) {
	if !a.there {
		return "", skipped(unknownObject)
	}
	return a.kept(a.status >= 400 && a.status < 500)
}

// bucket asks the bucket past CloudFront.
func (p *probe) bucket() (string, error) {
	b := p.Deployment.Bucket
	o, err := p.object(deployment.Signed)
	switch {
	case b.Name == "" || err != nil:
		return "", skipped("no bucket is behind a signed path")
	case !o.there:
		return "", skipped(unknownObject)
	}
	address := "https://" + awsname.BucketHost(b.Name, b.Region)
	if b.Endpoint != "" {
		address = b.Endpoint + "/" + b.Name
	}
	a := p.ask(http.MethodGet, address+o.path, nil)
	return a.kept(a.status == http.StatusForbidden)
}

func (p *probe) http() (string, error) {
	o, err := p.object(deployment.Signed, deployment.Public, deployment.Presigned)
	if err != nil {
		return "", err
	}
	if b := p.behavior(o.path); b != nil && b.ViewerProtocol == "allow-all" {
		return "", skipped("the template allows plain HTTP")
	}
	target, err := p.plainHTTP(o.path)
	if err != nil {
		return "", err
	}
	a := p.ask(http.MethodGet, target, nil)
	if a.err == nil && strings.HasPrefix(a.header.Get("Location"), "https://") {
		return a.String(), nil
	}
	return a.refusedItself()
}

// plainHTTP returns a path's URL over plain HTTP.
func (p *probe) plainHTTP(path string) (string, error) {
	host := p.Deployment.Hosts[0]
	if p.Deployment.Endpoint != "" {
		// A local edge lists its HTTPS address and then its HTTP address, last.
		host = p.Deployment.Hosts[len(p.Deployment.Hosts)-1]
		if "https://"+host == p.Deployment.BaseURL() {
			return "", skipped("the deployment names no address for plain HTTP")
		}
	}
	return "http://" + host + path, nil
}

// write sends a signed request, or the missing signature would refuse it.
func (p *probe) write() (string, error) {
	target, b, err := p.readable()
	switch {
	case err != nil:
		return "", err
	case b != nil && slices.Contains(b.AllowedMethods, http.MethodPut):
		return "", skipped("the template allows PUT")
	}
	return p.ask(http.MethodPut, target, nil).refusedItself()
}
