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
	{"a plain request is refused", (*probe).plain},
	{"a signed URL opens", (*probe).signedURL},
	{"signed cookies open", (*probe).signedCookies},
	{"a signed download name arrives", (*probe).download},
	{"a signature for another path is refused", (*probe).otherPath},
	{"a host that contains a path is refused", (*probe).hostWithPath},
	{"a changed signature is refused", (*probe).changed},
	{"an expired URL is refused", (*probe).expired},
	{"a URL from the future is refused", (*probe).early},
	{"a URL for another address is refused", (*probe).otherAddress},
	{"a key that is not trusted is refused", (*probe).untrusted},
	{"a public path opens", (*probe).public},
	{"a presigned path is refused without a signature", (*probe).presigned},
	{"the bucket's own address refuses", (*probe).bucket},
	{"plain HTTP leads to HTTPS", (*probe).http},
	{"writing is refused", (*probe).write},
	{"security headers are set", (*probe).securityHeaders},
	{"other origins may read as promised (CORS)", (*probe).cors},
}

// skipped is why a promise is not made here, or cannot be probed from here.
type skipped string

func (s skipped) Error() string { return string(s) }

func (p *probe) plain() (string, error) {
	o, err := p.object(deployment.Signed)
	if err != nil {
		return "", err
	}
	return p.get(o, "", nil).refused("MissingKey")
}

// query returns the query that signs a URL.
func (p *probe) query(target string, t signer.Terms) (string, error) {
	if p.signer == nil {
		return "", skipped(p.noKey)
	}
	signed, err := p.signer.URL(target, t)
	_, query, _ := strings.Cut(signed, "?")
	return "?" + query, err
}

// signed requests an object with a signature on terms that is then changed.
func (p *probe) signed(t signer.Terms, change func(query string) string) (answer, error) {
	o, err := p.object(deployment.Signed)
	if err != nil {
		return answer{}, err
	}
	query, err := p.query(o.url, t)
	if err != nil {
		return answer{}, err
	}
	return p.get(o, change(query), nil), nil
}

func same(s string) string { return s }

func hour() signer.Terms { return signer.Terms{For: time.Hour} }

func (p *probe) signedURL() (string, error) {
	a, err := p.signed(hour(), same)
	if err != nil {
		return "", err
	}
	return a.opened()
}

func (p *probe) signedCookies() (string, error) {
	o, err := p.object(deployment.Signed)
	if err != nil {
		return "", err
	}
	if p.signer == nil {
		return "", skipped(p.noKey)
	}
	cookies, err := p.signer.Cookies(o.url[:strings.LastIndex(o.url, "/")+1]+"*", hour(), signer.CookieOptions{})
	if err != nil {
		return "", err
	}
	var pairs []string
	for _, c := range cookies {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return p.get(o, "", http.Header{"Cookie": {strings.Join(pairs, "; ")}}).opened()
}

// refusedWith is the promise that a URL signed on terms and changed is refused.
func (p *probe) refusedWith(t signer.Terms, change func(query string) string, code string) (string, error) {
	a, err := p.signed(t, change)
	if err != nil {
		return "", err
	}
	return a.refused(code)
}

// otherPath signs for a neighbor of the object and requests the object.
func (p *probe) otherPath() (string, error) {
	o, err := p.object(deployment.Signed)
	if err != nil {
		return "", err
	}
	name := strings.LastIndex(o.url, "/") + 1
	query, err := p.query(o.url[:name]+"other-"+o.url[name:], hour())
	if err != nil {
		return "", skipped(err.Error())
	}
	return p.get(o, query, nil).refused("AccessDenied")
}

func (p *probe) changed() (string, error) {
	return p.refusedWith(hour(), func(query string) string {
		const name = "Signature="
		at := strings.Index(query, name) + len(name) + 20 // well inside, where every bit counts
		other := "A"
		if query[at] == 'A' {
			other = "B"
		}
		return query[:at] + other + query[at+1:]
	}, "AccessDenied")
}

// expired signs as if it were two hours ago.
func (p *probe) expired() (string, error) {
	p.ago = 2 * time.Hour
	defer func() { p.ago = 0 }()
	return p.refusedWith(hour(), same, "AccessDenied")
}

func (p *probe) early() (string, error) {
	return p.refusedWith(signer.Terms{From: time.Now().Add(time.Hour), For: time.Minute}, same, "AccessDenied")
}

// otherAddress signs for an address of documentation, which no viewer has.
func (p *probe) otherAddress() (string, error) {
	terms := hour()
	terms.IP = netip.MustParsePrefix("192.0.2.1/32")
	return p.refusedWith(terms, same, "AccessDenied")
}

func (p *probe) untrusted() (string, error) {
	return p.refusedWith(hour(), func(query string) string {
		return strings.Replace(query, "Key-Pair-Id="+p.signer.KeyPairID(), "Key-Pair-Id=K00000000000000", 1)
	}, "InvalidKey")
}

func (p *probe) public() (string, error) {
	o, err := p.object(deployment.Public)
	if err != nil {
		return "", err
	}
	return p.get(o, "", nil).opened()
}

func (p *probe) presigned() (string, error) {
	o, err := p.object(deployment.Presigned)
	switch {
	case err != nil:
		return "", err
	case !o.there:
		return "", skipped(unknownObject)
	}
	a := p.get(o, "", nil)
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
