package privatecdn

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/jsii-runtime-go"

	"example.com/privatecdn/internal/awsname"
	"example.com/privatecdn/internal/pathpattern"
)

// Viewer is the distribution as viewers see it.
type Viewer struct {
	// DomainNames are the hosts it responds to beside its own; they require a
	// Certificate.
	DomainNames []string
	// Certificate for the DomainNames; it must be in us-east-1.
	Certificate awscertificatemanager.ICertificate
	// HostedZones get an A and, with IPv6, an AAAA record for each of the
	// DomainNames, which goes to the zone with the longest matching name.
	HostedZones []awsroute53.IHostedZone
	// MinimumProtocolVersion is the oldest TLS policy a viewer may use;
	// TLS_V1_2_2021 by default. Without a Certificate CloudFront decides.
	MinimumProtocolVersion awscloudfront.SecurityPolicyProtocol
	// HTTPVersion is HTTP2_AND_3 by default.
	HTTPVersion awscloudfront.HttpVersion
	// DisableIPv6 turns IPv6 off. Set it if policies name viewers' addresses: a
	// policy can name IPv4 addresses only.
	DisableIPv6 bool
	// WebACLID is the ARN of an AWS WAF web ACL of scope CLOUDFRONT.
	WebACLID string
	// AllowCountries or DenyCountries, not both, restrict where viewers may be:
	// ISO 3166-1 codes of two letters.
	AllowCountries, DenyCountries []string
	// PriceClass says which edge locations serve the content; PRICE_CLASS_200 by
	// default.
	PriceClass awscloudfront.PriceClass
	// DefaultRootObject is the object for /, such as index.html.
	DefaultRootObject string
	// ErrorResponses replace CloudFront's own errors and the origin's.
	ErrorResponses []ErrorResponse
	// Comment describes the distribution.
	Comment string
}

func (v Viewer) withDefaults() Viewer {
	v.PriceClass = cmp.Or(v.PriceClass, awscloudfront.PriceClass_PRICE_CLASS_200)
	v.HTTPVersion = cmp.Or(v.HTTPVersion, awscloudfront.HttpVersion_HTTP2_AND_3)
	if v.Certificate != nil {
		v.MinimumProtocolVersion = cmp.Or(v.MinimumProtocolVersion, awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2021)
	}
	return v
}

func (v *Viewer) check(m *mistakes) {
	v.checkNames(m)
	v.checkZones(m)
	v.checkTLS(m)
	m.refuseBoth(len(v.AllowCountries) > 0 && len(v.DenyCountries) > 0, "Viewer.DenyCountries", "AllowCountries")
	const useISO = "use two capital letters as in ISO 3166-1, such as DE"
	m.checkText("Viewer.AllowCountries", "country code", useISO, countryCode.MatchString, v.AllowCountries...)
	m.checkText("Viewer.DenyCountries", "country code", useISO, countryCode.MatchString, v.DenyCountries...)
	checkEnum(m, "Viewer.PriceClass", v.PriceClass, awscloudfront.PriceClass_PRICE_CLASS_100,
		awscloudfront.PriceClass_PRICE_CLASS_200, awscloudfront.PriceClass_PRICE_CLASS_ALL)
	checkEnum(m, "Viewer.HTTPVersion", v.HTTPVersion, awscloudfront.HttpVersion_HTTP1_1,
		awscloudfront.HttpVersion_HTTP2, awscloudfront.HttpVersion_HTTP2_AND_3, awscloudfront.HttpVersion_HTTP3)
	m.refuse(strings.HasPrefix(v.DefaultRootObject, "/"), "Viewer.DefaultRootObject",
		"write the name alone, such as index.html", "%q begins with a slash", v.DefaultRootObject)
	m.checkText("Viewer.WebACLID", "web ACL ARN for CloudFront", "make one of scope CLOUDFRONT in us-east-1",
		func(arn string) bool { return arn == "" || strings.Contains(arn, ":us-east-1:") }, v.WebACLID)
}

// set sets what CDK's distribution has of v.
func (v *Viewer) set(props *awscloudfront.DistributionProps) {
	props.Comment = optional(v.Comment)
	props.DefaultRootObject = optional(v.DefaultRootObject)
	props.EnableIpv6 = new(!v.DisableIPv6)
	props.ErrorResponses = v.errorResponses()
	props.HttpVersion = v.HTTPVersion
	props.MinimumProtocolVersion = v.MinimumProtocolVersion
	props.PriceClass = v.PriceClass
	props.WebAclId = optional(v.WebACLID)
	props.Certificate = v.Certificate
	props.DomainNames = optionalList(*jsii.Strings(v.DomainNames...))
	if codes := jsii.Strings(v.AllowCountries...); len(*codes) > 0 {
		props.GeoRestriction = awscloudfront.GeoRestriction_Allowlist(*codes...)
	} else if codes := jsii.Strings(v.DenyCountries...); len(*codes) > 0 {
		props.GeoRestriction = awscloudfront.GeoRestriction_Denylist(*codes...)
	}
}

