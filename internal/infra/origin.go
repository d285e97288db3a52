package infra

import (
	"cmp"
	"net/http"
	"regexp"
	"strings"

	"golang.org/x/net/http/httpguts"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/cloudformation"
)

func (r *reader) origins(at cloudformation.Location, all []originProperties) (map[string]*Origin, error) {
	origins := make(map[string]*Origin, len(all))
	for i := range all {
		o, err := r.origin(at.Index(i), &all[i])
		if err != nil {
			return nil, err
		}
		if origins[o.ID] != nil {
			return nil, at.Index(i).Key("Id").Invalid("there are two origins %q", o.ID)
		}
		origins[o.ID] = o
	}
	return origins, nil
}

func (r *reader) origin(at cloudformation.Location, p *originProperties) (*Origin, error) {
	o := &Origin{
		ID:             p.Id,
		DomainName:     p.DomainName,
		Path:           strings.TrimSuffix(p.OriginPath, "/"),
		Headers:        map[string]string{},
		ConnectTimeout: cmp.Or(seconds(p.ConnectionTimeout), awsname.OriginConnectTimeout),
		ReadTimeout:    awsname.OriginReadTimeout,
		Attempts:       cmp.Or(p.ConnectionAttempts, awsname.OriginAttempts),
	}
	if strings.ContainsAny(p.DomainName, "/:@ \"") {
		return nil, at.Key("DomainName").Invalid("%q is not a valid domain name", p.DomainName)
	}
	if p.OriginPath != "" && p.OriginPath[0] != '/' {
		return nil, at.Key("OriginPath").Invalid("the path does not begin with a slash")
	}
	if err := customHeaders(at.Key("OriginCustomHeaders"), p.OriginCustomHeaders, o); err != nil {
		return nil, err
	}
	o.Bucket = r.bucketByHost(at.Stack, p.DomainName, awsname.S3)
	switch {
	case p.CustomOriginConfig != nil:
		return o, r.customOrigin(at, p, o)
	case o.Bucket == nil:
		return nil, at.Key("DomainName").Unsupported(
			"name a bucket's regional domain, or say in CustomOriginConfig how to reach it",
			"%q is not a bucket's address", p.DomainName)
	default:
		return o, r.bucketOrigin(at, p, o)
	}
}

// notAdded matches the headers that CloudFront does not add to requests.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html
var notAdded = regexp.MustCompile(`^(?i)(Cache-Control|Connection|Content-Length|Cookie|Host|If-Match|` +
	`If-Modified-Since|If-None-Match|If-Range|If-Unmodified-Since|Max-Forwards|Pragma|Proxy-Authenticate|` +
	`Proxy-Authorization|Proxy-Connection|Range|Request-Range|TE|Trailer|Transfer-Encoding|Upgrade|Via|X-Amz-.*|` +
	`X-Edge-.*|X-Real-Ip)$`)

// customHeaders sets the headers that CloudFront adds to requests to an origin.
func customHeaders(at cloudformation.Location, headers []headerProperties, o *Origin) error {
	for i, h := range headers {
		at := at.Index(i)
		name := http.CanonicalHeaderKey(h.HeaderName)
		switch _, twice := o.Headers[name]; {
		case twice:
			return at.Key("HeaderName").Errorf(cloudformation.ErrInvalid, "leave one of them out",
				"the origin has two headers %q", h.HeaderName)
		case notAdded.MatchString(name):
			return at.Key("HeaderName").Errorf(cloudformation.ErrInvalid, "use a header of another name",
				"CloudFront does not add %s to requests", h.HeaderName)
		case !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(h.HeaderValue):
			return at.Invalid("%q is not a valid header", h.HeaderName)
		}
		o.Headers[name] = h.HeaderValue
	}
	return nil
}

