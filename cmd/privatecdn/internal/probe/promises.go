package probe

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/deployment"
	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/signer"
)

// promises are what is probed, in order.
var promises = []struct {
	name  string
	probe func(*probe) (Status, string)
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

// signedPath is a path that needs a signature, and its URL.
func (p *probe) signedPath() (target string, there, ok bool) {
	path, there, ok := p.path(deployment.Signed)
	return p.Deployment.BaseURL() + path, there, ok
}

func (p *probe) plain() (Status, string) {
	target, there, ok := p.signedPath()
	if !ok {
		return Skipped, "no path needs a signature"
	}
	return p.ask(http.MethodGet, target, nil).refused("MissingKey", there)
}

// toSign returns a URL that needs a signature, or why none can be signed.
func (p *probe) toSign() (target string, there bool, skip string) {
	target, there, ok := p.signedPath()
	switch {
	case !ok:
		skip = "no path needs a signature"
	case p.signer == nil:
		skip = p.noKey
	}
	return target, there, skip
}

// withSignature signs a path on terms, has the URL changed, and requests it.
func (p *probe) withSignature(
	s *signer.Signer, t signer.Terms, change func(string) string,
) (a answer, there bool, skip string) {
	target, there, skip := p.toSign()
	if skip != "" {
		return a, false, skip
	}
	signed, err := s.URL(target, t)
	if err != nil {
		return answer{err: err}, there, ""
	}
	return p.ask(http.MethodGet, change(signed), nil), there, ""
}

func same(s string) string { return s }

func hour() signer.Terms { return signer.Terms{For: time.Hour} }

func (p *probe) signedURL() (Status, string) {
	a, there, skip := p.withSignature(p.signer, hour(), same)
	if skip != "" {
		return Skipped, skip
	}
	return a.opened(there)
}

func (p *probe) signedCookies() (Status, string) {
	target, there, skip := p.toSign()
	if skip != "" {
		return Skipped, skip
	}
	pattern := target[:strings.LastIndex(target, "/")+1] + "*"
	cookies, err := p.signer.Cookies(pattern, hour(), signer.CookieOptions{})
	if err != nil {
		return Broken, err.Error()
	}
	header := http.Header{}
	for _, c := range cookies {
		header.Add("Cookie", c.Name+"="+c.Value)
	}
	header.Set("Cookie", strings.Join(header["Cookie"], "; "))
	return p.ask(http.MethodGet, target, header).opened(there)
}

// refusedWith is the promise that a URL signed on terms and changed is refused.
func (p *probe) refusedWith(
	s *signer.Signer, t signer.Terms, change func(string) string, code string,
) (Status, string) {
	a, there, skip := p.withSignature(s, t, change)
	if skip != "" {
		return Skipped, skip
	}
	return a.refused(code, there)
}

// otherPath signs for a neighbor of the object and requests the object.
func (p *probe) otherPath() (Status, string) {
	target, there, skip := p.toSign()
	if skip != "" {
		return Skipped, skip
	}
	name := strings.LastIndex(target, "/") + 1
	signed, err := p.signer.URL(target[:name]+"other-"+target[name:], hour())
	if err != nil {
		return Skipped, err.Error()
	}
	_, query, _ := strings.Cut(signed, "?")
	return p.ask(http.MethodGet, target+"?"+query, nil).refused("AccessDenied", there)
}

func (p *probe) changed() (Status, string) {
	return p.refusedWith(p.signer, hour(), func(u string) string {
		const name = "Signature="
		at := strings.Index(u, name) + len(name) + 20 // well inside, where every bit counts
		other := "A"
		if u[at] == 'A' {
			other = "B"
		}
		return u[:at] + other + u[at+1:]
	}, "AccessDenied")
}

func (p *probe) expired() (Status, string) {
	return p.refusedWith(p.past, hour(), same, "AccessDenied")
}

func (p *probe) early() (Status, string) {
	return p.refusedWith(p.signer, signer.Terms{From: time.Now().Add(time.Hour), For: time.Minute}, same, "AccessDenied")
}

// otherAddress signs for an address of documentation, which no viewer has.
func (p *probe) otherAddress() (Status, string) {
	terms := hour()
	terms.IP = netip.MustParsePrefix("192.0.2.1/32")
	return p.refusedWith(p.signer, terms, same, "AccessDenied")
}

func (p *probe) untrusted() (Status, string) {
	return p.refusedWith(p.signer, hour(), func(u string) string {
		return strings.Replace(u, "Key-Pair-Id="+p.signer.KeyPairID(), "Key-Pair-Id=K00000000000000", 1)
	}, "InvalidKey")
}

func (p *probe) public() (Status, string) {
	path, there, ok := p.path(deployment.Public)
	if !ok {
		return Skipped, "no path is public"
	}
	return p.ask(http.MethodGet, p.Deployment.BaseURL()+path, nil).opened(there)
}

func (p *probe) presigned() (Status, string) {
	path, there, ok := p.path(deployment.Presigned)
	switch {
	case !ok:
		return Skipped, "no path is presigned"
	case !there:
		return Skipped, unknownObject
	}
	a := p.ask(http.MethodGet, p.Deployment.BaseURL()+path, nil)
	if a.err == nil && a.status >= 400 && a.status < 500 {
		return Kept, a.String()
	}
	return Broken, a.String()
}

// bucket asks the bucket past CloudFront.
func (p *probe) bucket() (Status, string) {
	b := p.Deployment.Bucket
	target, there, ok := p.signedPath()
	switch {
	case b.Name == "" || !ok:
		return Skipped, "no bucket is behind a signed path"
	case !there:
		return Skipped, unknownObject
	}
	u, err := url.Parse(target)
	if err != nil {
		return Broken, err.Error()
	}
	address := "https://" + awsname.BucketHost(b.Name, b.Region)
	if b.Endpoint != "" {
		address = b.Endpoint + "/" + b.Name
	}
	a := p.ask(http.MethodGet, address+u.EscapedPath(), nil)
	if a.err == nil && a.status == http.StatusForbidden {
		return Kept, a.String()
	}
	return Broken, a.String()
}

func (p *probe) http() (Status, string) {
	target, _, ok := p.signedPath()
	if !ok {
		target, _, _ = p.publicURL()
	}
	u, err := url.Parse(target)
	if err != nil {
		return Broken, err.Error()
	}
	if b := p.behavior(u.EscapedPath()); b != nil && b.ViewerProtocol == "allow-all" {
		return Skipped, "the template allows plain HTTP"
	}
	target, reason := p.plainHTTP(target)
	if reason != "" {
		return Skipped, reason
	}
	a := p.ask(http.MethodGet, target, nil)
	redirected := strings.HasPrefix(a.header.Get("Location"), "https://")
	refused := a.status == http.StatusForbidden && a.refusal() == "" && a.fromS3() == ""
	if a.err == nil && (redirected || refused) {
		return Kept, a.String()
	}
	return Broken, a.String()
}

// plainHTTP returns a URL of the deployment over plain HTTP, or why there is none.
func (p *probe) plainHTTP(target string) (plain, reason string) {
	path := strings.TrimPrefix(target, p.Deployment.BaseURL())
	host := p.Deployment.Hosts[0]
	if p.Deployment.Endpoint != "" {
		// A local edge lists its HTTPS address and then its HTTP address, last.
		host = p.Deployment.Hosts[len(p.Deployment.Hosts)-1]
		if "https://"+host == p.Deployment.BaseURL() {
			return "", "the deployment names no address for plain HTTP"
		}
	}
	return "http://" + host + path, ""
}

func (p *probe) publicURL() (target string, there, ok bool) {
	path, there, ok := p.path(deployment.Public)
	return p.Deployment.BaseURL() + path, there, ok
}

func (p *probe) write() (Status, string) {
	target, _, ok := p.signedPath()
	if !ok {
		target, _, _ = p.publicURL()
	}
	b := p.behavior(strings.TrimPrefix(target, p.Deployment.BaseURL()))
	if b != nil && slices.Contains(b.AllowedMethods, http.MethodPut) {
		return Skipped, "the template allows PUT"
	}
	if ok && p.signer != nil { // or the missing signature would refuse it
		signed, err := p.signer.URL(target, hour())
		if err != nil {
			return Broken, err.Error()
		}
		target = signed
	}
	a := p.ask(http.MethodPut, target, nil)
	if a.err == nil && a.fromS3() == "" && (a.status == http.StatusForbidden || a.status == http.StatusMethodNotAllowed) {
		return Kept, a.String()
	}
	return Broken, a.String()
}