var countryCode = regexp.MustCompile("^[A-Z]{2}$")

// hostName matches the names a distribution can have; the first label may be *.
var hostName = regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$`)

func (v *Viewer) checkNames(m *mistakes) {
	const property = "Viewer.DomainNames"
	checkList(m, property, v.DomainNames, func(name string) string { return name })
	m.checkText(property, "host name", "write it in lower case, without scheme and port, such as media.example.com",
		hostName.MatchString, v.DomainNames...)
	m.refuse(len(v.DomainNames) > 0 && v.Certificate == nil, "Viewer.Certificate",
		"pass a certificate for the names, made in us-east-1", "it is missing; DomainNames require one")
	m.refuse(len(v.DomainNames) == 0 && v.Certificate != nil, property, "list the hosts the Certificate is for",
		"it is missing")
	if c := v.Certificate; c != nil {
		// The ARN, or the stack of a certificate made in this app, tells its Region.
		region, known := *c.Env().Region, c.Node().DefaultChild() != nil
		if arn := *c.CertificateArn(); !isToken(arn) {
			region, known = awsname.ARNRegion(arn), true
		}
		m.refuse(known && !isToken(region) && region != "us-east-1", "Viewer.Certificate",
			"make it in a stack in us-east-1", "it is in %q, and CloudFront uses certificates of us-east-1 only", region)
	}
}

func (v *Viewer) checkTLS(m *mistakes) {
	const property = "Viewer.MinimumProtocolVersion"
	oldest := v.MinimumProtocolVersion
	old := slices.Contains([]awscloudfront.SecurityPolicyProtocol{
		awscloudfront.SecurityPolicyProtocol_SSL_V3, awscloudfront.SecurityPolicyProtocol_TLS_V1,
		awscloudfront.SecurityPolicyProtocol_TLS_V1_2016, awscloudfront.SecurityPolicyProtocol_TLS_V1_1_2016,
	}, oldest)
	m.refuse(old, property, "use TLS_V1_2_2021 or newer", "%s allows TLS before 1.2", oldest)
	m.refuse(oldest != "" && !old && v.Certificate == nil, property, "pass a Certificate, or remove it",
		"it has no effect without a Certificate: CloudFront decides for its own host")
}

// zoneName returns a zone's name without a final dot, or "" if only Route 53
// knows it: CDK panics when asked for the name of a zone imported by its ID.
func zoneName(zone awsroute53.IHostedZone) (name string) {
	defer func() { _ = recover() }()
	return strings.TrimSuffix(*zone.ZoneName(), ".")
}

// zoneFor returns the zone that a name's record goes to.
func (v *Viewer) zoneFor(name string) (zone awsroute53.IHostedZone) {
	longest := -1
	for _, z := range v.HostedZones {
		of := zoneName(z)
		known := of != "" && !isToken(of) && !isToken(name)
		if len(of) > longest && (!known || name == of || strings.HasSuffix(name, "."+of)) {
			zone, longest = z, len(of)
		}
	}
	return zone
}

func (v *Viewer) checkZones(m *mistakes) {
	const property = "Viewer.HostedZones"
	checkList(m, property, v.HostedZones, func(z awsroute53.IHostedZone) string {
		name := zoneName(z)
		m.refuse(len(v.HostedZones) > 1 && (name == "" || isToken(name)), property,
			"import the zone with HostedZone_FromHostedZoneAttributes",
			"the name of one of several zones is unknown at synthesis, so the records cannot be assigned")
		return cmp.Or(name, *z.HostedZoneId())
	})
	if len(v.HostedZones) == 0 || slices.Contains(v.HostedZones, nil) {
		return
	}
	m.refuse(len(v.DomainNames) == 0, property, "set DomainNames, or remove it", "DomainNames is empty")
	for _, name := range v.DomainNames {
		m.refuse(v.zoneFor(name) == nil, property, "add the zone the name belongs to, or make the record there",
			"none of the zones matches %s", name)
	}
}

// addRecords points the domain names at the distribution.
func (d *distribution) addRecords() {
	v := d.props.Viewer
	if len(v.HostedZones) == 0 {
		return
	}
	target := awsroute53.RecordTarget_FromAlias(awsroute53targets.NewCloudFrontTarget(d.distribution))
	for i, name := range v.DomainNames {
		zone, id := v.zoneFor(name), name
		if isToken(name) {
			id = fmt.Sprint(i) // a construct's ID is known before deployment
		}
		record := awsroute53.ARecordProps{Zone: zone, RecordName: new(name + "."), Target: target}
		awsroute53.NewARecord(d, new("A "+id), &record)
		if !v.DisableIPv6 {
			awsroute53.NewAaaaRecord(d, new("AAAA "+id), copied[awsroute53.AaaaRecordProps](&record))
		}
	}
}

// ErrorResponse replaces an error of CloudFront's or the origin's.
type ErrorResponse struct {
	// Status is the error's: 400, 403, 404, 405, 414, 416 or 500 to 504.
	Status int
	// Page is the path of a public object served instead, with a leading slash,
	// and ResponseStatus the status it gets, 200 or one of Status; both or
	// neither.
	Page           string
	ResponseStatus int
	// TTL is how long the error is cached: whole seconds, or Zero. CloudFront's
	// default is 10 seconds.
	TTL time.Duration
}

// errorStatuses are the errors that a page can replace, and the statuses that
// it can have beside 200.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
var errorStatuses = []int{400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}

func (v *Viewer) errorResponses() *[]*awscloudfront.ErrorResponse {
	list := make([]*awscloudfront.ErrorResponse, len(v.ErrorResponses))
	for i, e := range v.ErrorResponses {
		list[i] = &awscloudfront.ErrorResponse{
			HttpStatus: new(float64(e.Status)), Ttl: optionalSeconds(e.TTL),
			ResponsePagePath: optional(e.Page), ResponseHttpStatus: optional(float64(e.ResponseStatus)),
		}
	}
	return &list
}

// checkErrorPages also reports private objects that every viewer would get in
// place of something else, as an error page or as the default root object:
// CloudFront checks no signature before it serves those.
func (s *settled) checkErrorPages(m *mistakes) {
	const property = "Viewer.ErrorResponses"
	checkList(m, property, s.Viewer.ErrorResponses,
		func(e ErrorResponse) string { return fmt.Sprint("status ", e.Status) })
	for _, e := range s.Viewer.ErrorResponses {
		m.checkSeconds(property+" TTL", e.TTL)
		m.refuse(!slices.Contains(errorStatuses, e.Status), property, "use 400, 403, 404, 405, 414, 416 or 500 to 504",
			"%d is not an error that CloudFront replaces", e.Status)
		m.refuse(e == ErrorResponse{Status: e.Status}, property, "set Page and ResponseStatus, or TTL",
			"the response for %d changes nothing", e.Status)
		s.checkPage(m, property, e)
	}
	root, slash := s.Viewer.DefaultRootObject, s.routeOf("/")
	if root != "" && !strings.HasPrefix(root, "/") && slash.Access == Public {
		s.checkPublic(m, "Viewer.DefaultRootObject", "/"+root, "make its path public too, or / private",
			"/%s is private, and %s makes / public, which shows it", root, slash.property)
	}
}

func (s *settled) checkPage(m *mistakes, property string, e ErrorResponse) {
	switch {
	case e.Page == "" && e.ResponseStatus == 0:
	case e.Page == "" || e.ResponseStatus == 0:
		m.add(property, "set both or neither", "the response for %d has one of Page and ResponseStatus", e.Status)
	case e.ResponseStatus != 200 && !slices.Contains(errorStatuses, e.ResponseStatus):
		m.add(property, "use 200, 400, 403, 404, 405, 414, 416 or 500 to 504",
			"the response for %d has the response status %d, which CloudFront refuses", e.Status, e.ResponseStatus)
	case !strings.HasPrefix(e.Page, "/"):
		m.add(property, "begin it with a slash", "the page %q for %d does not begin with a slash", e.Page, e.Status)
	default:
		s.checkPublic(m, property, e.Page, "move the page below a public pattern",
			"the page %s for status %d is private, and CloudFront serves it without a signature, "+
				"so it would be open to everyone", e.Page, e.Status)
	}
}

// checkPublic refuses an object that is not public, and one whose path has
// another spelling, or none known yet: then nothing tells which behavior has it.
func (s *settled) checkPublic(m *mistakes, property, path, remedy, what string, args ...any) {
	if isToken(path) || strings.ContainsAny(path, "%?#") || pathpattern.Normalize(path) != path {
		m.add(property, "write the path out, without escapes, // and dot segments",
			"%q can be read in more than one way, so synthesis cannot tell what it opens", path)
		return
	}
	m.refuse(s.routeOf(path).Access != Public, property, remedy, what, args...)
}

// warnOfErrorPages warns of refusals that become a success: players take the
// page for media, and nobody sees that a signature was refused.
func (d *distribution) warnOfErrorPages() {
	for _, e := range d.props.Viewer.ErrorResponses {
		if e.Status == 403 && e.ResponseStatus == 200 && !d.props.open() {
			warn(d, "refusalIs200", "Viewer.ErrorResponses: every refused signature, and every missing object, becomes 200 "+
				"with "+e.Page+"; keep 403, and let a ViewerRequest function choose a single-page app's page for paths "+
				"without an extension")
		}
	}
}