// originGroups adds a distribution's origin groups to its origins. A group is
// its first member with the second to fail over to.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
func originGroups(at cloudformation.Location, groups []originGroupProperties, origins map[string]*Origin) error {
	for i, g := range groups {
		at := at.Index(i)
		if origins[g.Id] != nil {
			return at.Key("Id").Invalid("there are two origins %q", g.Id)
		}
		if len(g.Members.Items) != 2 {
			return at.Key("Members.Items").Invalid("an origin group has two members")
		}
		if g.Members.Items[0] == g.Members.Items[1] {
			return at.Key("Members.Items").Invalid("the two members are one origin")
		}
		var members [2]*Origin
		for j, m := range g.Members.Items {
			if members[j] = origins[m.OriginId]; members[j] == nil || members[j].Failover != nil {
				return at.Key("Members.Items").Index(j).Key("OriginId").Invalid("there is no origin %q", m.OriginId)
			}
		}
		group := *members[0]
		group.Failover = &Failover{Origin: members[1], Codes: g.FailoverCriteria.StatusCodes.Items}
		origins[g.Id] = &group
	}
	return nil
}

func (r *reader) customOrigin(at cloudformation.Location, p *originProperties, o *Origin) error {
	c := p.CustomOriginConfig
	if p.S3OriginConfig != nil {
		return at.Key("S3OriginConfig").Invalid("an origin has an S3OriginConfig or a CustomOriginConfig, not both")
	}
	if b := r.bucketByHost(at.Stack, o.DomainName, awsname.S3Website); b != nil {
		if b.Website == nil {
			return at.Key("DomainName").Invalid("the bucket %s has no WebsiteConfiguration", b.LogicalID)
		}
		if c.OriginProtocolPolicy != "http-only" {
			return at.Key("CustomOriginConfig.OriginProtocolPolicy").Invalid("an S3 website endpoint is reached by http-only")
		}
		if b.External {
			r.noteAt(at, typeDistribution, "the website "+o.DomainName+" is in none of the templates given: "+
				"its index document is assumed to be index.html, and everyone may read")
		}
		o.Bucket, o.Website = b, b.Website
	}
	o.ReadTimeout = cmp.Or(seconds(c.OriginReadTimeout), awsname.OriginReadTimeout)
	o.Custom = &CustomOrigin{c.OriginProtocolPolicy, cmp.Or(c.HTTPPort, 80), cmp.Or(c.HTTPSPort, 443)}
	return r.findOAC(at, p, o)
}

func (r *reader) bucketOrigin(at cloudformation.Location, p *originProperties, o *Origin) error {
	if p.S3OriginConfig == nil {
		return r.findOAC(at, p, o)
	}
	o.ReadTimeout = cmp.Or(seconds(p.S3OriginConfig.OriginReadTimeout), awsname.OriginReadTimeout)
	if path := p.S3OriginConfig.OriginAccessIdentity; path != "" {
		at := at.Key("S3OriginConfig.OriginAccessIdentity")
		id, ok := strings.CutPrefix(path, "origin-access-identity/cloudfront/")
		if !ok {
			return at.Invalid("expected origin-access-identity/cloudfront/ID")
		}
		if o.OAI, ok = r.made[id].(*OAI); !ok {
			canonical, given := at.Stack.Given(id + ".S3CanonicalUserId")
			o.OAI = &OAI{ID: id, CanonicalUserID: canonical}
			if !given {
				r.noteAt(at, typeDistribution, "the origin access identity "+id+" is in none of the templates given; "+
					"where a bucket policy has its canonical user ID, give it as "+id+".S3CanonicalUserId")
			}
		}
	}
	return r.findOAC(at, p, o)
}

func (r *reader) findOAC(at cloudformation.Location, p *originProperties, o *Origin) error {
	id := p.OriginAccessControlId
	if id == "" {
		return nil
	}
	at = at.Key("OriginAccessControlId")
	if o.OAI != nil {
		return at.Invalid("an origin has an origin access identity or an origin access control, not both")
	}
	oac, err := find(r, at, "origin access control", id, (*reader).oac)
	if err != nil {
		return err
	}
	switch {
	case o.Website != nil:
		return at.Errorf(cloudformation.ErrInvalid, "name the bucket's regional domain as the origin",
			"CloudFront does not sign requests to a website endpoint")
	case (oac.Type == "s3") != (o.Bucket != nil):
		return at.Invalid("an origin access control of type %s does not sign requests to %s", oac.Type, o.DomainName)
	case oac.Type != "s3":
		r.noteAt(at, typeDistribution, "requests to the origin "+o.ID+" are not signed for "+oac.Type)
	default:
		o.OAC = oac
	}
	return nil
}
